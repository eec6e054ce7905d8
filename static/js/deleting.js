// Takes a message back, after one question.
import { call, roomPath } from "./api.js";
import { ask } from "./question.js";
import { t } from "./text.js";

export function letDelete({ slug, list, announcer }) {
  list.addEventListener("click", async (event) => {
    const link = event.target.closest('[data-does="delete"]');
    if (!link) return;
    event.preventDefault();
    const message = link.closest(".message");
    link.closest("details").open = false;
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
    } catch (error) {
      announcer.say(t(error.status === 403 ? "error-forbidden" : "delete-failed"));
    }
  });
}
