// Pictures in full, one after the other through all that are loaded in the room: by buttons, arrow keys and swipes.
import { momentOf } from "../clock.js";
import { t } from "../text.js";

const SWIPE = 48;
const dialog = document.getElementById("lightbox");

export class Lightbox {
  #list;
  #links = [];
  #place = 0;
  #opener = null;
  #picture = dialog.querySelector(".lightbox__picture");
  #stage = dialog.querySelector(".lightbox__stage");
  #swipeFrom = null;

  constructor(list) {
    this.#list = list;
    list.addEventListener("click", (event) => {
      const link = event.target.closest(".attachment__link");
      if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      this.#open(link);
    });
    dialog.addEventListener("click", ({ target }) => this.#clicked(target));
    dialog.addEventListener("keydown", (event) => this.#key(event));
    dialog.addEventListener("close", () => this.#closed());
    this.#stage.addEventListener("pointerdown", (event) => {
      this.#swipeFrom = event.pointerType === "mouse" || this.#isLarge ? null : event.clientX;
    });
    this.#stage.addEventListener("pointerup", (event) => this.#swiped(event));
  }

  get #isLarge() {
    return dialog.classList.contains("lightbox--large");
  }

  #open(link) {
    this.#links = [...this.#list.querySelectorAll(".attachment__link")].filter((one) => one.checkVisibility());
    this.#opener = link;
    this.#show(this.#links.indexOf(link));
    dialog.showModal();
  }

  #show(place) {
    if (!this.#links[place]) return;
    this.#place = place;
    const link = this.#links[place];
    const message = link.closest(".message");
    const name = link.querySelector("img").alt;
    dialog.classList.remove("lightbox--large");
    // The next picture is drawn over nothing: the one before would be taken for it until it has come.
    this.#picture.removeAttribute("src");
    this.#picture.src = link.href;
    this.#picture.alt = name;
    dialog.querySelector(".lightbox__name").textContent = name;
    dialog.querySelector(".lightbox__author").textContent = message.querySelector(".message__author").textContent;
    dialog.querySelector(".lightbox__time").textContent = momentOf(new Date(message.querySelector(".message__time").dateTime));
    dialog.querySelector(".lightbox__place").textContent = this.#links.length > 1 ? t("lightbox-place", { place: place + 1, count: this.#links.length }) : "";
    const download = dialog.querySelector(".lightbox__download");
    download.href = link.href;
    download.download = name;
    dialog.querySelector('[data-does="previous"]').disabled = place === 0;
    dialog.querySelector('[data-does="next"]').disabled = place === this.#links.length - 1;
    for (const neighbour of [place + 1, place - 1]) if (this.#links[neighbour]) new Image().src = this.#links[neighbour].href;
  }

  #step(by) {
    this.#links = this.#links.map((link) => (link.isConnected ? link : this.#again(link)));
    let place = this.#place + by;
    // Some may have been deleted since, or let go of with the oldest.
    while (this.#links[place] && !this.#links[place].isConnected) place += by;
    if (!this.#links[place]) return;
    this.#show(place);
    // At either end the button that was used is no longer one.
    if (dialog.querySelector("button:disabled:focus") || document.activeElement === document.body) dialog.querySelector(`[data-does="${by > 0 ? "previous" : "next"}"]`).focus();
  }

  /** The same picture where its message was drawn anew: it was on its way, and is stored by now. */
  #again(link) {
    const message = link.closest(".message[data-client-id]");
    if (!message) return link;
    const place = [...message.querySelectorAll(".attachment__link")].indexOf(link);
    const now = this.#list.querySelector(`.message[data-client-id="${CSS.escape(message.dataset.clientId)}"]`);
    return now?.querySelectorAll(".attachment__link")[place] ?? link;
  }

  #clicked(target) {
    const does = target.closest("button")?.dataset.does;
    if (does === "next") this.#step(1);
    else if (does === "previous") this.#step(-1);
    else if (does === "close" || target === dialog || target === this.#stage) dialog.close();
    else if (target === this.#picture) dialog.classList.toggle("lightbox--large");
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const forward = getComputedStyle(dialog).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    if (this.#isLarge || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    this.#step(event.key === forward ? 1 : -1);
  }

  #swiped(event) {
    if (this.#swipeFrom === null) return;
    const moved = event.clientX - this.#swipeFrom;
    this.#swipeFrom = null;
    if (Math.abs(moved) < SWIPE) return;
    const forward = getComputedStyle(dialog).direction === "rtl" ? moved > 0 : moved < 0;
    this.#step(forward ? 1 : -1);
  }

  #closed() {
    this.#picture.removeAttribute("src");
    // The picture last looked at, where it is still there: that is where the reader is.
    const last = this.#links[this.#place];
    (last?.isConnected ? last : this.#opener)?.focus();
    this.#links = [];
  }
}
