// What every signed-in page has: one socket, the list of rooms, the finder, and what has not been sent yet.
import { boot } from "./boot.js";
import { Announcer } from "./announcer.js";
import { Database } from "./database.js";
import { keepCups } from "./cups.js";
import { Drafts } from "./drafts.js";
import { KeptFiles } from "./files/kept-files.js";
import { Uploads } from "./files/uploads.js";
import { Finder } from "./finder.js";
import { Leftovers } from "./leftovers.js";
import { Notifications } from "./notifications.js";
import { Outbox } from "./outbox.js";
import { keepPresence, tellPresence } from "./presence.js";
import { RoomList } from "./room-list.js";
import { leadToSearch } from "./search-field.js";
import { askBeforeSigningOut } from "./sign-out.js";

/** Opened before the socket is, so that nothing written is sent before it can be kept. */
export async function openStores() {
  const database = await Database.open();
  return {
    outbox: new Outbox(database, boot.me.username, boot.epoch),
    drafts: new Drafts(database, boot.me.username, boot.epoch),
    files: new KeptFiles(database, boot.me.username, boot.epoch),
  };
}

export function furnish({ connection, title, stores, here, onReadHere }) {
  const announcer = new Announcer();
  const rooms = new RoomList({ connection, title, here, onReadHere, onCompared: (all) => notifications.compare(all) });
  const notifications = new Notifications({ connection, here, roomOf: (slug) => rooms.roomOf(slug) });
  const uploads = new Uploads({ kept: stores.files, connection });
  new Leftovers({ me: boot.me, connection, outbox: stores.outbox, uploads, here, mark: (slugs) => rooms.markUnsent(slugs) });
  new Finder(announcer);
  leadToSearch();
  askBeforeSigningOut(stores);
  tellPresence(connection);
  keepPresence(connection);
  keepCups(connection);
  return { announcer, notifications, uploads };
}
