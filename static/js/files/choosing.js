// Ways for files to get into a message: the button, a drop on the conversation, the clipboard.
import { t } from "../text.js";

/** The button beside the place to write. */
export function letChoose({ input, choose }) {
  input.addEventListener("change", () => {
    // Their names go with the list that is emptied, so that the same file can be chosen again.
    const files = [...input.files];
    input.value = "";
    choose(files);
  });
}

/** Files dropped anywhere on the page; a dragged text goes where texts go. */
export function letDrop({ choose }) {
  const over = document.getElementById("dropping");
  let leaving = null;
  const hide = () => {
    over.hidden = true;
  };
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event.dataTransfer) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    over.hidden = false;
    // Told again and again as long as something is held over the page; leaving it is not told reliably.
    clearTimeout(leaving);
    leaving = setTimeout(hide, 500);
  });
  document.addEventListener("drop", (event) => {
    clearTimeout(leaving);
    hide();
    if (!hasFiles(event.dataTransfer) || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    choose(withoutFolders(event.dataTransfer));
  });
}

/** Files that were copied; where a text was copied with its picture, as from a table, the text is meant. */
export function letPaste({ text, choose }) {
  document.addEventListener("paste", (event) => {
    const other = event.target.closest("input, textarea, [contenteditable], dialog");
    if (other && other !== text) return;
    const files = [...event.clipboardData.files];
    const isText = event.clipboardData.types.includes("text/plain") && event.clipboardData.types.includes("text/html");
    if (files.length === 0 || isText) return;
    event.preventDefault();
    text.focus();
    choose(files.map(named));
  });
}

function hasFiles(data) {
  return data?.types.includes("Files") ?? false;
}

function withoutFolders({ items, files }) {
  const isFolder = [...items].filter(({ kind }) => kind === "file").map((item) => item.webkitGetAsEntry?.()?.isDirectory ?? false);
  return [...files].filter((_, place) => !isFolder[place]);
}

/** Every copied picture is called image.png; when it was pasted tells them apart. */
function named(file) {
  if (file.name !== "image.png") return file;
  const two = (number) => String(number).padStart(2, "0");
  const now = new Date();
  const when = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())} ${[now.getHours(), now.getMinutes(), now.getSeconds()].map(two).join(".")}`;
  return new File([file], `${t("pasted-name", { when })}.png`, { type: file.type });
}
