// Asks before something that cannot be taken back.
const dialog = document.getElementById("question");

export function ask({ title, words, yes, no }) {
  document.getElementById("question-title").textContent = title;
  document.getElementById("question-words").textContent = words;
  document.getElementById("question-yes").textContent = yes;
  document.getElementById("question-no").textContent = no;
  dialog.returnValue = "no";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}
