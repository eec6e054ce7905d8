// A long press with a finger.
const LONG = 500;
const STILL = 10;

export function letHold(area, selector, held) {
  let waiting = null;
  let from = null;
  let wasHeld = false;
  const end = () => {
    clearTimeout(waiting);
    waiting = null;
  };
  area.addEventListener("pointerdown", (event) => {
    end();
    wasHeld = false;
    const target = event.pointerType === "touch" && event.target.closest(selector);
    if (!target) return;
    from = { x: event.clientX, y: event.clientY };
    waiting = setTimeout(() => {
      wasHeld = true;
      held(target);
    }, LONG);
  });
  area.addEventListener("pointermove", (event) => {
    if (waiting && Math.hypot(event.clientX - from.x, event.clientY - from.y) > STILL) end();
  });
  for (const ended of ["pointerup", "pointercancel", "scroll"]) area.addEventListener(ended, end, { capture: true, passive: true });
  // What follows the press is none: neither a click nor the browser's own menu.
  area.addEventListener("click", (event) => {
    if (!wasHeld || !event.target.closest(selector)) return;
    wasHeld = false;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, { capture: true });
  area.addEventListener("contextmenu", (event) => wasHeld && event.target.closest(selector) && event.preventDefault());
}
