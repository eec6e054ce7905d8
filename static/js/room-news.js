// What a room is called and what it is about, kept as it is. Where its address changes, or who may write, the page comes anew.
import { t } from "./text.js";

const RELOAD_WITHIN = 3_000;

/** Not everybody who has the room open at once. */
function reloadSoon() {
  setTimeout(() => location.reload(), Math.random() * RELOAD_WITHIN);
}

export function keepLooks({ connection, title, room }) {
  const heading = document.querySelector("#room-name bdi");
  const topic = document.getElementById("room-topic");
  const show = (looks) => {
    // Another room has taken the address of one that was deleted.
    if (looks.id && looks.id !== room.id) return location.reload();
    if (looks.slug !== room.slug) return location.replace(`/chat/${encodeURIComponent(looks.slug)}/`);
    if (looks.archived !== room.archived || looks.read_only !== room.read_only || looks.slow_mode !== room.slow_mode || looks.shows_reading !== room.shows_reading) return reloadSoon();
    heading.textContent = looks.name;
    topic.title = looks.topic;
    topic.firstElementChild.textContent = looks.topic;
    topic.hidden = !looks.topic;
    title.page = looks.name;
    const writing = document.getElementById("composer-text");
    if (writing) writing.placeholder = writing.ariaLabel = t("composer-placeholder", { room: looks.name });
    const link = document.querySelector('#rooms [aria-current="page"] .room-link__name bdi');
    if (link) link.textContent = looks.name;
  };
  connection.addEventListener("frame", ({ detail }) => detail.type === "room" && show(detail));
  connection.addEventListener("welcome", ({ detail }) => show(detail.room));
}
