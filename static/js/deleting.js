// Takes a message back, after one question.
import { call, roomPath } from "./api.js";
import { ask } from "./question.js";
import { t } from "./text.js";

export function letDelete({ slug, list, announcer, tell }) {
  list.addEventListener("click", async (event) => {
    const link = event.target.closest('[data-does="delete"]');
    if (!link) return;
    event.preventDefault();
    const message = link.closest(".message");
    const menu = link.closest("details");
    menu.open = false;
    // Where the reader is again after the question: the link is hidden by then.
    menu.querySelector("summary").focus({ preventScroll: true });
    const sure = await ask({
      title: t("delete-title"),
      words: t("delete-words"),
      yes: t("message-delete"),
      no: t("question-cancel"),
    });
    if (!sure) return;
    try {
      // What is shown changes with the frame that everyone gets.
      await call("DELETE", `${roomPath(slug)}/messages/${message.dataset.seq}`);
      announcer.say(t("delete-done"));
      message.tabIndex = -1;
      message.focus({ preventScroll: true });
    } catch (error) {
      tell(t(error.status === 403 ? "error-forbidden" : "delete-failed"));
    }
  });
}
