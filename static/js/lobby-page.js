// The lobby: who is here, which rooms there are, how to bring somebody in.
import { boot } from "./boot.js";
import { Connection } from "./connection.js";
import { furnish, openStores } from "./house.js";
import { tendInvitation } from "./invitation.js";
import { offerNotifications, tendNotificationSettings } from "./notification-settings.js";
import { showNewcomers } from "./newcomers.js";
import { keepRelativeTimes } from "./relative-times.js";
import { letSelect } from "./selecting.js";
import { leaveWhenSignedOut } from "./signed-out.js";
import { t } from "./text.js";
import { Title } from "./title.js";

export async function startLobbyPage() {
  keepRelativeTimes();
  const connection = new Connection({ me: boot.me, path: "/ws/", probe: "/api/me" });
  const { announcer } = furnish({ connection, title: new Title(t("lobby-title")), stores: await openStores() });
  tendInvitation(announcer);
  tendNotificationSettings();
  letSelect(document.getElementById("selection"));
  offerNotifications();
  leaveWhenSignedOut(connection);
  showNewcomers(connection);
  connection.open();
}
