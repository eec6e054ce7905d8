// The window's title says how much is unread, here and in other rooms.
import { boot } from "./boot.js";
import { bounded, t } from "./text.js";

export class Title {
  #page;
  #here = 0;
  #elsewhere = 0;

  constructor(page) {
    this.#page = page;
  }

  set page(name) {
    this.#page = name;
    this.#draw();
  }

  set here(count) {
    this.#here = count;
    this.#draw();
  }

  set elsewhere(count) {
    this.#elsewhere = count;
    this.#draw();
  }

  #draw() {
    const count = this.#here + this.#elsewhere;
    const shown = { page: this.#page, site: boot.site };
    document.title = count > 0 ? t("page-title-unread", { count: bounded(count), ...shown }) : t("page-title", shown);
  }
}
