// The messages on the page, in the order of their numbers, then those that have none yet. Days and groups are drawn for the
// reader's own time zone.
import { dayName, dayOf, millisecondsToMidnight } from "./clock.js";
import { countDeleted } from "./deleted.js";
import { date } from "./edited.js";
import { drawMessage, fillText, setTime } from "./message-view.js";
import { isNotice } from "./notices.js";

const GROUP = 5 * 60_000;
const dayTemplate = document.getElementById("day-template");

export class Timeline {
  #list;
  #me;
  #rows = [];
  #bySeq = new Map();
  #byClientId = new Map();
  #lineAt = null;
  #line = null;
  moreBefore;
  moreAfter;

  constructor({ list, me, moreBefore, moreAfter }) {
    this.#list = list;
    this.#me = me;
    this.moreBefore = moreBefore;
    this.moreAfter = moreAfter;
    this.#takeOver();
    this.#renameDaysAtMidnight();
  }

  get firstSeq() {
    return this.#rows[0]?.seq ?? null;
  }

  get lastSeq() {
    return this.#stored().at(-1)?.seq ?? null;
  }

  /** How many stored messages are drawn. */
  get count() {
    return this.#stored().length;
  }

  get isEmpty() {
    return this.#rows.length === 0;
  }

  get lineAt() {
    return this.#lineAt;
  }

  /** Stored messages above a number, oldest first, with who wrote them and when. */
  after(seq) {
    return this.#stored().filter((row) => row.seq > seq);
  }

  /** The newest stored message of which `shows` is true, and with it all before it. */
  lastOf(shows) {
    return this.#stored().findLast((row) => shows(row.element)) ?? null;
  }

  /** Whether a message with this number belongs between what is loaded, or directly after it. */
  covers(seq) {
    if (this.firstSeq === null) return true;
    return !(this.moreBefore && seq < this.firstSeq) && !(this.moreAfter && seq > this.lastSeq);
  }

  element(seq) {
    return this.#bySeq.get(seq)?.element ?? null;
  }

  isMine(message) {
    return message.username === this.#me.username;
  }

  /** Puts a message in its place, or its newer state over the older. True where it was not here before. */
  put(message) {
    const known = this.#bySeq.get(message.seq);
    if (known) {
      if (message.revision > known.revision) {
        known.revision = message.revision;
        known.element.dataset.revision = message.revision;
        fillText(known.element, message);
        if (message.deleted && !known.isDeleted) this.#takeBack(known);
      }
      return false;
    }
    if (this.isMine(message) && message.client_id) this.removePending(message.client_id);
    const row = rowOf(message, drawMessage(message, this.isMine(message)));
    this.#bySeq.set(row.seq, row);
    this.#insert(row, this.#indexFor(row.seq));
    return true;
  }

  addPending({ client_id, text, attachments, written_at, answered }) {
    const message = {
      client_id,
      username: this.#me.username,
      name: this.#me.name,
      avatar: this.#me.avatar,
      message: text,
      attachments,
      sent_at: written_at,
      revision: 0,
      reply_to: answered?.seq,
      quote: answered?.quote,
    };
    const row = { ...rowOf(message, drawMessage(message, true)), clientId: client_id };
    row.element.classList.add("message--pending");
    this.#byClientId.set(client_id, row);
    this.#insert(row, this.#rows.length);
    return row.element;
  }

  removePending(clientId) {
    const row = this.#byClientId.get(clientId);
    if (!row) return;
    this.#byClientId.delete(clientId);
    this.#remove(this.#rows.indexOf(row));
  }

  /** Drops every stored message for a newer page; what is pending stays. */
  reset({ messages, more_before, more_after }) {
    for (const row of this.#stored()) row.element.remove();
    for (const row of this.#rows) row.heading?.remove();
    this.#line?.remove();
    this.#lineAt = this.#line = null;
    this.#rows = this.#rows.filter((row) => row.seq === null);
    for (const row of this.#rows) row.heading = null;
    this.#bySeq.clear();
    this.moreBefore = more_before;
    this.moreAfter = more_after;
    for (const message of messages) this.put(message);
    this.#arrange(0);
  }

  /** Lets go of at most so many at one end, up to the first that has to stay. */
  letGo(fromEnd, most, mayGo) {
    const stored = this.#stored();
    const inTurn = fromEnd ? stored.toReversed() : stored;
    const stays = inTurn.slice(0, most).findIndex((row) => !mayGo(row.element));
    const count = stays === -1 ? Math.min(most, stored.length) : stays;
    if (count === 0) return;
    const start = fromEnd ? stored.length - count : 0;
    for (const row of this.#rows.splice(start, count)) {
      this.#bySeq.delete(row.seq);
      row.element.remove();
      row.heading?.remove();
      if (row.seq === this.#lineAt) this.drawLine(null, null);
    }
    if (fromEnd) this.moreAfter = true;
    else this.moreBefore = true;
    this.#arrange(start);
  }

  /** Draws `line` before the message with this number, and nowhere else. */
  drawLine(seq, line) {
    this.#line?.remove();
    const before = this.#lineAt;
    this.#lineAt = seq;
    this.#line = line;
    for (const one of [before, seq]) if (this.#bySeq.has(one)) this.#arrange(this.#rows.indexOf(this.#bySeq.get(one)));
  }

  #takeBack(row) {
    row.isDeleted = true;
    const index = this.#rows.indexOf(row);
    this.#arrange(index);
    this.#arrange(index + 1);
  }

  #stored() {
    const pending = this.#byClientId.size;
    return pending === 0 ? this.#rows : this.#rows.slice(0, -pending);
  }

  #indexFor(seq) {
    let index = this.#rows.length - this.#byClientId.size;
    while (index > 0 && this.#rows[index - 1].seq > seq) index -= 1;
    return index;
  }

  #insert(row, index) {
    const next = this.#rows[index];
    this.#rows.splice(index, 0, row);
    this.#list.insertBefore(row.element, next ? this.#head(next) : null);
    this.#arrange(index);
    this.#arrange(index + 1);
  }

  #remove(index) {
    const [row] = this.#rows.splice(index, 1);
    row.element.remove();
    row.heading?.remove();
    if (row.seq !== null && row.seq === this.#lineAt) this.drawLine(null, null);
    this.#arrange(index);
  }

  /** The first element that belongs to a row: its day, the line of what is new, or itself. */
  #head(row) {
    if (row.heading) return row.heading;
    return row.seq !== null && row.seq === this.#lineAt && this.#line?.isConnected ? this.#line : row.element;
  }

  #arrange(index) {
    const row = this.#rows[index];
    if (!row) return;
    const before = this.#rows[index - 1];
    const startsDay = !before || dayOf(before.at) !== dayOf(row.at);
    const hasLine = row.seq !== null && row.seq === this.#lineAt && this.#line !== null;
    const grouped = !startsDay && !hasLine && before.username === row.username && stands(before) && stands(row) && Math.abs(row.at - before.at) < GROUP;
    row.element.classList.toggle("message--grouped", grouped);
    row.isFolded = row.isDeleted && !startsDay && !hasLine && before.isDeleted;
    row.element.classList.toggle("message--folded", row.isFolded);
    countDeleted(this.#rows, index);
    if (hasLine) row.element.before(this.#line);
    if (startsDay) {
      row.heading ??= drawDay(row.at);
      (hasLine ? this.#line : row.element).before(row.heading);
    } else {
      row.heading?.remove();
      row.heading = null;
    }
  }

  /** Makes rows of what the server drew, with days and times as they are here. */
  #takeOver() {
    for (const heading of this.#list.querySelectorAll(":scope > .day")) heading.remove();
    for (const element of this.#list.querySelectorAll(":scope > .message")) {
      const { seq, revision, username } = element.dataset;
      const sentAt = element.querySelector(".message__time").dateTime;
      const name = element.querySelector(".message__author").textContent;
      const kind = element.classList.contains("message--notice") ? "notice" : undefined;
      const deleted = element.classList.contains("message--deleted");
      const row = rowOf({ seq: Number(seq), revision: Number(revision), username, name, sent_at: sentAt, kind, deleted }, element);
      setTime(element, sentAt);
      for (const mark of element.querySelectorAll(".message__edited")) date(mark);
      this.#rows.push(row);
      this.#bySeq.set(row.seq, row);
    }
    this.#rows.forEach((row, index) => this.#arrange(index));
  }

  #renameDaysAtMidnight() {
    setTimeout(() => {
      for (const row of this.#rows) if (row.heading) nameDay(row.heading, row.at);
      this.#renameDaysAtMidnight();
    }, millisecondsToMidnight() + 1000);
  }
}

function rowOf(message, element) {
  const { seq = null, revision, username, name, sent_at, deleted = false } = message;
  return { seq, revision, username, name: name || username, at: new Date(sent_at), isNotice: isNotice(message), isDeleted: deleted, isFolded: false, element, heading: null };
}

/** Whether it says something by somebody, under whose name the next may stand. */
function stands({ isNotice, isDeleted }) {
  return !isNotice && !isDeleted;
}

function drawDay(date) {
  const heading = dayTemplate.content.firstElementChild.cloneNode(true);
  nameDay(heading, date);
  return heading;
}

function nameDay(heading, date) {
  const time = heading.querySelector("time");
  time.dateTime = dayOf(date);
  time.textContent = dayName(date);
}
