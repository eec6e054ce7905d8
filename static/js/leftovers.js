// Sends what was written in rooms that are not open here and whose pages are gone, each room's in order.
import { Refusal, call, roomPath } from "./api.js";

const PATIENCE = 2_000;

export class Leftovers {
  #me;
  #connection;
  #outbox;
  #uploads;
  #here;
  #mark;
  #busy = false;

  /** `mark` is told the slugs of rooms where something stays unsent. */
  constructor({ me, connection, outbox, uploads, here = null, mark }) {
    this.#me = me;
    this.#connection = connection;
    this.#outbox = outbox;
    this.#uploads = uploads;
    this.#here = here;
    this.#mark = mark;
    connection.addEventListener("welcome", () => this.#send());
  }

  async #send() {
    if (this.#busy) return;
    this.#busy = true;
    try {
      const elsewhere = (entry) => entry.slug !== this.#here && !entry.failed;
      await this.#outbox.adopt(elsewhere);
      const entries = (await this.#outbox.own()).filter(elsewhere);
      const rooms = new Set(entries.map((entry) => entry.slug));
      await Promise.all([...rooms].map((slug) => this.#deliver(entries.filter((entry) => entry.slug === slug))));
      const left = await this.#outbox.all();
      await this.#uploads.forgetStrays(this.#outbox);
      this.#mark(new Set(left.map((entry) => entry.slug).filter((slug) => slug !== this.#here)));
    } catch (error) {
      // The page is being left, and nothing of it is run any more.
      console.info("what was left behind waits for the next page", error);
    } finally {
      this.#busy = false;
    }
  }

  async #deliver(entries) {
    // As in the room itself, a message whose files are still on their way holds up no other.
    const [plain, withFiles] = [entries.filter(({ files }) => !files?.length), entries.filter(({ files }) => files?.length)];
    for (const entry of [...plain, ...withFiles]) {
      for (let stored = false; !stored; ) {
        if (!this.#connection.up) return;
        stored = await this.#post(entry);
      }
    }
  }

  /** Whether this entry is done with, one way or the other. */
  async #post(entry) {
    try {
      // Requests go out in the name of whoever is signed in now, which need not be who this page was drawn for.
      const { username } = await call("GET", "/api/me");
      if (username !== this.#me.username) throw new Refusal(401, "forbidden", 0);
      const path = `${roomPath(entry.slug)}/messages`;
      const { text: message, client_id, files = [], answered, edit } = entry;
      if (edit) await call("PATCH", `${path}/${edit.seq}`, { message, based_on: edit.based_on });
      else await call("POST", path, { message, client_id, reply_to: answered?.seq, attachments: await this.#attachments(files) });
      this.#uploads.finish(files);
      await this.#outbox.forget(entry.client_id);
      return true;
    } catch (refusal) {
      const passing = refusal.status === 0 || refusal.status === 401 || refusal.status === 429 || refusal.status >= 500;
      if (!passing) {
        await this.#outbox.leave(entry, refusal.code);
        return true;
      }
      await new Promise((resolve) => setTimeout(resolve, Math.max(PATIENCE, refusal.retryAfterSeconds * 1000)));
      return false;
    }
  }

  /** The files of a message as it names them, once they have arrived. */
  async #attachments(files) {
    if (files.length === 0) return undefined;
    await this.#uploads.adoptFor(files);
    if (!this.#uploads.has(files)) throw new Refusal(400, "lost", 0);
    await this.#uploads.settled(files);
    if (this.#uploads.haveFailed(files)) throw new Refusal(400, "file", 0);
    if (!this.#uploads.areWhole(files)) throw new Refusal(0, "unavailable", 0);
    return this.#uploads.named(files);
  }
}
