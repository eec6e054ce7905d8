// Answers when somebody clicks a notification, whichever page showed it: brings a window to the front that shows the room, or opens
// one. It keeps no pages and answers no requests.
addEventListener("install", () => skipWaiting());
addEventListener("activate", (event) => event.waitUntil(clients.claim()));

addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show(event.notification.data));
});

async function show({ slug, seq }) {
  const path = `/chat/${encodeURIComponent(slug)}/`;
  const shows = ({ url }) => decodeURIComponent(new URL(url).pathname) === decodeURIComponent(path);
  const windows = await clients.matchAll({ type: "window", includeUncontrolled: true });
  const room = windows.find(shows);
  if (!room) return clients.openWindow(`${path}?at=${seq}`);
  room.postMessage({ type: "seek", seq });
  await room.focus();
}
