// Puts a panel beside what opened it, where there is room; narrow windows have it at their end.
const GAP = 4;
const EDGE = 8;
const narrow = matchMedia("(max-width: 59.99rem)");

/** `from` says which of their edges are one line. */
export function place(panel, opener, from = "end") {
  panel.style.inset = "";
  if (narrow.matches || !opener?.isConnected) return;
  const at = opener.getBoundingClientRect();
  const { width, height } = panel.getBoundingClientRect();
  const below = at.bottom + GAP + height <= innerHeight - EDGE;
  const above = at.top - GAP - height >= EDGE;
  const y = below ? at.bottom + GAP : above ? at.top - GAP - height : Math.max(EDGE, innerHeight - height - EDGE);
  const isRtl = document.documentElement.dir === "rtl";
  const x = Math.min(Math.max(EDGE, isRtl === (from === "end") ? at.left : at.right - width), innerWidth - width - EDGE);
  panel.style.inset = `${y}px auto auto ${x}px`;
}
