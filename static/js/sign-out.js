// Signing out leaves nothing of this person's on the computer, and asks first where something has not been sent.
import { ask } from "./question.js";
import { forget } from "./notifying.js";
import { t } from "./text.js";

export function askBeforeSigningOut({ outbox, drafts }) {
  const form = document.getElementById("logout");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const [messages, begun] = [(await outbox.all()).length, (await drafts.all()).length];
    if (messages + begun > 0) {
      const words = t("unsent-words", { messages, drafts: begun });
      if (!(await ask({ title: t("unsent-title"), words, yes: t("unsent-leave"), no: t("unsent-stay") }))) return;
    }
    await Promise.allSettled([outbox.clear(), drafts.clear(), forget()]);
    form.submit();
  });
}
