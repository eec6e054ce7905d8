// What has been read: told to the server when it is seen, marked with a line where it is new, counted where it is missed.
import { timeOf } from "./clock.js";
import { t } from "./text.js";

const TELL_EVERY = 1_000;
const lineTemplate = document.getElementById("new-line-template");

export class Reading {
  #connection;
  #timeline;
  #scroller;
  #title;
  #button = document.getElementById("newer");
  #words = document.getElementById("newer-words");
  #readSeq;
  #toldSeq;
  #telling = null;
  #missed = 0;

  constructor({ connection, timeline, scroller, title, readSeq, hasUnread, toNewest }) {
    this.#connection = connection;
    this.#timeline = timeline;
    this.#scroller = scroller;
    this.#title = title;
    this.#readSeq = readSeq;
    this.#toldSeq = readSeq;
    if (hasUnread && readSeq > 0) this.drawLineAfter(readSeq);
    scroller.addEventListener("end", () => this.look());
    connection.addEventListener("welcome", () => this.look());
    document.addEventListener("visibilitychange", () => this.look());
    this.#button.addEventListener("click", toNewest);
    this.look();
  }

  get attends() {
    return document.visibilityState === "visible" && this.#scroller.atEnd && !this.#timeline.moreAfter;
  }

  /** New messages of others have come, lowest number first. */
  came(messages) {
    if (messages.length === 0 || this.attends) return this.look();
    if (this.#missed === 0 && document.visibilityState === "hidden") this.drawLineAfter(messages[0].seq - 1);
    this.#missed += messages.length;
    this.look();
  }

  /** Another of this person's devices has read further. */
  readElsewhere(unread) {
    if (unread > 0 || this.#missed === 0) return;
    this.#missed = 0;
    this.look();
  }

  /** The line stands before the first message of somebody else above `seq`, once it is known to be the first. */
  drawLineAfter(seq) {
    const first = this.#timeline.after(seq).find((row) => !this.#timeline.isMine(row));
    if (!first || (this.#timeline.moreBefore && this.#timeline.firstSeq > seq + 1)) return;
    const line = lineTemplate.content.firstElementChild.cloneNode(true);
    line.querySelector(".new-line__words").textContent = t("new-since", { time: timeOf(first.at) });
    this.#timeline.drawLine(first.seq, line);
  }

  look() {
    if (this.attends) {
      this.#missed = 0;
      const last = this.#timeline.lastSeq ?? 0;
      if (last > this.#readSeq) this.#readSeq = last;
      this.#tell();
    }
    this.#title.here = this.#missed;
    this.#button.hidden = this.#scroller.atEnd && !this.#timeline.moreAfter;
    this.#words.textContent = t("newer-messages", { count: this.#missed });
  }

  #tell() {
    if (this.#telling || this.#readSeq <= this.#toldSeq) return;
    if (!this.#connection.send({ type: "read", seq: this.#readSeq })) return;
    this.#toldSeq = this.#readSeq;
    this.#telling = setTimeout(() => {
      this.#telling = null;
      this.#tell();
    }, TELL_EVERY);
  }
}
