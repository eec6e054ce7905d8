// How loud somebody's voice is along the way, as upright stitches: as many as there is room for, those that were heard in full colour.
const STEP = 4;
const HEIGHT = 32;
const LEAST = 1.5;
const MOST = 14;

/** Draws peaks from 0 to 255 into an svg of two paths, of which the second is what was heard. */
export function drawWave(svg, peaks, heard = 0) {
  const room = Math.floor(svg.clientWidth / STEP) || peaks.length;
  const count = Math.min(peaks.length, room);
  svg.setAttribute("viewBox", `0 0 ${count * STEP || STEP} ${HEIGHT}`);
  const stitches = Array.from({ length: count }, (_, place) => {
    const share = peaks.slice(Math.floor((place * peaks.length) / count), Math.floor(((place + 1) * peaks.length) / count));
    const half = LEAST + (Math.max(...share) / 255) * (MOST - LEAST);
    return `M${place * STEP + STEP / 2} ${(HEIGHT / 2 - half).toFixed(1)}V${(HEIGHT / 2 + half).toFixed(1)}`;
  });
  const [all, done] = svg.querySelectorAll("path");
  all.setAttribute("d", stitches.join(""));
  done.setAttribute("d", stitches.slice(0, Math.round(heard * count)).join(""));
}
