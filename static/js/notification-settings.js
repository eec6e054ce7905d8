// What this browser does with notifications, on the account's page; and one quiet offer in the lobby, until it was answered.
import { chime } from "./chime.js";
import { isOn, obstacle, turnOn, wish, wishes, withdraw } from "./notifying.js";
import { t } from "./text.js";

export function tendNotificationSettings() {
  const box = document.getElementById("browser-notifications");
  if (!box) return;
  const [words, button, choices] = ["words", "switch", "choices"].map((part) => document.getElementById(`browser-notifications-${part}`));
  const [sound, text] = ["sound", "text"].map((part) => document.getElementById(`browser-notifications-${part}`));
  const draw = () => {
    const why = obstacle();
    words.textContent = why ? t(`browser-notifications-${why}`) : t(isOn() ? "browser-notifications-on" : "browser-notifications-off");
    button.hidden = why !== null;
    button.textContent = t(isOn() ? "browser-notifications-turn-off" : "browser-notifications-turn-on");
    choices.hidden = !isOn();
    sound.checked = wishes().sound === true;
    text.checked = wishes().hidesText !== true;
  };
  button.addEventListener("click", async () => {
    if (isOn()) {
      wish({ on: false });
      withdraw(() => true);
    } else await turnOn();
    draw();
  });
  sound.addEventListener("change", () => {
    wish({ sound: sound.checked });
    if (sound.checked) chime();
  });
  text.addEventListener("change", () => wish({ hidesText: !text.checked }));
  addEventListener("focus", draw);
  addEventListener("storage", draw);
  draw();
  nameTimeZone();
}

export function offerNotifications() {
  const offer = document.getElementById("notifications-offer");
  if (!offer || obstacle() || Notification.permission !== "default" || wishes().offered) return;
  offer.hidden = false;
  offer.addEventListener("click", async ({ target }) => {
    if (!target.dataset.answer) return;
    wish({ offered: true });
    offer.hidden = true;
    if (target.dataset.answer === "yes") await turnOn();
  });
}

/** The zone that the browser is in, for whoever named none. */
function nameTimeZone() {
  const field = document.getElementById("time_zone");
  if (field && !field.value) field.value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
}
