// Whom the reader does not want to hear: what they say is folded away, on every page of the reader's as soon as it is so.
import { boot } from "./boot.js";
import { call } from "./api.js";
import { t } from "./text.js";

/** Who they are, and whether they are blocked as well. */
const muted = new Map(boot.muted.map(({ username, blocked }) => [username, blocked]));

export const isMuted = (username) => muted.has(username);
export const isBlocked = (username) => muted.get(username) === true;

/** Keeps the list as it is, and tells `onChange` of it. */
export function keepMuted(connection, onChange) {
  let wasWelcome = false;
  const read = async () => {
    try {
      const { users } = await call("GET", "/api/me/muted");
      muted.clear();
      for (const { username, blocked = false } of users) muted.set(username, blocked);
      onChange();
    } catch (error) {
      console.warn("who is muted is not known just now", error);
    }
  };
  connection.addEventListener("frame", ({ detail }) => detail.type === "muted" && read());
  connection.addEventListener("welcome", () => {
    if (wasWelcome) read();
    wasWelcome = true;
  });
}

/** Mutes whoever said a message, or hears them again. */
export function letMute({ announcer }) {
  document.getElementById("mute")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { username } = event.submitter.closest(".message").dataset;
    const name = event.submitter.closest(".message").querySelector(".message__author").textContent;
    const method = isMuted(username) ? "DELETE" : "PUT";
    const what = isBlocked(username) ? "block" : "mute";
    event.submitter.blur();
    try {
      await call(method, `/api/people/${encodeURIComponent(username)}/${what}`);
      announcer.say(t(method === "PUT" ? "muted-done" : "muted-undone", { name: `\u2068${name}\u2069` }));
    } catch {
      announcer.say(t("muted-failed"));
    }
  });
}
