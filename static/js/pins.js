// What the room keeps at hand: pinned from a message's menu, counted in the header, and listed where one asks for it.
import { boot } from "./boot.js";
import { call, roomPath } from "./api.js";
import { place } from "./placing.js";
import { drawRelativeTime } from "./relative-times.js";
import { pageOf } from "./server-html.js";
import { t } from "./text.js";

/** Draws on a message who pinned it. */
export function drawPinned(element, { pinned }) {
  const mark = element.querySelector(".message__pinned") ?? (pinned && addMark(element));
  if (mark) {
    mark.hidden = !pinned;
    mark.querySelector("span").textContent = pinned ? t("pinned-by", { name: `\u2068${pinned.name || pinned.username}\u2069` }) : "";
  }
  const tool = element.querySelector('[data-does="pin"]');
  if (!tool) return;
  tool.name = pinned ? "unpin" : "pin";
  tool.value = element.dataset.seq;
  tool.textContent = t(pinned ? "message-unpin" : "message-pin");
}

function addMark(element) {
  const mark = document.getElementById("message-template").content.querySelector(".message__pinned").cloneNode(true);
  element.querySelector(".message__byline").after(mark);
  return mark;
}

export class Pins {
  #slug;
  #tell;
  #pinned = new Set(boot.pins);
  #link = document.getElementById("pins-link");
  #panel = document.getElementById("pins");

  constructor({ slug, feed, tell, put }) {
    this.#slug = slug;
    this.#tell = tell;
    this.#draw();
    feed.addEventListener("messages", ({ detail }) => this.#heard(detail.messages));
    feed.addEventListener("afresh", () => this.#readAgain());
    document.getElementById("pin")?.addEventListener("submit", (event) => {
      event.preventDefault();
      // One that was drawn live bears its number on the message alone.
      this.#set(event.submitter.closest(".message").dataset.seq, event.submitter.name === "pin").then(put, () => {});
    });
    this.#link.addEventListener("click", (event) => {
      if (event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      this.#show();
    });
    this.#panel.addEventListener("submit", async (event) => {
      event.preventDefault();
      const pin = event.target.closest(".pin");
      await this.#set(pin.dataset.seq, false).then((message) => {
        put(message);
        pin.remove();
        if (this.#panel.querySelector(".pin")) this.#panel.focus();
        else this.#panel.hidePopover();
      }, () => {});
    });
    this.#panel.addEventListener("click", ({ target }) => target.closest("a") && this.#panel.hidePopover());
  }

  #heard(messages) {
    const before = this.#pinned.size;
    for (const { seq, pinned } of messages) {
      if (pinned) this.#pinned.add(seq);
      else this.#pinned.delete(seq);
    }
    if (before !== this.#pinned.size) this.#draw();
  }

  async #readAgain() {
    try {
      const { messages } = await call("GET", `${roomPath(this.#slug)}/pins`);
      this.#pinned = new Set(messages.map(({ seq }) => seq));
      this.#draw();
    } catch (error) {
      console.info("what is pinned is not known just now", error);
    }
  }

  #draw() {
    const count = this.#pinned.size;
    const hadFocus = document.activeElement === this.#link;
    this.#link.hidden = count === 0;
    if (hadFocus && count === 0) document.getElementById("main").focus();
    document.getElementById("pins-count").textContent = count;
    document.getElementById("pins-words").textContent = t("pins-link", { count });
  }

  async #show() {
    try {
      const list = (await pageOf(this.#link.getAttribute("href"))).getElementById("pins-list");
      document.getElementById("pins-list")?.remove();
      this.#panel.append(document.adoptNode(list));
      for (const time of list.querySelectorAll("time[data-relative]")) drawRelativeTime(time);
      this.#panel.showPopover();
      place(this.#panel, this.#link, "start");
      this.#panel.focus();
    } catch {
      location.assign(this.#link.href);
    }
  }

  async #set(seq, on) {
    try {
      const message = await call("PUT", `${roomPath(this.#slug)}/messages/${seq}/pin`, { on });
      this.#tell(t(on ? "pin-done" : "unpin-done"));
      return message;
    } catch (error) {
      this.#tell(error.words || t("pin-failed"));
      throw error;
    }
  }
}
