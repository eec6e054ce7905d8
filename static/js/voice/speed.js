// How fast somebody listens, kept in this browser for each person.
import { boot } from "../boot.js";

export const SPEEDS = [1, 1.25, 1.5, 1.75, 2];
const KEPT = `adda-voice-speed:${boot.me?.username}`;

export function speed() {
  try {
    const kept = Number(localStorage.getItem(KEPT));
    return SPEEDS.includes(kept) ? kept : 1;
  } catch {
    return 1;
  }
}

export function keepSpeed(factor) {
  try {
    localStorage.setItem(KEPT, String(factor));
  } catch (error) {
    console.info("the speed is not kept", error);
  }
}

/** Leaves nothing of it on the computer. */
export function forgetSpeed() {
  try {
    localStorage.removeItem(KEPT);
  } catch (error) {
    console.info("the speed could not be forgotten", error);
  }
}
