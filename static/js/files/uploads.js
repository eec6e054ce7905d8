// The files of this page that are on their way: three at once, the others wait for their turn.
import { makeClientId } from "../client-id.js";
import { call, roomPath } from "../api.js";
import { rememberSent, sizeOf } from "./pictures.js";
import { Upload } from "./upload.js";

const AT_ONCE = 3;

export class Uploads extends EventTarget {
  #kept;
  #connection;
  #items = new Map();
  #running = 0;

  constructor({ kept, connection }) {
    super();
    this.#kept = kept;
    this.#connection = connection;
    connection.addEventListener("welcome", () => {
      for (const { upload } of this.#items.values()) upload.hurry();
    });
    connection.addEventListener("stopped", () => {
      for (const { upload } of this.#items.values()) upload.stop();
    });
  }

  /** Takes a file that was chosen, and sends it while its message is still being written; `measured` is when its size as a picture is known. */
  add({ slug, bytes, name, voice = null }) {
    const record = { key: makeClientId(), slug, name, size: bytes.size, type: bytes.type, voice, covered: false, clientId: null, id: null, partBytes: 0, isWhole: false };
    const item = this.#hold(record, bytes);
    this.#kept.keepBytes(record.key, bytes).then(() => this.#items.has(record.key) ? this.#kept.keep(record) : this.#kept.forget(record.key));
    this.#pump();
    return { item, measured: this.#measure(item) };
  }

  /** Goes on with what an earlier page had chosen for a room and not sent. */
  async adopt(slug) {
    const found = await this.#kept.adopt((record) => record.slug === slug && record.clientId === null);
    return this.#takeIn(found);
  }

  /** Goes on with the files of a message that an earlier page left. */
  async adoptFor(files) {
    const missing = files.filter((key) => !this.#items.has(key));
    if (missing.length > 0) await this.#takeIn(await this.#kept.of(missing));
  }

  /** Lets go of what pages that are gone have kept for messages that wait no more. */
  forgetStrays(outbox) {
    return this.#kept.forgetStrays(outbox);
  }

  /** Whether all of them are here: a browser may have lost what it kept. */
  has(keys) {
    return keys.every((key) => this.#items.has(key));
  }

  item(key) {
    return this.#items.get(key);
  }

  /** Files as a message shows them that is not stored yet. */
  shown(keys) {
    return keys.map((key) => this.#items.get(key)).filter(Boolean).map(({ record, url, width, height, isPicture }) => ({
      id: record.key,
      name: record.name,
      content_type: record.type,
      size: record.size,
      url,
      covered: record.covered,
      ...(isPicture ? { width, height, thumbnail_url: url } : {}),
      ...(record.voice ? { voice: true, ...record.voice } : {}),
    }));
  }

  /** How far files have come, in bytes. */
  progress(keys) {
    const items = keys.map((key) => this.#items.get(key)).filter(Boolean);
    return { done: items.reduce((sum, { upload }) => sum + upload.done, 0), size: items.reduce((sum, { record }) => sum + record.size, 0) };
  }

  /** Gives files to a message, or with null back to the tray. */
  give(keys, clientId) {
    for (const key of keys) this.#change(key, { clientId });
  }

  cover(key, covered) {
    this.#change(key, { covered });
  }

  areWhole(keys) {
    return keys.every((key) => this.#items.get(key)?.state === "whole");
  }

  haveFailed(keys) {
    return keys.some((key) => this.#items.get(key)?.state === "failed");
  }

  /** Resolves when each of them has arrived, or will not. */
  settled(keys) {
    const areSettled = () => keys.every((key) => ["whole", "failed", "stopped", undefined].includes(this.#items.get(key)?.state));
    return new Promise((resolve) => {
      const look = () => {
        if (!areSettled()) return;
        for (const type of ["changed", "removed"]) this.removeEventListener(type, look);
        resolve();
      };
      for (const type of ["changed", "removed"]) this.addEventListener(type, look);
      look();
    });
  }

  /** As a message names them. */
  named(keys) {
    return keys.map((key) => this.#items.get(key).record).map(({ id, covered }) => (covered ? { id, covered } : id));
  }

  /** Tries again what has failed; with `isDoubtful` also what had arrived, as far as the server has forgotten it. */
  retry(key, isDoubtful = false) {
    const item = this.#items.get(key);
    if (!item || item.state === "sending" || (!isDoubtful && item.state !== "failed")) return;
    item.record.isWhole = false;
    item.state = "waiting";
    item.failed = null;
    item.upload = this.#uploadOf(item);
    this.#tell("changed", item);
    this.#pump();
  }

  /** Takes files away, here and on the server. */
  cancel(keys) {
    for (const item of this.#drop(keys)) {
      item.upload.stop();
      URL.revokeObjectURL(item.url);
      const { id, slug } = item.record;
      // Where this fails the server lets go of it by itself, later.
      if (id) call("DELETE", `${roomPath(slug)}/uploads/parts/${id}`).catch(() => {});
    }
  }

  /** Their message is stored: nothing has to be kept any more. */
  finish(keys) {
    for (const { record, url, isPicture } of this.#drop(keys)) {
      if (isPicture && record.id) rememberSent(record.id, url);
      else URL.revokeObjectURL(url);
    }
  }

  async #takeIn(found) {
    const items = found.map(({ record, bytes }) => this.#hold(record, bytes));
    await Promise.all(items.map((item) => this.#measure(item)));
    this.#pump();
    return items;
  }

  #hold(record, bytes) {
    if (this.#items.has(record.key)) return this.#items.get(record.key);
    const item = { record, bytes, state: record.isWhole ? "whole" : "waiting", failed: null, url: URL.createObjectURL(bytes), width: 0, height: 0, isPicture: false };
    item.upload = this.#uploadOf(item);
    this.#items.set(record.key, item);
    return item;
  }

  async #measure(item) {
    const size = await sizeOf(item);
    if (size) Object.assign(item, size, { isPicture: true });
  }

  #uploadOf(item) {
    const upload = new Upload({ record: item.record, bytes: item.bytes, isUp: () => this.#connection.up });
    let keptId = item.record.id;
    upload.addEventListener("moved", () => {
      // From here on a later page can go on with it.
      if (item.record.id !== keptId && this.#items.has(item.record.key)) this.#kept.keep(item.record);
      keptId = item.record.id;
      this.#tell("moved", item);
    });
    return upload;
  }

  #pump() {
    for (const item of this.#items.values()) {
      if (this.#running >= AT_ONCE) return;
      if (item.state === "waiting") this.#send(item);
    }
  }

  async #send(item) {
    this.#running += 1;
    item.state = "sending";
    this.#tell("changed", item);
    try {
      await item.upload.run();
      item.state = item.record.isWhole ? "whole" : "stopped";
    } catch (refusal) {
      item.state = "failed";
      item.failed = refusal;
    }
    this.#running -= 1;
    if (this.#items.get(item.record.key) === item) {
      this.#kept.keep(item.record);
      this.#tell("changed", item);
    }
    this.#pump();
  }

  #change(key, changes) {
    const item = this.#items.get(key);
    if (!item) return;
    Object.assign(item.record, changes);
    this.#kept.keep(item.record);
    this.#tell("changed", item);
  }

  #drop(keys) {
    const dropped = keys.map((key) => this.#items.get(key)).filter(Boolean);
    for (const item of dropped) {
      this.#items.delete(item.record.key);
      this.#kept.forget(item.record.key);
      this.#tell("removed", item);
    }
    return dropped;
  }

  #tell(type, item) {
    this.dispatchEvent(new CustomEvent(type, { detail: item }));
  }
}
