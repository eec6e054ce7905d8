// Signing out leaves nothing of this person's on the computer, and asks first where something has not been sent.
import { forgetChoices } from "./emoji-choices.js";
import { ask } from "./question.js";
import { forget } from "./notifying.js";
import { forgetSpeed } from "./voice/speed.js";
import { t } from "./text.js";

export function askBeforeSigningOut({ outbox, drafts, files }) {
  const form = document.getElementById("logout");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const messages = (await outbox.all()).length;
    const begun = new Set([...(await drafts.all()), ...(await files.waiting())].map(({ slug }) => slug)).size;
    if (messages + begun > 0) {
      const words = t("unsent-words", { messages, drafts: begun });
      if (!(await ask({ title: t("unsent-title"), words, yes: t("unsent-leave"), no: t("unsent-stay") }))) return;
    }
    await Promise.allSettled([outbox.clear(), drafts.clear(), files.clear(), forget()]);
    forgetSpeed();
    forgetChoices();
    form.submit();
  });
}
