// Messages that somebody is told of by themselves: shown by one tab of this browser, taken back by any once they are read or gone.
import { boot } from "./boot.js";
import { chime } from "./chime.js";
import { SHOWN, isOn, registered, wishes, withdraw } from "./notifying.js";
import { alone } from "./tab.js";
import { t } from "./text.js";

const REMEMBERED = 100;
const OF_ONE_ROOM = 5;

export class Notifications {
  #here;
  #roomOf;
  #work = Promise.resolve();

  /** `roomOf` gives the name and kind of a room by its slug. */
  constructor({ connection, here = null, roomOf }) {
    this.#here = here;
    this.#roomOf = roomOf;
    connection.addEventListener("frame", ({ detail }) => this.#heard(detail));
    connection.addEventListener("stopped", ({ detail }) => {
      if (["signed-out", "somebody-else"].includes(detail.why)) this.#inOrder(() => withdraw(() => true));
      if (["removed", "gone"].includes(detail.why)) this.read(here, Infinity);
    });
    if (isOn()) registered();
  }

  /** Somebody has read a room up to a message. */
  read(slug, seq) {
    this.#inOrder(() => withdraw((shown) => shown.slug === slug && shown.seq <= seq));
  }

  /** All rooms as they stand: what was read while this browser was away, or is of a room that is gone, is taken back. */
  compare(rooms) {
    const read = new Map(rooms.map((room) => [room.slug, room.read_seq]));
    this.#inOrder(() => withdraw(({ slug, seq }) => seq <= (read.get(slug) ?? Infinity)));
  }

  #heard(frame) {
    if (frame.type === "message" && frame.deleted) this.#gone(this.#here, [frame.seq]);
    if (frame.type !== "activity") return;
    this.read(frame.slug, frame.read_seq);
    if (frame.deleted.length > 0) this.#gone(frame.slug, frame.deleted);
    if (frame.notice) this.#inOrder(() => this.#show(frame.slug, frame.notice));
  }

  #gone(slug, seqs) {
    this.#inOrder(() => withdraw((shown) => shown.slug === slug && seqs.includes(shown.seq)));
  }

  /** What is shown and taken back keeps its order, however long the browser takes. */
  #inOrder(work) {
    this.#work = this.#work.then(work).catch((error) => console.warn("a notification failed", error));
  }

  async #show(slug, notice) {
    const isWatched = slug === this.#here && document.visibilityState === "visible" && document.hasFocus();
    if (isWatched || !isOn()) return;
    const registration = await registered();
    if (!registration) return;
    const room = await this.#roomOf(slug);
    await alone("adda-notify", () => this.#showOnce(registration, room, slug, notice));
  }

  /** The first of all tabs shows it; what was closed by then does not come again. */
  async #showOnce(registration, room, slug, { seq, name, excerpt }) {
    const tag = `${slug}/${seq}`;
    const shown = remembered();
    if (shown.includes(tag)) return;
    remember([...shown, tag].slice(-REMEMBERED));
    const { sound, hidesText } = wishes();
    const title = room.kind === "direct" ? name : t("notification-title", { name, room: room.name });
    const icon = `${boot.assets}/img/icon.svg`;
    // Silent: whoever wants to hear something switched our own sound on.
    await registration.showNotification(title, { body: hidesText ? "" : excerpt, tag, icon, silent: true, data: { slug, seq } });
    if (sound) chime();
    const ofRoom = (await registration.getNotifications()).filter(({ data }) => data.slug === slug);
    ofRoom.sort((one, other) => other.data.seq - one.data.seq);
    for (const old of ofRoom.slice(OF_ONE_ROOM)) old.close();
  }
}

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(SHOWN)) ?? [];
  } catch {
    return [];
  }
}

function remember(tags) {
  try {
    localStorage.setItem(SHOWN, JSON.stringify(tags));
  } catch {
    // Whoever keeps nothing is told once a tab; the tag makes one of them.
  }
}
