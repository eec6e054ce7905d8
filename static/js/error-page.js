// A signed-in person is present here too.
import { boot } from "./boot.js";
import { Connection } from "./connection.js";
import { leaveWhenSignedOut } from "./signed-out.js";

export function startErrorPage() {
  const connection = new Connection({ me: boot.me, path: "/ws/", probe: "/api/me" });
  leaveWhenSignedOut(connection);
  connection.open();
}
