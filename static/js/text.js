// The one place from which scripts take words: the same English file that the server draws pages with.
import { FluentBundle, FluentResource } from "../vendor/fluent/index.js";

const bundle = new FluentBundle(document.documentElement.lang || "en", { useIsolating: false });

try {
  const answer = await fetch(new URL("../locales/en.ftl", import.meta.url), { signal: AbortSignal.timeout(10_000) });
  bundle.addResource(new FluentResource(await answer.text()));
} catch (error) {
  console.warn("texts could not be loaded", error);
}

/** The text of a key, with its arguments; the key itself where there is no such text. */
export function t(key, args = {}) {
  const message = bundle.getMessage(key);
  return message?.value ? bundle.formatPattern(message.value, args) : key;
}

/** Nobody needs to know more exactly than this. */
export const COUNTED = 99;
export const bounded = (count) => (count > COUNTED ? `${COUNTED}+` : String(count));

/** Whether there is a text for a key that was put together from a code. */
export function isWorded(key) {
  return bundle.hasMessage(key);
}
