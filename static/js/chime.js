// A short sound: two soft notes, made here. A browser that has not been clicked in yet keeps quiet.
const NOTES = [660, 880];
const EACH = 0.14;
const PAUSE = 2_000;
let context = null;
let playedAt = -PAUSE;

export async function chime() {
  if (navigator.userActivation?.hasBeenActive === false) return;
  if (performance.now() - playedAt < PAUSE || typeof AudioContext !== "function") return;
  playedAt = performance.now();
  context ??= new AudioContext();
  // Whatever else keeps it quiet may last: what would be heard only then is not scheduled.
  if (context.state === "suspended") await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, PAUSE))]);
  if (context.state !== "running") return;
  const loudness = new GainNode(context, { gain: 0 });
  loudness.connect(context.destination);
  NOTES.forEach((frequency, index) => {
    const note = new OscillatorNode(context, { type: "sine", frequency });
    const start = context.currentTime + index * EACH;
    loudness.gain.setValueAtTime(0.0001, start);
    loudness.gain.exponentialRampToValueAtTime(0.15, start + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, start + EACH);
    note.connect(loudness);
    note.start(start);
    note.stop(start + EACH);
  });
}
