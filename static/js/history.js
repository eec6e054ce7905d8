// Loads older messages as the reader comes near the start, and newer ones where the page was opened in the middle.
import { call, roomPath } from "./api.js";

const REST_AFTER_FAILURE = 2_000;

export class History {
  #path;
  #timeline;
  #scroller;
  #sign;
  #busy = false;
  #rested = 0;
  #turn = 0;
  #newestSeq = 0;

  constructor({ slug, timeline, scroller, sign }) {
    this.#path = `${roomPath(slug)}/messages`;
    this.#timeline = timeline;
    this.#scroller = scroller;
    this.#sign = sign;
    scroller.addEventListener("moved", () => this.load());
  }

  /** The conversation was loaded afresh: what is on its way belongs to the past. */
  startAnew() {
    this.#turn += 1;
    this.#busy = false;
    this.#sign.hidden = true;
  }

  /** A live message lies beyond what is loaded; loading has to go on until it is reached. */
  noteBeyond(seq) {
    this.#newestSeq = Math.max(this.#newestSeq, seq);
  }

  async load() {
    if (this.#busy || Date.now() < this.#rested) return;
    const { moreBefore, moreAfter, firstSeq, lastSeq } = this.#timeline;
    if (moreBefore && firstSeq !== null && this.#scroller.nearStart) await this.#page(`before=${firstSeq}`, true);
    else if (moreAfter && lastSeq !== null && this.#scroller.nearEnd) await this.#page(`after=${lastSeq}`, false);
  }

  async #page(which, older) {
    const turn = this.#turn;
    this.#busy = true;
    this.#sign.hidden = !older;
    try {
      const page = await call("GET", `${this.#path}?limit=50&${which}`);
      if (turn === this.#turn) this.#scroller.hold(() => this.#take(page, older));
    } catch (error) {
      console.info("messages could not be loaded", error);
      this.#rested = Date.now() + REST_AFTER_FAILURE;
      setTimeout(() => this.load(), REST_AFTER_FAILURE);
    }
    if (turn !== this.#turn) return;
    this.#busy = false;
    this.#sign.hidden = Date.now() >= this.#rested;
    this.load();
  }

  #take(page, older) {
    if (older) {
      for (const message of [...page.messages].reverse()) this.#timeline.put(message);
      this.#timeline.moreBefore = page.more_before;
    } else {
      for (const message of page.messages) this.#timeline.put(message);
      this.#timeline.moreAfter = page.more_after || this.#timeline.lastSeq < this.#newestSeq;
    }
  }
}
