// Loads older messages as the reader comes near the start, newer ones as they come near the end, and those around one that they
// jump to. No more are drawn than a reader may come to see in a moment: the farthest are let go of, and loaded again.
import { call, roomPath } from "./api.js";
import { requote } from "./quotes.js";

// So many are put in without a scroll that stutters.
const PAGE = 20;
const PAGE_AROUND = 50;
const REST_AFTER_FAILURE = 2_000;
const DRAWN_AT_MOST = 300;
// Folded, many messages may be one line: these are let go of although they are near.
const DRAWN_IN_ANY_CASE = 1_200;
const KEPT_MEANWHILE = 1_000;

export class History extends EventTarget {
  #path;
  #list;
  #timeline;
  #scroller;
  #sign;
  #busy = false;
  #rested = 0;
  #turn = 0;
  #meanwhile = new Map();
  #cut = null;

  constructor({ slug, list, timeline, scroller, sign }) {
    super();
    this.#path = `${roomPath(slug)}/messages`;
    this.#list = list;
    this.#timeline = timeline;
    this.#scroller = scroller;
    this.#sign = sign;
    scroller.addEventListener("moved", () => {
      if (this.#cut === (scroller.isHeadingBack ? "start" : "end")) this.#cut = null;
      this.load();
    });
  }

  /** The conversation was loaded afresh: what is on its way belongs to the past. */
  startAnew() {
    this.#turn += 1;
    this.#busy = false;
    this.#cut = null;
    this.#sign.hidden = true;
  }

  /** What changes while messages are on their way may be newer than these. */
  note(message) {
    if (this.#busy) this.#meanwhile.set(message.seq, message);
  }

  async load() {
    if (this.#busy || Date.now() < this.#rested) return;
    const { moreBefore, moreAfter, firstSeq, lastSeq } = this.#timeline;
    if (moreBefore && firstSeq !== null && this.#scroller.nearStart && this.#cut !== "start") await this.#more("before", firstSeq);
    else if (moreAfter && lastSeq !== null && this.#scroller.nearEnd && this.#cut !== "end") await this.#more("after", lastSeq);
  }

  /** Shows the messages around one in place of those that are shown, where it is among them; false where something else came first. */
  async around(seq) {
    this.startAnew();
    const turn = this.#turn;
    const page = await this.#ask(`limit=${PAGE_AROUND}&around=${seq}`, turn);
    if (!page) return false;
    if (page.messages.some((message) => message.seq === seq)) {
      this.#timeline.reset(page);
      this.#catchUp();
      this.dispatchEvent(new Event("loaded"));
    }
    return true;
  }

  /** Lets go of what is farthest from the reader, on one side first, where more is drawn than need be. */
  trim(fromEnd) {
    for (const side of [fromEnd, !fromEnd]) {
      const surplus = this.#timeline.count - DRAWN_AT_MOST;
      if (surplus > 0) this.#timeline.letGo(side, surplus, (element) => this.#scroller.isFar(element));
    }
    const surplus = this.#timeline.count - DRAWN_IN_ANY_CASE;
    if (surplus <= 0) return;
    this.#timeline.letGo(fromEnd, surplus, () => true);
    this.#cut = fromEnd ? "end" : "start";
  }

  async #more(side, seq) {
    const turn = this.#turn;
    const isOlder = side === "before";
    this.#sign.hidden = !isOlder;
    try {
      const page = await this.#ask(`limit=${PAGE}&${side}=${seq}`, turn);
      // What it was to follow may have been let go of meanwhile: a hole would be left.
      if (page && seq === (isOlder ? this.#timeline.firstSeq : this.#timeline.lastSeq)) this.#take(page, isOlder);
    } catch (error) {
      console.info("messages could not be loaded", error);
      this.#rested = Date.now() + REST_AFTER_FAILURE;
      setTimeout(() => this.load(), REST_AFTER_FAILURE);
    }
    if (turn !== this.#turn) return;
    this.#sign.hidden = Date.now() >= this.#rested;
    this.load();
  }

  /** A page, or null where the conversation was loaded afresh before it came. */
  async #ask(which, turn) {
    this.#busy = true;
    this.#meanwhile.clear();
    try {
      const page = await call("GET", `${this.#path}?${which}`);
      if (turn !== this.#turn) return null;
      return this.#meanwhile.size < KEPT_MEANWHILE ? page : await this.#ask(which, turn);
    } finally {
      if (turn === this.#turn) this.#busy = false;
    }
  }

  #take(page, isOlder) {
    this.#scroller.hold(() => {
      for (const message of isOlder ? page.messages.toReversed() : page.messages) this.#timeline.put(message);
      if (isOlder) this.#timeline.moreBefore = page.more_before;
      else this.#timeline.moreAfter = page.more_after;
      this.#catchUp();
      this.trim(isOlder);
    });
    this.dispatchEvent(new Event("loaded"));
  }

  #catchUp() {
    for (const message of this.#meanwhile.values()) {
      if (this.#timeline.covers(message.seq)) this.#timeline.put(message);
      requote(this.#list, message);
    }
    this.#meanwhile.clear();
  }
}
