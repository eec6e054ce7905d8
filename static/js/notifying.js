// Whether this browser shows notifications, and how: kept by it alone. Nobody is asked for permission but by a click of theirs.
const KEPT = "adda-notifications";
/** Where it is kept which messages this browser has shown. */
export const SHOWN = "adda-notified";
const READY_WITHIN = 5_000;
const WITHDRAWN_WITHIN = 2_000;

const isPhoneOfApple = /iPhone|iPad|iPod/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);

/** What stands in the way of notifications, as the end of a text's key; null where nothing does. */
export function obstacle() {
  if (!isSecureContext) return "insecure";
  if (isPhoneOfApple && !("Notification" in globalThis)) return "home-screen";
  if (!("Notification" in globalThis)) return "unknown";
  if (!navigator.serviceWorker) return "no-worker";
  return Notification.permission === "denied" ? "denied" : null;
}

/** What somebody wants of this browser: whether it notifies (`on`), with a sound, without what was said; whether it has offered to. */
export function wishes() {
  try {
    return JSON.parse(localStorage.getItem(KEPT)) ?? {};
  } catch {
    return {};
  }
}

export function wish(changes) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ ...wishes(), ...changes }));
  } catch (error) {
    console.warn("this browser keeps nothing", error);
  }
}

export const isOn = () => obstacle() === null && Notification.permission === "granted" && wishes().on === true;

/** Asks for permission, on somebody's click; whether notifications are on then. */
export async function turnOn() {
  if ((await Notification.requestPermission()) !== "granted") return false;
  wish({ on: true, offered: true });
  return (await registered()) !== null;
}

let registration = null;

/** What shows notifications; null where the browser does not let it be, as some do in a private window. */
export async function registered() {
  if (registration) return registration;
  const late = new Promise((resolve) => setTimeout(resolve, READY_WITHIN, null));
  try {
    await navigator.serviceWorker.register("/sw.js");
    registration = await Promise.race([navigator.serviceWorker.ready, late]);
    return registration;
  } catch (error) {
    console.warn("notifications cannot be shown", error);
    return null;
  }
}

/** Takes back what is shown and meets a condition, whichever tab showed it. */
export async function withdraw(isOver) {
  const shows = await navigator.serviceWorker?.getRegistration("/").catch(() => null);
  for (const shown of (await shows?.getNotifications()) ?? []) if (isOver(shown.data)) shown.close();
}

/** Leaves nothing of somebody's to whoever uses this browser next. It never fails, and never takes long. */
export async function forget() {
  try {
    localStorage.removeItem(KEPT);
    localStorage.removeItem(SHOWN);
  } catch (error) {
    console.warn("this browser keeps nothing", error);
  }
  const late = new Promise((resolve) => setTimeout(resolve, WITHDRAWN_WITHIN));
  await Promise.race([withdraw(() => true).catch((error) => console.warn("notifications stay", error)), late]);
}
