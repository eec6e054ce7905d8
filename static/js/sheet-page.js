// A sheet of links to be cut apart: printed by a button.
export function startSheetPage() {
  const button = document.getElementById("print");
  button.hidden = false;
  button.addEventListener("click", () => print());
}
