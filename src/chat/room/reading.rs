//! Read marks, stored once a second; and word to the hub of what was said, for those who are elsewhere.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use actix::prelude::*;

use super::{Lowered, Read, Room, elapsed};
use crate::chat::hub::{Moved, ReadMoved};
use crate::chat::outlet::Batch;
use crate::chat::protocol::refusal;
use crate::chat::relay::{Notice, Shown};
use crate::chat::said::Said;
use crate::error::Error;
use crate::names::ClientId;
use crate::store::UserId;
use crate::store::reading::{self, Reached};

const STORE_EVERY: Duration = Duration::from_secs(1);
/// At most four a second.
const TELL_EVERY: Duration = Duration::from_millis(250);
/// Messages named one by one; beyond that everyone's count is read anew.
const SAID_MAX: usize = 1_024;

/// Marks to be stored and messages to be told of.
#[derive(Default)]
pub(super) struct Reading {
    /// Of each person the turn of their mark, and to which message it is to rise in it.
    marks: HashMap<UserId, (i64, i64)>,
    storing: bool,
    stored_at: Option<Instant>,
    waiting: bool,
    said: Untold,
    /// What was committed here, for those on other nodes.
    own: Untold,
    own_revision: i64,
    told_at: Option<Instant>,
    telling: bool,
}

/// Messages that the hub is still to be told of, each once and as it is now.
#[derive(Default)]
struct Untold {
    said: Vec<Said>,
    newest_seq: i64,
    overflown: bool,
}

impl Untold {
    fn put(&mut self, said: Said) {
        let is_again = said.seq <= self.newest_seq;
        self.newest_seq = self.newest_seq.max(said.seq);
        let mut known = self.said.iter_mut().rev();
        match known.find(|known| is_again && known.seq == said.seq) {
            Some(known) => {
                *known = Said {
                    is_changed: known.is_changed,
                    is_reworded: known.is_changed && (known.is_reworded || said.is_reworded),
                    ..said
                };
            }
            None => self.said.push(said),
        }
        if self.said.len() > SAID_MAX {
            self.said.clear();
            self.overflown = true;
        }
    }

    fn is_empty(&self) -> bool {
        self.said.is_empty() && !self.overflown
    }

    /// All of them, and whether there were more.
    fn take(&mut self) -> (Vec<Said>, bool) {
        let Untold {
            said, overflown, ..
        } = std::mem::take(self);
        (said, overflown)
    }
}

impl Reading {
    pub(super) fn is_idle(&self) -> bool {
        self.marks.is_empty() && !self.storing && !self.waiting && !self.telling
    }

    /// Whether every mark has been stored.
    pub(super) fn is_stored(&self) -> bool {
        self.marks.is_empty() && !self.storing
    }

    /// More was said than was shown one by one.
    pub(super) fn skipped(&mut self) {
        self.said.overflown = true;
    }

    /// Messages were committed here; the other nodes' people are told of them too.
    pub(super) fn announce(&mut self, messages: &[Shown], (seq, revision): (i64, i64)) {
        for shown in messages {
            self.own.put(shown.said.clone().since(seq, revision));
        }
        let newest = messages.last().map_or(0, |shown| shown.revision);
        self.own_revision = self.own_revision.max(newest);
    }

    /// Somebody has read up to a message. What is of an earlier turn is forgotten.
    fn note(&mut self, Reached { user, seq, turn }: Reached) {
        let mark = self.marks.entry(user).or_insert((turn, seq));
        *mark = (*mark).max((turn, seq));
    }

    fn take_marks(&mut self) -> Vec<Reached> {
        let reached = |(user, (turn, seq))| Reached { user, seq, turn };
        self.marks.drain().map(reached).collect()
    }

    pub(super) fn said(&mut self, messages: Vec<Said>) {
        for said in messages {
            self.said.put(said);
        }
    }
}

impl Room {
    /// Tells the hub what was said, at once or with what else is said within a quarter of a second.
    pub(super) fn tell_hub(&mut self, ctx: &mut Context<Self>) {
        let reading = &mut self.reading;
        if reading.telling || (reading.said.is_empty() && reading.own.is_empty()) {
            return;
        }
        let passed = elapsed(reading.told_at);
        if passed >= TELL_EVERY {
            return self.tell_hub_now();
        }
        reading.telling = true;
        ctx.run_later(TELL_EVERY - passed, |room, _| {
            room.reading.telling = false;
            room.tell_hub_now();
        });
    }

    fn tell_hub_now(&mut self) {
        let reading = &mut self.reading;
        reading.told_at = Some(Instant::now());
        let (said, overflown) = reading.said.take();
        let (own, own_overflown) = reading.own.take();
        if let Some(line) = &self.line
            && (own_overflown || !own.is_empty())
        {
            // Each node vouches for what it committed itself: the others name the rest.
            let newest = own.iter().map(|said| said.seq).max();
            line.to_all(Notice::Moved {
                room: self.id,
                slug: self.slug.to_string(),
                last_seq: newest.unwrap_or(self.last_seq),
                revision: reading.own_revision,
                said: own,
                overflown: own_overflown,
            });
        }
        // Four a second from each room: the hub's mailbox stays short.
        self.hub.do_send(Moved {
            room: self.id,
            slug: self.slug.clone(),
            last_seq: self.last_seq,
            revision: self.gate,
            said,
            overflown,
        });
    }

    /// Stores the marks that moved since the last time.
    pub(super) fn store_marks(&mut self, ctx: &mut Context<Self>) {
        if self.reading.marks.is_empty() || self.reading.storing {
            return;
        }
        self.reading.storing = true;
        self.reading.stored_at = Some(Instant::now());
        let marks = self.reading.take_marks();
        let (store, id, stored) = (self.store.clone(), self.id, marks.clone());
        let write = async move {
            store
                .write(move |conn| reading::mark_read(conn, id, &stored))
                .await
        };
        ctx.spawn(write.into_actor(self).map(move |written, room, ctx| {
            room.reading.storing = false;
            let failed = written.is_err();
            match written {
                Ok(lowered) => {
                    for (user, turn) in lowered {
                        // Another node was told to lower it, and this one did not hear.
                        room.lower(user, turn);
                    }
                    // As often as marks are stored, once a second.
                    room.hub.do_send(ReadMoved {
                        room: room.id,
                        slug: room.slug.clone(),
                        marks: marks.iter().map(|mark| (mark.user, mark.seq)).collect(),
                        by_sockets_here: true,
                    });
                }
                Err(error) => {
                    log::warn!("room {}: read marks were not stored: {error}", room.id);
                    for mark in marks {
                        room.reading.note(mark);
                    }
                }
            }
            if room.drained && failed {
                // There is no later any more; marks are no promise.
                room.reading.marks.clear();
            }
            room.store_marks_soon(ctx);
            room.finish_draining();
        }));
    }

    fn lower(&mut self, user: UserId, turn: i64) {
        if let Some(here) = self.people.get_mut(&user) {
            here.read_turn = here.read_turn.max(turn);
        }
        self.reading
            .marks
            .retain(|of, mark| *of != user || mark.0 >= turn);
    }

    /// At once, or with the other marks that move within a second.
    fn store_marks_soon(&mut self, ctx: &mut Context<Self>) {
        if self.reading.marks.is_empty() || self.reading.storing || self.reading.waiting {
            return;
        }
        let passed = elapsed(self.reading.stored_at);
        if passed >= STORE_EVERY || self.drained {
            return self.store_marks(ctx);
        }
        self.reading.waiting = true;
        ctx.run_later(STORE_EVERY - passed, |room, ctx| {
            room.reading.waiting = false;
            room.store_marks(ctx);
        });
    }
}

impl Handler<Read> for Room {
    type Result = ();

    fn handle(&mut self, read: Read, ctx: &mut Self::Context) {
        let Read {
            session,
            user,
            seq,
            client_id,
        } = read;
        if seq > self.last_seq {
            let refused = refusal(
                &Error::BadRequest("bad-seq"),
                client_id.as_ref().map(ClientId::as_str),
            );
            return self.tell(session, Batch::one(refused));
        }
        let Some(turn) = self.people.get(&user).map(|here| here.read_turn) else {
            return;
        };
        self.reading.note(Reached { user, seq, turn });
        self.store_marks_soon(ctx);
    }
}

impl Handler<Lowered> for Room {
    type Result = ();

    fn handle(&mut self, Lowered { user, turn }: Lowered, _: &mut Self::Context) {
        self.lower(user, turn);
        self.finish_draining();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_before_anybody_is_told_is_told_once_as_it_is_then() {
        let mut untold = Untold::default();
        for (seq, excerpt, is_changed) in [
            (4, "old one, changed", true),
            (5, "new", false),
            (6, "newer", false),
            (5, "new, changed", true),
        ] {
            untold.put(Said {
                excerpt: excerpt.to_owned(),
                is_changed,
                ..Said::tea(seq, 1)
            });
        }
        let (said, overflown) = untold.take();
        let told: Vec<_> = said
            .iter()
            .map(|said| (said.seq, said.excerpt.as_str(), said.is_changed))
            .collect();
        let expected = [
            (4, "old one, changed", true),
            (5, "new, changed", false),
            (6, "newer", false),
        ];
        assert_eq!((told.as_slice(), overflown), (&expected[..], false));
        assert!(untold.is_empty());
    }
}
