// What is said of a file: how large it is, what its name ends in.
import { t } from "../text.js";

const UNITS = [["gigabytes", 1e9], ["megabytes", 1e6], ["kilobytes", 1e3]];
const ENDING_LONGEST = 10;

/** A size as people know it, the same as the server words it. */
export function sizeWords(bytes) {
  const unit = UNITS.find(([, size]) => bytes >= size);
  if (!unit) return t("size-bytes", { number: bytes });
  const tenths = Math.floor(bytes / (unit[1] / 10));
  const number = tenths < 100 ? `${Math.floor(tenths / 10)}.${tenths % 10}` : String(Math.floor(tenths / 10));
  return t(`size-${unit[0]}`, { number });
}

/** A name in two parts, so that the end of a long one stays to be seen. */
export function nameParts(name) {
  const dot = name.lastIndexOf(".");
  return dot > 0 && name.length - dot <= ENDING_LONGEST ? [name.slice(0, dot), name.slice(dot)] : [name, ""];
}

/** Fills an element that holds the two. */
export function fillName(element, name) {
  const [start, end] = nameParts(name);
  element.title = name;
  element.querySelector(".file-name__start").textContent = start;
  element.querySelector(".file-name__end").textContent = end;
}

/** Minutes and seconds, as 1:05. */
export function clockWords(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
