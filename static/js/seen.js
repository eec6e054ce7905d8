// Who has seen what I said last: a sign under it, in rooms that show it.
import { boot } from "./boot.js";
import { call, roomPath } from "./api.js";
import { isNotice } from "./notices.js";
import { t } from "./text.js";

const NAMED_MOST = 5;

export class Seen {
  #list;
  #marks = new Map();
  #names = new Map();
  #sign = document.createElement("p");

  constructor({ connection, list, room }) {
    this.#list = list;
    this.#sign.className = "message__seen";
    connection.addEventListener("welcome", () => this.#load(room.slug));
    connection.addEventListener("frame", ({ detail }) => {
      if (detail.type === "read") detail.reads.forEach((read) => this.#saw(read));
      // Who says something has seen what was said before.
      else if (detail.type === "message" && !isNotice(detail)) this.#saw(detail);
      else return;
      // Behind whatever else the frame changes on the page.
      queueMicrotask(() => this.draw());
    });
  }

  async #load(slug) {
    try {
      const { reads } = await call("GET", `${roomPath(slug)}/reads`);
      // In rooms of many people nothing is shown, and the list of them would be long.
      if (reads.length === 0) return this.draw();
      const { members } = await call("GET", `${roomPath(slug)}/members`);
      for (const member of members) this.#names.set(member.username, member.name);
      reads.forEach((read) => this.#saw(read));
      this.draw();
    } catch (error) {
      console.warn("who has seen what cannot be shown yet", error);
    }
  }

  #saw({ username, seq }) {
    if (username !== boot.me.username) this.#marks.set(username, Math.max(seq, this.#marks.get(username) ?? 0));
  }

  draw() {
    const last = [...this.#list.querySelectorAll(".message--mine[data-seq]")].at(-1);
    if (!last) return this.#sign.remove();
    const seq = Number(last.dataset.seq);
    const by = [...this.#marks].filter(([, seen]) => seen >= seq).map(([username]) => username);
    this.#sign.textContent = this.#words(by);
    last.querySelector(".message__body").append(this.#sign);
  }

  #words(by) {
    if (by.length === 0) return `✓ ${t("seen-stored")}`;
    if (boot.room.kind === "direct" && this.#names.size <= 2) return `✓✓ ${t("seen-all")}`;
    const names = by.slice(0, NAMED_MOST).map((username) => `\u2068${this.#names.get(username) ?? username}\u2069`);
    if (by.length > NAMED_MOST) names.push(`+${by.length - NAMED_MOST}`);
    return `✓✓ ${t("seen-by", { names: names.join(", ") })}`;
  }
}
