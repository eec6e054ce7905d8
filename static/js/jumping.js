// Goes to a message of this room wherever it is, and back to where one was. Its address is that of the page with `?at=`, so that
// it can be opened, copied and sent.
import { t } from "./text.js";

const SOUGHT_SHOWN = 2_000;
const NOTE_SHOWN = 5_000;

let jumps = null;

/** Shows a message of this room and marks it; where no room is open here, its address is opened. Whether it is shown. */
export async function jumpTo(seq) {
  if (jumps) return jumps.to(seq);
  location.assign(`?at=${seq}`);
  return false;
}

/** Takes over the way to messages of this room: links to them, and the browser's own way back. */
export function letJump(parts) {
  jumps = new Jumps(parts);
  return jumps;
}

class Jumps {
  #path;
  #timeline;
  #scroller;
  #folds;
  #history;
  #toNewest;
  #say;
  #address = addressed();
  #note = document.getElementById("timeline-note");
  #fading = null;
  #marked = null;

  constructor({ slug, timeline, scroller, folds, history, toNewest, say }) {
    this.#path = `/chat/${slug}/`;
    this.#timeline = timeline;
    this.#scroller = scroller;
    this.#folds = folds;
    this.#history = history;
    this.#toNewest = toNewest;
    this.#say = say;
    document.addEventListener("click", (event) => this.#takeOver(event));
    addEventListener("popstate", ({ state }) => this.#return(state));
  }

  async to(seq) {
    const before = { place: this.#scroller.place };
    if (!(await this.#bring(seq))) return false;
    if (Number(sought()) === seq) this.#go("replaceState", null);
    else {
      window.history.replaceState(before, "");
      this.#go("pushState", `?at=${seq}`);
    }
    this.mark(seq);
    return true;
  }

  /** Brings a message that is drawn before the reader's eyes, and to where keyboard and screen reader are. */
  mark(seq) {
    this.#folds.reveal(seq);
    const element = standing(this.#timeline.element(seq));
    this.#scroller.toMiddle(element);
    for (const one of [this.#marked, element]) one?.classList.remove("message--sought", "message--found");
    clearTimeout(this.#fading);
    this.#marked = element;
    element.classList.add("message--sought");
    this.#fading = setTimeout(() => element.classList.replace("message--sought", "message--found"), SOUGHT_SHOWN);
    element.tabIndex = -1;
    element.focus({ preventScroll: true });
  }

  /** The address of the room itself again: what one sees is its end. */
  leave() {
    document.getElementById("lost")?.remove();
    if (sought() !== null) this.#go("replaceState", location.pathname);
  }

  /** Has a message drawn; says why where that cannot be. */
  async #bring(seq) {
    if (this.#timeline.element(seq)) return true;
    try {
      if (!(await this.#history.around(seq))) return false;
    } catch (error) {
      console.info("messages could not be loaded", error);
      this.tell("jump-failed");
      return false;
    }
    if (this.#timeline.element(seq)) return true;
    this.tell("jump-missing");
    return false;
  }

  tell(key) {
    this.#say(t(key));
    this.#note.textContent = t(key);
    this.#note.hidden = false;
    setTimeout(() => (this.#note.hidden = true), NOTE_SHOWN);
  }

  #go(how, address) {
    window.history[how](null, "", address ?? undefined);
    this.#address = addressed();
  }

  async #return(state) {
    // A link within the page leads to another place of it, and to no other message.
    if (addressed() === this.#address) return;
    this.#address = addressed();
    const place = state?.place;
    const seq = place?.seq ?? Number(sought());
    if (!(seq > 0) || state?.place === null) return this.#toNewest();
    if (!(await this.#bring(seq))) return;
    if (place) this.#scroller.put(this.#timeline.element(seq), place.top);
    else this.mark(seq);
  }

  #takeOver(event) {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a[href]");
    const seq = link && this.#seqOf(new URL(link.href));
    if (!seq) return;
    event.preventDefault();
    link.closest(".earlier")?.remove();
    this.to(seq);
  }

  /** The message of this room that an address leads to. */
  #seqOf({ origin, pathname, searchParams }) {
    const isHere = origin === location.origin && (pathname === location.pathname || decoded(pathname) === this.#path);
    const seq = isHere ? Number(searchParams.get("at")) : 0;
    return Number.isSafeInteger(seq) && seq > 0 ? seq : null;
  }
}

const addressed = () => location.pathname + location.search;
const sought = () => new URLSearchParams(location.search).get("at");

/** One that was taken back may stand under the line of those before it. */
function standing(element) {
  let shown = element;
  while (shown.classList.contains("message--folded") && shown.previousElementSibling) shown = shown.previousElementSibling;
  return shown;
}

function decoded(path) {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
