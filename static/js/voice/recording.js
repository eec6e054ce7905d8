// One recording with the microphone: its sound, how long it is without its pauses, and how loud along the way.
const TYPES = ["audio/mp4;codecs=mp4a.40.2", "audio/mp4", "audio/webm;codecs=opus", "audio/webm", "audio/ogg;codecs=opus"];
const BITS_PER_SECOND = 48_000;
const LOOK_EVERY = 50;
export const PEAKS = 64;
export const SECONDS_MOST = 600;

/** Why nothing can be recorded here: `insecure` where the page came over plain http, `browser` where there is no way; else null. */
export function whyNot() {
  if (!isSecureContext) return "insecure";
  return typeof MediaRecorder === "function" && navigator.mediaDevices?.getUserMedia ? null : "browser";
}

export class Recording extends EventTarget {
  #stream;
  #recorder;
  #chunks = [];
  #context = new AudioContext();
  #analyser;
  #samples;
  #levels = [];
  #before = 0;
  #since = null;
  #looking = null;

  /** Asks for the microphone. Throws what the browser says where it is refused or missing. */
  static async start() {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, noiseSuppression: true, autoGainControl: true } });
    try {
      return new Recording(stream);
    } catch (error) {
      for (const track of stream.getTracks()) track.stop();
      throw error;
    }
  }

  constructor(stream) {
    super();
    this.#stream = stream;
    const mimeType = TYPES.find((type) => MediaRecorder.isTypeSupported(type));
    this.#recorder = new MediaRecorder(stream, { mimeType, audioBitsPerSecond: BITS_PER_SECOND });
    this.#recorder.ondataavailable = ({ data }) => this.#chunks.push(data);
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
    // Unplugged, or taken away in the browser's own menu: what there is can still be sent.
    stream.getAudioTracks()[0].addEventListener("ended", () => this.dispatchEvent(new Event("ended")));
    this.#recorder.start(1_000);
    this.#goOn();
  }

  get seconds() {
    return this.#before + (this.#since === null ? 0 : (performance.now() - this.#since) / 1000);
  }

  get isPaused() {
    return this.#recorder.state === "paused";
  }

  pause() {
    if (this.#recorder.state !== "recording") return;
    this.#recorder.pause();
    this.#rest();
  }

  resume() {
    if (this.#recorder.state !== "paused") return;
    this.#recorder.resume();
    this.#goOn();
  }

  /** Ends it; what was recorded. */
  async stop() {
    this.#rest();
    const stopped = new Promise((resolve) => {
      if (this.#recorder.state === "inactive") resolve();
      else this.#recorder.onstop = resolve;
    });
    if (this.#recorder.state !== "inactive") this.#recorder.stop();
    await stopped;
    this.#release();
    const type = this.#recorder.mimeType.split(";")[0];
    return { bytes: new Blob(this.#chunks, { type }), duration: Math.min(SECONDS_MOST, Math.round(this.#before * 1000) / 1000), peaks: peaksOf(this.#levels, this.#before) };
  }

  /** Ends it and keeps nothing. */
  discard() {
    this.#rest();
    this.#recorder.onstop = null;
    if (this.#recorder.state !== "inactive") this.#recorder.stop();
    this.#release();
  }

  #goOn() {
    this.#since = performance.now();
    this.#looking = setInterval(() => this.#look(), LOOK_EVERY);
  }

  #rest() {
    clearInterval(this.#looking);
    this.#before = this.seconds;
    this.#since = null;
  }

  #look() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const level = this.#samples.reduce((highest, sample) => Math.max(highest, Math.abs(sample)), 0);
    this.#levels.push({ at: this.seconds, level });
    this.dispatchEvent(new CustomEvent("level", { detail: level }));
  }

  #release() {
    for (const track of this.#stream.getTracks()) track.stop();
    this.#context.close();
  }
}

/** How loud it is in 64 steps, from 0 to 255, the loudest being 255. */
export function peaksOf(levels, seconds) {
  const peaks = new Array(PEAKS).fill(0);
  for (const { at, level } of levels) {
    const place = Math.min(PEAKS - 1, Math.floor((at / seconds) * PEAKS));
    peaks[place] = Math.max(peaks[place], level);
  }
  const loudest = Math.max(...peaks);
  // Short ones are looked at less often than 64 times; a step without a look is as loud as the one before.
  let last = 0;
  const whole = peaks.map((peak) => (last = peak || last));
  return whole.map((peak) => (loudest > 0 ? Math.round((peak / loudest) * 255) : 0));
}
