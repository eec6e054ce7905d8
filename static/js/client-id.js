// Names for what is sent, made before it is: they rise with time, so that databases keep neighbours together, and end in chance.
const ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz";
let last = 0;

export function makeClientId() {
  last = Math.max(Date.now(), last + 1);
  return written(last, 10) + chance(16);
}

/** So many characters of five random bits each; crypto.randomUUID is missing over plain http. */
export function chance(length) {
  return Array.from(crypto.getRandomValues(new Uint8Array(length)), (byte) => ALPHABET[byte & 31]).join("");
}

function written(number, length) {
  let text = "";
  for (let rest = number; text.length < length; rest = Math.floor(rest / 32)) text = ALPHABET[rest % 32] + text;
  return text;
}
