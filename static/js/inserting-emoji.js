// Puts an emoji where one is writing.
import { take } from "./emoji-choices.js";
import { pickEmoji } from "./emoji-picker.js";

export function letInsertEmoji(text) {
  const button = document.getElementById("composer-emoji");
  button.hidden = false;
  const choose = (emoji) => {
    take(emoji);
    text.setRangeText(emoji, text.selectionStart, text.selectionEnd, "end");
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  };
  button.addEventListener("click", () => pickEmoji({ opener: button, takesWords: false, choose }));
}
