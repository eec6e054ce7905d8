// The list of rooms, kept up to date by what the socket tells of other rooms.
import { call, roomPath } from "./api.js";
import { COUNTED, bounded, t } from "./text.js";

const COMPARE_WITHIN = 3_000;

export class RoomList {
  #rooms = document.getElementById("rooms");
  #directs = document.getElementById("directs");
  #template = document.getElementById("room-template");
  #here;
  #title;
  #counts = new Map();
  /** Rooms that their person hid: what happens there is shown nowhere. */
  #hidden = new Set();
  #onCompared;

  constructor({ connection, here = null, title, onReadHere = () => {}, onCompared }) {
    this.#here = here;
    this.#title = title;
    this.#onCompared = onCompared;
    for (const { dataset } of this.#items) {
      const mentions = Number(dataset.mentions);
      this.#counts.set(dataset.slug, { count: "muted" in dataset ? mentions : Number(dataset.unread), mentions });
    }
    this.#count();
    connection.addEventListener("frame", ({ detail }) => {
      if (detail.type !== "activity") return;
      if (detail.slug === here) onReadHere(detail.unread);
      else this.#heard(detail);
    });
    connection.addEventListener("joined", ({ detail: room }) => this.#add(room));
    connection.addEventListener("welcome", () => this.#compareSoon());
  }

  markUnsent(slugs) {
    for (const item of this.#items) item.querySelector(".room-link__unsent").hidden = !slugs.has(item.dataset.slug);
  }

  /** What a room is called, and of which kind it is. */
  async roomOf(slug) {
    const item = this.#item(slug);
    if (!item) return call("GET", roomPath(slug));
    return { name: item.querySelector(".room-link__name").textContent, kind: item.parentElement === this.#directs ? "direct" : "open" };
  }

  async #heard({ slug, unread, mentions, muted }) {
    if (!this.#item(slug)) {
      if (this.#hidden.has(slug)) return;
      this.#hidden.add(slug);
      const room = await call("GET", roomPath(slug)).catch(() => null);
      // A hidden direct room comes back with its next message.
      if (!room || room.kind === "direct") this.#hidden.delete(slug);
      if (!room || room.hidden) return;
      this.#hidden.delete(slug);
      this.#add(room);
    }
    this.#item(slug).toggleAttribute("data-muted", muted);
    this.#show(slug, unread, mentions);
  }

  /** What happened while there was no connection, or between the drawing of the page and its first, is asked for; not by everybody at once. */
  #compareSoon() {
    setTimeout(() => this.#compare(), Math.random() * COMPARE_WITHIN);
  }

  async #compare() {
    const answer = await call("GET", "/api/rooms").catch(() => null);
    if (!answer) return;
    this.#onCompared(answer.rooms);
    this.#hidden.clear();
    const mine = answer.rooms.filter((room) => room.joined && !room.hidden);
    const slugs = new Set(mine.map((room) => room.slug));
    // Who was put out meanwhile, or belongs to a room that was closed and has another address, sees what is so now.
    for (const item of this.#items) if (!slugs.has(item.dataset.slug) && item.dataset.slug !== this.#here) this.#drop(item);
    for (const room of mine) {
      if (room.kind !== "direct" || room.last_seq > 0) this.#add(room);
      if (this.#item(room.slug)) this.#show(room.slug, room.unread, room.mentions);
    }
    this.#count();
  }

  /** In a mute room only what names one counts. */
  #show(slug, unread, mentions) {
    if (slug === this.#here) return;
    const item = this.#item(slug);
    const counted = item.hasAttribute("data-muted") ? mentions : unread;
    this.#counts.set(slug, { count: counted, mentions });
    const link = item.querySelector(".room-link");
    const count = link.querySelector(".room-link__count");
    showCount(count, "", unread, "room-unread");
    count.hidden ||= item.hasAttribute("data-muted");
    showCount(link.querySelector(".room-link__mentions"), "@", mentions, "room-mentions");
    link.classList.toggle("room-link--unread", counted > 0);
    this.#count();
  }

  get #items() {
    return [...this.#rooms.children, ...this.#directs.children];
  }

  #add({ slug, name, kind }) {
    if (this.#item(slug)) return;
    const item = this.#template.content.firstElementChild.cloneNode(true);
    item.dataset.slug = slug;
    item.querySelector(".room-link").href = `/chat/${encodeURIComponent(slug)}/`;
    item.querySelector(".room-link__name bdi").textContent = name;
    if (slug === this.#here) item.querySelector(".room-link").ariaCurrent = "page";
    const isDirect = kind === "direct";
    (isDirect ? this.#directs : this.#rooms).append(item);
    if (!isDirect) document.getElementById("rooms-none").hidden = true;
  }

  #drop(item) {
    this.#counts.delete(item.dataset.slug);
    item.remove();
  }

  #item(slug) {
    return this.#items.find((item) => item.dataset.slug === slug);
  }

  #count() {
    const sum = { count: 0, mentions: 0 };
    for (const [slug, { count, mentions }] of this.#counts) {
      if (slug === this.#here) continue;
      sum.count += count;
      sum.mentions += mentions;
    }
    this.#title.elsewhere = sum;
  }
}

/** A count for those who see, and in words for those who listen. */
function showCount(element, sign, count, key) {
  const [seen, heard] = element.children;
  seen.textContent = `${sign}${bounded(count)}`;
  heard.textContent = count > COUNTED ? t(`${key}-many`) : t(key, { count });
  element.hidden = count === 0;
}
