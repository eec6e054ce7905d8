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
  no_owner: "notice-no-owner",
  left: "notice-left",
};

export function isNotice({ kind }) {
  return kind === "notice";
}

export function noticeWords({ name, username, event = {} }) {
  let key = Object.hasOwn(KEYS, event.code) ? KEYS[event.code] : "notice-other";
  if (event.code === "topic" && !event.topic) key = "notice-topic-none";
  if (event.code === "left" && event.owner) key = "notice-left-passed-on";
  return t(key, {
    who: isolated(name || username),
    person: isolated(event.person?.name),
    owner: isolated(event.owner?.name),
    name: isolated(event.name),
    topic: isolated(event.topic),
  });
}

/** A word of people's own, whose direction stays its own. */
function isolated(word = "") {
  return `\u2068${word}\u2069`;
}
