// Gets what this person writes in this room to the server: in order, as often as it takes, stored once.
import { makeClientId } from "./client-id.js";

const TOGETHER = 16;
const ANSWER_WITHIN = 20_000;
const PATIENCE = 1_000;
/** So long what is said next waits for the files of what was said before; a film holds up no answer. */
const FILES_FIRST = 4_000;

export class Sender extends EventTarget {
  #connection;
  #outbox;
  #slug;
  #uploads;
  #queue = [];
  #together = TOGETHER;
  #heldUntil = 0;
  #holding = null;

  constructor({ connection, outbox, slug, uploads }) {
    super();
    this.#connection = connection;
    this.#outbox = outbox;
    this.#slug = slug;
    this.#uploads = uploads;
    uploads.addEventListener("changed", ({ detail }) => this.#fileChanged(detail));
    connection.addEventListener("welcome", () => this.#flush());
    connection.addEventListener("down", () => this.#down());
    connection.addEventListener("frame", (event) => this.#frame(event.detail));
    setInterval(() => this.#mindSilence(), 5_000);
  }

  get held() {
    return Date.now() < this.#heldUntil;
  }

  /**
   * Keeps a text, then sends it: what is shown as pending survives the page. `files` are the keys of what goes with it,
   * `answered` is the message that it answers, `edit` the one of one's own that is to say it instead.
   */
  async say(text, { files = [], answered = null, edit = null } = {}) {
    const entry = { client_id: makeClientId(), slug: this.#slug, text, files, written_at: new Date().toISOString(), answered, edit, failed: "", state: "keeping" };
    this.#queue.push(entry);
    this.#uploads.give(files, entry.client_id);
    this.#tell("added", entry);
    await Promise.race([this.#outbox.keep(entry), new Promise((resolve) => setTimeout(resolve, 500))]);
    if (entry.state === "keeping") this.#settle(entry);
    this.#flush();
  }

  /** Takes in what an earlier page left behind. */
  async adopt(entries) {
    const found = [];
    for (const entry of entries.filter((entry) => !this.#find(entry.client_id))) {
      const files = entry.files ?? [];
      await this.#uploads.adoptFor(files);
      found.push({ ...entry, files, state: entry.failed ? "failed" : "waiting" });
    }
    const fresh = found.filter((entry) => !this.#find(entry.client_id));
    if (fresh.length === 0) return;
    const later = this.#queue.findIndex((entry) => entry.client_id > fresh[0].client_id);
    this.#queue.splice(later < 0 ? this.#queue.length : later, 0, ...fresh);
    for (const entry of fresh) {
      if (entry.state === "waiting") this.#settle(entry);
      this.#tell("added", entry);
    }
    this.#flush();
  }

  /** The server has it: seen as a message, or said so. */
  stored(clientId) {
    const entry = this.#find(clientId);
    if (!entry) return;
    this.#together = Math.min(this.#together + 1, TOGETHER);
    this.#uploads.finish(entry.files);
    this.#drop(entry);
    this.#flush();
  }

  /** Sends what was refused once more, with what has changed about it since. */
  retry(clientId, changes = {}) {
    const entry = this.#find(clientId);
    if (entry?.state !== "failed") return;
    this.#drop(entry);
    const renewed = entry.failed === "conflict" ? makeClientId() : entry.client_id;
    const again = { ...entry, ...changes, client_id: renewed, failed: "", state: "waiting" };
    this.#uploads.give(again.files, renewed);
    // What the server refused with its message may be refused for its files, which it has forgotten.
    for (const key of again.files) this.#uploads.retry(key, entry.failed !== "file");
    this.#queue.push(again);
    this.#settle(again);
    this.#tell("added", again);
    this.#outbox.keep(again);
    this.#flush();
  }

  /** The message that one answers which was not sent. */
  answeredBy(clientId) {
    return this.#find(clientId)?.answered ?? null;
  }

  /** Takes a message back that was not sent, to be written anew; gives its text, and its files to where they were chosen. */
  withdraw(clientId) {
    const entry = this.#find(clientId);
    if (!entry) return "";
    this.#drop(entry);
    this.#uploads.give(entry.files, null);
    return entry.text;
  }

  /** Lets go of a message that was not sent. */
  discard(clientId) {
    const entry = this.#find(clientId);
    if (!entry) return;
    this.#drop(entry);
    this.#uploads.cancel(entry.files);
  }

  /** Nothing of before counts as sent in a history that was set back. */
  failAll(code) {
    for (const entry of [...this.#queue]) this.#fail(entry, code);
  }

  #flush() {
    if (!this.#connection.up || this.held) return;
    let under = this.#queue.filter((entry) => entry.state === "sent").length;
    for (const entry of this.#queue) {
      if (entry.state === "keeping" || under >= this.#together || this.#isExpected(entry)) break;
      if (entry.state !== "waiting") continue;
      if (!this.#connection.send(frameOf(entry, this.#uploads))) break;
      entry.state = "sent";
      entry.sentAt = Date.now();
      under += 1;
      this.#tell("changed", entry);
    }
  }

  /** A message waits for its files. */
  #settle(entry) {
    if (!this.#uploads.has(entry.files)) return this.#fail(entry, "lost");
    if (this.#uploads.haveFailed(entry.files)) return this.#fail(entry, "file");
    if (this.#uploads.areWhole(entry.files)) {
      entry.state = "waiting";
    } else if (entry.state !== "uploading") {
      entry.state = "uploading";
      entry.expectedUntil = Date.now() + FILES_FIRST;
      setTimeout(() => this.#flush(), FILES_FIRST);
    }
  }

  #isExpected({ state, expectedUntil }) {
    return state === "uploading" && Date.now() < expectedUntil;
  }

  #fileChanged({ record, state }) {
    const entry = record.clientId && this.#find(record.clientId);
    if (entry?.state !== "uploading") return;
    if (state === "failed") return this.#fail(entry, "file");
    this.#settle(entry);
    if (entry.state === "uploading") return;
    this.#tell("changed", entry);
    this.#flush();
  }

  #frame(frame) {
    if (!frame.client_id) return;
    if (frame.type === "done") this.stored(frame.client_id);
    if (frame.type === "error") this.#refused(frame);
  }

  #refused({ client_id, code, message, retry, retry_after_ms }) {
    const entry = this.#find(client_id);
    if (entry?.state !== "sent") return;
    if (code === "forbidden" && entry.files.length > 0 && !entry.isAnew) return this.#sendFilesAnew(entry);
    if (!retry) return this.#fail(entry, code, message);
    const from = this.#queue.indexOf(entry);
    for (const later of this.#queue.slice(from)) if (later.state === "sent") later.state = "waiting";
    this.#together = 1;
    this.#hold(retry_after_ms ?? PATIENCE);
    for (const later of this.#queue.slice(from)) this.#tell("changed", later);
  }

  /** Files that waited too long for their message are gone from the server, and still here. */
  #sendFilesAnew(entry) {
    entry.isAnew = true;
    for (const key of entry.files) this.#uploads.retry(key, true);
    this.#settle(entry);
    this.#tell("changed", entry);
    this.#flush();
  }

  #hold(milliseconds) {
    this.#heldUntil = Math.max(this.#heldUntil, Date.now() + milliseconds);
    clearTimeout(this.#holding);
    this.#holding = setTimeout(() => this.#flush(), this.#heldUntil - Date.now() + 5);
  }

  #fail(entry, code, why = null) {
    entry.state = "failed";
    entry.failed = code;
    entry.why = why;
    this.#outbox.keep(entry);
    this.#tell("changed", entry);
    this.#flush();
  }

  #down() {
    this.#heldUntil = 0;
    for (const entry of this.#queue) if (entry.state === "sent") entry.state = "waiting";
    for (const entry of this.#queue) this.#tell("changed", entry);
  }

  #mindSilence() {
    const late = this.#queue.some((entry) => entry.state === "sent" && Date.now() - entry.sentAt > ANSWER_WITHIN);
    if (late) this.#connection.restart();
  }

  #find(clientId) {
    return this.#queue.find((entry) => entry.client_id === clientId);
  }

  #drop(entry) {
    this.#queue.splice(this.#queue.indexOf(entry), 1);
    this.#outbox.forget(entry.client_id);
    this.#tell("removed", entry);
  }

  #tell(type, entry) {
    this.dispatchEvent(new CustomEvent(type, { detail: entry }));
  }
}

function frameOf({ text: message, client_id, files, answered, edit }, uploads) {
  if (edit) return { type: "edit", message, client_id, seq: edit.seq, based_on: edit.based_on };
  const attachments = files.length > 0 ? uploads.named(files) : undefined;
  return { type: "message", message, client_id, reply_to: answered?.seq, attachments };
}
