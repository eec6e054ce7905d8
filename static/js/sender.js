// Gets what this person writes in this room to the server: in order, as often as it takes, stored once.
import { makeClientId } from "./client-id.js";

const TOGETHER = 16;
const ANSWER_WITHIN = 20_000;
const PATIENCE = 1_000;

export class Sender extends EventTarget {
  #connection;
  #outbox;
  #slug;
  #queue = [];
  #together = TOGETHER;
  #heldUntil = 0;
  #holding = null;

  constructor({ connection, outbox, slug }) {
    super();
    this.#connection = connection;
    this.#outbox = outbox;
    this.#slug = slug;
    connection.addEventListener("welcome", () => this.#flush());
    connection.addEventListener("down", () => this.#down());
    connection.addEventListener("frame", (event) => this.#frame(event.detail));
    setInterval(() => this.#mindSilence(), 5_000);
  }

  get held() {
    return Date.now() < this.#heldUntil;
  }

  /**
   * Keeps a text, then sends it: what is shown as pending survives the page. `answered` is the message that it answers, `edit`
   * the one of one's own that is to say it instead.
   */
  async say(text, { answered = null, edit = null } = {}) {
    const entry = { client_id: makeClientId(), slug: this.#slug, text, written_at: new Date().toISOString(), answered, edit, failed: "", state: "keeping" };
    this.#queue.push(entry);
    this.#tell("added", entry);
    await Promise.race([this.#outbox.keep(entry), new Promise((resolve) => setTimeout(resolve, 500))]);
    if (entry.state === "keeping") entry.state = "waiting";
    this.#flush();
  }

  /** Takes in what an earlier page left behind. */
  adopt(entries) {
    const fresh = entries.filter((entry) => !this.#find(entry.client_id)).map((entry) => ({ ...entry, state: entry.failed ? "failed" : "waiting" }));
    if (fresh.length === 0) return;
    const later = this.#queue.findIndex((entry) => entry.client_id > fresh[0].client_id);
    this.#queue.splice(later < 0 ? this.#queue.length : later, 0, ...fresh);
    for (const entry of fresh) this.#tell("added", entry);
    this.#flush();
  }

  /** The server has it: seen as a message, or said so. */
  stored(clientId) {
    const entry = this.#find(clientId);
    if (!entry) return;
    this.#together = Math.min(this.#together + 1, TOGETHER);
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
    this.#queue.push(again);
    this.#tell("added", again);
    this.#outbox.keep(again);
    this.#flush();
  }

  /** The message that one answers which was not sent. */
  answeredBy(clientId) {
    return this.#find(clientId)?.answered ?? null;
  }

  /** Takes a message back that was not sent; gives its text. */
  withdraw(clientId) {
    const entry = this.#find(clientId);
    if (!entry) return "";
    this.#drop(entry);
    return entry.text;
  }

  /** Nothing of before counts as sent in a history that was set back. */
  failAll(code) {
    for (const entry of [...this.#queue]) this.#fail(entry, code);
  }

  #flush() {
    if (!this.#connection.up || this.held) return;
    let under = this.#queue.filter((entry) => entry.state === "sent").length;
    for (const entry of this.#queue) {
      if (entry.state === "keeping" || under >= this.#together) break;
      if (entry.state !== "waiting") continue;
      if (!this.#connection.send(frameOf(entry))) break;
      entry.state = "sent";
      entry.sentAt = Date.now();
      under += 1;
      this.#tell("changed", entry);
    }
  }

  #frame(frame) {
    if (!frame.client_id) return;
    if (frame.type === "done") this.stored(frame.client_id);
    if (frame.type === "error") this.#refused(frame);
  }

  #refused({ client_id, code, message, retry, retry_after_ms }) {
    const entry = this.#find(client_id);
    if (entry?.state !== "sent") return;
    if (!retry) return this.#fail(entry, code, message);
    const from = this.#queue.indexOf(entry);
    for (const later of this.#queue.slice(from)) if (later.state === "sent") later.state = "waiting";
    this.#together = 1;
    this.#hold(retry_after_ms ?? PATIENCE);
    for (const later of this.#queue.slice(from)) this.#tell("changed", later);
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

function frameOf({ text: message, client_id, answered, edit }) {
  if (edit) return { type: "edit", message, client_id, ...edit };
  return { type: "message", message, client_id, reply_to: answered?.seq };
}
