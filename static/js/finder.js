// One field for all rooms: shows those that match while one types, opens the first, or makes a new one.
import { call } from "./api.js";
import { t } from "./text.js";

const KEEP = 20_000;

export class Finder {
  #form = document.getElementById("finder");
  #input = document.getElementById("finder-name");
  #open = document.getElementById("finder-open");
  #make = document.getElementById("finder-make");
  #makeClosed = document.getElementById("finder-make-closed");
  #said = document.getElementById("finder-said");
  #lists = [document.getElementById("rooms"), document.getElementById("directs")];
  #heading = document.getElementById("rooms-heading");
  #directsHeading = document.getElementById("directs-heading");
  #found = document.getElementById("found");
  #foundRooms = document.getElementById("found-rooms");
  #template = document.getElementById("room-template");
  /** Making rooms is left to others. */
  #findsOnly = "findsOnly" in this.#form.dataset;
  #announcer;
  #all = [];
  #asked = 0;

  constructor(announcer) {
    this.#announcer = announcer;
    this.#input.addEventListener("focus", () => this.#ask());
    this.#input.addEventListener("input", () => this.#show());
    this.#form.addEventListener("submit", (event) => this.#submit(event));
    this.#form.addEventListener("keydown", (event) => event.key === "Escape" && this.#clear());
    this.#input.addEventListener("keydown", (event) => this.#enter(event));
    this.#show();
  }

  async #ask() {
    if (Date.now() - this.#asked < KEEP) return;
    this.#asked = Date.now();
    const answer = await call("GET", "/api/rooms").catch(() => null);
    if (!answer) return;
    this.#all = answer.rooms;
    this.#show();
  }

  get #items() {
    return this.#lists.flatMap((list) => [...list.children]);
  }

  get #wanted() {
    return this.#input.value.trim();
  }

  #show() {
    const wanted = folded(this.#wanted);
    const mine = new Set();
    for (const item of this.#items) {
      mine.add(item.dataset.slug);
      item.hidden = wanted !== "" && !matches(item.querySelector(".room-link__name").textContent, item.dataset.slug, wanted);
    }
    for (const [list, heading] of [[this.#lists[0], this.#heading], [this.#lists[1], this.#directsHeading]])
      heading.hidden = wanted !== "" && list.querySelector(":scope > :not([hidden])") === null;
    const others = wanted === "" ? [] : this.#all.filter((room) => !mine.has(room.slug) && matches(room.name, room.slug, wanted));
    this.#foundRooms.replaceChildren(...others.slice(0, 50).map((room) => this.#draw(room)));
    this.#found.hidden = others.length === 0;
    this.#offer(wanted);
  }

  #offer(wanted) {
    const links = this.#links();
    const exact = links.find((link) => folded(link.querySelector(".room-link__name").textContent) === wanted);
    const best = exact ?? links[0];
    this.#open.hidden = this.#open.disabled = wanted === "" || !best;
    this.#make.hidden = wanted === "" || exact !== undefined || this.#findsOnly;
    this.#makeClosed.hidden = wanted === "" || this.#findsOnly;
    if (best) this.#open.firstElementChild.textContent = t("finder-open-name", { name: best.querySelector(".room-link__name").textContent });
    this.#make.firstElementChild.textContent = t("finder-make-name", { name: this.#wanted });
    this.#said.hidden = wanted === "";
    if (wanted === "") return;
    this.#said.textContent = t("finder-found", { count: links.length });
    this.#announcer.say(this.#said.textContent);
  }

  #links() {
    const visible = [...this.#items, ...this.#foundRooms.children].filter((item) => !item.hidden);
    return visible.map((item) => item.querySelector(".room-link"));
  }

  #submit(event) {
    if (this.#wanted === "") return event.preventDefault();
    if (event.submitter !== this.#open) return;
    event.preventDefault();
    const wanted = folded(this.#wanted);
    const links = this.#links();
    const best = links.find((link) => folded(link.querySelector(".room-link__name").textContent) === wanted) ?? links[0];
    location.assign(best.href);
  }

  /** Enter presses the form's first button; where that has nothing to open, it makes what was typed. */
  #enter(event) {
    const composing = event.isComposing || event.keyCode === 229;
    if (event.key !== "Enter" || composing || !this.#open.disabled || this.#make.hidden) return;
    event.preventDefault();
    this.#form.requestSubmit(this.#make);
  }

  #draw(room) {
    const item = this.#template.content.firstElementChild.cloneNode(true);
    const link = item.querySelector(".room-link");
    link.href = `/chat/${encodeURIComponent(room.slug)}/`;
    link.querySelector(".room-link__name bdi").textContent = room.name;
    return item;
  }

  #clear() {
    this.#input.value = "";
    this.#show();
  }
}

const folded = (text) => text.normalize("NFKC").toLocaleLowerCase();
const matches = (name, slug, wanted) => folded(name).includes(wanted) || slug.includes(wanted);
