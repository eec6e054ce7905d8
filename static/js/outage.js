// One line over the end of the conversation while there is no connection.
import { t } from "./text.js";

const QUIET = 1_000;

export class Outage {
  #box = document.getElementById("outage");
  #words = document.getElementById("outage-words");
  #link = document.getElementById("outage-link");
  #announcer;
  #timer = null;

  constructor({ connection, announcer }) {
    this.#announcer = announcer;
    connection.addEventListener("down", (event) => this.#down(event.detail.code));
    connection.addEventListener("welcome", () => this.#back());
    connection.addEventListener("stopped", (event) => this.#stopped(event.detail.why));
  }

  #down(code) {
    if (code === 4029) return this.#show("outage-slow");
    if (this.#box.hidden) this.#timer ??= setTimeout(() => this.#show("outage-offline"), QUIET);
  }

  #back() {
    clearTimeout(this.#timer);
    this.#timer = null;
    if (!this.#box.hidden) this.#announcer.say(t("announce-back"));
    this.#box.hidden = true;
  }

  #stopped(why) {
    clearTimeout(this.#timer);
    if (why === "signed-out" || why === "somebody-else") return;
    this.#show({ removed: "outage-removed", gone: "outage-gone" }[why] ?? "outage-stopped");
    this.#link.hidden = false;
    this.#link.textContent = t(why === "ended" ? "outage-reload" : "outage-home");
    this.#link.href = why === "ended" ? location.href : "/";
  }

  #show(key) {
    this.#timer = null;
    this.#words.textContent = t(key);
    this.#box.hidden = false;
    this.#announcer.say(t(key));
  }
}
