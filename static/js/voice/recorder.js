// Records a voice message in place of the text that could be written: say it, listen to it, send it or not.
import { clockWords } from "../files/file-words.js";
import { ask } from "../question.js";
import { isWorded, t } from "../text.js";
import { PEAKS, Recording, SECONDS_MOST, whyNot } from "./recording.js";
import { drawWave } from "./wave.js";

const TELL_EVERY = 3_000;
const LEAST_SECONDS = 0.5;
const ASKED_FROM = 5;
const box = document.getElementById("composer-box");
const panel = document.getElementById("recorder");

export class Recorder {
  #connection;
  #send;
  #say;
  #recording = null;
  #recorded = null;
  #ending = null;
  #levels = [];
  #telling = null;
  #turn = 0;
  #words = panel.querySelector(".recorder__words");
  #time = panel.querySelector(".recorder__time");
  #wave = panel.querySelector(".recorder__wave");
  #listening = panel.querySelector(".recorder__listening");

  /** `send` gets what was recorded; `say` shows a sentence beside the place to write. */
  constructor({ connection, send, say }) {
    this.#connection = connection;
    this.#send = send;
    this.#say = say;
    const button = document.getElementById("record");
    button.hidden = false;
    const why = whyNot();
    button.classList.toggle("composer__record--missing", why !== null);
    button.title = t(why ? `record-${why}` : "record");
    button.addEventListener("click", () => (why ? say(t(`record-${why}`)) : this.#begin()));
    panel.addEventListener("click", (event) => this.#act(event));
    panel.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      // It would close the question at once.
      event.preventDefault();
      this.#wantsToDiscard();
    });
    addEventListener("beforeunload", (event) => {
      if (this.#recording || this.#recorded) event.preventDefault();
    });
  }

  async #begin() {
    if (!panel.hidden) return;
    this.#turn += 1;
    const turn = this.#turn;
    this.#say("");
    this.#show("asking");
    try {
      const recording = await Recording.start();
      // Somebody has thought better of it while the browser was asking.
      if (turn !== this.#turn) return recording.discard();
      this.#recording = recording;
    } catch (error) {
      console.info("nothing is recorded", error);
      if (turn !== this.#turn) return;
      this.#close();
      const key = `record-${error.name}`;
      this.#say(t(isWorded(key) ? key : "record-failed"));
      return;
    }
    this.#levels = new Array(PEAKS).fill(0);
    this.#recording.addEventListener("level", ({ detail }) => this.#heard(detail));
    this.#recording.addEventListener("ended", () => this.#stop());
    this.#tell();
    this.#telling = setInterval(() => this.#tell(), TELL_EVERY);
    this.#show("recording");
  }

  #tell() {
    if (!this.#recording.isPaused) this.#connection.send({ type: "typing", what: "voice" });
  }

  #heard(level) {
    this.#levels.push(Math.min(255, Math.round(level * 400)));
    this.#levels.shift();
    drawWave(this.#wave, this.#levels, 1);
    const { seconds } = this.#recording;
    this.#time.textContent = clockWords(seconds);
    if (seconds >= SECONDS_MOST) {
      this.#stop();
      this.#say(t("record-longest"));
    }
  }

  #act(event) {
    const does = event.target.closest("button")?.dataset.does;
    if (does === "discard") this.#discard();
    if (does === "pause") this.#pause();
    if (does === "stop") this.#stop();
    if (does === "send") this.#hand();
  }

  #pause() {
    if (this.#recording.isPaused) this.#recording.resume();
    else this.#recording.pause();
    this.#show(this.#recording.isPaused ? "paused" : "recording");
  }

  /** Ends the recording, to be listened to. */
  async #stop() {
    await this.#end();
    if (!this.#recorded) return;
    const voice = document.createElement("voice-message");
    voice.className = "voice";
    voice.dataset.seconds = this.#recorded.duration;
    voice.dataset.peaks = this.#recorded.peaks.join(" ");
    const audio = document.createElement("audio");
    audio.src = URL.createObjectURL(this.#recorded.bytes);
    voice.append(audio);
    this.#listening.replaceChildren(voice);
    this.#show("recorded");
  }

  async #hand() {
    await this.#end();
    const recorded = this.#recorded;
    // Discarded meanwhile, too short, or handed over by another press.
    if (!recorded) return;
    this.#close();
    this.#send(recorded);
  }

  /** Ends the recording, once; whoever wants that while it ends waits for the same. */
  #end() {
    this.#ending ??= this.#toEnd().finally(() => (this.#ending = null));
    return this.#ending;
  }

  async #toEnd() {
    const recording = this.#recording;
    if (!recording) return;
    this.#recording = null;
    clearInterval(this.#telling);
    const turn = this.#turn;
    const recorded = await recording.stop();
    // Discarded meanwhile.
    if (turn !== this.#turn) return;
    this.#recorded = recorded;
    if (this.#recorded.duration >= LEAST_SECONDS && this.#recorded.bytes.size > 0) return;
    this.#close();
    this.#say(t("record-short"));
  }

  /** A key that was meant for something else does not cost minutes of what was said. */
  async #wantsToDiscard() {
    const turn = this.#turn;
    const seconds = this.#recording?.seconds ?? this.#recorded?.duration ?? 0;
    const words = { title: t("recorder-discard-title"), words: t("recorder-discard-words"), yes: t("recorder-discard"), no: t("question-cancel") };
    if (seconds >= ASKED_FROM && !(await ask(words))) return;
    if (turn === this.#turn) this.#discard();
  }

  #discard() {
    this.#recording?.discard();
    this.#close();
  }

  #close() {
    this.#turn += 1;
    clearInterval(this.#telling);
    const heard = this.#listening.querySelector("audio");
    if (heard) URL.revokeObjectURL(heard.src);
    this.#listening.replaceChildren();
    this.#recording = this.#recorded = null;
    panel.hidden = true;
    box.hidden = false;
    document.getElementById("record").focus();
  }

  /** `asking`, `recording`, `paused` or `recorded`. */
  #show(state) {
    panel.dataset.state = state;
    panel.hidden = false;
    box.hidden = true;
    this.#words.textContent = t(`recorder-${state}`);
    if (state === "asking") {
      this.#time.textContent = clockWords(0);
      drawWave(this.#wave, new Array(PEAKS).fill(0));
    }
    const pause = panel.querySelector('[data-does="pause"]');
    pause.ariaLabel = pause.title = t(state === "paused" ? "recorder-resume" : "recorder-pause");
    const next = { asking: "discard", recording: "stop", recorded: "send" }[state];
    if (next) panel.querySelector(`[data-does="${next}"]`).focus();
  }
}
