// Pictures that move: still where the reader wants little motion, until they ask for it.
export function letPlay(list) {
  list.addEventListener("click", (event) => {
    const button = event.target.closest(".attachment__play");
    if (!button) return;
    event.preventDefault();
    const attachment = button.closest(".attachment");
    attachment.querySelector("source").remove();
    button.remove();
  });
}
