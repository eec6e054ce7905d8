// Who is typing: told of me while I do, shown of others for as long as they go on.
import { isMuted } from "./muted.js";
import { t } from "./text.js";

const TELL_EVERY = 3_000;
const LASTS = 6_000;
const NAMED_MOST = 3;

export class Typing {
  #connection;
  #line = document.getElementById("typing");
  #people = new Map();
  #toldAt = 0;
  #typedAt = 0;
  #newestSeq;

  constructor({ connection, me, text, newestSeq }) {
    this.#connection = connection;
    this.#newestSeq = newestSeq;
    connection.addEventListener("frame", ({ detail }) => {
      if (detail.type === "typing" && detail.username !== me.username) this.#saw(detail);
      if (detail.type === "message") this.#said(detail);
    });
    connection.addEventListener("down", () => {
      for (const { timer } of this.#people.values()) clearTimeout(timer);
      this.#people.clear();
      this.draw();
    });
    text.addEventListener("input", () => {
      this.#typedAt = text.value.trim() === "" ? 0 : Date.now();
      this.#tell();
    });
    // What was typed while there was no connection counts if it was just now.
    connection.addEventListener("welcome", () => this.#tell());
  }

  #tell() {
    const now = Date.now();
    if (now - this.#typedAt >= TELL_EVERY || now - this.#toldAt < TELL_EVERY) return;
    if (this.#connection.send({ type: "typing", what: "text" })) this.#toldAt = now;
  }

  #saw({ username, name, what }) {
    clearTimeout(this.#people.get(username)?.timer);
    const timer = setTimeout(() => this.#drop(username), LASTS);
    this.#people.set(username, { name: name || username, what, timer });
    this.draw();
  }

  /** Whoever has said something is typing no more; what was said before may have been touched by anybody. */
  #said({ seq, username }) {
    if (seq <= this.#newestSeq) return;
    this.#newestSeq = seq;
    this.#drop(username);
  }

  #drop(username) {
    clearTimeout(this.#people.get(username)?.timer);
    if (this.#people.delete(username)) this.draw();
  }

  /** Who types now, of those whom the reader wants to hear. */
  draw() {
    const heard = [...this.#people].filter(([username]) => !isMuted(username));
    this.#line.textContent = typingWords(heard.map(([, person]) => person));
  }
}

/** A sentence about up to three people, by name; beyond that nobody is named. */
function typingWords(people) {
  if (people.length === 0) return "";
  if (people.length > NAMED_MOST) return t("typing-several");
  const names = people.map(({ name }) => `\u2068${name}\u2069`);
  if (people.length === 1) return t(people[0].what === "voice" ? "typing-voice" : "typing-one", { name: names[0] });
  const list = new Intl.ListFormat(document.documentElement.lang || "en", { type: "conjunction" });
  return t("typing-some", { names: list.format(names) });
}
