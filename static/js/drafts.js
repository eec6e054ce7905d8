// What somebody has begun to write in each room.
export class Drafts {
  #database;
  #account;
  #epoch;

  constructor(database, account, epoch) {
    this.#database = database;
    this.#account = account;
    this.#epoch = epoch;
  }

  async of(slug) {
    const drafts = await this.#database.all("drafts").catch(() => []);
    return drafts.find((draft) => draft.key === this.#key(slug))?.text ?? "";
  }

  async keep(slug, text) {
    const key = this.#key(slug);
    if (text.trim() === "") await this.#database.delete("drafts", key).catch(() => {});
    else await this.#database.put("drafts", { key, account: this.#account, slug, text }).catch(() => {});
  }

  async all() {
    const drafts = await this.#database.all("drafts").catch(() => []);
    return drafts.filter((draft) => draft.account === this.#account);
  }

  async clear() {
    for (const draft of await this.all()) await this.#database.delete("drafts", draft.key).catch(() => {});
  }

  #key(slug) {
    return JSON.stringify([this.#account, this.#epoch, slug]);
  }
}
