// Looks from time to time whether somebody who waits has been let in, or refused: either leads on.
const EVERY = 10_000;
const ANSWERED_WITHIN = 5_000;

export function startWaitingPage() {
  setInterval(look, EVERY);
  document.addEventListener("visibilitychange", look);
}

async function look() {
  if (document.hidden) return;
  const answer = await fetch("/waiting", { method: "HEAD", redirect: "manual", signal: AbortSignal.timeout(ANSWERED_WITHIN) }).catch(() => null);
  if (answer?.type === "opaqueredirect") location.assign("/");
}
