// People whom the lobby does not show yet: once somebody new comes, the list is drawn anew, as the server draws it.
import { pageOf } from "./server-html.js";

const REST = 5_000;
const LIST = "section[aria-labelledby=people-heading]";

export function showNewcomers(connection) {
  let waiting = null;
  const isShown = ({ username }) => [...document.querySelectorAll("[data-presence]")].some((sign) => sign.dataset.presence === username);
  const draw = async () => {
    waiting = null;
    try {
      const list = (await pageOf("/")).querySelector(LIST);
      if (list) document.querySelector(LIST)?.replaceWith(list);
    } catch (error) {
      console.warn("the list of people stays as it was", error);
    }
  };
  connection.addEventListener("frame", ({ detail }) => {
    if (detail.type !== "presence" || document.getElementById("more-people")) return;
    const isNew = (user) => user.online && user.username !== connection.me.username && !isShown(user);
    // A crowd that comes together costs one page.
    if (detail.users.some(isNew)) waiting ??= setTimeout(draw, Math.random() * REST);
  });
}
