// Selecting many at once: a click with the shift key selects, or leaves out, all from the last one on.
export function letSelect(list) {
  if (!list) return;
  const boxes = [...list.querySelectorAll('input[type="checkbox"]')];
  let last = null;
  list.addEventListener("click", (event) => {
    const at = boxes.indexOf(event.target);
    if (at < 0) return;
    if (event.shiftKey && last !== null) {
      for (const box of boxes.slice(Math.min(at, last), Math.max(at, last) + 1)) box.checked = event.target.checked;
    }
    last = at;
  });
}
