// The place to write: never switched off, grows with its text, keeps a draft, knows keyboards from touch and input methods.
import { letFormat } from "./formatting.js";
import { t } from "./text.js";

const MOST = 16_000;
const NEARLY = 15_000;
const SAVE_AFTER = 50;
const touch = matchMedia("(hover: none) and (pointer: coarse)");

export class Composer extends EventTarget {
  #form;
  #text;
  #note = document.getElementById("composer-note");
  #drafts;
  #slug;
  #about;
  #tray;
  #commands;
  #aside = "";
  #saving = null;

  /** `may` is asked whether a text is to be sent; the tray holds the files that go with it. */
  constructor({ form, drafts, slug, about, tray, commands, may, say, lasts }) {
    super();
    this.#form = form;
    this.#text = form.querySelector("textarea");
    this.#drafts = drafts;
    this.#slug = slug;
    this.#about = about;
    this.#tray = tray;
    this.#commands = commands;
    letFormat(this.#text);
    about.addEventListener("cancelled", () => this.#endEdit());
    about.addEventListener("ended", () => this.#text.focus());
    about.addEventListener("changed", () => {
      form.querySelector(".composer__send").textContent = t(about.edited ? "edit-save" : "composer-send");
      this.#plan();
    });
    this.#text.enterKeyHint = touch.matches ? "enter" : "send";
    form.addEventListener("submit", (event) => this.#submit(event, may, say));
    this.#text.addEventListener("keydown", (event) => this.#key(event));
    this.#text.addEventListener("input", () => {
      this.#commands.hide();
      this.#changed();
    });
    document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && this.#saveNow());
    addEventListener("pagehide", () => this.#saveNow());
    if (!lasts) this.#say(t("outbox-memory"));
    this.#recall();
  }

  focus() {
    if (!touch.matches) this.#text.focus();
  }

  /** Puts a text that was not sent back, before what has been begun since. */
  takeBack(text) {
    if (text === "") return;
    this.#endEdit();
    const begun = this.#text.value;
    this.#text.value = begun.trim() === "" ? text : `${text}\n${begun}`;
    this.#changed();
    this.#text.focus();
  }

  /** Answers a message with what is written next. */
  answer(answered) {
    this.#endEdit();
    this.#about.answer(answered);
    this.#text.focus();
  }

  /** Takes up one's own message, to say it in other words; what had been begun comes back after that. */
  edit(edited, text) {
    if (!this.#about.edited) this.#aside = this.#text.value;
    this.#about.edit(edited);
    this.#put(text);
  }

  #endEdit() {
    if (!this.#about.edited) return;
    this.#about.edit(null);
    this.#put(this.#aside);
    this.#aside = "";
  }

  #put(text) {
    this.#text.value = text;
    this.#changed();
    this.#text.focus();
    this.#text.setSelectionRange(text.length, text.length);
  }

  async #recall() {
    const { text, answered = null, edited = null, aside = "" } = await this.#drafts.of(this.#slug);
    if ((text !== "" || edited) && this.#text.value === "") {
      this.#text.value = text;
      this.#aside = aside;
      if (edited) this.#about.edit(edited);
    }
    if (answered && !this.#about.answered) {
      this.#about.answer(answered);
      this.dispatchEvent(new CustomEvent("recalled", { detail: answered.seq }));
    }
    this.#grow();
    this.#count();
  }

  async #submit(event, may, say) {
    event.preventDefault();
    const text = this.#text.value;
    const carries = !this.#about.edited && !this.#tray.isEmpty;
    const needsWords = !carries && !this.#about.edited?.hasFiles;
    if (text.trim() === "" && needsWords) {
      if (this.#about.edited) this.#hint(t("edit-empty"));
      return this.#text.focus();
    }
    if (this.#over() > 0) return this.#count();
    const isMeant = text.includes("@") ? await may(text) : true;
    if (!isMeant || this.#text.value !== text) return this.#text.focus();
    const { edited: edit, answered } = this.#about;
    const isText = edit || event.submitter?.value === "text";
    const words = isText ? text : await this.#commands.read(text);
    if (words === undefined || this.#text.value !== text) return;
    const files = carries && words !== null ? this.#tray.take() : [];
    if (!files) return;
    document.getElementById("composer-refusal")?.remove();
    this.#commands.hide();
    if (edit) this.#endEdit();
    else {
      this.#about.answer(null);
      this.#put("");
    }
    this.#save();
    if (words !== null) say(words, edit ? { edit } : { answered, files });
  }

  #key(event) {
    const isPlain = !(event.isComposing || event.shiftKey || event.ctrlKey || event.metaKey || event.altKey);
    if (isPlain && event.key === "Escape") return this.#escape(event);
    if (isPlain && event.key === "ArrowUp" && this.#text.value === "" && !this.#about.edited) {
      event.preventDefault();
      return this.dispatchEvent(new Event("wants-last"));
    }
    // Safari ends a composition before it tells of the Enter that ended it; only the key code gives it away.
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    const meant = event.ctrlKey || event.metaKey;
    if (!meant && (event.shiftKey || event.altKey || touch.matches)) return;
    event.preventDefault();
    this.#form.requestSubmit();
  }

  #escape(event) {
    if (!this.#about.edited && !this.#about.answered) return;
    event.preventDefault();
    if (this.#about.edited) this.#endEdit();
    else this.#about.answer(null);
  }

  #changed() {
    this.#grow();
    this.#count();
    this.#plan();
  }

  #plan() {
    this.#saving ??= setTimeout(() => this.#save(), SAVE_AFTER);
  }

  #grow() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#text.style.height = "auto";
    this.#text.style.height = `${this.#text.scrollHeight}px`;
  }

  #over() {
    return length(this.#text.value) - MOST;
  }

  #count() {
    const over = this.#over();
    this.#text.ariaInvalid = String(over > 0);
    this.#note.classList.toggle("composer__note--over", over > 0);
    if (over > 0) this.#say(t("composer-over", { count: over }));
    else if (over > NEARLY - MOST) this.#say(t("composer-left", { count: -over }));
    else if (this.#note.dataset.counts) this.#note.hidden = true;
    this.#note.dataset.counts = over > NEARLY - MOST ? "yes" : "";
  }

  /** A sentence that goes with the next key. */
  #hint(words) {
    this.#say(words);
    this.#note.dataset.counts = "yes";
  }

  #say(words) {
    this.#note.textContent = words;
    this.#note.hidden = false;
  }

  /** Only what changed here: another tab may have gone on with the same draft, or have sent it. */
  #saveNow() {
    if (this.#saving !== null) this.#save();
  }

  #save() {
    clearTimeout(this.#saving);
    this.#saving = null;
    const { answered, edited } = this.#about;
    this.#drafts.keep(this.#slug, this.#text.value, { answered, edited, aside: this.#aside });
  }
}

/** Characters as the server counts them, which are not JavaScript's halves. */
function length(text) {
  return text.length < NEARLY ? text.length : [...text].length;
}
