// The invitation link: copied where the browser allows it, else selected for the reader to copy, and renewed after a question.
import { ask } from "./question.js";
import { t } from "./text.js";

const SHOWN = 4_000;

export function tendInvitation(announcer) {
  const link = document.getElementById("invitation-link");
  if (!link) return;
  const button = document.getElementById("invitation-copy");
  const label = button.querySelector("span");
  const usual = label.textContent;
  button.hidden = false;
  link.addEventListener("focus", () => link.select());
  button.addEventListener("click", async () => {
    const copied = await copy(link);
    label.textContent = t(copied ? "invitation-copied" : "invitation-copy");
    if (copied) setTimeout(() => (label.textContent = usual), SHOWN);
    else explain(button);
    announcer.say(t(copied ? "invitation-copied" : "invitation-selected"));
  });
  askBeforeRenewing();
}

async function copy(link) {
  try {
    await navigator.clipboard.writeText(link.value);
    return true;
  } catch {
    link.focus();
    link.select();
    return false;
  }
}

function explain(button) {
  const row = button.parentElement;
  if (row.nextElementSibling?.matches("[data-selected]")) return;
  const note = document.createElement("p");
  note.className = "invitation__note";
  note.dataset.selected = "";
  note.textContent = t("invitation-selected");
  row.after(note);
}

function askBeforeRenewing() {
  const form = document.getElementById("invitation-renew");
  form?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const sure = await ask({
      title: t("invitation-renew-title"),
      words: t("invitation-renew-question"),
      yes: t("invitation-renew"),
      no: t("question-cancel"),
    });
    if (sure) form.submit();
  });
}
