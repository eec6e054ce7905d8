// The menus of messages: one is open at a time, opens towards where there is room, and closes when one is done with it.
export function tendMenus(list, area) {
  list.addEventListener("toggle", ({ target: menu }) => {
    if (!menu.matches(".message__menu")) return;
    menu.classList.remove("message__menu--up");
    if (!menu.open) return;
    for (const other of list.querySelectorAll(".message__menu[open]")) if (other !== menu) other.open = false;
    const below = area.getBoundingClientRect().bottom - menu.querySelector(".message__tools").getBoundingClientRect().bottom;
    menu.classList.toggle("message__menu--up", below < 0);
  }, { capture: true });
  document.addEventListener("click", ({ target }) => {
    for (const menu of list.querySelectorAll(".message__menu[open]")) {
      if (menu.contains(target) && !target.closest(".message__tool")) continue;
      // What has the focus would be hidden, and the focus lost.
      if (menu.querySelector(".message__tools").contains(document.activeElement)) menu.querySelector("summary").focus({ preventScroll: true });
      menu.open = false;
    }
  });
  list.addEventListener("keydown", (event) => {
    const menu = event.key === "Escape" && event.target.closest(".message__menu[open]");
    if (!menu) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}
