// Whether people are there: told of me as long as I use this page, and kept true wherever the page shows others.
import { call, roomPath } from "./api.js";
import { boot } from "./boot.js";
import { drawRelativeTime } from "./relative-times.js";
import { t } from "./text.js";

const TELL_EVERY = 60_000;
const LOOK_WITHIN = 2_000;

/** Says that somebody uses this page, at most once a minute; and when nobody sees it any more. */
export function tellPresence(connection) {
  let toldAt = 0;
  const tell = (on) => connection.send({ type: "active", on }) && (toldAt = on ? Date.now() : 0);
  const used = () => document.visibilityState === "visible" && Date.now() - toldAt >= TELL_EVERY && tell(true);
  for (const use of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) addEventListener(use, used, { passive: true });
  document.addEventListener("visibilitychange", () => tell(document.visibilityState === "visible"));
  // A socket counts as used when it opens; one that opens behind another window is not.
  connection.addEventListener("welcome", () => document.visibilityState !== "visible" && tell(false));
}

/** Keeps every sign of whether somebody is there as the server tells it. */
export function keepPresence(connection) {
  connection.addEventListener("frame", ({ detail }) => {
    if (detail.type !== "presence") return;
    detail.users.forEach(show);
    if (detail.all) showOthersGone(new Set(detail.users.map((user) => user.username)));
  });
  connection.addEventListener("welcome", ({ detail }) => {
    detail.online.forEach(show);
    // Pages in no room are told who is there; others ask, not all at once.
    if (boot.room?.kind === "direct" || boot.me.role === "guest") setTimeout(look, Math.random() * LOOK_WITHIN);
  });
}

/** Somebody may have come or gone between the drawing of a page and its socket, or while there was none. */
async function look() {
  if (!document.querySelector("[data-presence]")) return;
  const path = boot.room?.kind === "direct" ? `${roomPath(boot.room.slug)}/members` : "/api/users";
  const answer = await call("GET", path).catch(() => null);
  (answer?.members ?? answer?.users ?? []).forEach(show);
}

function showOthersGone(there) {
  for (const sign of document.querySelectorAll("[data-presence]")) {
    const dot = sign.querySelector(".presence");
    if (dot.hidden || there.has(sign.dataset.presence)) continue;
    dot.hidden = true;
    sign.querySelector(".presence__words").textContent = t("person-offline");
  }
}

function show(user) {
  for (const sign of document.querySelectorAll("[data-presence]")) {
    if (sign.dataset.presence === user.username) draw(sign, user);
  }
}

/** The same as templates/presence.html draws. */
function draw(sign, { online, away, last_seen: lastSeen, status }) {
  const dot = sign.querySelector(".presence");
  const words = sign.querySelector(".presence__words");
  dot.hidden = !online;
  dot.classList.toggle("presence--away", Boolean(away));
  if (online || !lastSeen) {
    words.textContent = t(online ? (away ? "person-away" : "person-online") : "person-offline");
  } else {
    const time = document.createElement("time");
    time.dateTime = lastSeen;
    time.dataset.relative = "";
    words.replaceChildren(time);
    drawRelativeTime(time);
  }
  const said = sign.querySelector(".presence__status");
  if (!said) return;
  said.textContent = status ? [status.emoji, status.text].filter(Boolean).join(" ") : "";
  said.hidden = !status;
}
