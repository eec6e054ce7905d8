// Shows what is not stored yet: quietly while it is young, in words when it waits, in red with a way out when it failed.
import { boot } from "./boot.js";
import { sizeWords } from "./files/file-words.js";
import { failureWords } from "./files/tray.js";
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
  #uploads;
  #shown = new Map();

  constructor({ sender, timeline, scroller, connection, announcer, composer, uploads }) {
    this.#sender = sender;
    this.#timeline = timeline;
    this.#scroller = scroller;
    this.#connection = connection;
    this.#announcer = announcer;
    this.#composer = composer;
    this.#uploads = uploads;
    uploads.addEventListener("moved", ({ detail }) => this.#moved(detail.record));
    // An edit is shown with the message that it edits.
    sender.addEventListener("added", ({ detail }) => !detail.edit && this.#add(detail));
    sender.addEventListener("changed", ({ detail }) => this.#change(detail));
    sender.addEventListener("removed", ({ detail }) => this.#remove(detail));
  }

  #add(entry) {
    this.#scroller.hold(() => {
      const element = this.#timeline.addPending({ ...entry, attachments: this.#uploads.shown(entry.files) });
      this.#shown.set(entry.client_id, { entry, element, timer: setTimeout(() => this.#word(entry), PATIENCE), state: null });
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
      shown.state.querySelector(".message__state-text").textContent = this.#wordsFor(entry);
      this.#drawProgress(shown, entry);
      for (const button of shown.state.querySelectorAll("button")) {
        button.hidden = button.dataset.does === "retry" ? !failed : entry.state !== "failed" && entry.sentAt !== undefined;
      }
    });
    if (failed) this.#announcer.say(shown.state.querySelector(".message__state-text").textContent);
  }

  #act(event, clientId) {
    const does = event.target.closest("button")?.dataset.does;
    if (does === "retry") this.#sender.retry(clientId);
    if (does === "discard") this.#sender.discard(clientId);
    if (does === "edit") {
      const answered = this.#sender.answeredBy(clientId);
      this.#composer?.takeBack(this.#sender.withdraw(clientId));
      if (answered) this.#composer?.answer(answered);
    }
    if (does) this.#composer?.focus();
  }

  /** Its files have come further. */
  #moved({ clientId }) {
    const shown = clientId && this.#shown.get(clientId);
    if (!shown?.state || shown.entry.state !== "uploading") return;
    shown.state.querySelector(".message__state-text").textContent = this.#wordsFor(shown.entry);
    this.#drawProgress(shown, shown.entry);
  }

  #drawProgress({ state }, entry) {
    const line = state.querySelector("progress");
    line.hidden = entry.state !== "uploading";
    const { done, size } = this.#uploads.progress(entry.files);
    line.max = size || 1;
    line.value = done;
  }

  #wordsFor(entry) {
    if (entry.state === "failed") return t("failed-sentence", { reason: this.#reason(entry) });
    if (!this.#connection.up) return t("pending-waiting");
    if (entry.state !== "uploading") return t(this.#sender.held ? "pending-held" : "pending-sending");
    const { done, size } = this.#uploads.progress(entry.files);
    return t("pending-uploading", { sent: sizeWords(done), size: sizeWords(size) });
  }

  #reason({ failed, files }) {
    const item = failed === "file" && files.map((key) => this.#uploads.item(key)).find((item) => item?.failed);
    if (item) return failureWords(item);
    const where = failed === "forbidden" && boot.room.kind === "direct" ? "-direct" : "";
    const key = `failed-${failed}${where}`;
    return t(isWorded(key) ? key : "failed-other");
  }
}
