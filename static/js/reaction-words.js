// Who reacted, in words: the same as src/view/reactions.rs makes.
import { boot } from "./boot.js";
import { t } from "./text.js";

const NAMED_MOST = 3;
const names = new Map([[boot.me.username, boot.me.name]]);

/** Learns what people are called from all that comes by. */
export function learnNames(connection, list) {
  for (const { username, name } of boot.room.people ?? []) names.set(username, name);
  for (const element of list.querySelectorAll(".message")) names.set(element.dataset.username, element.querySelector(".message__author").textContent);
  const learn = (people) => people?.forEach(({ username, name }) => names.set(username, name));
  connection.addEventListener("welcome", ({ detail }) => learn(detail.online));
  connection.addEventListener("frame", ({ detail }) => {
    if (detail.type === "presence") learn(detail.users);
    else if (detail.type === "message" && detail.username) names.set(detail.username, detail.name || detail.username);
  });
}

export const nameOfPerson = (username) => names.get(username) ?? `@${username}`;

/** "You, Ben and 3 others reacted with 🎉". */
export function whoReacted({ text, count, usernames, mine }) {
  const others = usernames.filter((username) => username !== boot.me.username).map((username) => isolated(nameOfPerson(username)));
  const named = [...(mine ? [t("reaction-you")] : []), ...others].slice(0, NAMED_MOST);
  const more = count - named.length;
  const [first, second, third] = named;
  if (more > 0 || named.length === 0) return t("reaction-many", { names: named.join(", "), more, text: isolated(text) });
  return t(`reaction-${["one", "two", "three"][named.length - 1]}`, { first, second, third, text: isolated(text) });
}

const isolated = (word) => `\u2068${word}\u2069`;
