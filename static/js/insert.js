// Puts text in the place to write as if it were typed, so that undoing takes it back.
export function insert(field, text, from, to) {
  field.focus();
  field.setSelectionRange(from, to);
  // Nothing else keeps what can be undone; where it does nothing, the text is put in all the same.
  if (text === "" ? from === to || document.execCommand("delete") : document.execCommand("insertText", false, text)) return;
  field.setRangeText(text, from, to, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
