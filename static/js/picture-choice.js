// Shows a chosen picture before it is sent, and refuses at once what is too large.
import { t } from "./text.js";

export function showChosenPicture() {
  const file = document.getElementById("picture");
  if (!file) return;
  const cup = file.form.querySelector(".cup");
  const refusal = document.getElementById("picture-refusal");
  const before = [...(cup?.childNodes ?? [])];
  const show = () => {
    const [chosen] = file.files;
    const tooLarge = chosen && chosen.size > Number(file.dataset.bytesMax);
    refusal.textContent = tooLarge ? t("refusal-picture-bytes") : "";
    refusal.hidden = !tooLarge;
    file.toggleAttribute("aria-invalid", tooLarge);
    if (tooLarge) file.value = "";
    if (!cup) return;
    if (!chosen || tooLarge) return cup.replaceChildren(...before);
    const picture = document.createElement("img");
    picture.className = "cup__picture";
    picture.alt = "";
    picture.src = URL.createObjectURL(chosen);
    // What cannot be shown is refused by the server, in words.
    picture.onload = picture.onerror = () => URL.revokeObjectURL(picture.src);
    cup.replaceChildren(...before.filter((node) => node.nodeType === Node.TEXT_NODE), picture);
  };
  file.addEventListener("change", show);
  // Chosen before this script was there, or kept by the browser over a reload.
  if (file.files.length > 0) show();
}
