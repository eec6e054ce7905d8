// Goes to the first message of a day, as the reader's own calendar has it.
import { call, roomPath } from "./api.js";
import { dayOf } from "./clock.js";

export function letGoToDays({ slug, jumps, toNewest }) {
  const panel = document.getElementById("moment");
  const day = document.getElementById("moment-day");
  // What opens it says where one is, so that the days around are near.
  document.addEventListener("click", ({ target }) => {
    if (!target.closest('[popovertarget="moment"]')) return;
    day.max = dayOf(new Date());
    day.value = target.closest(".day")?.querySelector("time").dateTime ?? (day.value || day.max);
  }, { capture: true });
  document.getElementById("moment-form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const [year, month, date] = day.value.split("-").map(Number);
    panel.hidePopover();
    try {
      const { seq } = await call("GET", `${roomPath(slug)}/moment?time=${beginning(year, month, date)}`);
      if (seq === null) toNewest();
      else await jumps.to(seq);
    } catch (error) {
      console.info("the day could not be found", error);
      jumps.tell("jump-failed");
    }
  });
}

/** When a day begins here. Nothing was said before 1970. */
function beginning(year, month, date) {
  return new Date(Math.max(0, new Date(year, month - 1, date))).toISOString();
}
