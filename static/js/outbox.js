// Messages written and not yet known to be stored, kept through reloads and crashes, each person's apart from anybody else's.
import { alone, livingTabs, tab } from "./tab.js";

export class Outbox {
  #database;
  #account;
  epoch;

  constructor(database, account, epoch) {
    this.#database = database;
    this.#account = account;
    this.epoch = epoch;
  }

  get lasts() {
    return this.#database.lasts;
  }

  /**
   * `files` are the keys of what goes with it; `answered` is the message that it answers, `edit` the one that it is to replace, null
   * for something new.
   */
  async keep({ client_id, slug, text, files = [], written_at, answered = null, edit = null, failed = "" }) {
    const entry = { client_id, slug, text, files, written_at, answered, edit, failed, account: this.#account, epoch: this.epoch, tab };
    await this.#database.put("outbox", entry).catch((error) => console.warn("a message could not be kept", error));
  }

  async forget(clientId) {
    await this.#database.delete("outbox", clientId).catch(() => {});
  }

  /** Lets go of an entry that the server refused, for the page of its room to show. */
  async leave(entry, code) {
    await this.#database.put("outbox", { ...entry, failed: code, tab: "" }).catch(() => {});
  }

  async all() {
    const entries = await this.#database.all("outbox").catch(() => []);
    return entries.filter((entry) => entry.account === this.#account).sort((a, b) => (a.client_id < b.client_id ? -1 : 1));
  }

  /** What this tab has made or taken over. */
  async own() {
    return (await this.all()).filter((entry) => entry.tab === tab);
  }

  /**
   * Takes over, oldest first, what tabs that are gone have left behind. What was written before the server was set back
   * to an earlier state is for its writer to send again or not.
   */
  adopt(wanted) {
    return alone("adda-adopt", async () => {
      const living = await livingTabs();
      const mine = (await this.all()).filter((entry) => wanted(entry) && !living.has(entry.tab));
      for (const entry of mine) {
        if (entry.epoch !== this.epoch) Object.assign(entry, { epoch: this.epoch, failed: "epoch" });
        entry.tab = tab;
        await this.#database.put("outbox", entry).catch(() => {});
      }
      return mine;
    });
  }

  async clear() {
    for (const entry of await this.all()) await this.forget(entry.client_id);
  }
}
