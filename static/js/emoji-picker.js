// Where people look for an emoji: what they took last, all there are by groups, and a search over their names. Arrows move in the
// grid, Enter takes, Escape leaves. For reactions what is typed can be taken as it is.
import { choices, keepTone } from "./emoji-choices.js";
import { emoji, fitting } from "./emoji.js";
import { place } from "./placing.js";
import { t } from "./text.js";

const COLUMNS = 8;
const FOUND_MOST = 64;
const WORDS_MOST = 16;
const PIECE_EVERY = 16;
const PIECE = 8 * COLUMNS;
const touch = matchMedia("(hover: none) and (pointer: coarse)");

let only = null;

/** Opens it: `choose` is told what was taken; `takesWords` says whether that may be words too. */
export function pickEmoji(wish) {
  only ??= new Picker();
  only.open(wish);
}

class Picker {
  #panel = document.getElementById("picker");
  #search = document.getElementById("picker-search");
  #grid = document.getElementById("picker-grid");
  #found = document.getElementById("picker-found");
  #words = document.getElementById("picker-words");
  #tones = document.getElementById("picker-tones");
  #status = document.getElementById("picker-status");
  #all = [];
  #pieces = [];
  #filling = null;
  #tone = 0;
  #choose = null;
  #opener = null;
  #takesWords = false;

  constructor() {
    this.#search.addEventListener("input", () => this.#look());
    this.#panel.addEventListener("keydown", (event) => this.#key(event));
    this.#panel.addEventListener("click", ({ target }) => {
      const one = target.closest(".picker__one, .picker__words");
      if (one) this.#take(one.value);
    });
    this.#tones.addEventListener("change", ({ target }) => {
      this.#tone = Number(target.value);
      keepTone(this.#tone);
      this.#draw();
    });
    this.#panel.addEventListener("toggle", ({ newState }) => {
      if (newState === "open") return;
      if (this.#panel.contains(document.activeElement) || document.activeElement === document.body) this.#opener?.focus();
    });
  }

  async open({ opener, takesWords, choose }) {
    this.#opener = opener;
    this.#takesWords = takesWords;
    this.#choose = choose;
    this.#search.value = "";
    this.#panel.showPopover();
    place(this.#panel, opener);
    if (touch.matches) this.#panel.focus();
    else this.#search.focus();
    try {
      const { groups, all } = await emoji();
      if (this.#all.length === 0) this.#make(groups, all);
      this.#fill();
      this.#drawRecent();
      this.#look();
      place(this.#panel, opener);
    } catch (error) {
      console.info("emoji could not be loaded", error);
      this.#status.textContent = t("picker-failed");
    }
  }

  #make(groups, all) {
    this.#all = all;
    this.#tone = choices().tone;
    this.#tones.querySelector(`[value="${this.#tone}"]`)?.click();
    const placed = all.map((one, at) => ({ ...one, place: at }));
    const sections = groups.map(makeSection);
    this.#grid.replaceChildren(makeSection("recent"), ...sections);
    this.#pieces = sections.flatMap((section) => {
      const ones = placed.filter(({ group }) => group === section.dataset.group);
      const starts = Array.from({ length: Math.ceil(ones.length / PIECE) }, (_, turn) => turn * PIECE);
      return starts.map((start) => ({ into: section.lastElementChild, ones: ones.slice(start, start + PIECE) }));
    });
  }

  /** Fills in what is seen first, and the rest in pieces behind it, as long as it is open. */
  #fill() {
    clearTimeout(this.#filling);
    const piece = this.#pieces.shift();
    if (!piece) return;
    piece.into.append(...piece.ones.map((one) => makeOne({ ...one, text: this.#toned(one) })));
    this.#filling = setTimeout(() => this.#panel.matches(":popover-open") && this.#fill(), PIECE_EVERY);
  }

  /** Everything in the chosen skin tone, where it has one. */
  #draw() {
    for (const one of this.#panel.querySelectorAll(".picker__one")) {
      const known = this.#all[Number(one.dataset.place)];
      if (known?.tones.length > 0) one.textContent = one.value = this.#toned(known);
    }
  }

  #toned({ text, tones }) {
    return tones[this.#tone - 1] ?? text;
  }

  #drawRecent() {
    const section = this.#grid.firstElementChild;
    const { recent } = choices();
    section.hidden = recent.length === 0;
    section.lastElementChild.replaceChildren(...recent.filter((text) => this.#takesWords || !/[\p{L} ]/u.test(text)).map((text) => makeOne({ text, name: text })));
  }

  #look() {
    const wanted = this.#search.value.trim();
    const isSearch = wanted !== "";
    this.#grid.hidden = isSearch;
    this.#found.hidden = !isSearch;
    const found = isSearch ? fitting(this.#all, wanted, FOUND_MOST) : [];
    this.#found.replaceChildren(...found.map((one) => makeOne({ ...one, place: this.#all.indexOf(one), text: this.#toned(one) })));
    const isWords = isSearch && this.#takesWords && [...wanted].length <= WORDS_MOST;
    this.#words.hidden = !isWords;
    this.#words.value = wanted;
    this.#words.textContent = t("picker-words", { text: `\u2068${wanted}\u2069` });
    this.#status.textContent = isSearch ? t("picker-found", { count: found.length }) : "";
    const first = (isSearch ? this.#found : this.#grid).querySelector(":scope > .picker__one, .picker__group:not([hidden]) .picker__one");
    if (first) first.tabIndex = 0;
  }

  #ones() {
    const shown = this.#grid.hidden ? this.#found : this.#grid;
    return [...shown.querySelectorAll(".picker__one")].filter((one) => !one.closest("[hidden]"));
  }

  #key(event) {
    if (event.isComposing || event.keyCode === 229 || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.target === this.#search) {
      const first = this.#ones()[0];
      if (event.key === "ArrowDown" && first) this.#go(event, first);
      else if (event.key === "Enter") {
        event.preventDefault();
        if (this.#search.value.trim() === "") return;
        if (first) this.#take(first.value);
        else if (!this.#words.hidden) this.#take(this.#words.value);
      }
      return;
    }
    if (!event.target.matches(".picker__one")) return;
    const next = this.#beside(event.target, event.key);
    if (next) return this.#go(event, next);
    // Whoever types on goes on searching.
    if (event.key.length === 1 && event.key !== " ") this.#search.focus();
  }

  #beside(one, key) {
    const isRtl = document.documentElement.dir === "rtl";
    const ones = this.#ones();
    const at = ones.indexOf(one);
    const forward = isRtl ? "ArrowLeft" : "ArrowRight";
    const backward = isRtl ? "ArrowRight" : "ArrowLeft";
    if (key === forward) return ones[at + 1];
    if (key === backward) return ones[at - 1];
    if (key === "Home") return ones[0];
    if (key === "End") return ones.at(-1);
    if (key !== "ArrowDown" && key !== "ArrowUp") return null;
    return this.#row(one, key === "ArrowDown" ? 1 : -1);
  }

  /** The one in the row below or above, of the next group where this one has no more. */
  #row(one, step) {
    const grids = [...new Set(this.#ones().map((other) => other.parentElement))];
    const own = [...one.parentElement.children];
    const at = own.indexOf(one);
    const column = at % COLUMNS;
    const next = at + step * COLUMNS;
    const isLastRow = Math.floor(at / COLUMNS) === Math.floor((own.length - 1) / COLUMNS);
    if (next >= 0 && (next < own.length || !isLastRow)) return own[Math.min(next, own.length - 1)];
    const other = grids[grids.indexOf(one.parentElement) + step]?.children;
    if (!other) return step < 0 ? this.#search : null;
    const lastRow = Math.floor((other.length - 1) / COLUMNS) * COLUMNS;
    return other[Math.min((step > 0 ? 0 : lastRow) + column, other.length - 1)];
  }

  #go(event, next) {
    event.preventDefault();
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  #take(text) {
    this.#panel.hidePopover();
    this.#choose(text);
  }
}

function makeSection(group) {
  const section = document.createElement("section");
  section.className = "picker__group";
  section.dataset.group = group;
  const heading = document.createElement("h3");
  heading.className = "picker__heading";
  heading.textContent = t(`picker-${group}`);
  const grid = document.createElement("div");
  grid.className = "picker__ones";
  section.append(heading, grid);
  return section;
}

function makeOne({ text, name, place: at = "" }) {
  const one = document.createElement("button");
  one.type = "button";
  one.className = "picker__one";
  one.value = one.textContent = text;
  one.ariaLabel = one.title = name;
  one.tabIndex = -1;
  one.dataset.place = at;
  return one;
}
