// Files chosen and not yet sent, kept through reloads and crashes: their bytes once, and beside them how far they have come.
import { alone, livingTabs, tab } from "../tab.js";

const BYTES_SECONDS = 120;

export class KeptFiles {
  #database;
  #account;
  #epoch;
  #isOver = false;

  constructor(database, account, epoch) {
    this.#database = database;
    this.#account = account;
    this.#epoch = epoch;
  }

  async keepBytes(key, bytes) {
    if (this.#isOver) return;
    const kept = { key, account: this.#account, bytes };
    await this.#database.put("bytes", kept, BYTES_SECONDS).catch((error) => console.warn("a file could not be kept", error));
  }

  async keep(record) {
    if (this.#isOver) return;
    const kept = { ...record, account: this.#account, epoch: this.#epoch, tab };
    await this.#database.put("uploads", kept).catch((error) => console.warn("an upload could not be kept", error));
  }

  async forget(key) {
    for (const store of ["uploads", "bytes"]) await this.#database.delete(store, key).catch(() => {});
  }

  /** Takes over what is wanted of the tabs that are gone, in the order in which it was chosen. */
  adopt(wanted) {
    return alone("adda-adopt-files", async () => {
      const living = await livingTabs();
      const mine = (await this.#all()).filter((record) => wanted(record) && !living.has(record.tab));
      return this.#withBytes(mine);
    });
  }

  /** What was kept under some keys; those of which the bytes are lost are left out. */
  async of(keys) {
    return this.#withBytes((await this.#all()).filter(({ key }) => keys.includes(key)));
  }

  /** Those chosen for messages that are still being written. */
  async waiting() {
    return (await this.#all()).filter(({ clientId }) => clientId === null);
  }

  /** Forgets those of tabs that are gone whose message waits no more: it was stored, or given up, just when the tab went. */
  forgetStrays(outbox) {
    return alone("adda-adopt-files", async () => {
      const living = await livingTabs();
      // Asked in this order, what is in neither is of nobody.
      const waiting = new Set((await outbox.all()).map((entry) => entry.client_id));
      const isStray = ({ clientId, tab }) => clientId !== null && !waiting.has(clientId) && !living.has(tab);
      for (const { key } of (await this.#all()).filter(isStray)) await this.forget(key);
    });
  }

  /** Forgets all of them; how far those come that are on their way is not kept any more. */
  async clear() {
    this.#isOver = true;
    for (const { key } of await this.#all()) await this.forget(key);
  }

  async #withBytes(records) {
    const found = [];
    for (const record of records) {
      const kept = await this.#database.one("bytes", record.key).catch(() => undefined);
      if (!kept) {
        await this.forget(record.key);
        continue;
      }
      // What the server had of it was lost with the history in which it was sent.
      if (record.epoch !== this.#epoch) Object.assign(record, { id: null, isWhole: false });
      await this.keep(record);
      found.push({ record, bytes: kept.bytes });
    }
    return found;
  }

  async #all() {
    const records = await this.#database.all("uploads").catch(() => []);
    return records.filter(({ account }) => account === this.#account).sort((a, b) => (a.key < b.key ? -1 : 1));
  }
}
