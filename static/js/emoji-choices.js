// Which emoji somebody took last, and which skin tone they like: kept in this browser, for them alone.
import { boot } from "./boot.js";

const KEPT = "adda.emoji";
const RECENT_MOST = 24;

/** {recent: [text], tone}: a tone is a place from light to dark, counted from 1, and 0 for none. */
export function choices() {
  try {
    const { username, recent, tone } = JSON.parse(localStorage.getItem(KEPT)) ?? {};
    if (username === boot.me.username && Array.isArray(recent)) return { recent: recent.filter((one) => typeof one === "string"), tone: Number(tone) || 0 };
  } catch {
    // Kept nowhere, or by something else: begun anew.
  }
  return { recent: [], tone: 0 };
}

/** Something was taken: it comes first from now on. */
export function take(text) {
  const { recent } = choices();
  keep({ recent: [text, ...recent.filter((one) => one !== text)].slice(0, RECENT_MOST) });
}

export function keepTone(tone) {
  keep({ tone });
}

/** Nothing of it stays for whoever comes next. */
export function forgetChoices() {
  try {
    localStorage.removeItem(KEPT);
  } catch {
    // Nothing was kept.
  }
}

function keep(changes) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...choices(), ...changes, username: boot.me.username }));
  } catch {
    // Where nothing is kept, every page begins without.
  }
}
