//! Entering a room: first a welcome, then everything that was missed, then whatever comes; never a partial answer.

use actix::prelude::*;
use bytestring::ByteString;

use super::{Here, Join, Present, Room, SessionId};
use crate::chat::closing::CloseReason;
use crate::chat::hub::Doubt;
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

impl Arrival {
    /// With one attempt less.
    fn again(self) -> Arrival {
        Arrival {
            attempts: self.attempts.saturating_sub(1),
            ..self
        }
    }
}

/// Those on the way in who wait for what the database has: a crowd that returns together waits for one answer.
#[derive(Default)]
pub(super) struct Arriving {
    /// The revision since which changes are being read, and who waits for them.
    reading: Option<(i64, Vec<Arrival>)>,
    /// Who waits for another answer than that.
    next: Vec<Arrival>,
}

/// What the database had, encoded once for all who wait.
struct Missed {
    frames: Vec<(i64, ByteString)>,
    head: i64,
    complete: bool,
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
        self.outs.look(&view.kind);
        if let Some(why) = self
            .outs
            .refuses(&person.username, view.joined, view.revision)
        {
            return outlet.let_go(why);
        }
        let here = self.people.entry(person.id).or_insert_with(|| Here {
            sessions: 0,
            read_turn: 0,
            person: person.clone(),
            typed_at: None,
        });
        here.sessions += 1;
        here.person = person.clone();
        here.read_turn = here.read_turn.max(view.read_turn);
        if !view.joined && view.revision < self.gate {
            // It may have been closed between the look at it and now.
            self.hub.do_send(Doubt(vec![person.id]));
        }
        self.present.insert(
            session,
            Present {
                outlet,
                person,
                caught_up: false,
                can_post: view.can_post,
                joined: view.joined,
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
    /// Has read from the database what is no longer at hand, or whether a revision above the gate can be.
    fn fetch(&mut self, arrival: Arrival, ctx: &mut Context<Self>) {
        let arrival = arrival.again();
        let from = arrival.since.min(self.gate);
        match &mut self.arriving.reading {
            // Above the gate it matters where the head is now, and not where it was asked for before.
            Some((reading, waiting)) if *reading <= from && arrival.since <= self.gate => {
                waiting.push(arrival);
            }
            Some(_) => self.arriving.next.push(arrival),
            None => self.fetch_for(vec![arrival], ctx),
        }
    }

    fn fetch_for(&mut self, arrivals: Vec<Arrival>, ctx: &mut Context<Self>) {
        let oldest = arrivals.iter().map(|arrival| arrival.since).min();
        let from = oldest.unwrap_or_default().min(self.gate);
        self.arriving.reading = Some((from, arrivals));
        let (store, id) = (self.store.clone(), self.id);
        let read = async move {
            store
                .read(move |conn| messages::changes(conn, id, from, CHANGES_MAX))
                .await
        };
        ctx.spawn(read.into_actor(self).map(move |changes, room, ctx| {
            let waiting = room.arriving.reading.take();
            let arrivals = waiting.map(|(_, arrivals)| arrivals).unwrap_or_default();
            match changes {
                Ok(changes) => room.fetched(from, arrivals, changes, ctx),
                Err(error) => {
                    log::warn!(
                        "room {}: what somebody missed cannot be read: {error}",
                        room.id
                    );
                    for arrival in arrivals {
                        room.welcome(arrival.session, arrival.view, None);
                    }
                }
            }
            let next = std::mem::take(&mut room.arriving.next);
            if !next.is_empty() {
                room.fetch_for(next, ctx);
            }
        }));
    }

    fn fetched(
        &mut self,
        from: i64,
        arrivals: Vec<Arrival>,
        changes: Changes,
        ctx: &mut Context<Self>,
    ) {
        let encode =
            |message: &messages::Message| (message.revision, Frame::Message(message).encode());
        let missed = Missed {
            frames: changes.messages.iter().map(encode).collect(),
            head: changes.head,
            complete: changes.complete,
        };
        if missed.complete && missed.head > self.gate {
            // Others wrote what this room has not shown: everyone gets it, and those who come in with them.
            let messages = above(changes.messages, self.gate);
            self.catch_up(
                Changes {
                    messages,
                    ..changes
                },
                ctx,
            );
        }
        for arrival in arrivals {
            // Of several, one may lack more than fits into an answer, and the others not.
            if !missed.complete && arrival.since > from && arrival.attempts > 0 {
                self.arriving.next.push(arrival.again());
            } else {
                self.let_in(arrival, &missed);
            }
        }
    }

    fn let_in(&mut self, arrival: Arrival, missed: &Missed) {
        let since = arrival.since;
        if !missed.complete || since > missed.head {
            return self.welcome(arrival.session, arrival.view, None);
        }
        let first = missed
            .frames
            .partition_point(|(revision, _)| *revision <= since);
        let own = missed.frames[first..]
            .iter()
            .map(|(_, frame)| frame.clone());
        match self.recent.since(missed.head) {
            Some(newer) => {
                let all: Vec<ByteString> = own.chain(newer).collect();
                let bytes: usize = all.iter().map(|frame| frame.len()).sum();
                let all = (bytes <= BYTES_MAX).then_some(all);
                self.welcome(arrival.session, arrival.view, all);
            }
            None if arrival.attempts > 0 => self.arriving.next.push(arrival.again()),
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
        let (online, online_count) = self.online(ONLINE_MAX);
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
            online: online.iter().map(AsRef::as_ref).collect(),
            online_count,
            resumed: missed.is_some(),
        };
        let mut frames = vec![Frame::Welcome(welcome).encode()];
        frames.extend(missed.unwrap_or_default());
        if !present.outlet.deliver(&Batch::opening(frames)) {
            self.lose(session);
        }
    }
}

fn above(messages: Vec<messages::Message>, gate: i64) -> Vec<messages::Message> {
    messages
        .into_iter()
        .filter(|message| message.revision > gate)
        .collect()
}
