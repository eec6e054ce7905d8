// The reader's place in the conversation. The scroll area is laid out from its end, so that the browser itself keeps a reader at
// the end there and nothing moves when older messages come in above.
const NEAR = 48;
const REACH = 800;

export class Scroller extends EventTarget {
  #area;
  #list;
  #wasAtEnd;

  constructor(area, list) {
    super();
    this.#area = area;
    this.#list = list;
    this.#wasAtEnd = this.atEnd;
    area.addEventListener("scroll", () => this.#look(), { passive: true });
    new ResizeObserver(() => this.#look()).observe(area);
  }

  get atEnd() {
    return -this.#area.scrollTop < NEAR;
  }

  get nearStart() {
    return this.#area.scrollHeight - this.#area.clientHeight + this.#area.scrollTop < REACH;
  }

  get nearEnd() {
    return -this.#area.scrollTop < REACH;
  }

  toEnd() {
    this.#area.scrollTop = 0;
    this.#look();
  }

  /** Whether an element ends above the end of what is seen. */
  showsEndOf(element) {
    const { height, bottom } = element.getBoundingClientRect();
    return height > 0 && bottom <= this.#area.getBoundingClientRect().bottom;
  }

  /** Brings an element to the top, where it lies above what is seen. */
  toTop(element) {
    const above = this.#area.getBoundingClientRect().top + NEAR;
    const over = element.getBoundingClientRect().top - above;
    if (over < 0) this.#area.scrollTop += over;
    this.#look();
  }

  toMiddle(element) {
    element.scrollIntoView({ block: "center" });
    this.#look();
  }

  /** Changes the conversation without moving what the reader is looking at. */
  hold(change) {
    if (this.atEnd) {
      change();
      this.#area.scrollTop = 0;
      return;
    }
    const top = this.#area.getBoundingClientRect().top;
    const anchor = [...this.#list.children].find((element) => element.getBoundingClientRect().bottom > top);
    const before = anchor?.getBoundingClientRect().top;
    change();
    if (anchor?.isConnected) this.#area.scrollTop += anchor.getBoundingClientRect().top - before;
  }

  #look() {
    if (this.atEnd !== this.#wasAtEnd) {
      this.#wasAtEnd = this.atEnd;
      this.dispatchEvent(new Event("end"));
    }
    this.dispatchEvent(new Event("moved"));
  }
}
