//! Entering a room: first a welcome, then everything that was missed, then whatever comes; never a partial answer.

use actix::prelude::*;
use bytestring::ByteString;

use super::{Here, Join, Present, Room, SessionId};
use crate::chat::closing::CloseReason;
use crate::chat::outlet::Batch;
use crate::chat::protocol::{Frame, Welcome};
use crate::store::messages::{self, Changes};

/// More than this was missed: the newest page is loaded afresh.
const CHANGES_MAX: i64 = 1_000;
/// The same, in bytes of frames.
const BYTES_MAX: usize = 4 * 1024 * 1024;
/// How often a catch-up may be outrun by what is said meanwhile.
const ATTEMPTS: u8 = 2;
/// People named in a welcome.
const ONLINE_MAX: usize = 100;

/// Somebody on the way in.
struct Arrival {
    session: SessionId,
    view: crate::store::rooms::Room,
    since: i64,
    attempts: u8,
}

impl Handler<Join> for Room {
    type Result = ();

    fn handle(&mut self, join: Join, ctx: &mut Self::Context) {
        let Join {
            session,
            person,
            outlet,
            view,
            since,
        } = join;
        if !self.open {
            // The database was away when the room opened; the next who come try again.
            outlet.let_go(CloseReason::Unavailable);
            self.load(ctx);
            return;
        }
        let here = self.people.entry(person.id).or_insert_with(|| Here {
            sessions: 0,
            person: person.clone(),
        });
        here.sessions += 1;
        here.person = person.clone();
        self.present.insert(
            session,
            Present {
                outlet,
                person,
                caught_up: false,
                hold: None,
            },
        );
        match since {
            None => self.welcome(session, view, None),
            Some(since) => match self.recent.since(since) {
                Some(missed) if since <= self.gate => {
                    let few = missed.len() as i64 <= CHANGES_MAX;
                    self.welcome(session, view, few.then_some(missed));
                }
                _ => self.fetch(
                    Arrival {
                        session,
                        view,
                        since,
                        attempts: ATTEMPTS,
                    },
                    ctx,
                ),
            },
        }
    }
}

impl Room {
    /// Reads from the database what is no longer at hand, or whether a revision above the gate can be.
    fn fetch(&mut self, mut arrival: Arrival, ctx: &mut Context<Self>) {
        arrival.attempts -= 1;
        let (store, id, since, gate) = (self.store.clone(), self.id, arrival.since, self.gate);
        let from = since.min(gate);
        let read = async move {
            store
                .read(move |conn| messages::changes(conn, id, from, CHANGES_MAX))
                .await
        };
        ctx.spawn(
            read.into_actor(self)
                .map(move |changes, room, ctx| match changes {
                    Ok(changes) => room.fetched(arrival, changes, ctx),
                    Err(error) => {
                        log::warn!(
                            "room {}: what somebody missed cannot be read: {error}",
                            room.id
                        );
                        room.welcome(arrival.session, arrival.view, None);
                    }
                }),
        );
    }

    fn fetched(&mut self, arrival: Arrival, changes: Changes, ctx: &mut Context<Self>) {
        let (head, complete) = (changes.head, changes.complete);
        if !complete || arrival.since > head {
            return self.welcome(arrival.session, arrival.view, None);
        }
        let mut missed: Vec<ByteString> = changes
            .messages
            .iter()
            .filter(|message| message.revision > arrival.since)
            .map(|message| Frame::Message(message).encode())
            .collect();
        if head > self.gate {
            // Others wrote what this room has not shown: everyone gets it, and the one who comes in with them.
            self.catch_up(
                messages::Changes {
                    messages: above(changes.messages, self.gate),
                    ..changes
                },
                ctx,
            );
        }
        match self.recent.since(head) {
            Some(newer) => {
                missed.extend(newer);
                let bytes: usize = missed.iter().map(|frame| frame.len()).sum();
                self.welcome(
                    arrival.session,
                    arrival.view,
                    (bytes <= BYTES_MAX).then_some(missed),
                );
            }
            None if arrival.attempts > 0 => self.fetch(arrival, ctx),
            None => self.welcome(arrival.session, arrival.view, None),
        }
    }

    /// The first frame, what was missed behind it, and from then on whatever comes.
    fn welcome(
        &mut self,
        session: SessionId,
        mut view: crate::store::rooms::Room,
        missed: Option<Vec<ByteString>>,
    ) {
        let Some(present) = self.present.get_mut(&session) else {
            return;
        };
        present.caught_up = true;
        view.last_seq = self.last_seq;
        view.revision = self.gate;
        let welcome = Welcome {
            epoch: &self.epoch,
            room: Some(&view),
            you: &present.person,
            revision: self.gate,
            online: self
                .people
                .values()
                .take(ONLINE_MAX)
                .map(|here| here.person.as_ref())
                .collect(),
            online_count: self.people.len(),
            resumed: missed.is_some(),
        };
        let mut frames = vec![Frame::Welcome(welcome).encode()];
        frames.extend(missed.unwrap_or_default());
        if !present.outlet.deliver(&Batch::opening(frames)) {
            self.leave(session);
        }
    }
}

fn above(messages: Vec<messages::Message>, gate: i64) -> Vec<messages::Message> {
    messages
        .into_iter()
        .filter(|message| message.revision > gate)
        .collect()
}
