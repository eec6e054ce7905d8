// Lets people react to messages: by what others reacted with, by what is at hand, or by looking for something. It shows at once,
// and is taken back where it could not be stored; without a connection nothing is kept for later.
import { boot } from "./boot.js";
import { call, roomPath } from "./api.js";
import { take } from "./emoji-choices.js";
import { pickEmoji } from "./emoji-picker.js";
import { drawOwn, drawReactions, isOwn } from "./reactions.js";
import { whoCame } from "./reacted.js";
import { t } from "./text.js";

const ASK_AFTER = 1_000;
const ASK_WITHIN = 8_000;

export class Reacting {
  #slug;
  #timeline;
  #scroller;
  #tell;
  #asked = new Map();
  // What is on its way, and whether it is to be there after that where somebody has changed their mind since.
  #wanted = new Map();

  constructor({ slug, list, timeline, scroller, tell }) {
    this.#slug = slug;
    this.#timeline = timeline;
    this.#scroller = scroller;
    this.#tell = tell;
    list.addEventListener("click", (event) => this.#click(event));
    list.addEventListener("unsure", ({ target }) => this.#askSoon(Number(target.dataset.seq)));
    whoCame({ slug, list, undo: (message, body) => this.#send(message, body) });
  }

  react(message, text, on = true) {
    const seq = Number(message.dataset.seq);
    let undo = null;
    this.#scroller.hold(() => (undo = drawOwn(message, seq, text, on)));
    if (on) take(text);
    this.#store(message, text, on, undo);
  }

  /** One after the other: two of them at once could arrive in either order. */
  async #store(message, text, on, undo) {
    const key = `${message.dataset.seq} ${text}`;
    const isUnderWay = this.#wanted.has(key);
    this.#wanted.set(key, on);
    if (isUnderWay) return;
    let stored = on;
    try {
      await this.#send(message, { text, on });
    } catch {
      this.#scroller.hold(undo);
      stored = !on;
    }
    const wanted = this.#wanted.get(key);
    this.#wanted.delete(key);
    if (wanted !== stored && stored === on) this.react(message, text, wanted);
  }

  /** What was shown of a message does not say what of it is the reader's own: soon, and not all readers at once. */
  #askSoon(seq) {
    if (this.#asked.has(seq)) return;
    const wait = ASK_AFTER + Math.random() * (ASK_WITHIN - ASK_AFTER);
    this.#asked.set(seq, setTimeout(() => this.#ask(seq), wait));
  }

  #click(event) {
    if (event.metaKey || event.ctrlKey) return;
    const chip = event.target.closest(".reaction, .message__quick, [data-does=react]");
    const message = chip?.closest(".message[data-seq]");
    if (!message) return;
    event.preventDefault();
    if (!boot.may.react) return;
    if (chip.dataset.does === "react") this.#choose(chip, message);
    else this.react(message, chip.value, !isOwn(chip));
  }

  #choose(opener, message) {
    pickEmoji({ opener, takesWords: !boot.emoji_only, choose: (text) => this.react(message, text) });
  }

  async #send(message, body) {
    try {
      const stored = await call("PUT", `${roomPath(this.#slug)}/messages/${message.dataset.seq}/reactions`, body);
      this.#scroller.hold(() => this.#timeline.put(stored));
    } catch (error) {
      this.#tell(error.words || t("reaction-failed"));
      throw error;
    }
  }

  async #ask(seq) {
    try {
      const { messages } = await call("GET", `${roomPath(this.#slug)}/messages?around=${seq}&limit=1`);
      const stored = messages.find((message) => message.seq === seq);
      const element = this.#timeline.element(seq);
      if (stored && element && stored.revision >= Number(element.dataset.revision)) this.#scroller.hold(() => drawReactions(element, stored));
    } catch (error) {
      console.info("what of these reactions is one's own is not known just now", error);
    } finally {
      this.#asked.delete(seq);
    }
  }
}
