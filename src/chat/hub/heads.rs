//! What no message can be trusted to tell, the database is asked for: how far every room is, and whose access has changed.
//!
//! A relayed message that is lost leaves a gap only if another follows; the last one lost leaves none. So every node compares
//! what it has shown with the counters in the database: every few seconds, more often while it is not sure that Redis carries
//! everything, and at once after each subscription. Open rooms are compared every time; beside that all rooms are walked
//! through in the order of their numbers, at a bounded rate.

use std::collections::{HashMap, HashSet};
use std::time::{Duration, Instant};

use actix::prelude::*;

use super::activity::Moved;
use super::{FoundBehind, Hub, Missed, RelayIs, Subscribed};
use crate::chat::room::HeadIs;
use crate::store::heads::{self, Head};
use crate::store::settings::{self, Settings};
use crate::store::{RoomId, Store, UserId, access, site};

/// With the time that a comparison takes this stays below the 5 s within which what was missed is shown.
const EVERY: Duration = Duration::from_secs(4);
/// While this node does not hear itself through Redis.
const EVERY_WHILE_UNWELL: Duration = Duration::from_millis(500);
/// Between looks whether it is time.
pub(super) const TICK: Duration = Duration::from_millis(250);
/// Rooms that are not open here, compared in a second.
const ROWS_PER_SECOND: usize = 20_000;

/// After a comparison found what nobody had told of, this node compares often for so long.
const WARY: Duration = Duration::from_secs(45);

/// How far this node knows every room to be, and where the comparison stands.
pub(super) struct Heads {
    known: HashMap<RoomId, Head>,
    asked_at: Option<Instant>,
    asking: bool,
    /// Asked for while an earlier question was under way.
    again: bool,
    /// The walk through all rooms goes on behind this one.
    walked: RoomId,
    walking: bool,
    /// Whether every room has been walked past once: before that nothing can be called news.
    complete: bool,
    round_began: Option<Instant>,
    unwell: bool,
    found_behind_at: Option<Instant>,
}

/// What is read of open rooms and of the people here.
struct Standing {
    epoch: String,
    asked: Vec<RoomId>,
    open: Vec<Head>,
    access: HashMap<UserId, i64>,
    /// What administrators chose elsewhere since this node last looked.
    settings: Option<Settings>,
}

impl Heads {
    /// Nothing is known yet; among several nodes not even whether Redis carries.
    pub(super) fn new(is_one_of_several: bool) -> Heads {
        Heads {
            known: HashMap::new(),
            asked_at: None,
            asking: false,
            again: false,
            walked: 0,
            walking: false,
            complete: false,
            round_began: None,
            unwell: is_one_of_several,
            found_behind_at: None,
        }
    }

    /// A room was shown, or heard, to be this far; false where that is no news.
    pub(super) fn advance(&mut self, head: Head) -> bool {
        let known = self.known.entry(head.room).or_insert(Head {
            revision: -1,
            ..head
        });
        let is_news = head.revision > known.revision;
        if is_news {
            *known = head;
        }
        is_news
    }

    fn is_behind(&self, head: &Head) -> bool {
        self.known
            .get(&head.room)
            .is_none_or(|known| known.revision < head.revision)
    }

    fn every(&self) -> Duration {
        let is_wary = self.found_behind_at.is_some_and(|at| at.elapsed() < WARY);
        if self.unwell || is_wary {
            EVERY_WHILE_UNWELL
        } else {
            EVERY
        }
    }
}

impl Hub {
    /// Compares where it is time to.
    pub(super) fn tick(&mut self, ctx: &mut Context<Self>) {
        let every = self.heads.every();
        let is_time = self
            .heads
            .asked_at
            .is_none_or(|asked| asked.elapsed() + TICK / 2 >= every);
        if is_time {
            self.compare(ctx);
            self.walk(every, ctx);
        }
    }

    /// Compares open rooms, and the access of the people here.
    pub(super) fn compare(&mut self, ctx: &mut Context<Self>) {
        if !self.head_check {
            return;
        }
        if std::mem::replace(&mut self.heads.asking, true) {
            self.heads.again = true;
            return;
        }
        self.heads.again = false;
        self.heads.asked_at = Some(Instant::now());
        self.metrics.head_checks.one();
        let open: Vec<RoomId> = self.rooms.keys().copied().collect();
        let people: Vec<UserId> = self.people.keys().copied().collect();
        let store = self.store.clone();
        let known = store.settings().revision;
        let asking = async move {
            let read = store.read(move |conn| {
                Ok(Standing {
                    epoch: site::load(conn)?.epoch,
                    open: heads::of(conn, &open)?,
                    asked: open,
                    access: access::revisions(conn, &people)?,
                    settings: settings::other_than(conn, known)?,
                })
            });
            read.await
        };
        ctx.spawn(asking.into_actor(self).map(|standing, hub, ctx| {
            hub.heads.asking = false;
            match standing {
                Ok(standing) => hub.compared(standing, ctx),
                Err(error) => log::debug!("heads cannot be compared: {error}"),
            }
            if hub.heads.again {
                hub.compare(ctx);
            }
        }));
    }

    fn compared(&mut self, standing: Standing, ctx: &mut Context<Self>) {
        if standing.epoch != *self.epoch {
            return self.history_changed.notify_one();
        }
        if let Some(settings) = standing.settings.clone() {
            self.store.known_settings().learn(settings);
        }
        for room in gone(&standing) {
            self.doubt_all_in(room, ctx);
        }
        for head in standing.open {
            if let Some(open) = self.rooms.get(&head.room) {
                // Once a comparison; a room that is in step lets it pass.
                open.address.do_send(HeadIs(head));
            }
        }
        for (user, revision) in standing.access {
            let known = self
                .people
                .get(&user)
                .and_then(|person| person.access_revision);
            if known.is_some_and(|known| known != revision) {
                self.doubt(user, ctx);
            }
        }
    }

    /// Compares the next of all rooms, as many as go with the time until the next comparison.
    fn walk(&mut self, every: Duration, ctx: &mut Context<Self>) {
        if !self.head_check || std::mem::replace(&mut self.heads.walking, true) {
            return;
        }
        self.heads.round_began.get_or_insert_with(Instant::now);
        let rows = (ROWS_PER_SECOND as f64 * every.as_secs_f64()) as usize;
        let (store, walked) = (self.store.clone(), self.heads.walked);
        let walking = async move { next_heads(&store, walked, rows).await };
        ctx.spawn(walking.into_actor(self).map(|(found, ended), hub, ctx| {
            hub.heads.walking = false;
            hub.walked(found, ended, ctx);
        }));
    }

    fn walked(&mut self, found: Vec<Head>, ended: bool, ctx: &mut Context<Self>) {
        self.heads.walked = found.last().map_or(self.heads.walked, |head| head.room);
        let mut moved = Vec::new();
        for head in found {
            if !self.heads.complete {
                self.heads.advance(head);
            } else if !self.rooms.contains_key(&head.room) && self.heads.is_behind(&head) {
                moved.push(head);
            }
        }
        if ended {
            self.heads.walked = 0;
            self.heads.complete = true;
            if let Some(began) = self.heads.round_began.take() {
                let took = began.elapsed().as_millis();
                self.metrics
                    .head_round_ms
                    .set(i64::try_from(took).unwrap_or(i64::MAX));
            }
        }
        if !moved.is_empty() {
            self.metrics.heads_behind.add(moved.len());
            self.tell_of_moved(moved, ctx);
        }
    }

    /// Rooms in which others said something that this node did not hear of.
    fn tell_of_moved(&mut self, moved: Vec<Head>, ctx: &mut Context<Self>) {
        let store = self.store.clone();
        let rooms: Vec<RoomId> = moved.iter().map(|head| head.room).collect();
        let read = async move { store.read(move |conn| heads::slugs(conn, &rooms)).await };
        ctx.spawn(read.into_actor(self).map(move |slugs, hub, ctx| {
            let mut slugs = match slugs {
                Ok(slugs) => slugs,
                // The next walk finds them again.
                Err(error) => return log::warn!("rooms that moved cannot be read: {error}"),
            };
            for head in moved {
                if let Some(slug) = slugs.remove(&head.room) {
                    let moved = Moved {
                        room: head.room,
                        slug: slug.into(),
                        last_seq: head.last_seq,
                        revision: head.revision,
                        said: Vec::new(),
                        overflown: true,
                    };
                    hub.room_moved(moved, ctx);
                }
            }
        }));
    }
}

/// The rooms that are open here and have been deleted.
fn gone(standing: &Standing) -> Vec<RoomId> {
    let there: HashSet<RoomId> = standing.open.iter().map(|head| head.room).collect();
    let asked = standing.asked.iter().copied();
    asked.filter(|room| !there.contains(room)).collect()
}

/// The heads behind a room, about so many, and whether those are the last; fewer where the database does not answer.
async fn next_heads(store: &Store, mut walked: RoomId, rows: usize) -> (Vec<Head>, bool) {
    let mut found = Vec::new();
    while found.len() < rows {
        let Ok(next) = store.read(move |conn| heads::after(conn, walked)).await else {
            break;
        };
        let ended = next.len() < heads::CHUNK;
        walked = next.last().map_or(walked, |head| head.room);
        found.extend(next);
        if ended {
            return (found, true);
        }
    }
    (found, false)
}

impl Handler<Subscribed> for Hub {
    type Result = ();

    /// What was said before a subscription began was not heard.
    fn handle(&mut self, Subscribed { rooms }: Subscribed, ctx: &mut Self::Context) {
        let Some(rooms) = rooms else {
            self.announce_everyone();
            return self.compare(ctx);
        };
        if !self.head_check {
            return;
        }
        let store = self.store.clone();
        let read = async move { store.read(move |conn| heads::of(conn, &rooms)).await };
        ctx.spawn(read.into_actor(self).map(|found, hub, ctx| match found {
            Ok(found) => {
                for head in found {
                    if let Some(open) = hub.rooms.get(&head.room) {
                        // Once a subscription.
                        open.address.do_send(HeadIs(head));
                    }
                }
            }
            // The next comparison comes soon enough.
            Err(_) => hub.compare(ctx),
        }));
    }
}

impl Handler<RelayIs> for Hub {
    type Result = ();

    fn handle(&mut self, RelayIs { well }: RelayIs, ctx: &mut Self::Context) {
        self.heads.unwell = !well;
        // At once: what was lost before it was noticed is found now.
        self.compare(ctx);
    }
}

impl Handler<Missed> for Hub {
    type Result = ();

    fn handle(&mut self, _: Missed, ctx: &mut Self::Context) {
        self.compare(ctx);
    }
}

impl Handler<FoundBehind> for Hub {
    type Result = ();

    fn handle(&mut self, _: FoundBehind, _: &mut Self::Context) {
        if self.line.is_some() {
            self.heads.found_behind_at = Some(Instant::now());
        }
    }
}
