// The reader's place in the conversation. The scroll area is laid out from its end, so that the browser itself keeps a reader at
// the end there and nothing moves when older messages come in above. Whatever else changes its height, what is read stays where it is.
const NEAR = 48;
const REACH = 800;

export class Scroller extends EventTarget {
  #area;
  #list;
  #follows;
  #wasAtEnd;
  #anchor = null;
  #last;
  /** Whether the reader last moved towards older messages. */
  isHeadingBack = true;

  /** `follows` says whether what ends the list ends the conversation: who is at the end then stays there. */
  constructor(area, list, follows) {
    super();
    this.#area = area;
    this.#list = list;
    this.#follows = follows;
    this.#wasAtEnd = this.atEnd;
    this.#last = area.scrollTop;
    area.addEventListener("scroll", () => this.#look(), { passive: true });
    const observer = new ResizeObserver(() => {
      if (!this.#isPinned) this.#settle();
      this.#look();
    });
    observer.observe(area);
    observer.observe(list);
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

  /** The message that is read, and how far below the top it begins; null at the end of the conversation. */
  get place() {
    if (this.#isPinned) return null;
    const anchor = this.#find();
    return anchor && { seq: Number(anchor.element.dataset.seq), top: anchor.top - this.#top };
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

  /** Whether an element lies so far off that it can go without being missed soon. */
  isFar(element) {
    const seen = this.#area.getBoundingClientRect();
    const { top, bottom } = element.getBoundingClientRect();
    return bottom < seen.top - 2 * REACH || top > seen.bottom + 2 * REACH;
  }

  /** Brings an element to the top, where it lies above what is seen. */
  toTop(element) {
    const over = element.getBoundingClientRect().top - this.#top - NEAR;
    if (over < 0) this.#area.scrollTop += over;
    this.#look();
  }

  toMiddle(element) {
    const fits = element.offsetHeight < this.#area.clientHeight;
    element.scrollIntoView({ block: fits ? "center" : "start" });
    this.#look();
  }

  /** Brings an element to where it stood: so far below the top. */
  put(element, top) {
    this.#area.scrollTop += element.getBoundingClientRect().top - this.#top - top;
    this.#look();
  }

  /** Changes the conversation without moving what the reader is looking at. */
  hold(change) {
    const isPinned = this.#isPinned;
    const hadFocus = this.#list.contains(document.activeElement);
    if (!isPinned) this.#anchor = this.#find();
    change();
    if (isPinned) this.#area.scrollTop = 0;
    else this.#settle();
    this.#last = this.#area.scrollTop;
    // Who goes on with the keyboard goes on from here.
    if (hadFocus && document.activeElement === document.body) this.#area.focus({ preventScroll: true });
  }

  get #top() {
    return this.#area.getBoundingClientRect().top;
  }

  get #isPinned() {
    return this.atEnd && this.#follows();
  }

  /** The first message that is seen, where it stands, and how far the area was scrolled then. */
  #find() {
    const top = this.#top;
    for (const element of this.#list.children) {
      if (!element.dataset.seq) continue;
      const place = element.getBoundingClientRect();
      if (place.height > 0 && place.bottom > top) return { element, top: place.top, scrolled: this.#area.scrollTop };
    }
    return null;
  }

  /** Puts what is read back to where it was before heights changed. */
  #settle() {
    if (!this.#anchor?.element.isConnected) return;
    const { element, top, scrolled } = this.#anchor;
    const moved = element.getBoundingClientRect().top - top + this.#area.scrollTop - scrolled;
    if (Math.abs(moved) >= 1) this.#area.scrollTop += moved;
    this.#last = this.#area.scrollTop;
    this.#anchor = { element, top: element.getBoundingClientRect().top, scrolled: this.#area.scrollTop };
  }

  #look() {
    const { scrollTop } = this.#area;
    if (scrollTop !== this.#last) this.isHeadingBack = scrollTop < this.#last;
    this.#last = scrollTop;
    this.#anchor = this.#isPinned ? null : this.#find();
    if (this.atEnd !== this.#wasAtEnd) {
      this.#wasAtEnd = this.atEnd;
      this.dispatchEvent(new Event("end"));
    }
    this.dispatchEvent(new Event("moved"));
  }
}
