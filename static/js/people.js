// What is drawn of a person besides the name: the same letter and colour as the server draws.
const HUES = [25, 60, 95, 140, 180, 225, 270, 330];

export function initialOf(name) {
  const [first = ""] = typeof Intl.Segmenter === "function" ? Array.from(new Intl.Segmenter().segment(name), ({ segment }) => segment) : [...name];
  return first.toUpperCase();
}

export function hueOf(username) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(username)) hash = Math.imul(hash ^ byte, 0x01000193) >>> 0;
  return HUES[hash % HUES.length];
}
