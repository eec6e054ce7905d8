//! What no message can be trusted to tell, the database is asked for: how far every room is, and whose access has changed.
//!
//! A relayed message that is lost leaves a gap only if another follows; the last one lost leaves none. So every node compares
//! what it has shown with the counters in the database: every few seconds, more often while it does not hear itself through
//! Redis, and at once after each subscription. Open rooms come first and are compared every time; all others follow in the
//! order of their numbers, at a bounded rate.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use actix::prelude::*;

use super::activity::Moved;
use super::{Hub, RelayIs, Subscribed};
use crate::chat::room::HeadIs;
use crate::error::Result;
use crate::store::heads::{self, Head};
use crate::store::{RoomId, Store, UserId, access};

/// With the time that a comparison takes this stays below the 5 s within which what was missed is shown.
const EVERY: Duration = Duration::from_secs(4);
/// While this node does not hear itself through Redis.
const EVERY_WHILE_UNWELL: Duration = Duration::from_millis(500);
/// Between looks whether it is time.
pub(super) const TICK: Duration = Duration::from_millis(250);
/// Rooms that are not open here, compared in a second.
const ROWS_PER_SECOND: usize = 20_000;

/// How far this node knows every room to be, and where the comparison stands.
#[derive(Default)]
pub(super) struct Heads {
    known: HashMap<RoomId, Head>,
    /// The walk through all rooms goes on behind this one.
    walked: RoomId,
    /// Whether every room has been walked past once: before that nothing can be called news.
    complete: bool,
    round_began: Option<Instant>,
    asked_at: Option<Instant>,
    asking: bool,
    /// Asked for while an earlier question was under way.
    again: bool,
    unwell: bool,
}

/// What one comparison read.
struct Answer {
    open: Vec<Head>,
    access: HashMap<UserId, i64>,
    walked: Vec<Head>,
    /// Whether the walk came to the last room.
    ended: bool,
}

impl Heads {
    /// The newest message's number, as far as this node knows.
    pub(super) fn last_seq(&self, room: RoomId) -> Option<i64> {
        self.known.get(&room).map(|head| head.last_seq)
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
}

impl Hub {
    /// Compares where it is time to.
    pub(super) fn tick(&mut self, ctx: &mut Context<Self>) {
        let every = if self.heads.unwell {
            EVERY_WHILE_UNWELL
        } else {
            EVERY
        };
        let is_time = self
            .heads
            .asked_at
            .is_none_or(|asked| asked.elapsed() + TICK / 2 >= every);
        if is_time {
            self.compare(every, ctx);
        }
    }

    fn compare(&mut self, every: Duration, ctx: &mut Context<Self>) {
        if !self.head_check {
            return;
        }
        if std::mem::replace(&mut self.heads.asking, true) {
            self.heads.again = true;
            return;
        }
        self.heads.again = false;
        self.heads.asked_at = Some(Instant::now());
        self.heads.round_began.get_or_insert_with(Instant::now);
        self.metrics.head_checks.one();
        let open: Vec<RoomId> = self.rooms.keys().copied().collect();
        let people: Vec<UserId> = self.people.keys().copied().collect();
        let rows = (ROWS_PER_SECOND as f64 * every.as_secs_f64()) as usize;
        let (store, walked) = (self.store.clone(), self.heads.walked);
        let asking = async move { ask(&store, open, people, walked, rows).await };
        ctx.spawn(asking.into_actor(self).map(|answer, hub, ctx| {
            hub.heads.asking = false;
            match answer {
                Ok(answer) => hub.compared(answer, ctx),
                Err(error) => log::debug!("heads cannot be compared: {error}"),
            }
            if hub.heads.again {
                hub.compare(EVERY_WHILE_UNWELL, ctx);
            }
        }));
    }

    fn compared(&mut self, answer: Answer, ctx: &mut Context<Self>) {
        for head in &answer.open {
            if let Some(open) = self.rooms.get(&head.room) {
                // Once a comparison; a room that is in step lets it pass.
                open.address.do_send(HeadIs(*head));
            }
        }
        for (user, revision) in answer.access {
            let known = self
                .people
                .get(&user)
                .and_then(|person| person.access_revision);
            if known.is_some_and(|known| known != revision) {
                self.doubt(user, ctx);
            }
        }
        let moved: Vec<Head> = answer
            .walked
            .iter()
            .filter(|head| !self.rooms.contains_key(&head.room))
            .filter(|head| self.heads.advance(**head) && self.heads.complete)
            .copied()
            .collect();
        self.heads.walked = answer.walked.last().map_or(0, |head| head.room);
        if answer.ended {
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

/// Reads the heads of open rooms, whose access changed, and then the heads of the next rooms in turn.
async fn ask(
    store: &Store,
    open: Vec<RoomId>,
    people: Vec<UserId>,
    mut walked: RoomId,
    rows: usize,
) -> Result<Answer> {
    let (open, access) = store
        .read(move |conn| Ok((heads::of(conn, &open)?, access::revisions(conn, &people)?)))
        .await?;
    let (mut found, mut ended) = (Vec::new(), false);
    while !ended && found.len() < rows {
        let next = store.read(move |conn| heads::after(conn, walked)).await?;
        ended = next.len() < heads::CHUNK;
        walked = next.last().map_or(walked, |head| head.room);
        found.extend(next);
    }
    Ok(Answer {
        open,
        access,
        walked: found,
        ended,
    })
}

impl Handler<Subscribed> for Hub {
    type Result = ();

    /// What was said before a subscription began was not heard.
    fn handle(&mut self, Subscribed { rooms }: Subscribed, ctx: &mut Self::Context) {
        let Some(rooms) = rooms else {
            self.announce_everyone();
            return self.compare(EVERY, ctx);
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
            Err(_) => hub.compare(EVERY, ctx),
        }));
    }
}

impl Handler<RelayIs> for Hub {
    type Result = ();

    fn handle(&mut self, RelayIs { well }: RelayIs, ctx: &mut Self::Context) {
        self.heads.unwell = !well;
        // At once: what was lost before it was noticed is found now.
        self.compare(EVERY_WHILE_UNWELL, ctx);
    }
}
