// Lets people say in other words what they said: from a message's menu, or their last by an arrow up in an empty composer. What
// becomes of it is shown below the message for as long as it is not stored.
import { boot } from "./boot.js";
import { textOf } from "./message-view.js";
import { excerptOf } from "./quotes.js";
import { t } from "./text.js";

const PATIENCE = 600;
const template = document.getElementById("state-template");

export class Editing {
  #list;
  #timeline;
  #scroller;
  #sender;
  #connection;
  #composer;
  #announcer;
  #shown = new Map();

  constructor({ list, timeline, scroller, sender, connection, composer, announcer }) {
    this.#list = list;
    this.#timeline = timeline;
    this.#scroller = scroller;
    this.#sender = sender;
    this.#connection = connection;
    this.#composer = composer;
    this.#announcer = announcer;
    list.addEventListener("click", (event) => {
      const link = event.target.closest('[data-does="edit"]');
      if (!link || link.closest(".message__state") || event.metaKey || event.ctrlKey) return;
      event.preventDefault();
      this.#begin(link.closest(".message"));
    });
    composer.addEventListener("wants-last", () => this.#beginLast());
    sender.addEventListener("added", ({ detail }) => detail.edit && this.#add(detail));
    sender.addEventListener("changed", ({ detail }) => detail.edit && this.#change(detail));
    sender.addEventListener("removed", ({ detail }) => detail.edit && this.#remove(detail));
  }

  /** Draws what stands below messages that came, or were drawn anew. */
  draw() {
    for (const { entry, state, isDue } of this.#shown.values()) if (isDue && !state?.isConnected) this.#word(entry);
  }

  #beginLast() {
    if (!boot.may.edit) return;
    const last = this.#timeline.lastOf((element) => element.matches(".message--mine:not(.message--deleted)"));
    if (last) this.#begin(last.element);
  }

  #begin(message) {
    const seq = Number(message.dataset.seq);
    const waiting = [...this.#shown.values()].findLast(({ entry }) => entry.edit.seq === seq)?.entry;
    if (waiting) this.#sender.withdraw(waiting.client_id);
    const edited = { seq, based_on: Number(message.dataset.revision), hasFiles: message.querySelector(".attachments") !== null };
    this.#composer.edit(edited, waiting?.text ?? textOf(message));
  }

  #add(entry) {
    this.#shown.set(entry.client_id, { entry, state: null, isDue: false, timer: setTimeout(() => this.#word(entry), PATIENCE) });
    if (entry.state === "failed") this.#word(entry);
  }

  #change(entry) {
    const shown = this.#shown.get(entry.client_id);
    if (shown && (shown.state || entry.state === "failed")) this.#word(entry);
  }

  #remove(entry) {
    const shown = this.#shown.get(entry.client_id);
    if (!shown) return;
    clearTimeout(shown.timer);
    this.#shown.delete(entry.client_id);
    if (!shown.state) return;
    const hadFocus = shown.state.contains(document.activeElement);
    this.#scroller.hold(() => shown.state.remove());
    if (hadFocus) this.#composer.focus();
  }

  #word(entry) {
    const shown = this.#shown.get(entry.client_id);
    if (!shown) return;
    shown.isDue = true;
    const message = this.#timeline.element(entry.edit.seq);
    if (!message) return;
    const failed = entry.state === "failed";
    const words = failed ? reasonFor(entry, message) : t(this.#connection.up ? "edit-sending" : "edit-offline", { text: excerptOf(entry.text) });
    this.#scroller.hold(() => {
      if (!shown.state?.isConnected) {
        shown.state = template.content.firstElementChild.cloneNode(true);
        shown.state.addEventListener("click", (event) => this.#act(event, entry, message));
        message.querySelector(".message__body").append(shown.state);
      }
      shown.state.classList.toggle("message__state--failed", failed);
      shown.state.querySelector(".message__state-text").textContent = words;
      const button = (does) => shown.state.querySelector(`[data-does="${does}"]`);
      button("retry").hidden = !failed;
      if (entry.failed === "conflict") {
        button("retry").textContent = t("edit-keep");
        button("discard").textContent = t("edit-drop");
      }
      for (const does of ["edit", "discard"]) button(does).hidden = !failed && entry.sentAt !== undefined;
    });
    if (failed) this.#announcer.say(words);
  }

  #act(event, entry, message) {
    const does = event.target.closest("button")?.dataset.does;
    event.stopPropagation();
    // Whoever says it once more has seen what it says by now.
    if (does === "retry") this.#sender.retry(entry.client_id, { edit: { seq: entry.edit.seq, based_on: Number(message.dataset.revision) } });
    if (does === "discard") this.#sender.withdraw(entry.client_id);
    if (does === "edit") this.#begin(message);
    if (does) this.#composer.focus();
  }
}

function reasonFor({ failed, why, text }, message) {
  const reason = failed === "conflict" ? t("edit-is-now", { text: excerptOf(textOf(message)) }) : (why ?? t("edit-failed-other"));
  return t("edit-failed", { text: excerptOf(text), reason });
}
