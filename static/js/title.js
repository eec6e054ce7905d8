// The window's title says how much is unread, here and in other rooms; its icon says whether, and whether something names one.
import { boot } from "./boot.js";
import { bounded, t } from "./text.js";

const icon = document.querySelector('link[rel="icon"]');
const plain = icon?.href;

export class Title {
  #page;
  #here = { count: 0, mentions: 0 };
  #elsewhere = { count: 0, mentions: 0 };

  constructor(page) {
    this.#page = page;
  }

  set page(name) {
    this.#page = name;
    this.#draw();
  }

  set here(counts) {
    this.#here = counts;
    this.#draw();
  }

  set elsewhere(counts) {
    this.#elsewhere = counts;
    this.#draw();
  }

  #draw() {
    const count = this.#here.count + this.#elsewhere.count;
    const mentions = this.#here.mentions + this.#elsewhere.mentions;
    const shown = { page: this.#page, site: boot.site };
    document.title = count > 0 ? t("page-title-unread", { count: bounded(count), ...shown }) : t("page-title", shown);
    drawIcon(mentions > 0 ? "-mention" : count > 0 ? "-unread" : "");
  }
}

function drawIcon(ending) {
  const href = plain?.replace(/\.svg$/, `${ending}.svg`);
  if (icon && icon.href !== href) icon.href = href;
}
