// "Last here 5 minutes ago", "last used an hour ago": kept true while the page is open.
import { agoOf, momentOf } from "./clock.js";
import { t } from "./text.js";

const MINUTE = 60_000;

export function keepRelativeTimes() {
  const times = document.querySelectorAll("time[data-relative]");
  if (times.length === 0) return;
  const draw = () => {
    for (const time of times) {
      const moment = new Date(time.dateTime);
      const ago = Date.now() - moment < MINUTE ? null : agoOf(moment);
      if (time.dataset.relative === "used") time.textContent = ago ? t("settings-browser-used-ago", { when: ago }) : t("settings-browser-used-now");
      else if (time.dataset.relative === "active") time.textContent = ago ? t("directory-active", { when: ago }) : t("directory-active-now");
      else time.textContent = ago ? t("person-seen", { when: ago }) : t("person-seen-now");
      time.title = momentOf(moment);
    }
  };
  draw();
  setInterval(draw, MINUTE);
}
