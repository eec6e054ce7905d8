//! One room, live: numbers what is said by way of the store, and shows it to everyone in the same order.
//!
//! Only what is committed is shown, the sender included. Revisions shown only ever rise: the gate stands at the last.

mod afar;
mod ending;
#[cfg(test)]
mod gone_tests;
mod head;
mod joining;
#[cfg(test)]
mod late_tests;
mod looks;
mod presence;
mod reading;
mod requests;
mod saving;
mod seen;
mod showing;
#[cfg(test)]
pub(super) mod tests;
mod typing;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::WeakAddr;
use actix::prelude::*;
use tokio::sync::oneshot;

pub use requests::{
    ChangedBeside, DoAndTell, Drain, FromAfar, HaveRead, HeadIs, Join, Leave, Lowered, Ping,
    Presences, Read, Retire, Say, Sight, Told, Typing, TypingAfar,
};

use super::hold::Hold;
use super::hub::Hub;
use super::outlet::{Batch, Outlet};
use super::protocol::{Frame, refusal};
use super::recent::{NodeBytes, Recent};
use super::relay::{Line, Shown};
use super::said::Said;
use crate::error::Error;
use crate::metrics::Metrics;
use crate::names::ClientId;
use crate::store::messages::Message;
use crate::store::users::Profile;
use crate::store::{RoomId, Store, UserId};
use afar::Ahead;
use joining::Arriving;
use looks::Looks;
use reading::Reading;
use saving::Saving;

/// A session's number on this node.
pub type SessionId = u64;

/// Changes a room loads at its opening, so that a storm of returning people costs one query.
const OPENING_CHANGES: i64 = 1_000;
/// Senders are bounded by their allowance; this is for when there is none.
const MAILBOX: usize = 4_096;
/// Between looks at the database while the outcome of a save, or of the opening, is not known.
const HEAD_CHECK_EVERY: Duration = Duration::from_millis(500);

/// The actor of one room.
pub struct Room {
    id: RoomId,
    slug: Arc<str>,
    epoch: Arc<str>,
    store: Store,
    hub: Addr<Hub>,
    line: Option<Line>,
    metrics: Arc<Metrics>,
    /// Every change up to this revision has been shown.
    gate: i64,
    last_seq: i64,
    recent: Recent,
    open: bool,
    loaded_at: Option<Instant>,
    /// Its own.
    address: Option<WeakAddr<Room>>,
    present: HashMap<SessionId, Present>,
    people: HashMap<UserId, Here>,
    /// Who is here by way of other nodes.
    elsewhere: HashMap<UserId, Arc<Profile>>,
    saving: Saving,
    reading: Reading,
    ahead: Ahead,
    arriving: Arriving,
    looks: Looks,
    seen: seen::Readers,
    outs: showing::Outs,
    /// The room is said to be this far; above the gate where it is still to be read.
    head_wanted: i64,
    /// Whether it is about to be looked whether that was reached.
    head_due: bool,
    /// Bits that were read one after the other without having caught up.
    bits_read: u32,
    /// What came of a save is not known: what is found may be of this node, and nobody else have been told of it.
    is_unsure: bool,
    checking_head: bool,
    /// Something was changed beside while a read was under way that may have been too early for it.
    beside_again: bool,
    /// Told when nothing is in flight any more; from then on nothing new is taken.
    draining: Option<oneshot::Sender<()>>,
    drained: bool,
}

/// A session in this room.
struct Present {
    outlet: Arc<Outlet>,
    person: Arc<Profile>,
    /// Whether it has been given what it missed; before that nothing new is shown to it.
    caught_up: bool,
    /// Whether it could post when it came.
    can_post: bool,
    /// Whether its person belonged to the room when it came.
    joined: bool,
    hold: Option<Hold>,
}

/// A person in this room, with so many sessions.
struct Here {
    sessions: usize,
    /// How often they marked messages unread, as far as is known.
    read_turn: i64,
    person: Arc<Profile>,
    typed_at: Option<Instant>,
}

/// What a room is made of.
pub struct Opening {
    /// The room's number in the database.
    pub id: RoomId,
    /// Its name in URLs.
    pub slug: Arc<str>,
    /// The id of this database's history.
    pub epoch: Arc<str>,
    /// Where everything is kept.
    pub store: Store,
    /// Knows everybody's sessions.
    pub hub: Addr<Hub>,
    /// The way to other nodes, where there may be any.
    pub line: Option<Line>,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// What all rooms of this node keep together.
    pub node_bytes: NodeBytes,
    /// Who is here by way of other nodes.
    pub elsewhere: Vec<Arc<Profile>>,
}

impl Room {
    /// A room that has not started.
    pub fn new(opening: Opening) -> Room {
        let Opening {
            id,
            slug,
            epoch,
            store,
            hub,
            line,
            metrics,
            node_bytes,
            elsewhere,
        } = opening;
        Room {
            id,
            slug,
            epoch,
            store,
            hub,
            line,
            metrics,
            gate: 0,
            last_seq: 0,
            recent: Recent::new(0, node_bytes),
            open: false,
            loaded_at: None,
            address: None,
            present: HashMap::new(),
            people: HashMap::new(),
            elsewhere: elsewhere
                .into_iter()
                .map(|person| (person.id, person))
                .collect(),
            saving: Saving::default(),
            reading: Reading::default(),
            ahead: Ahead::default(),
            arriving: Arriving::default(),
            looks: Looks::default(),
            seen: seen::Readers::default(),
            outs: showing::Outs::default(),
            head_wanted: 0,
            head_due: false,
            bits_read: 0,
            is_unsure: false,
            checking_head: false,
            beside_again: false,
            draining: None,
            drained: false,
        }
    }

    /// Loads the newest changes; until they are there nothing else is handled.
    fn load(&mut self, ctx: &mut Context<Self>) {
        if elapsed(self.loaded_at) < HEAD_CHECK_EVERY {
            return;
        }
        let (store, id) = (self.store.clone(), self.id);
        let loading = async move { store.open_room(id, OPENING_CHANGES).await };
        ctx.wait(loading.into_actor(self).map(|loaded, room, _| {
            room.loaded_at = Some(Instant::now());
            match loaded {
                Ok(changes) => {
                    let floor = match changes.messages.first() {
                        Some(oldest) if !changes.complete => oldest.revision - 1,
                        _ => 0,
                    };
                    room.recent.restart(floor);
                    for message in &changes.messages {
                        let frame = Frame::Message(message).encode();
                        room.recent
                            .push(message.revision, &Said::from(message), frame);
                    }
                    room.gate = changes.head;
                    room.last_seq = changes.last_seq;
                    room.open = true;
                }
                Err(error) => log::error!("opening room {}: {error}", room.id),
            }
        }));
    }

    /// Tells those who are meant what may be dropped where somebody does not keep up.
    fn tell_at_leisure(&self, batch: &Arc<Batch>, is_meant: impl Fn(UserId) -> bool) {
        for present in self.present.values() {
            if present.caught_up && is_meant(present.person.id) {
                present.outlet.deliver_at_leisure(batch);
            }
        }
    }

    fn leave(&mut self, session: SessionId) -> Option<Present> {
        let present = self.present.remove(&session)?;
        let user = present.person.id;
        if let Some(here) = self.people.get_mut(&user) {
            here.sessions -= 1;
            if here.sessions == 0 {
                self.people.remove(&user);
            }
        }
        Some(present)
    }

    /// Tells a session something that concerns it alone.
    fn tell(&mut self, session: SessionId, batch: Arc<Batch>) {
        let delivered = self
            .present
            .get(&session)
            .is_none_or(|present| present.outlet.deliver(&batch));
        if !delivered {
            self.lose(session);
        }
    }

    /// Lets a session leave to which nothing can be delivered. Of one that has ended there may still be something to be said in the
    /// mailbox: it leaves behind that.
    fn lose(&mut self, session: SessionId) {
        let is_gone = |present: &Present| present.outlet.is_gone();
        let address = self.address.as_ref().and_then(WeakAddr::upgrade);
        match address.filter(|_| self.present.get(&session).is_some_and(is_gone)) {
            Some(address) => address.do_send(Leave { session }),
            None => drop(self.leave(session)),
        }
    }

    /// Refuses a session's post, and those that follow until it comes again.
    fn refuse(&mut self, session: SessionId, client_id: Option<&ClientId>, error: &Error) {
        self.hold(session, client_id, error);
        self.tell(
            session,
            Batch::one(refusal(error, client_id.map(ClientId::as_str))),
        );
    }

    fn hold(&mut self, session: SessionId, client_id: Option<&ClientId>, error: &Error) {
        let Some(present) = self.present.get_mut(&session) else {
            return;
        };
        match &mut present.hold {
            None => present.hold = Hold::begin(client_id, error),
            Some(hold) if error.retry_after().is_some() => hold.add(client_id),
            Some(_) => {}
        }
    }

    /// Messages are stored after all of which their senders were told that they may not be.
    fn stored_after_all(&mut self, messages: &[Message]) {
        for present in self.present.values_mut() {
            for message in messages {
                if message.author == present.person.id {
                    Hold::is_stored(&mut present.hold, &message.client_id);
                }
            }
        }
    }
}

impl Actor for Room {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.set_mailbox_capacity(MAILBOX);
        self.address = Some(ctx.address().downgrade());
        self.load(ctx);
    }
}

impl Handler<Leave> for Room {
    type Result = ();

    fn handle(&mut self, Leave { session }: Leave, _: &mut Self::Context) {
        self.leave(session);
    }
}

impl Handler<Ping> for Room {
    type Result = ();

    fn handle(&mut self, Ping { session, client_id }: Ping, _: &mut Self::Context) {
        // To somebody who is still being given what they missed the session keeps it back until that is there.
        let client_id = client_id.as_ref().map(ClientId::as_str);
        let pong = Frame::Pong {
            client_id,
            revision: self.gate,
        };
        self.tell(session, Batch::one(pong.encode()));
    }
}

/// Messages as everyone sees them, each encoded once.
fn encoded(messages: &[Message]) -> Vec<Shown> {
    let shown = |message: &Message| Shown {
        revision: message.revision,
        said: Said::from(message),
        frame: Frame::Message(message).encode(),
    };
    messages.iter().map(shown).collect()
}

/// How long ago something was, for coalescing; long ago where it never was.
fn elapsed(last: Option<Instant>) -> Duration {
    last.map_or(Duration::MAX, |last| last.elapsed())
}
