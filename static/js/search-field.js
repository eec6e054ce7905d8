// Ctrl+Shift+F, or with the command key: into the field that searches, wherever it is on this page, and else to the page that has one.
export function leadToSearch() {
  addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "f" || !event.shiftKey || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    const field = [...document.querySelectorAll("#search-text, #room-search")].find((field) => field.checkVisibility());
    if (!field) return location.assign(document.getElementById("search-link").href);
    field.focus();
    field.select();
  });
}
