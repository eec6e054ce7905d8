// An open room that is looked at: whoever says something in it belongs to it, and is asked no longer.
import { isNotice } from "./notices.js";

export function endPreviewWhenSpoken({ connection, feed, timeline, room }) {
  const bar = document.getElementById("join");
  if (!bar) return;
  const look = ({ detail }) => {
    if (!detail.messages.some((message) => timeline.isMine(message) && !isNotice(message))) return;
    feed.removeEventListener("messages", look);
    bar.remove();
    connection.dispatchEvent(new CustomEvent("joined", { detail: room }));
  };
  feed.addEventListener("messages", look);
}
