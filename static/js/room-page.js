// A room: the conversation, kept in step with the server, and the place to write.
import { About } from "./about.js";
import { boot } from "./boot.js";
import { Commands } from "./commands.js";
import { Completion } from "./completion.js";
import { Composer } from "./composer.js";
import { letCopyLinks } from "./copying.js";
import { letInsertEmoji } from "./inserting-emoji.js";
import { Connection } from "./connection.js";
import { mayDisturb } from "./disturbing.js";
import { Editing } from "./editing.js";
import { letPlay } from "./files/animated.js";
import { letChoose, letDrop, letPaste } from "./files/choosing.js";
import { Lightbox } from "./files/lightbox.js";
import { Tray } from "./files/tray.js";
import { Feed } from "./feed.js";
import { tellFocus } from "./focus.js";
import { Folds, unfold } from "./folds.js";
import { History } from "./history.js";
import { furnish, openStores } from "./house.js";
import { isNotice } from "./notices.js";
import { letDelete } from "./deleting.js";
import { jumpTo, letJump } from "./jumping.js";
import { letMarkUnread } from "./mark-unread.js";
import { tendBars } from "./message-bar.js";
import { tendMenus } from "./message-menu.js";
import { isBlocked, isMuted, keepMuted, letMute } from "./muted.js";
import { letGoToDays } from "./moments.js";
import { Outage } from "./outage.js";
import { teller } from "./note.js";
import { PendingView } from "./pending-view.js";
import { Pins } from "./pins.js";
import { endPreviewWhenSpoken } from "./preview.js";
import { dressQuotes, quoteOf, requote } from "./quotes.js";
import { Reacting } from "./reacting.js";
import { learnNames } from "./reaction-words.js";
import { Reading } from "./reading.js";
import { letReply } from "./replying.js";
import { roomPath } from "./api.js";
import { keepLooks } from "./room-news.js";
import { Scroller } from "./scroller.js";
import { Seen } from "./seen.js";
import { Sender } from "./sender.js";
import { leaveWhenSignedOut } from "./signed-out.js";
import { keepRelativeTimes } from "./relative-times.js";
import { Typing } from "./typing.js";
import { Timeline } from "./timeline.js";
import { Title } from "./title.js";
import { Recorder } from "./voice/recorder.js";
import { VoiceMessage } from "./voice/voice-message.js";

const ORPHANS_AFTER = 5_000;

export async function startRoomPage() {
  const { slug, name, read_seq: readSeq, unread } = boot.room;
  const list = document.getElementById("messages");
  const empty = document.getElementById("timeline-empty");
  for (const id of ["more-before", "more-after"]) document.getElementById(id)?.remove();

  unfold(list);
  const arrived = new Set(Array.from(list.querySelectorAll(".message--mine"), (element) => element.dataset.clientId));
  const timeline = new Timeline({ list, me: boot.me, moreBefore: boot.more_before, moreAfter: boot.more_after });
  const scroller = new Scroller(document.getElementById("timeline-scroll"), list, () => !timeline.moreAfter);
  const folds = new Folds({ list, scroller });
  const history = new History({ slug, list, timeline, scroller, sign: document.getElementById("loading-before") });
  const jumps = letJump({ slug, timeline, scroller, folds, history, toNewest: () => toNewest(), say: (words) => announcer.say(words) });
  if (boot.at > 0) jumps.mark(boot.at);
  const stores = await openStores();

  let feed = null;
  let newestSeq = boot.last_seq;
  const connection = new Connection({ me: boot.me, path: `/ws/chat/${encodeURIComponent(slug)}/`, probe: roomPath(slug), query: () => feed.place });
  feed = new Feed({ connection, slug, epoch: boot.epoch, revision: boot.revision, here: () => scroller.place });

  const title = new Title(name);
  const toNewest = () => {
    jumps.leave();
    if (timeline.moreAfter) feed.loadNewest();
    else scroller.toEnd();
  };
  const onRead = (seq) => notifications.read(slug, seq);
  const reading = new Reading({ connection, timeline, scroller, title, readSeq, hasUnread: unread > 0, isSought: boot.at > 0, toNewest, onRead });
  const { announcer, notifications, uploads } = furnish({ connection, title, stores, here: slug, onReadHere: (left) => reading.readElsewhere(left) });
  new Outage({ connection, announcer });
  leaveWhenSignedOut(connection);
  tellFocus(connection);
  letGoToDays({ slug, jumps, toNewest });
  comeWhenCalled();
  letMarkUnread({ slug, reading, announcer });
  customElements.define("voice-message", VoiceMessage);
  letPlay(list);
  new Lightbox(list);
  tendMenus(list, document.getElementById("timeline-scroll"));
  letMute({ announcer });
  const tell = teller(announcer);
  letDelete({ slug, list, announcer, tell });
  learnNames(connection, list);
  tendBars(list);
  new Reacting({ slug, list, timeline, scroller, tell });
  new Pins({ slug, feed, tell, put: (message) => scroller.hold(() => timeline.put(message)) });
  letCopyLinks({ list, tell });
  keepMuted(connection, () => {
    // Who may write here may have changed with it.
    const blocks = boot.room.kind === "direct" && boot.room.people.length === 2 && boot.room.people.some(({ username }) => isBlocked(username));
    if (blocks !== (document.getElementById("blocked") !== null)) return location.reload();
    folds.draw();
    dressQuotes(list);
    typing?.draw();
  });
  keepLooks({ connection, title, room: boot.room });

  const sender = new Sender({ connection, outbox: stores.outbox, slug, uploads });
  const say = (text, what) => {
    if (what.edit) return sender.say(text, what);
    toNewest();
    empty.hidden = true;
    sender.say(text, what);
    reading.readOn();
  };
  const form = document.getElementById("composer");
  const may = (text) => mayDisturb(text, { slug, me: boot.me });
  const typing = form && new Typing({ connection, me: boot.me, text: form.querySelector("textarea"), newestSeq: boot.last_seq });
  keepRelativeTimes();
  if (form) new Completion({ text: form.querySelector("textarea"), slug, kind: boot.room.kind });
  const about = form && new About();
  const tray = form && letAttach({ form, uploads, announcer, slug });
  const composer = form && new Composer({ form, drafts: stores.drafts, slug, about, tray, commands: new Commands({ slug }), may, say, lasts: stores.outbox.lasts });
  if (form) letInsertEmoji(form.querySelector("textarea"));
  if (form) letReply({ slug, list, composer, about });
  const editing = form && new Editing({ list, timeline, scroller, sender, connection, composer, announcer });
  if (form) letRecord({ uploads, connection, slug, about, say });
  new PendingView({ sender, timeline, scroller, connection, announcer, composer, uploads });

  const seen = boot.room.shows_reading && boot.room.joined ? new Seen({ connection, list, room: boot.room }) : null;
  endPreviewWhenSpoken({ connection, feed, timeline, room: boot.room });
  feed.addEventListener("messages", ({ detail }) => {
    const fresh = [];
    scroller.hold(() => {
      for (const message of detail.messages) {
        if (message.client_id && timeline.isMine(message)) sender.stored(message.client_id);
        history.note(message);
        if (timeline.covers(message.seq)) timeline.put(message);
        if (message.seq <= newestSeq) {
          requote(list, message);
          about?.isNow(message.seq, quoteOf(message));
        }
        if (message.seq > newestSeq && !timeline.isMine(message) && !message.deleted) fresh.push(message);
        newestSeq = Math.max(newestSeq, message.seq);
        if (message.deleted) reading.isGone(message);
      }
      history.trim(!scroller.atEnd);
      empty.hidden = !timeline.isEmpty;
    });
    if (detail.messages.some((message) => message.deleted)) folds.draw();
    editing?.draw();
    seen?.draw();
    const heard = fresh.filter((message) => isNotice(message) || !isMuted(message.username));
    for (const message of heard) announcer.message(message);
    reading.came(heard.filter((message) => !isNotice(message)));
    history.load();
  });

  const redraw = () => {
    empty.hidden = !timeline.isEmpty;
    seen?.draw();
    reading.redraw();
  };
  history.addEventListener("loaded", redraw);

  feed.addEventListener("afresh", ({ detail: { page, place } }) => {
    history.startAnew();
    newestSeq = page.last_seq;
    for (const message of page.messages) if (message.client_id && timeline.isMine(message)) sender.stored(message.client_id);
    timeline.reset(page);
    const element = place && timeline.element(place.seq);
    if (element) scroller.put(element, place.top);
    else {
      jumps.leave();
      scroller.toEnd();
    }
    redraw();
  });

  feed.addEventListener("epoch", ({ detail: { epoch } }) => {
    stores.outbox.epoch = epoch;
    sender.failAll("epoch");
  });

  // What the server drew on this page has arrived, whatever the outbox of an earlier page still holds.
  const adopt = async () => {
    const entries = await stores.outbox.adopt((entry) => entry.slug === slug);
    await sender.adopt(entries);
    for (const { client_id } of entries) if (arrived.has(client_id)) sender.stored(client_id);
  };
  connection.addEventListener("welcome", adopt);
  setTimeout(adopt, ORPHANS_AFTER);
  await adopt();
  connection.open();
  history.load();
}

/** Files come by the button, a drop or the clipboard, and wait in the tray for what is being written. */
function letAttach({ form, uploads, announcer, slug }) {
  const text = form.querySelector("textarea");
  const tray = new Tray({ uploads, announcer, slug });
  const choose = (files) => tray.choose(files);
  letChoose({ input: document.getElementById("composer-files"), choose });
  letDrop({ choose });
  letPaste({ text, choose });
  return tray;
}

/** What was recorded goes out as a message of its own, and answers what is being answered. */
function letRecord({ uploads, connection, slug, about, say }) {
  const note = document.getElementById("tray-note");
  new Recorder({
    connection,
    say: (words) => {
      note.textContent = words;
      note.hidden = words === "";
    },
    send: ({ bytes, duration, peaks }) => {
      const ending = bytes.type.split("/")[1];
      const { item } = uploads.add({ slug, bytes, name: `voice.${ending}`, voice: { duration, peaks } });
      const answered = about.edited ? null : about.answered;
      if (answered) about.answer(null);
      say("", { answered, files: [item.record.key] });
    },
  });
}

/** Whoever clicks a notification while this page is open wants to see that message. */
function comeWhenCalled() {
  navigator.serviceWorker?.addEventListener("message", ({ data }) => {
    if (data?.type === "seek") jumpTo(data.seq);
  });
}
