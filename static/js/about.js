// What the composer is about beside something new: an answer to a message, or other words for one of one's own.
import { t } from "./text.js";

export class About extends EventTarget {
  #answering = document.getElementById("answering");
  #editing = document.getElementById("editing");
  #seq = document.getElementById("answering-seq");
  #answered = null;
  #edited = null;

  constructor() {
    super();
    document.getElementById("answering-end").addEventListener("click", (event) => {
      event.preventDefault();
      this.answer(null);
      this.#tell("ended");
    });
    document.getElementById("editing-end").addEventListener("click", () => this.#tell("cancelled"));
    if (this.#seq.value === "") return;
    this.#answered = this.#drawn();
    // It is the page's own from now on: its address leads to the room.
    window.history.replaceState(null, "", location.pathname);
  }

  /** The message that is answered, with what is shown of it; null where none is. */
  get answered() {
    return this.#answered;
  }

  /** The message that is edited, the revision it bore then, and whether it has files; null where none is. */
  get edited() {
    return this.#edited;
  }

  /** Answers a message, or none. */
  answer(answered) {
    this.#answered = answered;
    this.#seq.value = answered?.seq ?? "";
    document.getElementById("answering-name").textContent = answered?.quote.name ?? "";
    document.getElementById("answering-excerpt").textContent = answered ? wordsOf(answered.quote) : "";
    this.#show();
  }

  /** Edits a message, or none. */
  edit(edited) {
    this.#edited = edited;
    this.#show();
  }

  /** What is answered says something else now. */
  isNow(seq, quote) {
    if (this.#answered?.seq === seq) this.answer({ seq, quote });
  }

  #show() {
    this.#answering.hidden = this.#answered === null || this.#edited !== null;
    this.#editing.hidden = this.#edited === null;
    this.#tell("changed");
  }

  /** What the server drew, where the page was opened to answer a message. */
  #drawn() {
    const words = (id) => document.getElementById(id).textContent;
    return { seq: Number(this.#seq.value), quote: { name: words("answering-name"), excerpt: words("answering-excerpt") } };
  }

  #tell(type) {
    this.dispatchEvent(new Event(type));
  }
}

/** What is shown of a message where it is answered. */
export function wordsOf({ deleted = false, excerpt = "" }) {
  return deleted ? t("quote-deleted") : excerpt || t("quote-wordless");
}
