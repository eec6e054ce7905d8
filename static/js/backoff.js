// How long to wait before connecting again: anything up to a limit that doubles, so that many who lost the server at once do not
// come back at once.
const FIRST = 250;
const CAP_AT_FIRST = 5_000;
const CAP_LATER = 20_000;
const AT_FIRST = 120_000;

export class Backoff {
  #attempts = 0;
  #since = null;

  next(now = Date.now()) {
    this.#since ??= now;
    const cap = now - this.#since < AT_FIRST ? CAP_AT_FIRST : CAP_LATER;
    const limit = Math.min(cap, FIRST * 2 ** this.#attempts);
    this.#attempts = Math.min(this.#attempts + 1, 16);
    return Math.random() * limit;
  }

  reset() {
    this.#attempts = 0;
    this.#since = null;
  }
}
