// Days and times as the reader's own clock and habits have them.
import { t } from "./text.js";

const page = document.documentElement.lang || "en";
const language = navigator.languages.find((one) => one.split("-")[0] === page) ?? page;
const hour12 = new Intl.DateTimeFormat(undefined, { hour: "numeric" }).resolvedOptions().hour12;
const time = new Intl.DateTimeFormat(language, { hour: hour12 ? "numeric" : "2-digit", minute: "2-digit", hour12 });
const full = new Intl.DateTimeFormat(language, { dateStyle: "full", timeStyle: "short", hour12 });
const day = new Intl.DateTimeFormat(language, { weekday: "long", day: "numeric", month: "long" });
const dayAndYear = new Intl.DateTimeFormat(language, { day: "numeric", month: "long", year: "numeric" });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

export const timeOf = (date) => time.format(date);
export const momentOf = (date) => full.format(date);

/** The reader's calendar day, as 2026-11-22. */
export function dayOf(date) {
  const two = (number) => String(number).padStart(2, "0");
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

export function dayName(date, now = new Date()) {
  const yesterday = new Date(now.getFullYear(), now.getMonth(), now.getDate() - 1);
  if (dayOf(date) === dayOf(now)) return t("day-today");
  if (dayOf(date) === dayOf(yesterday)) return t("day-yesterday");
  return date.getFullYear() === now.getFullYear() ? day.format(date) : dayAndYear.format(date);
}

export function millisecondsToMidnight(now = new Date()) {
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1) - now;
}

/** When somebody was last here, no more exactly than others need to know. */
export function seenOf(date, now = new Date()) {
  const minutes = Math.floor((now - date) / 60_000);
  if (minutes < 1) return t("person-seen-now");
  if (minutes < 60) return t("person-seen", { when: agoOf(date, now) });
  if (dayOf(date) === dayOf(now)) return t("person-seen-today");
  return t(minutes < 7 * 24 * 60 ? "person-seen-week" : "person-seen-long");
}

/** How long ago, in words: "5 minutes ago". */
export function agoOf(date, now = new Date()) {
  const minutes = Math.round((date - now) / 60_000);
  if (minutes > -60) return relative.format(minutes, "minute");
  if (minutes > -24 * 60) return relative.format(Math.round(minutes / 60), "hour");
  return relative.format(Math.round(minutes / 60 / 24), "day");
}
