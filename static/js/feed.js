// Keeps the timeline in step with the room: live frames, what was missed, or everything afresh. The cursor is the revision up to
// which nothing is missing here, and only what is known to leave no gap moves it.
import { call, roomPath } from "./api.js";

const GATHER = 16;

export class Feed extends EventTarget {
  #connection;
  #path;
  #here;
  #epoch;
  #cursor;
  #held = null;
  #gathered = [];
  #gathering = null;

  /** `here` says where the reader is, where that is not the end. */
  constructor({ connection, slug, epoch, revision, here }) {
    super();
    this.#here = here;
    this.#connection = connection;
    this.#path = roomPath(slug);
    this.#epoch = epoch;
    this.#cursor = revision;
    connection.addEventListener("welcome", (event) => this.#welcome(event.detail));
    connection.addEventListener("frame", (event) => this.#frame(event.detail));
    connection.addEventListener("down", () => this.#letGo());
  }

  /** Where to resume from. */
  get place() {
    return { since: this.#cursor, epoch: this.#epoch };
  }

  /** Drops what is shown for the newest page. */
  loadNewest() {
    this.#catchUp(() => this.#afresh(null));
  }

  #welcome(frame) {
    const isOurs = frame.epoch === this.#epoch;
    if (!isOurs) {
      this.#epoch = frame.epoch;
      this.dispatchEvent(new CustomEvent("epoch", { detail: { epoch: frame.epoch } }));
    }
    if (!frame.resumed) this.#catchUp(() => this.#afresh(isOurs ? this.#here() : null));
  }

  #frame(frame) {
    if (frame.type === "pong" && frame.revision > this.#cursor && !this.#held && this.#gathered.length === 0) {
      this.#catchUp(() => this.#changes());
    }
    if (frame.type !== "message" && frame.type !== undefined) return;
    if (!Number.isInteger(frame.seq)) return;
    if (this.#held) this.#held.push(frame);
    else this.#accept(frame);
  }

  /** Frames come in bursts; they are shown together, a screen's refresh later at most. */
  #accept(frame) {
    this.#gathered.push(frame);
    this.#gathering ??= setTimeout(() => this.#show(), GATHER);
  }

  #show() {
    clearTimeout(this.#gathering);
    this.#gathering = null;
    const messages = this.#gathered;
    this.#gathered = [];
    if (messages.length === 0) return;
    this.#cursor = Math.max(this.#cursor, messages.at(-1).revision);
    this.dispatchEvent(new CustomEvent("messages", { detail: { messages } }));
  }

  /** Holds live frames back while something older is fetched; where that fails, a new socket tries again. */
  async #catchUp(work) {
    this.#show();
    const held = [];
    this.#held = held;
    try {
      await work();
    } catch (error) {
      console.info("catching up failed", error);
      if (this.#held !== held) return;
      this.#held = null;
      this.#connection.restart();
      return;
    }
    if (this.#held !== held) return;
    this.#held = null;
    for (const frame of held.filter((frame) => frame.revision > this.#cursor)) this.#accept(frame);
  }

  /** Any page is a place to resume from once all else is dropped: what it does not hold is not shown. */
  async #afresh(place) {
    const held = this.#held;
    const page = await call("GET", `${this.#path}/messages?limit=50${place ? `&around=${place.seq}` : ""}`);
    if (this.#held !== held) return;
    this.#mustBeOurs(page);
    this.#cursor = page.revision;
    this.dispatchEvent(new CustomEvent("afresh", { detail: { page, place } }));
  }

  async #changes() {
    const held = this.#held;
    for (let complete = false; !complete; ) {
      const changes = await call("GET", `${this.#path}/changes?since=${this.#cursor}&limit=300`);
      if (this.#held !== held) return;
      this.#mustBeOurs(changes);
      complete = changes.complete;
      this.#cursor = changes.revision;
      if (changes.messages.length > 0) this.dispatchEvent(new CustomEvent("messages", { detail: { messages: changes.messages } }));
    }
  }

  #mustBeOurs({ epoch }) {
    if (epoch !== this.#epoch) throw new Error("the room's history was replaced");
  }

  #letGo() {
    this.#show();
    this.#held = null;
  }
}
