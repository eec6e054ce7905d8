// This tab's name, and which other tabs are alive: a lock held as long as the page lives says so.
import { chance } from "./client-id.js";

const PREFIX = "adda-tab-";
export const tab = chance(16);

// Locks are missing over plain http at a name that is not localhost; there all tabs count as gone, and what two of them send
// twice the server stores once.
navigator.locks?.request(PREFIX + tab, () => new Promise(() => {})).catch(() => {});

export async function livingTabs() {
  const held = (await navigator.locks?.query())?.held ?? [];
  return new Set([tab, ...held.map((lock) => lock.name).filter((name) => name.startsWith(PREFIX)).map((name) => name.slice(PREFIX.length))]);
}

/** Runs one at a time among all tabs, where the browser can see to that and no frozen tab stands in the way. */
export async function alone(name, work) {
  if (!navigator.locks) return work();
  try {
    return await navigator.locks.request(name, { signal: AbortSignal.timeout(2_000) }, work);
  } catch (error) {
    if (error.name !== "TimeoutError" && error.name !== "AbortError") throw error;
    return work();
  }
}
