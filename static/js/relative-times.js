// "Last here 5 minutes ago", kept true while the page is open.
import { agoOf, momentOf } from "./clock.js";
import { t } from "./text.js";

const MINUTE = 60_000;

export function keepRelativeTimes() {
  const times = document.querySelectorAll("time[data-relative]");
  if (times.length === 0) return;
  const draw = () => {
    for (const time of times) {
      const moment = new Date(time.dateTime);
      time.textContent = Date.now() - moment < MINUTE ? t("person-seen-now") : t("person-seen", { when: agoOf(moment) });
      time.title = momentOf(moment);
    }
  };
  draw();
  setInterval(draw, MINUTE);
}
