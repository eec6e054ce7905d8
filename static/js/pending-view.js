// Shows what is not stored yet: quietly while it is young, in words when it waits, in red with a way out when it failed.
import { boot } from "./boot.js";
import { isWorded, t } from "./text.js";

const PATIENCE = 600;
const template = document.getElementById("state-template");

export class PendingView {
  #sender;
  #timeline;
  #scroller;
  #connection;
  #announcer;
  #composer;
  #shown = new Map();

  constructor({ sender, timeline, scroller, connection, announcer, composer }) {
    this.#sender = sender;
    this.#timeline = timeline;
    this.#scroller = scroller;
    this.#connection = connection;
    this.#announcer = announcer;
    this.#composer = composer;
    // An edit is shown with the message that it edits.
    sender.addEventListener("added", ({ detail }) => !detail.edit && this.#add(detail));
    sender.addEventListener("changed", ({ detail }) => this.#change(detail));
    sender.addEventListener("removed", ({ detail }) => this.#remove(detail));
  }

  #add(entry) {
    this.#scroller.hold(() => {
      const element = this.#timeline.addPending(entry);
      this.#shown.set(entry.client_id, { element, timer: setTimeout(() => this.#word(entry), PATIENCE), state: null });
    });
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
    const hadFocus = shown.element.contains(document.activeElement);
    this.#scroller.hold(() => this.#timeline.removePending(entry.client_id));
    if (hadFocus) this.#composer?.focus();
  }

  #word(entry) {
    const shown = this.#shown.get(entry.client_id);
    if (!shown) return;
    const failed = entry.state === "failed";
    this.#scroller.hold(() => {
      if (!shown.state) {
        shown.state = template.content.firstElementChild.cloneNode(true);
        shown.state.addEventListener("click", (event) => this.#act(event, entry.client_id));
        shown.element.querySelector(".message__body").append(shown.state);
      }
      shown.element.classList.toggle("message--failed", failed);
      shown.state.querySelector(".message__state-text").textContent = wordsFor(entry, this.#connection.up, this.#sender.held);
      for (const button of shown.state.querySelectorAll("button")) {
        button.hidden = button.dataset.does === "retry" ? !failed : entry.state !== "failed" && entry.sentAt !== undefined;
      }
    });
    if (failed) this.#announcer.say(shown.state.querySelector(".message__state-text").textContent);
  }

  #act(event, clientId) {
    const does = event.target.closest("button")?.dataset.does;
    if (does === "retry") this.#sender.retry(clientId);
    if (does === "discard") this.#sender.withdraw(clientId);
    if (does === "edit") {
      const answered = this.#sender.answeredBy(clientId);
      this.#composer?.takeBack(this.#sender.withdraw(clientId));
      if (answered) this.#composer?.answer(answered);
    }
    if (does) this.#composer?.focus();
  }
}

function wordsFor(entry, up, held) {
  if (entry.state === "failed") {
    const where = entry.failed === "forbidden" && boot.room.kind === "direct" ? "-direct" : "";
    const key = `failed-${entry.failed}${where}`;
    return t("failed-sentence", { reason: t(isWorded(key) ? key : "failed-other") });
  }
  if (!up) return t("pending-waiting");
  return t(held ? "pending-held" : "pending-sending");
}
