// What a message was answered with, below it. Frames, which everyone shares, do not say what of it is the reader's own: among the
// first who are named that is seen; beyond them it is what is known here, and asked for where another device may know better.
import { boot } from "./boot.js";
import { whoReacted } from "./reaction-words.js";

const template = document.getElementById("message-template").content.querySelector(".reactions");
const AS_PICTURE = /\u{FE0F}/gu;

/** What all spellings of a reaction have in common. */
export const kindOf = (text) => text.replaceAll(AS_PICTURE, "");

/** Draws what a message was answered with. Whether it is not known for certain what of that is the reader's own. */
export function drawReactions(element, { seq, reactions = [], type }) {
  if (reactions.length === 0 && !element.querySelector(".reactions")) return false;
  const row = rowOf(element, seq);
  const before = new Map(chipsOf(row).map((chip) => [kindOf(chip.value), chip]));
  let unsure = false;
  const chips = reactions.map((reaction) => {
    const chip = before.get(kindOf(reaction.text)) ?? makeChip(reaction.text);
    before.delete(kindOf(reaction.text));
    const { mine, isSure } = ownership(chip, reaction, type !== "message");
    unsure ||= !isSure;
    fill(chip, { ...reaction, mine }, seq);
    return chip;
  });
  for (const gone of before.values()) gone.remove();
  chips.forEach((chip, place) => row.children[place] !== chip && row.insertBefore(chip, row.children[place] ?? null));
  row.hidden = chips.length === 0;
  return unsure;
}

/** The reader's own is there from now on, or no longer; before the server says so. A way to undo it. */
export function drawOwn(element, seq, text, on) {
  const row = rowOf(element, seq);
  const known = chipsOf(row).find((chip) => kindOf(chip.value) === kindOf(text));
  const chip = known ?? makeChip(text);
  const before = shownBy(chip);
  if (before.mine === on) return () => {};
  if (!known) row.insertBefore(chip, row.querySelector(".reaction--add"));
  const usernames = before.usernames.filter((username) => username !== boot.me.username);
  const after = { ...before, count: before.count + (on ? 1 : -1), mine: on, usernames: on ? [...usernames, boot.me.username] : usernames };
  put(row, chip, after, seq);
  // What came from the server meanwhile is right already.
  const drawn = chip.dataset.drawn;
  return () => chip.dataset.drawn === drawn && put(row, chip, before, seq);
}

export const isOwn = (chip) => chip.classList.contains("reaction--mine");

export const chipsOf = (row) => [...row.querySelectorAll(".reaction:not(.reaction--add)")];

function put(row, chip, shown, seq) {
  if (shown.count > 0) fill(chip, shown, seq);
  else chip.remove();
  row.hidden = chipsOf(row).length === 0;
}

function rowOf(element, seq) {
  const known = element.querySelector(".reactions");
  if (known) return known;
  const row = template.cloneNode(true);
  const add = row.querySelector(".reaction--add");
  add?.setAttribute("href", add.getAttribute("href").replace("=0", `=${seq}`));
  element.querySelector(".message__body").append(row);
  return row;
}

function makeChip(text) {
  const chip = document.createElement("button");
  chip.className = "reaction";
  chip.type = "submit";
  chip.setAttribute("form", "react");
  chip.name = "text";
  chip.value = text;
  const words = document.createElement("bdi");
  words.className = "reaction__text";
  words.textContent = text;
  const count = document.createElement("span");
  count.className = "reaction__count";
  chip.append(words, " ", count);
  if (!boot.may.react) chip.ariaDisabled = "true";
  return chip;
}

function fill(chip, shown, seq) {
  const { text, count, usernames, mine } = shown;
  chip.value = text;
  chip.classList.toggle("reaction--mine", mine);
  chip.ariaPressed = String(mine);
  chip.dataset.count = count;
  chip.dataset.usernames = JSON.stringify(usernames);
  chip.dataset.drawn = Number(chip.dataset.drawn ?? 0) + 1;
  chip.setAttribute("formaction", `reactions?seq=${seq}&on=${!mine}`);
  chip.querySelector(".reaction__text").textContent = text;
  chip.querySelector(".reaction__count").textContent = count;
  chip.title = whoReacted(shown);
}

function shownBy(chip) {
  return { text: chip.value, count: Number(chip.dataset.count ?? 0), usernames: named(chip), mine: isOwn(chip) };
}

/** Whom a chip named; what the server drew on the page does not say. */
const named = (chip) => JSON.parse(chip.dataset.usernames ?? "[]");

function ownership(chip, { mine, count, usernames }, isForReader) {
  if (mine || usernames.includes(boot.me.username)) return { mine: true, isSure: true };
  if (isForReader || usernames.length >= count) return { mine: false, isSure: true };
  // Those who came first are named: whoever was among them and is not any more has taken it back.
  if (named(chip).includes(boot.me.username) && named(chip).indexOf(boot.me.username) < usernames.length) return { mine: false, isSure: true };
  return { mine: isOwn(chip), isSure: false };
}
