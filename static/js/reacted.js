// Who reacted to a message, by name: where one presses a reaction for long, asks for its menu, or looks into that of the message.
// Owners take away there what others reacted with.
import { boot } from "./boot.js";
import { call, roomPath } from "./api.js";
import { place } from "./placing.js";
import { letHold } from "./holding.js";
import { kindOf } from "./reactions.js";
import { t } from "./text.js";

export function whoCame({ slug, list, undo }) {
  const panel = document.getElementById("reacted");
  const show = async (opener, message, kind) => {
    const path = `${roomPath(slug)}/messages/${message.dataset.seq}/reactions`;
    try {
      const { reactions } = await call("GET", path);
      if (reactions.length === 0) return;
      const first = reactions.filter(({ text }) => kindOf(text) === kind);
      const others = reactions.filter(({ text }) => kindOf(text) !== kind);
      panel.querySelector(".reacted__list").replaceChildren(...[...first, ...others].map((reaction) => draw(reaction, (body) => take(opener, message, kind, body))));
      panel.showPopover();
      place(panel, opener, "start");
      panel.focus();
    } catch (error) {
      console.info("who reacted is not known just now", error);
    }
  };
  const take = async (opener, message, kind, body) => {
    panel.hidePopover();
    await undo(message, { ...body, on: false }).then(() => show(opener, message, kind), () => {});
  };
  const chipOf = (event) => event.target.closest(".reaction:not(.reaction--add)");
  list.addEventListener("contextmenu", (event) => {
    const chip = chipOf(event);
    if (!chip) return;
    event.preventDefault();
    show(chip, chip.closest(".message"), kindOf(chip.value));
  });
  letHold(list, ".reaction:not(.reaction--add)", (chip) => show(chip, chip.closest(".message"), kindOf(chip.value)));
  list.addEventListener("click", (event) => {
    const link = event.target.closest("[data-does=reacted]");
    if (!link || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    const message = link.closest(".message");
    show(message.querySelector(".reaction"), message, null);
  });
}

function draw({ text, count, people }, take) {
  const item = document.createElement("li");
  item.className = "reacted__kind";
  const head = document.createElement("p");
  head.className = "reacted__head";
  const shown = document.createElement("bdi");
  shown.className = "reaction__text";
  shown.textContent = text;
  head.append(shown, ` ${count}`);
  if (boot.may.clear_reactions) head.append(" ", button(t("reacted-clear"), t("reacted-clear-label", { text }), () => take({ text, all: true })));
  const names = document.createElement("ul");
  for (const { username, name } of people) {
    const line = document.createElement("li");
    line.className = "reacted__person";
    const who = document.createElement("bdi");
    who.textContent = name || username;
    line.append(who);
    if (boot.may.clear_reactions && username !== boot.me.username) line.append(" ", button(t("details-remove"), t("reacted-remove-label", { text, name }), () => take({ text, username })));
    names.append(line);
  }
  if (count > people.length) {
    const more = document.createElement("li");
    more.textContent = t("reacted-more", { count: count - people.length });
    names.append(more);
  }
  item.append(head, names);
  return item;
}

function button(words, label, click) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "button-link reacted__take";
  made.textContent = words;
  made.ariaLabel = label;
  made.addEventListener("click", click);
  return made;
}
