// What can be done with a message, over its end: eight reactions at hand, more of them, an answer, and the menu. Arrows go from one
// to the next. A long press with a finger opens all of it as a sheet.
import { boot } from "./boot.js";
import { choices } from "./emoji-choices.js";
import { letHold } from "./holding.js";
import { t } from "./text.js";

const QUICK = 8;

export function tendBars(list) {
  const quick = document.createElement("div");
  quick.className = "message__quicks";
  quick.role = "group";
  quick.ariaLabel = t("reaction-quick");
  let held = null;

  /** Those that somebody took last, filled up with the usual ones, for this message. */
  const attach = (message) => {
    const bar = message?.querySelector(".message__bar");
    if (!bar || !boot.may.react || quick.parentElement === bar) return;
    const { recent } = choices();
    const texts = [...new Set([...recent.filter((text) => !/[\p{L}\p{N} ]/u.test(text)), ...boot.quick_reactions])].slice(0, QUICK);
    quick.replaceChildren(...texts.map(draw));
    bar.role = "toolbar";
    bar.ariaLabel = t("message-bar");
    bar.prepend(quick);
  };
  const letGo = () => {
    held?.classList.remove("message--held");
    held = null;
  };

  list.addEventListener("pointerover", (event) => event.pointerType === "mouse" && attach(event.target.closest(".message")));
  list.addEventListener("focusin", ({ target }) => {
    attach(target.closest(".message"));
    const bar = target.closest(".message__bar");
    if (bar && !target.closest(".message__tools")) rove(bar, target);
  });
  list.addEventListener("focusout", ({ target, relatedTarget }) => {
    const bar = target.closest(".message__bar");
    if (bar && !bar.contains(relatedTarget)) for (const part of partsOf(bar)) part.removeAttribute("tabindex");
  });
  list.addEventListener("keydown", (event) => {
    const bar = event.target.closest(".message__bar");
    if (!bar || event.target.closest(".message__tools")) return;
    const parts = partsOf(bar);
    const forward = document.documentElement.dir === "rtl" ? "ArrowLeft" : "ArrowRight";
    const backward = document.documentElement.dir === "rtl" ? "ArrowRight" : "ArrowLeft";
    const step = { [forward]: 1, [backward]: -1 }[event.key];
    const at = parts.indexOf(event.target);
    const next = step ? parts.at((at + step) % parts.length) : { Home: parts[0], End: parts.at(-1) }[event.key];
    if (!next || at < 0) return;
    event.preventDefault();
    next.focus();
  });

  letHold(list, ".message__text, .message__byline, .attachment", (target) => {
    const message = target.closest(".message");
    if (!message.querySelector(".message__bar")) return;
    letGo();
    attach(message);
    held = message;
    message.classList.add("message--held");
    message.querySelector(".message__menu").open = true;
  });
  document.addEventListener("click", ({ target }) => {
    if (held && (!target.closest(".message--held .message__bar") || target.closest("a, button"))) {
      held.querySelector(".message__menu")?.removeAttribute("open");
      letGo();
    }
  });
  document.addEventListener("keydown", ({ key }) => key === "Escape" && letGo());
  // The page may have been opened at one.
  if (list.contains(document.activeElement)) attach(document.activeElement.closest(".message"));
}

const partsOf = (bar) => [...bar.querySelectorAll(".message__quick, .message__button, .message__more")];

/** One stop for the tabulator: the part that has the focus. */
function rove(bar, current) {
  for (const part of partsOf(bar)) part.tabIndex = part === current ? 0 : -1;
}

function draw(text) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "message__quick";
  button.value = text;
  button.textContent = text;
  button.tabIndex = -1;
  button.ariaLabel = t("reaction-with", { text });
  button.title = button.ariaLabel;
  return button;
}
