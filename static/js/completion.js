// Offers whom to name while one types an @: arrows choose, Enter or Tab takes, Escape closes.
import { call, roomPath } from "./api.js";
import { fillCup } from "./cups.js";
import { t } from "./text.js";

const KEEP = 60_000;
const OFFERED = 6;
const WANTED = /(?:^|[^\p{L}\p{M}\p{Nd}_.@/-])@([\p{L}\p{M}\p{Nd}_.-]{0,32})$/u;

export class Completion {
  #text;
  #box = document.getElementById("completion");
  #path;
  #people = [];
  #asked = 0;
  #words = [];
  #chosen = 0;

  constructor({ text, slug, kind }) {
    this.#text = text;
    this.#path = kind === "open" ? "/api/users" : `${roomPath(slug)}/members`;
    text.setAttribute("aria-autocomplete", "list");
    text.setAttribute("aria-controls", this.#box.id);
    text.setAttribute("aria-haspopup", "listbox");
    text.addEventListener("input", () => this.#look());
    text.addEventListener("click", () => this.#look());
    text.addEventListener("blur", () => this.#close());
    // Before the composer, whose Enter sends.
    text.addEventListener("keydown", (event) => this.#key(event), { capture: true });
    this.#box.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const one = event.target.closest(".completion__one");
      if (one) this.#take(Number(one.dataset.place));
    });
  }

  get #isOpen() {
    return !this.#box.hidden;
  }

  /** What is typed behind the @ before the caret; null where there is none. */
  get #wanted() {
    const { selectionStart, selectionEnd, value } = this.#text;
    if (selectionStart !== selectionEnd) return null;
    return WANTED.exec(value.slice(0, selectionStart))?.[1] ?? null;
  }

  async #look() {
    if (this.#wanted === null) return this.#close();
    await this.#ask();
    const wanted = this.#wanted;
    if (wanted === null || document.activeElement !== this.#text) return this.#close();
    this.#show(folded(wanted));
  }

  async #ask() {
    if (Date.now() - this.#asked < KEEP) return;
    this.#asked = Date.now();
    const answer = await call("GET", this.#path).catch(() => null);
    this.#people = answer?.users ?? answer?.members ?? this.#people;
  }

  #show(wanted) {
    const everyone = ["room", "here"].map((username) => ({ username, name: t(`completion-${username}`), isAll: true }));
    const fits = ({ username, name }) => folded(username).startsWith(wanted) || folded(name).split(/\s+/u).some((part) => part.startsWith(wanted));
    const offered = [...this.#people.filter(fits).slice(0, OFFERED), ...everyone.filter(({ username }) => username.startsWith(wanted))];
    this.#words = offered.map(({ username }) => username);
    if (this.#words.length === 0) return this.#close();
    this.#box.replaceChildren(...offered.map(draw));
    this.#box.hidden = false;
    this.#choose(0);
  }

  #choose(place) {
    this.#chosen = (place + this.#words.length) % this.#words.length;
    for (const [index, one] of [...this.#box.children].entries()) one.ariaSelected = String(index === this.#chosen);
    this.#text.setAttribute("aria-activedescendant", this.#box.children[this.#chosen].id);
  }

  #key(event) {
    if (!this.#isOpen || event.isComposing || event.keyCode === 229) return;
    const does = {
      ArrowDown: () => this.#choose(this.#chosen + 1),
      ArrowUp: () => this.#choose(this.#chosen - 1),
      Enter: () => this.#take(this.#chosen),
      Tab: () => this.#take(this.#chosen),
      Escape: () => this.#close(),
    }[event.key];
    if (!does || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    does();
  }

  #take(place) {
    const caret = this.#text.selectionStart;
    const begin = caret - this.#wanted.length;
    this.#text.setRangeText(`${this.#words[place]} `, begin, caret, "end");
    this.#close();
    this.#text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  #close() {
    this.#box.hidden = true;
    this.#text.removeAttribute("aria-activedescendant");
  }
}

function draw({ username, name, avatar, isAll }, place) {
  const one = document.createElement("li");
  one.className = "completion__one";
  one.id = `completion-${place}`;
  one.role = "option";
  one.dataset.place = place;
  const shown = document.createElement("bdi");
  shown.className = "completion__name";
  shown.textContent = name || username;
  const word = document.createElement("bdi");
  word.className = "completion__word";
  word.textContent = `@${username}`;
  const cup = document.createElement("span");
  cup.ariaHidden = "true";
  if (isAll) cup.className = "completion__all";
  else fillCup(cup, { username, name, avatar }, "cup--small");
  one.append(cup, shown, word);
  return one;
}

const folded = (text) => text.normalize("NFKC").toLocaleLowerCase();
