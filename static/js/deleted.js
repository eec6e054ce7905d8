// Messages that were taken back: one quiet line stands for as many as follow each other.
import { t } from "./text.js";

/** Takes from a drawn message what was said in it. */
export function emptyDrawn(element) {
  element.classList.remove("message--mine", "message--names-me");
  element.classList.add("message--deleted");
  for (const part of element.querySelectorAll(".message__bar, .message__seen, .message__pinned, .message__edited, .quote, .attachments, .reactions")) part.remove();
  delete element.dataset.typed;
  const text = element.querySelector(".message__text");
  text.classList.remove("message__text--emoji");
  text.textContent = t("message-deleted", { count: 1 });
}

/** Says on the first of the row's neighbours that were taken back how many they are. */
export function countDeleted(rows, index) {
  if (!rows[index]?.isDeleted) return;
  let first = index;
  while (first > 0 && rows[first].isFolded) first -= 1;
  let end = first + 1;
  while (rows[end]?.isFolded) end += 1;
  rows[first].element.querySelector(".message__text").textContent = t("message-deleted", { count: end - first });
}
