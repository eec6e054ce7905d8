// One file's way to the server: part behind part, taken up where it stopped after any cut.
import { Refusal, call, roomPath } from "../api.js";
import { Backoff } from "../backoff.js";

/** So long nothing may move before a part is sent again. */
const SILENCE = 20_000;
/** A part that came to nothing may have been broken off on its way; one that does again and again is not wanted. */
const DOUBTS_MOST = 3;
/** Whoever is to wait as long as this is told why. */
const LONG_WAIT_SECONDS = 20;

export class Upload extends EventTarget {
  #record;
  #bytes;
  #isUp;
  #request = null;
  #backoff = new Backoff();
  #wake = () => {};
  #isStopped = false;
  #offset = null;
  #underWay = 0;
  #doubts = 0;
  /** Why nothing moves for a while, in the server's words. */
  trouble = "";

  /** `record` is kept up to date; `isUp` tells whether there is a connection to the server now. */
  constructor({ record, bytes, isUp }) {
    super();
    this.#record = record;
    this.#bytes = bytes;
    this.#isUp = isUp;
  }

  /** Bytes that have left. */
  get done() {
    return this.#record.isWhole ? this.#bytes.size : (this.#offset ?? 0) + this.#underWay;
  }

  /** Goes on until the file is there or was stopped. Throws a Refusal where it will never be. */
  async run() {
    while (!this.#isStopped && !this.#record.isWhole) {
      if (!this.#isUp()) {
        await this.#pause(Infinity);
        continue;
      }
      try {
        await this.#step();
        this.trouble = "";
        this.#backoff.reset();
      } catch (refusal) {
        this.#underWay = 0;
        if (this.#isStopped) return;
        if (!(refusal instanceof Refusal) || !this.#isPassing(refusal)) throw refusal;
        this.#offset = null;
        this.trouble = refusal.retryAfterSeconds >= LONG_WAIT_SECONDS ? refusal.words : "";
        this.#tell();
        await this.#pause(Math.max(this.#backoff.next(), refusal.retryAfterSeconds * 1000));
      }
    }
  }

  /** Tries again at once where it was waiting. */
  hurry() {
    this.#wake();
  }

  /** Ends it here; the server forgets what it has. */
  stop() {
    this.#isStopped = true;
    this.#request?.abort();
    this.#wake();
  }

  get #path() {
    return `${roomPath(this.#record.slug)}/uploads/parts`;
  }

  async #step() {
    if (!this.#record.id) await this.#begin();
    else if (this.#offset === null) await this.#askWhere();
    else await this.#sendPart();
    this.#tell();
  }

  async #begin() {
    const { name, size, voice } = this.#record;
    const begun = await call("POST", this.#path, voice ? { name, size, voice } : { name, size });
    this.#record.id = begun.id;
    this.#record.partBytes = begun.part_bytes_max;
    this.#offset = begun.offset;
  }

  /** What the server has forgotten begins anew. */
  async #askWhere() {
    try {
      const { offset } = await call("GET", `${this.#path}/${this.#record.id}`);
      this.#offset = offset;
    } catch (refusal) {
      if (refusal.status !== 404) throw refusal;
      this.#record.id = null;
      this.#offset = null;
    }
  }

  async #sendPart() {
    const part = await this.#read(this.#bytes.slice(this.#offset, this.#offset + this.#record.partBytes));
    const { status, content, retryAfterSeconds } = await this.#patch(part);
    this.#underWay = 0;
    if (status === 200) {
      this.#offset = content.offset;
      this.#doubts = 0;
    } else if (status === 201) this.#record.isWhole = true;
    else if (status === 409 || status === 404) this.#offset = null;
    else throw new Refusal(status, content.error?.code ?? "internal", retryAfterSeconds, content.error?.message);
  }

  /** A file that was changed or taken away since it was chosen cannot be read. */
  async #read(part) {
    try {
      return await part.arrayBuffer();
    } catch {
      throw new Refusal(400, "unreadable", 0);
    }
  }

  /** fetch tells nothing of how far a body has come. */
  #patch(part) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      let silence = null;
      const listen = () => {
        clearTimeout(silence);
        silence = setTimeout(() => request.abort(), SILENCE);
      };
      request.open("PATCH", `${this.#path}/${this.#record.id}?offset=${this.#offset}`);
      request.setRequestHeader("Content-Type", "application/octet-stream");
      request.upload.onprogress = ({ loaded }) => {
        listen();
        this.#underWay = loaded;
        this.#tell();
      };
      request.onload = () => resolve({ status: request.status, content: parsed(request.responseText), retryAfterSeconds: Number(request.getResponseHeader("Retry-After")) || 0 });
      request.onerror = request.onabort = () => reject(new Refusal(0, "unavailable", 0));
      request.onloadend = () => {
        clearTimeout(silence);
        this.#request = null;
      };
      this.#request = request;
      listen();
      request.send(part);
    });
  }

  #isPassing({ status, code }) {
    if (status === 400 && code === "bad_request") return ++this.#doubts <= DOUBTS_MOST;
    return [0, 401, 408, 429].includes(status) || status >= 500;
  }

  #pause(milliseconds) {
    return new Promise((resolve) => {
      const timer = milliseconds < Infinity ? setTimeout(resolve, milliseconds) : null;
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #tell() {
    this.dispatchEvent(new Event("moved"));
  }
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
