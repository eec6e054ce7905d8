// Lines that begin with a slash: the server knows what they ask for, and what is then to be said.
import { call, roomPath } from "./api.js";
import { pageOf } from "./server-html.js";
import { t } from "./text.js";

const LOOKS_LIKE_ONE = /^\/(?:\/|[a-z][a-z0-9_-]*(?:\s|$))/iu;

export class Commands {
  #slug;
  #isAsking = false;
  #note = document.getElementById("composer-command");

  constructor({ slug }) {
    this.#slug = slug;
  }

  /** What is to be said of what was typed; null where it was no words and is done, undefined where it was refused. */
  async read(typed) {
    if (this.#isAsking) return undefined;
    this.hide();
    if (!LOOKS_LIKE_ONE.test(typed)) return typed;
    this.#isAsking = true;
    try {
      const { does, message } = await call("POST", `${roomPath(this.#slug)}/commands`, { message: typed });
      if (does === "say") return message;
      if (does === "unknown") return this.#refuse(t("refusal-command-unknown"), true);
      if (does === "leave") location.assign("/");
      if (does === "help") await showHelp(this.#slug);
      return null;
    } catch ({ status, words }) {
      return this.#refuse(words || t(status === 0 ? "composer-command-offline" : "error-unavailable"));
    } finally {
      this.#isAsking = false;
    }
  }

  hide() {
    this.#note.hidden = true;
  }

  #refuse(words, canBeText = false) {
    this.#note.querySelector("span").textContent = words;
    this.#note.querySelector("button").hidden = !canBeText;
    this.#note.hidden = false;
  }
}

/** The page about writing, over the room. */
async function showHelp(slug) {
  const page = await pageOf(`/writing?room=${encodeURIComponent(slug)}`);
  const dialog = document.createElement("dialog");
  dialog.className = "dialog writing-dialog";
  const title = document.createElement("h2");
  title.className = "dialog__title";
  title.id = "writing-title";
  title.textContent = t("writing-title");
  dialog.setAttribute("aria-labelledby", title.id);
  const form = document.createElement("form");
  form.method = "dialog";
  form.className = "dialog__buttons";
  const close = document.createElement("button");
  close.className = "button";
  close.textContent = t("dialog-close");
  close.autofocus = true;
  form.append(close);
  dialog.append(title, document.adoptNode(page.getElementById("writing")), form);
  dialog.addEventListener("close", () => dialog.remove());
  // Beside it means away from it.
  dialog.addEventListener("click", ({ target, clientX: x, clientY: y }) => {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    if (target === dialog && (x < left || x > right || y < top || y > bottom)) dialog.close();
  });
  document.body.append(dialog);
  dialog.showModal();
}
