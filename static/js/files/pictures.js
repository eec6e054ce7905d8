// Pictures: how large they are, how large they are drawn, and those of this page that were sent a moment ago.
const SHOWN = ["image/png", "image/jpeg", "image/gif", "image/webp"];
const WIDEST = 480;
const HIGHEST = 320;
const LEAST = 48;
const PATIENCE = 10_000;
const REMEMBERED = 30;
const sent = new Map();

/** A picture's own size; null where a file is none that is shown as such. */
export async function sizeOf({ url, record }) {
  if (!SHOWN.includes(record.type)) return null;
  const picture = new Image();
  picture.src = url;
  const late = new Promise((_, reject) => setTimeout(() => reject(new Error("took too long")), PATIENCE));
  try {
    await Promise.race([picture.decode(), late]);
    return { width: picture.naturalWidth, height: picture.naturalHeight };
  } catch {
    return null;
  }
}

/** The room that is kept for a picture, the same as the server keeps. */
export function drawnSize(width, height) {
  const scale = Math.min(1, WIDEST / width, HIGHEST / height);
  return { width: Math.max(LEAST, Math.round(width * scale)), height: Math.max(LEAST, Math.round(height * scale)) };
}

/** What was sent from this page need not be fetched to be shown in its message. */
export function rememberSent(id, url) {
  sent.set(String(id), url);
  if (sent.size <= REMEMBERED) return;
  const [oldest, unneeded] = sent.entries().next().value;
  sent.delete(oldest);
  URL.revokeObjectURL(unneeded);
}

export const sentUrl = (id) => sent.get(String(id));
