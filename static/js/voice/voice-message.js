// A voice message: play and pause, a waveform that is a slider, and how fast. Without this script it is the browser's own player.
import { clockWords } from "../files/file-words.js";
import { t } from "../text.js";
import { SPEEDS, keepSpeed, speed } from "./speed.js";
import { drawWave } from "./wave.js";

const STEP_SECONDS = 5;
const template = document.getElementById("voice-template");
let playing = null;

export class VoiceMessage extends HTMLElement {
  #audio;
  #seconds = 0;
  #peaks = [];
  #play;
  #wave;
  #time;
  #speed;
  #wanted = null;

  connectedCallback() {
    if (this.#audio) return;
    this.#audio = this.querySelector("audio");
    this.#seconds = Number(this.dataset.seconds) || 0;
    this.#peaks = this.dataset.peaks.split(" ").filter(Boolean).map(Number);
    this.append(template.content.cloneNode(true));
    this.#audio.hidden = true;
    this.#audio.controls = false;
    this.#play = this.querySelector(".voice__play");
    this.#wave = this.querySelector(".voice__wave");
    this.#time = this.querySelector(".voice__time");
    this.#speed = this.querySelector(".voice__speed");
    this.#play.addEventListener("click", () => this.#toggle());
    this.#speed.addEventListener("click", () => this.#faster());
    this.#wave.addEventListener("keydown", (event) => this.#key(event));
    this.#wave.addEventListener("pointerdown", (event) => this.#drag(event));
    this.#wave.addEventListener("pointermove", (event) => this.#wave.hasPointerCapture(event.pointerId) && this.#pointed(event));
    for (const change of ["play", "pause", "ended", "timeupdate", "error"]) this.#audio.addEventListener(change, () => this.#changed(change));
    this.#draw();
  }

  /** One that is taken off the page is heard no more. */
  disconnectedCallback() {
    this.#audio?.pause();
  }

  async play() {
    if (playing !== this) playing?.pause();
    playing = this;
    this.#audio.playbackRate = speed();
    try {
      await this.#audio.play();
    } catch (error) {
      if (error.name !== "AbortError") this.#fail();
    }
  }

  pause() {
    this.#audio.pause();
  }

  get #at() {
    return this.#wanted ?? Math.min(this.#audio.currentTime, this.#seconds);
  }

  #toggle() {
    if (this.#audio.paused) this.play();
    else this.pause();
  }

  /** What MediaRecorder made need not know how long it is: it can be placed once it has begun to load. */
  #seek(seconds) {
    const at = Math.min(Math.max(0, seconds), this.#seconds);
    if (this.#audio.readyState >= HTMLMediaElement.HAVE_METADATA) {
      this.#audio.currentTime = at;
    } else {
      if (this.#wanted === null) this.#audio.addEventListener("loadedmetadata", () => this.#place(), { once: true });
      this.#wanted = at;
      this.#audio.preload = "metadata";
      this.#audio.load();
    }
    this.#draw();
  }

  #place() {
    this.#audio.currentTime = this.#wanted;
    this.#wanted = null;
    this.#draw();
  }

  #changed(change) {
    if (change === "error") return this.#fail();
    if (change === "ended") {
      this.#audio.currentTime = 0;
      followingOf(this)?.play();
    }
    this.#draw();
  }

  #faster() {
    const next = SPEEDS[(SPEEDS.indexOf(speed()) + 1) % SPEEDS.length];
    keepSpeed(next);
    this.#audio.playbackRate = next;
    for (const one of document.querySelectorAll("voice-message")) one.#draw();
  }

  #key(event) {
    const forward = getComputedStyle(this).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
    const does = {
      ArrowUp: () => this.#seek(this.#at + STEP_SECONDS),
      ArrowDown: () => this.#seek(this.#at - STEP_SECONDS),
      ArrowRight: () => this.#seek(this.#at + (forward === "ArrowRight" ? STEP_SECONDS : -STEP_SECONDS)),
      ArrowLeft: () => this.#seek(this.#at + (forward === "ArrowLeft" ? STEP_SECONDS : -STEP_SECONDS)),
      Home: () => this.#seek(0),
      End: () => this.#seek(this.#seconds),
      " ": () => this.#toggle(),
    }[event.key];
    if (!does || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    does();
  }

  #drag(event) {
    if (event.button !== 0) return;
    this.#wave.setPointerCapture(event.pointerId);
    this.#pointed(event);
  }

  #pointed({ clientX }) {
    const { left, right, width } = this.#wave.getBoundingClientRect();
    const share = getComputedStyle(this).direction === "rtl" ? (right - clientX) / width : (clientX - left) / width;
    this.#seek(share * this.#seconds);
  }

  #draw() {
    const isPlaying = !this.#audio.paused;
    const at = this.#at;
    this.classList.toggle("voice--playing", isPlaying);
    this.#play.ariaLabel = this.#play.title = t(isPlaying ? "voice-pause" : "voice-play");
    drawWave(this.#wave.querySelector("svg"), this.#peaks, this.#seconds > 0 ? at / this.#seconds : 0);
    const [now, whole] = [clockWords(at), clockWords(Math.round(this.#seconds))];
    this.#wave.ariaValueMax = String(Math.round(this.#seconds));
    this.#wave.ariaValueNow = String(Math.round(at));
    this.#wave.ariaValueText = t("voice-place", { now, whole });
    this.#time.textContent = at > 0 || isPlaying ? now : whole;
    const factor = new Intl.NumberFormat(document.documentElement.lang || "en").format(speed());
    this.#speed.textContent = `${factor}×`;
    this.#speed.ariaLabel = this.#speed.title = t("voice-speed", { factor });
  }

  #fail() {
    this.classList.add("voice--failed");
    this.#time.textContent = t("voice-failed");
  }
}

/** A voice message directly behind another is what was said next: it follows by itself. */
function followingOf(voice) {
  const next = voice.closest(".message")?.nextElementSibling;
  return next?.matches(".message:not(.message--pending)") ? next.querySelector(".attachment:not(.attachment--covered) voice-message") : null;
}
