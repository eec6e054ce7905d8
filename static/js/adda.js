// The one script that pages name: starts what the page at hand needs.
import { boot } from "./boot.js";
import { goToFirstField } from "./first-field.js";
import { letPasswordsShow } from "./passwords.js";
import { showChosenPicture } from "./picture-choice.js";

if (boot.page === "room") {
  const { startRoomPage } = await import("./room-page.js");
  await startRoomPage();
} else if (["lobby", "settings", "notifications"].includes(boot.page)) {
  letPasswordsShow();
  showChosenPicture();
  const { startLobbyPage } = await import("./lobby-page.js");
  await startLobbyPage();
} else if (boot.page === "sheet") {
  const { startSheetPage } = await import("./sheet-page.js");
  startSheetPage();
} else if (boot.page === "waiting") {
  const { startWaitingPage } = await import("./waiting-page.js");
  startWaitingPage();
} else if (boot.page === "error" && boot.me) {
  const { startErrorPage } = await import("./error-page.js");
  startErrorPage();
} else {
  letPasswordsShow();
  goToFirstField();
  if (boot.page === "entrance") {
    // Nobody is signed in here: what somebody left whose session ended elsewhere is not for whoever comes next.
    const { forget } = await import("./notifying.js");
    await forget();
    const { forgetChoices } = await import("./emoji-choices.js");
    forgetChoices();
  }
}
