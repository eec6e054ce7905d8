// All emoji there are: asked for when somebody first looks for one, and kept by the browser for ever.
import { boot } from "./boot.js";

let asked = null;

/** {groups: [word], all: [{text, group, name, names, tones}]}: names are those between colons, tones go from light to dark. */
export function emoji() {
  asked ??= load().catch((error) => {
    asked = null;
    throw error;
  });
  return asked;
}

/** The ones that fit some letters, best first: called so, beginning so, with such a word. */
export function fitting(all, wanted, most) {
  const words = wanted.toLowerCase().split(/[\s_]+/u).filter(Boolean);
  const whole = words.join("_");
  if (whole === "") return all.slice(0, most);
  const ranked = all.map((one) => ({ one, rank: rank(one, whole, words) })).filter(({ rank }) => rank < Infinity);
  // Sorting keeps the order of those that fit as well.
  return ranked.sort((a, b) => a.rank - b.rank).slice(0, most).map(({ one }) => one);
}

function rank({ name, names }, whole, words) {
  if (names.includes(whole)) return 0;
  if (names.some((one) => one.startsWith(whole))) return 1;
  const parts = [...name.toLowerCase().split(/[^\p{L}\p{N}]+/u), ...names.flatMap((one) => one.split("_"))];
  return words.every((word) => parts.some((part) => part.startsWith(word))) ? 2 : Infinity;
}

async function load() {
  const answer = await fetch(boot.emoji, { credentials: "same-origin", signal: AbortSignal.timeout(10_000) });
  if (!answer.ok) throw new Error(`${boot.emoji}: ${answer.status}`);
  const { groups, emoji } = await answer.json();
  const all = emoji.map(([text, group, name, names, tones = []]) => ({ text, group: groups[group], name, names, tones }));
  return { groups, all };
}
