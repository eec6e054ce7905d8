// Marks a message unread, and what follows it: this page stops reading along until something is said here.
import { call, roomPath } from "./api.js";
import { t } from "./text.js";

export function letMarkUnread({ slug, reading, announcer }) {
  document.getElementById("mark-unread")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    // One that was drawn live bears its number on the message alone.
    const seq = Number(event.submitter.closest(".message").dataset.seq);
    reading.keepUnread(seq);
    event.submitter.blur();
    try {
      await call("PUT", `${roomPath(slug)}/unread`, { seq });
      announcer.say(t("message-unread-done"));
    } catch {
      reading.readOn();
      announcer.say(t("message-unread-failed"));
    }
  });
}
