// What somebody has begun to write in each room.
export class Drafts {
  #database;
  #account;
  #epoch;
  #isOver = false;

  constructor(database, account, epoch) {
    this.#database = database;
    this.#account = account;
    this.#epoch = epoch;
  }

  /** What was begun there, and what about: see `keep`. */
  async of(slug) {
    const drafts = await this.#database.all("drafts").catch(() => []);
    return drafts.find((draft) => draft.key === this.#key(slug)) ?? { text: "" };
  }

  /** `about` says what message is answered or edited, and what had been begun before that. */
  async keep(slug, text, about = {}) {
    if (this.#isOver) return;
    const key = this.#key(slug);
    if (text.trim() === "" && !about.answered && !about.edited) await this.#database.delete("drafts", key).catch(() => {});
    else await this.#database.put("drafts", { key, account: this.#account, slug, text, ...about }).catch(() => {});
  }

  async all() {
    const drafts = await this.#database.all("drafts").catch(() => []);
    return drafts.filter((draft) => draft.account === this.#account);
  }

  /** Forgets all of them; what a page that is left would still keep is not kept any more. */
  async clear() {
    this.#isOver = true;
    for (const draft of await this.all()) await this.#database.delete("drafts", draft.key).catch(() => {});
  }

  #key(slug) {
    return JSON.stringify([this.#account, this.#epoch, slug]);
  }
}
