// Invitation links: copied where the browser allows it, else selected for the reader to copy, and renewed after a question.
import { ask } from "./question.js";
import { t } from "./text.js";

const SHOWN = 4_000;

export function tendInvitation(announcer) {
  for (const row of document.querySelectorAll("[data-copies]")) tend(row, announcer);
  askBeforeRenewing();
}

function tend(row, announcer) {
  const link = row.querySelector("input");
  const button = row.querySelector("button");
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
    const button = event.submitter;
    if ("sure" in form.dataset) return;
    event.preventDefault();
    const ends = button?.value === "end";
    const sure = await ask({
      title: t(ends ? "invitation-end-title" : "invitation-renew-title"),
      words: t("invitation-renew-question"),
      yes: t(ends ? "invitation-end" : "invitation-renew"),
      no: t("question-cancel"),
    });
    if (!sure) return;
    form.dataset.sure = "";
    form.requestSubmit(button);
  });
}
