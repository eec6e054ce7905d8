// Copies the address of a message; where a browser does not let pages copy, it is there to be copied by hand.
import { t } from "./text.js";

export function letCopyLinks({ list, tell }) {
  const dialog = document.getElementById("copying");
  const field = document.getElementById("copying-link");
  list.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-does=copy-link]");
    if (!link || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    const address = new URL(link.getAttribute("href"), location.href).href;
    try {
      await navigator.clipboard.writeText(address);
      tell(t("link-copied"));
    } catch {
      field.value = address;
      dialog.showModal();
      field.select();
    }
  });
}
