// What muted people said, folded away: one quiet line for all that they said in a row.
import { isBlocked, isMuted } from "./muted.js";
import { t } from "./text.js";

const template = document.getElementById("muted-fold-template");

/** Before anything else takes the messages over: each is for itself again, as it would be live. */
export function unfold(list) {
  for (const fold of list.querySelectorAll(":scope > .muted-fold")) fold.replaceWith(...fold.querySelectorAll(".message"));
}

export class Folds {
  #list;
  #scroller;
  #shown = new Set();
  #observer = new MutationObserver(() => this.draw());

  constructor({ list, scroller }) {
    this.#list = list;
    this.#scroller = scroller;
    this.draw();
  }

  /** Shows what is folded away with a message. */
  reveal(seq) {
    const run = this.#runs().find((messages) => messages.some((message) => message.dataset.seq === String(seq)));
    for (const message of run ?? []) this.#shown.add(message.dataset.seq);
    this.draw();
  }

  /** As it is to be now; called by itself where messages come and go. */
  draw() {
    this.#observer.disconnect();
    this.#scroller.hold(() => this.#draw());
    this.#observer.observe(this.#list, { childList: true });
  }

  #draw() {
    const focused = document.activeElement?.closest(".muted-fold")?.dataset.first;
    for (const fold of this.#list.querySelectorAll(":scope > .muted-fold")) fold.remove();
    for (const message of this.#list.querySelectorAll(":scope > .message")) dress(message);
    for (const messages of this.#runs()) {
      const [first] = messages;
      const isShown = messages.some((message) => this.#shown.has(message.dataset.seq));
      for (const message of messages) message.classList.toggle("message--shown", isShown);
      const fold = template.content.firstElementChild.cloneNode(true);
      fold.dataset.first = first.dataset.seq;
      const button = fold.querySelector("button");
      button.ariaExpanded = String(isShown);
      button.textContent = `${t("muted-fold", { count: messages.length })} · ${t(isShown ? "muted-hide" : "muted-show")}`;
      button.addEventListener("click", () => this.#toggle(messages, isShown));
      first.before(fold);
      if (focused === fold.dataset.first) button.focus();
    }
  }

  #toggle(messages, isShown) {
    for (const { dataset } of messages) {
      if (isShown) this.#shown.delete(dataset.seq);
      else this.#shown.add(dataset.seq);
    }
    this.draw();
  }

  /** Those of muted people that follow each other, with no day and no line between them. */
  #runs() {
    const runs = [];
    let run = null;
    for (const element of this.#list.children) {
      if (element.classList.contains("muted-fold")) continue;
      if (!element.classList.contains("message--muted")) run = null;
      else if (run) run.push(element);
      else runs.push((run = [element]));
    }
    return runs;
  }
}

/** How a message looks by whether its author is muted. */
export function dress(message) {
  const isOfMuted = isMuted(message.dataset.username) && !message.matches(".message--notice, .message--deleted");
  message.classList.toggle("message--muted", isOfMuted);
  if (!isOfMuted) message.classList.remove("message--shown");
  const tool = message.querySelector(".message__tool--mute");
  const word = isBlocked(message.dataset.username) ? "distance-unblock" : "distance-unmute";
  if (tool) tool.textContent = t(isOfMuted ? word : "distance-mute");
}
