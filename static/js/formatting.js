// Keys that mark what is selected as bold, italic, crossed out, code or a link, and take such a mark away again; and addresses that
// are pasted over words.
import { insert } from "./insert.js";

const MARKS = { b: "**", i: "_", e: "`", X: "~~" };
const ADDRESS = /^https?:\/\/[^\s<>"]+$/iu;

export function letFormat(field) {
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.altKey || event.ctrlKey === event.metaKey) return;
    const key = event.shiftKey ? event.key.toUpperCase() : event.key.toLowerCase();
    if (key === "k") link(field);
    else if (Object.hasOwn(MARKS, key)) toggle(field, MARKS[key]);
    else return;
    event.preventDefault();
  });
  field.addEventListener("paste", (event) => {
    const pasted = event.clipboardData?.getData("text/plain").trim() ?? "";
    const { selectionStart: from, selectionEnd: to, value } = field;
    const words = value.slice(from, to);
    if (!ADDRESS.test(pasted) || words.trim() === "" || words.includes("\n") || ADDRESS.test(words.trim())) return;
    event.preventDefault();
    insert(field, `[${words}](${pasted})`, from, to);
  });
}

/** Puts a mark around what is selected, without the space at its edges; where it stands there already, takes it away. */
function toggle(field, mark) {
  const { value } = field;
  let { selectionStart: from, selectionEnd: to } = field;
  while (from < to && /\s/u.test(value[from])) from += 1;
  while (from < to && /\s/u.test(value[to - 1])) to -= 1;
  const words = value.slice(from, to);
  const length = mark.length;
  if (value.slice(from - length, from) === mark && value.slice(to, to + length) === mark && from >= length) {
    insert(field, words, from - length, to + length);
    return field.setSelectionRange(from - length, to - length);
  }
  if (words.length >= 2 * length && words.startsWith(mark) && words.endsWith(mark)) {
    insert(field, words.slice(length, -length), from, to);
    return field.setSelectionRange(from, to - 2 * length);
  }
  insert(field, `${mark}${words}${mark}`, from, to);
  field.setSelectionRange(from + length, to + length);
}

/** Makes a link of what is selected, and waits for its address. */
function link(field) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const words = value.slice(from, to);
  if (ADDRESS.test(words)) {
    insert(field, `[](${words})`, from, to);
    return field.setSelectionRange(from + 1, from + 1);
  }
  insert(field, `[${words}]()`, from, to);
  const place = words === "" ? from + 1 : from + words.length + 3;
  field.setSelectionRange(place, place);
}
