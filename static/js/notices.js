// What happened to a room, in the reader's words; the same as src/view/notices.rs draws.
import { t } from "./text.js";

const KEYS = {
  renamed: "notice-renamed",
  topic: "notice-topic",
  closed: "notice-closed",
  archived: "notice-archived",
  restored: "notice-restored",
  added: "notice-added",
  removed: "notice-removed",
  owner: "notice-owner",
  appointed: "notice-appointed",
  no_owner: "notice-no-owner",
  left: "notice-left",
  handed_on: "notice-handed-on",
  read_only: "notice-read-only",
  slow_mode: "notice-slow-mode",
  members_add: "notice-members-add",
  shows_reading: "notice-shows-reading",
};

export function isNotice({ kind }) {
  return kind === "notice";
}

export function noticeWords({ name, username, event = {} }) {
  let key = Object.hasOwn(KEYS, event.code) ? KEYS[event.code] : "notice-other";
  if (event.code === "topic" && !event.topic) key = "notice-topic-none";
  if (["read_only", "members_add", "shows_reading"].includes(event.code) && !event.on) key += "-ended";
  if (event.code === "slow_mode" && !event.seconds) key = "notice-slow-mode-ended";
  if (event.code === "left" && event.owner) key = "notice-left-passed-on";
  return t(key, {
    who: isolated(name || username),
    person: isolated(event.person?.name),
    owner: isolated(event.owner?.name),
    name: isolated(event.name),
    topic: isolated(event.topic),
    wait: waitWords(event.seconds ?? 0),
  });
}

/** How long somebody waits: the same as src/view/notices.rs draws. */
export function waitWords(seconds) {
  if (seconds === 0) return t("wait-none");
  if (seconds % 3_600 === 0) return t("wait-hours", { count: seconds / 3_600 });
  if (seconds % 60 === 0) return t("wait-minutes", { count: seconds / 60 });
  return t("wait-seconds", { count: seconds });
}

/** A word of people's own, whose direction stays its own. */
function isolated(word = "") {
  return `\u2068${word}\u2069`;
}
