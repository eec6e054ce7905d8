// "Last here 5 minutes ago", "last used an hour ago", "works until Friday, 18:00": kept true, and in the reader's own time, while the
// page is open.
import { agoOf, momentOf, seenOf } from "./clock.js";
import { t } from "./text.js";

const MINUTE = 60_000;

export function keepRelativeTimes() {
  const draw = () => document.querySelectorAll("time[data-relative]").forEach(drawRelativeTime);
  draw();
  setInterval(draw, MINUTE);
}

export function drawRelativeTime(time) {
  const moment = new Date(time.dateTime);
  if (time.dataset.relative === "until") {
    time.textContent = t("invitation-until-moment", { moment: momentOf(moment) });
    return;
  }
  const ago = Date.now() - moment < MINUTE ? null : agoOf(moment);
  if (time.dataset.relative === "used") time.textContent = ago ? t("settings-browser-used-ago", { when: ago }) : t("settings-browser-used-now");
  else if (time.dataset.relative === "active") time.textContent = ago ? t("directory-active", { when: ago }) : t("directory-active-now");
  else if (time.dataset.relative === "moment") time.textContent = ago ?? t("moment-now");
  else time.textContent = seenOf(moment);
  time.title = momentOf(moment);
}
