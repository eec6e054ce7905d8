// Lets people see the password that they type.
import { t } from "./text.js";

export function letPasswordsShow() {
  for (const button of document.querySelectorAll("button[data-shows]")) {
    const input = document.getElementById(button.dataset.shows);
    const picture = button.querySelector("use");
    const [sprite] = picture.getAttribute("href").split("#");
    button.hidden = false;
    button.addEventListener("click", () => {
      const shown = input.type === "password";
      input.type = shown ? "text" : "password";
      button.querySelector("span").textContent = t(shown ? "password-hide" : "password-show");
      picture.setAttribute("href", `${sprite}#${shown ? "eye-off" : "eye"}`);
    });
    input.form.addEventListener("submit", () => (input.type = "password"));
  }
}
