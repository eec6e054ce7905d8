// What has been read: told to the server when it was seen for a moment, marked with a line where it is new, counted where it
// is missed.
import { isMuted } from "./muted.js";
import { namesReader } from "./message-view.js";
import { timeOf } from "./clock.js";
import { t } from "./text.js";

const SEEN_AFTER = 1_000;
// More are not told apart.
const COUNTED_MOST = 1_000;
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
  #seeing = null;
  #onRead;
  #missed = new Set();
  #missedMentions = new Set();
  #lineAfter = null;
  #isKeptUnread = false;

  constructor({ connection, timeline, scroller, title, readSeq, hasUnread, isSought, toNewest, onRead }) {
    this.#connection = connection;
    this.#timeline = timeline;
    this.#scroller = scroller;
    this.#title = title;
    this.#readSeq = readSeq;
    this.#toldSeq = readSeq;
    this.#onRead = onRead;
    if (hasUnread && readSeq > 0) {
      const line = this.drawLineAfter(readSeq);
      if (line && !isSought) scroller.toTop(line);
    }
    wordEarlier();
    scroller.addEventListener("end", () => this.look());
    scroller.addEventListener("moved", () => this.#see());
    connection.addEventListener("welcome", () => this.#again());
    document.addEventListener("visibilitychange", () => this.look());
    for (const change of ["focus", "blur"]) addEventListener(change, () => this.look());
    this.#button.addEventListener("click", ({ detail }) => {
      toNewest();
      // By a key: the button goes, and the focus is not to go with it.
      if (detail === 0) document.getElementById("composer-text")?.focus({ preventScroll: true });
    });
    this.look();
  }

  /** Whether somebody looks at this page. */
  get #isWatched() {
    return document.visibilityState === "visible" && document.hasFocus();
  }

  get attends() {
    return this.#isWatched && this.#scroller.atEnd && !this.#timeline.moreAfter;
  }

  /** New messages of others have come, lowest number first; not all of them are drawn where the end is not. */
  came(messages) {
    if (messages.length === 0 || this.attends) return this.look();
    if (this.#missed.size === 0 && !this.#isWatched && !this.#isKeptUnread) this.drawLineAfter(messages[0].seq - 1);
    for (const message of messages) {
      if (this.#missed.size < COUNTED_MOST) this.#missed.add(message.seq);
      if (namesReader(message)) this.#missedMentions.add(message.seq);
    }
    this.look();
  }

  /** A message was taken back: it is missed no more. */
  isGone({ seq }) {
    this.#missedMentions.delete(seq);
    if (this.#missed.delete(seq)) this.look();
  }

  /** Another of this person's devices has read further. */
  readElsewhere(unread) {
    if (unread > 0 || this.#missed.size === 0) return;
    this.#missed.clear();
    this.look();
  }

  /** Other messages are drawn than before: the line is among them, or it is not. */
  redraw() {
    if (this.#lineAfter !== null && this.#timeline.lineAt === null) this.drawLineAfter(this.#lineAfter);
    this.look();
  }

  /** From a message on nothing is read any more by looking at it, until something is said here. */
  keepUnread(seq) {
    this.#isKeptUnread = true;
    this.#readSeq = this.#toldSeq = seq - 1;
    this.drawLineAfter(seq - 1);
  }

  /** Who says something has read up to it, and reads on. */
  readOn() {
    this.#isKeptUnread = false;
    this.look();
  }

  /** The line stands before the first message of somebody else above `seq`, once it is known to be the first. */
  drawLineAfter(seq) {
    this.#lineAfter = seq;
    const first = this.#timeline.after(seq).find((row) => !this.#timeline.isMine(row) && !isMuted(row.username));
    if (!first || (this.#timeline.moreBefore && this.#timeline.firstSeq > seq + 1)) return null;
    const line = lineTemplate.content.firstElementChild.cloneNode(true);
    line.querySelector(".new-line__words").textContent = t("new-since", { time: timeOf(first.at) });
    this.#timeline.drawLine(first.seq, line);
    return line;
  }

  look() {
    if (this.attends) this.#missed.clear();
    for (const seq of this.#missed) if (seq <= this.#readSeq) this.#missed.delete(seq);
    for (const seq of this.#missedMentions) if (!this.#missed.has(seq)) this.#missedMentions.delete(seq);
    this.#see();
    this.#title.here = { count: this.#missed.size, mentions: this.#missedMentions.size };
    this.#button.hidden = this.#scroller.atEnd && !this.#timeline.moreAfter;
    this.#words.textContent = t("newer-messages", { count: this.#missed.size });
  }

  /** The newest message of which all is seen: at the end that is the last, however long it is. */
  #newestSeen() {
    if (!this.#isWatched || this.#isKeptUnread) return 0;
    if (this.attends) return this.#timeline.lastSeq ?? 0;
    return this.#timeline.lastOf((element) => this.#scroller.showsEndOf(element))?.seq ?? 0;
  }

  /** What is seen now, and still is in a moment, has been read. */
  #see() {
    if (this.#seeing || !this.#isWatched || this.#isKeptUnread) return;
    const seen = this.#newestSeen();
    if (seen <= this.#readSeq) return;
    this.#seeing = setTimeout(() => {
      this.#seeing = null;
      this.#readSeq = Math.max(this.#readSeq, Math.min(seen, this.#newestSeen()));
      this.#tell();
      this.look();
    }, SEEN_AFTER);
  }

  #tell() {
    if (this.#readSeq <= this.#toldSeq || this.#isKeptUnread) return;
    if (!this.#connection.send({ type: "read", seq: this.#readSeq })) return;
    this.#toldSeq = this.#readSeq;
    this.#onRead(this.#readSeq);
  }

  /** What was told to a socket that is gone may have been lost on the way. */
  #again() {
    this.#tell();
    this.look();
  }
}

/** The way to what is new and older than the page, in the reader's own time. */
function wordEarlier() {
  const link = document.getElementById("earlier");
  if (!link) return;
  const { since, count } = link.dataset;
  link.textContent = t("unread-since", { count: Number(count), time: timeOf(new Date(since)) });
}
