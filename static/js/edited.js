// The mark of a message that was edited: it leads to what it said before, for whoever may read that.
import { boot } from "./boot.js";
import { momentOf } from "./clock.js";
import { t } from "./text.js";

export function drawEdited(element, { seq, edited_at: editedAt }) {
  element.querySelector(".message__edited")?.remove();
  if (!editedAt) return;
  const isMine = element.classList.contains("message--mine");
  const shows = boot.may.see_versions === "all" || (isMine && boot.may.see_versions === "own");
  const mark = document.createElement(shows ? "a" : "span");
  mark.className = "message__edited";
  mark.textContent = t("message-edited");
  if (shows) mark.href = `versions?seq=${seq}`;
  mark.dataset.at = editedAt;
  date(mark);
  element.querySelector(".message__text").after(mark);
}

/** Says when, in the reader's own time. */
export function date(mark) {
  mark.title = momentOf(new Date(mark.dataset.at));
}
