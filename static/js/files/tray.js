// The files chosen for the message that is being written: a tile each, over the place to write.
import { boot } from "../boot.js";
import { isWorded, t } from "../text.js";
import { fillName, sizeWords } from "./file-words.js";

export const FILES_MOST = 10;
const template = document.getElementById("tile-template");

export class Tray {
  #list = document.getElementById("tray");
  #note = document.getElementById("tray-note");
  #uploads;
  #announcer;
  #slug;
  #tiles = new Map();

  constructor({ uploads, announcer, slug }) {
    this.#uploads = uploads;
    this.#announcer = announcer;
    this.#slug = slug;
    this.#list.addEventListener("click", (event) => this.#act(event));
    uploads.addEventListener("changed", ({ detail }) => this.#changed(detail));
    uploads.addEventListener("moved", ({ detail }) => this.#draw(detail));
    uploads.addEventListener("removed", ({ detail }) => this.#remove(detail));
    uploads.adopt(slug).then((items) => items.forEach((item) => this.#add(item)));
  }

  get isEmpty() {
    return this.#tiles.size === 0;
  }

  /** Takes files in; what cannot be sent is said at once. */
  async choose(files) {
    this.#say("");
    for (const file of files) {
      const refusal = this.#refusalOf(file);
      if (refusal) {
        this.#say(refusal);
        continue;
      }
      // Its place is taken at once, so that the next of many is counted with it.
      const adding = this.#uploads.add({ slug: this.#slug, bytes: file, name: file.name });
      this.#add(adding.item);
      await adding.measured;
      this.#draw(adding.item);
    }
  }

  /** The files for a message that is sent now; null, said in words, where one of them has failed. */
  take() {
    const keys = [...this.#tiles.keys()];
    if (keys.some((key) => this.#uploads.item(key).state === "failed")) {
      this.#say(t("tray-failed"));
      this.#list.querySelector(".tile--failed button").focus();
      return null;
    }
    this.#say("");
    return keys;
  }

  #refusalOf({ name, size }) {
    const named = `\u2068${name}\u2069`;
    if (this.#tiles.size >= FILES_MOST) return t("tray-many", { count: FILES_MOST });
    if (size === 0) return t("tray-nothing", { name: named });
    if (size > boot.upload_max) return t("tray-large", { name: named, size: sizeWords(size), max: sizeWords(boot.upload_max) });
    return null;
  }

  #changed(item) {
    const isHere = item.record.slug === this.#slug && item.record.clientId === null;
    if (!isHere) return this.#remove(item);
    if (!this.#tiles.has(item.record.key)) this.#add(item);
    this.#draw(item);
    if (item.state === "failed") this.#announcer.say(failureWords(item));
  }

  #add(item) {
    if (this.#tiles.has(item.record.key)) return;
    const tile = template.content.firstElementChild.cloneNode(true);
    tile.dataset.key = item.record.key;
    fillName(tile.querySelector(".file-name"), item.record.name);
    for (const button of tile.querySelectorAll("button")) {
      const words = t(`tray-${button.dataset.does}`, { name: `\u2068${item.record.name}\u2069` });
      button.ariaLabel = button.title = words;
    }
    this.#tiles.set(item.record.key, tile);
    this.#list.append(tile);
    this.#draw(item);
    this.#show();
  }

  #draw(item) {
    const tile = this.#tiles.get(item.record.key);
    if (!tile) return;
    const { record, state, upload } = item;
    const picture = tile.querySelector("img");
    if (item.isPicture && picture.hidden) {
      picture.src = item.url;
      picture.hidden = false;
      tile.querySelector(".tile__icon").remove();
    }
    const failed = state === "failed";
    tile.classList.toggle("tile--failed", failed);
    tile.classList.toggle("tile--covered", record.covered);
    tile.querySelector(".tile__state").textContent = failed ? failureWords(item) : progressWords(item);
    const line = tile.querySelector("progress");
    line.hidden = failed || state === "whole";
    line.max = record.size;
    line.value = upload.done;
    line.ariaLabel = record.name;
    tile.querySelector('[data-does="retry"]').hidden = !failed;
    tile.querySelector('[data-does="cover"]').ariaPressed = String(record.covered);
  }

  #remove(item) {
    const tile = this.#tiles.get(item.record.key);
    if (!tile) return;
    const hadFocus = tile.contains(document.activeElement);
    this.#tiles.delete(item.record.key);
    tile.remove();
    this.#show();
    if (hadFocus) (this.#list.querySelector('[data-does="cancel"]') ?? document.getElementById("composer-text")).focus();
  }

  #act(event) {
    const does = event.target.closest("button")?.dataset.does;
    const key = event.target.closest(".tile")?.dataset.key;
    if (!does || !key) return;
    if (does === "retry") this.#uploads.retry(key);
    if (does === "cover") this.#uploads.cover(key, !this.#uploads.item(key).record.covered);
    if (does === "cancel") {
      this.#say("");
      this.#uploads.cancel([key]);
    }
  }

  #show() {
    this.#list.hidden = this.isEmpty;
  }

  #say(words) {
    this.#note.textContent = words;
    this.#note.hidden = words === "";
  }
}

function progressWords({ record, state, upload }) {
  const size = sizeWords(record.size);
  if (upload.trouble) return upload.trouble;
  if (state === "whole" || upload.done === 0) return size;
  return t("tray-sent", { sent: sizeWords(upload.done), size });
}

/** Why a file did not get to the server, and what helps. */
export function failureWords({ failed }) {
  const key = `file-failed-${failed.code}`;
  return isWorded(key) ? t(key) : failed.words || t("file-failed-other");
}
