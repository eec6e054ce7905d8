// Offers whom to name while one types an @, and emoji behind a colon: arrows choose, Enter or Tab takes, Escape closes.
import { call, roomPath } from "./api.js";
import { fillCup } from "./cups.js";
import { emoji, fitting } from "./emoji.js";
import { insert } from "./insert.js";
import { t } from "./text.js";

const KEEP = 60_000;
const OFFERED = 6;
const EMOJI_OFFERED = 8;
const NAMED = /(?:^|[^\p{L}\p{M}\p{Nd}_.@/-])@([\p{L}\p{M}\p{Nd}_.-]{0,32})$/u;
const EMOJI = /(?:^|[^\p{L}\p{M}\p{Nd}:/]):([a-z0-9_+-]{2,32})$/iu;

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

  /** What is typed behind the @ or the colon before the caret; null where there is none. */
  get #wanted() {
    const { selectionStart, selectionEnd, value } = this.#text;
    if (selectionStart !== selectionEnd) return null;
    const typed = value.slice(0, selectionStart);
    const word = NAMED.exec(typed)?.[1] ?? EMOJI.exec(typed)?.[1];
    if (word === undefined) return null;
    const begin = selectionStart - word.length;
    return { word, begin, mark: value[begin - 1] };
  }

  async #look() {
    const asked = this.#wanted;
    if (asked === null) return this.#close();
    const all = asked.mark === ":" ? (await emoji().catch(() => ({ all: [] }))).all : await this.#ask();
    const wanted = this.#wanted;
    if (wanted?.mark !== asked.mark || document.activeElement !== this.#text) return this.#close();
    this.#show(wanted.mark === ":" ? fitting(all, wanted.word, EMOJI_OFFERED).map(asEmoji) : this.#named(folded(wanted.word)));
  }

  async #ask() {
    if (Date.now() - this.#asked < KEEP) return;
    this.#asked = Date.now();
    const answer = await call("GET", this.#path).catch(() => null);
    this.#people = answer?.users ?? answer?.members ?? this.#people;
  }

  #named(wanted) {
    const everyone = ["room", "here"].map((username) => ({ username, name: t(`completion-${username}`), isAll: true }));
    const fits = ({ username, name }) => folded(username).startsWith(wanted) || folded(name).split(/\s+/u).some((part) => part.startsWith(wanted));
    return [...this.#people.filter(fits).slice(0, OFFERED), ...everyone.filter(({ username }) => username.startsWith(wanted))].map(asPerson);
  }

  #show(offered) {
    this.#words = offered.map(({ text }) => text);
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
    const wanted = this.#wanted;
    if (wanted) insert(this.#text, `${this.#words[place]} `, wanted.begin - 1, this.#text.selectionStart);
    this.#close();
  }

  #close() {
    this.#box.hidden = true;
    this.#text.removeAttribute("aria-activedescendant");
  }
}

function asPerson({ username, name, avatar, isAll }) {
  const sign = document.createElement("span");
  if (isAll) sign.className = "completion__all";
  else fillCup(sign, { username, name, avatar }, "cup--small");
  return { text: `@${username}`, sign, name: name || username, word: `@${username}` };
}

function asEmoji({ text, name, names }) {
  const sign = document.createElement("span");
  sign.className = "completion__emoji";
  sign.textContent = text;
  return { text, sign, name, word: names.length > 0 ? `:${names[0]}:` : "" };
}

function draw({ sign, name, word }, place) {
  const one = document.createElement("li");
  one.className = "completion__one";
  one.id = `completion-${place}`;
  one.role = "option";
  one.dataset.place = place;
  sign.ariaHidden = "true";
  const shown = document.createElement("bdi");
  shown.className = "completion__name";
  shown.textContent = name;
  const typed = document.createElement("bdi");
  typed.className = "completion__word";
  typed.textContent = word;
  one.append(sign, shown, typed);
  return one;
}

const folded = (text) => text.normalize("NFKC").toLocaleLowerCase();
