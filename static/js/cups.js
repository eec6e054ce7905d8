// Somebody's cup, the same as templates/cup.html draws: a letter, and over it their picture where they have one.
import { boot } from "./boot.js";
import { hueOf, initialOf } from "./people.js";

export function fillCup(cup, { username, name, avatar }, size = "") {
  cup.className = `cup ${size} hue-${hueOf(username)}`;
  cup.dataset.cup = username;
  cup.textContent = initialOf(name || username);
  showPicture(cup, avatar);
}

/** Puts a picture over the letter; none where there is no version. */
function showPicture(cup, avatar) {
  const shown = cup.querySelector(".cup__picture");
  const path = avatar && `/people/${encodeURIComponent(cup.dataset.cup)}/avatar/${avatar}`;
  if (!path) return shown?.remove();
  if (shown && decodeURI(new URL(shown.src).pathname) === decodeURI(path)) return;
  const picture = document.createElement("img");
  picture.className = "cup__picture";
  picture.alt = "";
  picture.loading = "lazy";
  picture.decoding = "async";
  picture.src = path;
  if (shown) shown.replaceWith(picture);
  else cup.append(picture);
}

/** Shows on every cup of the page the picture that the server tells of. */
export function keepCups(connection) {
  const tell = (users) => {
    const told = new Map(users.map((user) => [user.username, user]));
    if (told.has(boot.me.username)) boot.me.avatar = told.get(boot.me.username).avatar;
    for (const cup of document.querySelectorAll("[data-cup]")) {
      const user = told.get(cup.dataset.cup);
      if (user) showPicture(cup, user.avatar);
    }
  };
  connection.addEventListener("frame", ({ detail }) => detail.type === "presence" && tell(detail.users));
  connection.addEventListener("welcome", ({ detail }) => tell([...detail.online, detail.you]));
}
