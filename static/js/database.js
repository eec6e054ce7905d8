// What this browser keeps between pages: IndexedDB where it can be had, memory where it cannot (some private windows).
const STORES = { outbox: "client_id", drafts: "key", uploads: "key", bytes: "key" };
const VERSION = 2;
const PATIENCE_SECONDS = 3;

export class Database {
  #connection;
  #memory = Object.fromEntries(Object.keys(STORES).map((store) => [store, new Map()]));

  constructor(connection) {
    this.#connection = connection;
  }

  static async open() {
    try {
      return new Database(await withinSeconds(PATIENCE_SECONDS, connect()));
    } catch (error) {
      console.info("nothing can be kept in this browser", error);
      return new Database(null);
    }
  }

  /** False where everything is gone when this page is left. */
  get lasts() {
    return this.#connection !== null;
  }

  async all(store) {
    if (!this.lasts) return [...this.#memory[store].values()];
    return this.#ask(store, "readonly", (objects) => objects.getAll());
  }

  async one(store, key) {
    if (!this.lasts) return this.#memory[store].get(key);
    return this.#ask(store, "readonly", (objects) => objects.get(key));
  }

  /** Large values take longer than most. */
  async put(store, value, seconds = PATIENCE_SECONDS) {
    if (!this.lasts) this.#memory[store].set(value[STORES[store]], value);
    else await this.#ask(store, "readwrite", (objects) => objects.put(value), seconds);
  }

  async delete(store, key) {
    if (!this.lasts) this.#memory[store].delete(key);
    else await this.#ask(store, "readwrite", (objects) => objects.delete(key));
  }

  #ask(store, mode, request, seconds = PATIENCE_SECONDS) {
    return withinSeconds(seconds, new Promise((resolve, reject) => {
      const transaction = this.#connection.transaction(store, mode);
      const asked = request(transaction.objectStore(store));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    }));
  }
}

function connect() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("adda", VERSION);
    request.onupgradeneeded = () => {
      const known = request.result.objectStoreNames;
      for (const [store, keyPath] of Object.entries(STORES)) if (!known.contains(store)) request.result.createObjectStore(store, { keyPath });
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => request.result.close();
      resolve(request.result);
    };
    request.onerror = () => reject(request.error);
  });
}

function withinSeconds(seconds, promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("took too long")), seconds * 1000);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
