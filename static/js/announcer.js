// Tells people who listen what has changed, through the page's one live region, at most once in three seconds.
import { isNotice, noticeWords } from "./notices.js";
import { t } from "./text.js";

const REST = 3_000;

export class Announcer {
  #region = document.getElementById("announcer");
  #messages = [];
  #words = [];
  #timer = null;
  #last = 0;

  message(message) {
    this.#messages.push(message);
    this.#plan();
  }

  say(words) {
    this.#words = [words];
    this.#plan();
  }

  #plan() {
    this.#timer ??= setTimeout(() => this.#speak(), Math.max(50, this.#last + REST - Date.now()));
  }

  #speak() {
    this.#timer = null;
    this.#last = Date.now();
    const spoken = [...this.#words];
    if (this.#messages.length === 1) {
      const [only] = this.#messages;
      const { name, username, message, attachments = [] } = only;
      const text = [message, attachments.length > 0 && t("announce-files", { count: attachments.length })].filter(Boolean).join(" ");
      spoken.push(isNotice(only) ? noticeWords(only) : t("announce-message", { name: name || username, text }));
    } else if (this.#messages.length > 1) {
      spoken.push(t("announce-messages", { count: this.#messages.length }));
    }
    this.#messages = [];
    this.#words = [];
    this.#region.textContent = spoken.join(" ");
  }
}
