//! One per node: which rooms are open here, and where each person's sessions are.

mod access;
mod activity;
mod afar;
mod attendance;
mod belonging;
mod connecting;
mod forgetting;
mod foundation;
mod heads;
mod marks;
mod presence;
mod requests;
mod stopping;
mod telling;
#[cfg(test)]
mod tests;
mod withheld;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix::prelude::*;
use tokio::sync::{Notify, oneshot};

pub use activity::Moved;
pub use attendance::{Attendance, Presences};
pub use foundation::Foundation;
pub use marks::{MarkChanged, ReadMoved};
pub use requests::{
    AccessChanged, Active, AttentionChanged, CloseAll, Connect, CutOff, Disconnect, Doubt, Enter,
    Focus, FoundBehind, Hear, Heard, Missed, ProfileChanged, RelayIs, RoomGone, SignOut,
    Subscribed, WhoIsThere,
};

use super::outlet::Outlet;
use super::recent::NodeBytes;
use super::relay::Line;
use super::room::{Opening, Retire, Room, SessionId};
use super::said::Said;
use crate::error::{Error, Result};
use crate::keywords::Wanted;
use crate::metrics::Metrics;
use crate::store::attention::Attention;
use crate::store::muted::Muted;
use crate::store::unread::Mark;
use crate::store::wants::Wants;
use crate::store::{RoomId, Store, UserId, users};

/// A room is closed after being empty so long.
const EMPTY_MAX: Duration = Duration::from_secs(60);
const SWEEP_EVERY: Duration = Duration::from_secs(15);
const LAST_SEEN_EVERY: Duration = Duration::from_secs(60);

/// The threads that rooms live on: those that serve the sockets, so that a room and its sessions are often neighbours.
#[derive(Clone, Default)]
pub struct Arbiters(Arc<Mutex<Vec<ArbiterHandle>>>);

impl Arbiters {
    /// Adds the current thread's.
    pub fn register(&self) {
        if let Some(arbiter) = Arbiter::try_current() {
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(arbiter);
        }
    }

    /// The one that a room's id picks; the current one where none is registered.
    fn pick(&self, room: RoomId) -> ArbiterHandle {
        let arbiters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match arbiters.len() {
            0 => Arbiter::current(),
            count => arbiters[room.unsigned_abs() as usize % count].clone(),
        }
    }
}

/// The actor that knows the node's rooms and people.
pub struct Hub {
    store: Store,
    epoch: Arc<str>,
    arbiters: Arbiters,
    line: Option<Line>,
    metrics: Arc<Metrics>,
    history_changed: Arc<Notify>,
    head_check: bool,
    node_bytes: NodeBytes,
    rooms: HashMap<RoomId, OpenRoom>,
    people: HashMap<UserId, Person>,
    /// Who left since last seen times were written.
    departed: HashSet<UserId>,
    untold: activity::Untold,
    doubted: access::Doubted,
    heads: heads::Heads,
    afar: afar::Afar,
    presence: presence::Presence,
    belonging: belonging::Belonging,
    withheld: withheld::Withheld,
    /// The words that the people here want to be told of.
    wanted: Wanted<UserId>,
    stopping: bool,
}

/// An open room, or one that is being asked to end.
struct OpenRoom {
    address: Addr<Room>,
    /// Everyone who may still send to the room holds one; the hub's own is the last.
    pin: Arc<()>,
    empty_since: Option<Instant>,
    /// While it is being asked to end: who waits for the answer.
    retiring: Option<Vec<(Enter, oneshot::Sender<Result<RoomHandle>>)>>,
}

#[derive(Default)]
struct Person {
    /// The name they are mentioned by.
    username: Arc<str>,
    /// Whether nobody is to know that they are there.
    is_invisible: bool,
    /// Whether they see only people of their own rooms.
    is_guest: bool,
    sessions: HashMap<SessionId, SessionHere>,
    /// Whom they do not want to hear.
    muted: Muted,
    /// What they set for all of their rooms.
    attention: Attention,
    /// How often their access had been changed when it was last looked at.
    access_revision: Option<i64>,
    /// How their rooms stand for this person, as far as it was needed.
    marks: HashMap<RoomId, Mark>,
    /// Where their own mark moved: their other sessions in that very room are told too.
    own: HashSet<RoomId>,
    /// What was said and may be told of by itself.
    heard: HashMap<RoomId, Vec<Arc<[Said]>>>,
}

struct SessionHere {
    outlet: Arc<Outlet>,
    room: Option<RoomId>,
    wants: Option<Wants>,
    is_watched: bool,
    /// When somebody last used the page; never, where nobody sees it.
    active_at: Option<Instant>,
    sign_in: i64,
}

/// A room's address, good for as long as this is kept: the room does not end before.
#[derive(Clone)]
pub struct RoomHandle {
    address: Addr<Room>,
    _pin: Arc<()>,
}

impl RoomHandle {
    /// Where to send to.
    pub fn address(&self) -> &Addr<Room> {
        &self.address
    }
}

impl Hub {
    /// A hub without rooms.
    pub fn new(foundation: Foundation) -> Hub {
        let Foundation {
            store,
            epoch,
            arbiters,
            line,
            metrics,
            history_changed,
            head_check,
        } = foundation;
        let is_one_of_several = line.is_some();
        Hub {
            store,
            epoch,
            arbiters,
            line,
            metrics,
            history_changed,
            head_check,
            node_bytes: NodeBytes::default(),
            rooms: HashMap::new(),
            people: HashMap::new(),
            departed: HashSet::new(),
            untold: activity::Untold::default(),
            doubted: access::Doubted::default(),
            heads: heads::Heads::new(is_one_of_several),
            afar: afar::Afar::default(),
            presence: presence::Presence::default(),
            belonging: belonging::Belonging::default(),
            withheld: withheld::Withheld::default(),
            wanted: Wanted::default(),
            stopping: false,
        }
    }

    fn open(&mut self, enter: &Enter, ctx: &mut Context<Self>) -> RoomHandle {
        // One that ended in a panic is replaced; whoever is in it comes back when nothing answers them.
        if self
            .rooms
            .get(&enter.room)
            .is_some_and(|open| !open.address.connected())
        {
            self.rooms.remove(&enter.room);
        }
        let open = self.rooms.entry(enter.room).or_insert_with(|| {
            if let Some(line) = &self.line {
                line.subscribe(enter.room);
            }
            let opening = Opening {
                id: enter.room,
                slug: enter.slug.clone(),
                epoch: self.epoch.clone(),
                store: self.store.clone(),
                hub: ctx.address(),
                line: self.line.clone(),
                metrics: self.metrics.clone(),
                node_bytes: self.node_bytes.clone(),
                elsewhere: self.presence.elsewhere_in(enter.room),
            };
            let address = Room::start_in_arbiter(&self.arbiters.pick(enter.room), move |_| {
                Room::new(opening)
            });
            OpenRoom {
                address,
                pin: Arc::new(()),
                empty_since: None,
                retiring: None,
            }
        });
        open.empty_since = None;
        RoomHandle {
            address: open.address.clone(),
            _pin: open.pin.clone(),
        }
    }

    /// Asks rooms that have been empty for long enough to end.
    fn sweep(&mut self, ctx: &mut Context<Self>) {
        self.count();
        let now = Instant::now();
        let mut ending = Vec::new();
        for (id, open) in &mut self.rooms {
            if Arc::strong_count(&open.pin) > 1 || open.retiring.is_some() {
                open.empty_since = None;
                continue;
            }
            let since = *open.empty_since.get_or_insert(now);
            if now.duration_since(since) >= EMPTY_MAX {
                open.retiring = Some(Vec::new());
                ending.push((*id, open.address.clone()));
            }
        }
        for (id, address) in ending {
            let ended = address.send(Retire);
            ctx.spawn(
                ended
                    .into_actor(self)
                    .map(move |ended, hub, ctx| hub.retired(id, ended.unwrap_or(true), ctx)),
            );
        }
    }

    /// A room ended or goes on; whoever wanted in meanwhile gets in now, to this one or to a new one.
    fn retired(&mut self, id: RoomId, ended: bool, ctx: &mut Context<Self>) {
        let Some(open) = self.rooms.get_mut(&id) else {
            return;
        };
        let waiting = open.retiring.take().unwrap_or_default();
        open.empty_since = None;
        if ended {
            self.rooms.remove(&id);
            if let Some(line) = &self.line {
                line.unsubscribe(id);
            }
        }
        for (enter, answer) in waiting {
            if self.stopping {
                let _ = answer.send(Err(Error::Unavailable("adda is stopping".to_owned())));
                continue;
            }
            let handle = self.open(&enter, ctx);
            // Whoever no longer waits drops the handle, and the room may end again.
            let _ = answer.send(Ok(handle));
        }
    }

    fn write_last_seen(&mut self, ctx: &mut Context<Self>) {
        let mut seen = std::mem::take(&mut self.departed);
        let visible = self
            .people
            .iter()
            .filter(|(_, person)| !person.is_invisible);
        seen.extend(visible.map(|(user, _)| *user));
        if seen.is_empty() {
            return;
        }
        let (store, seen) = (self.store.clone(), seen.into_iter().collect::<Vec<_>>());
        let write = async move { store.write(move |conn| users::mark_seen(conn, &seen)).await };
        ctx.spawn(write.into_actor(self).map(|written, _, _| {
            if let Err(error) = written {
                log::warn!("last seen times were not written: {error}");
            }
        }));
    }

    fn count(&self) {
        let level = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.metrics.rooms.set(level(self.rooms.len()));
        self.metrics.sockets.set(level(self.outlets().count()));
    }

    fn outlets(&self) -> impl Iterator<Item = &Arc<Outlet>> {
        self.people
            .values()
            .flat_map(|person| person.sessions.values())
            .map(|session| &session.outlet)
    }
}

impl Actor for Hub {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        ctx.run_interval(SWEEP_EVERY, |hub, ctx| hub.sweep(ctx));
        ctx.run_interval(LAST_SEEN_EVERY, |hub, ctx| hub.write_last_seen(ctx));
        self.forget(ctx);
        ctx.run_interval(forgetting::EVERY, |hub, ctx| hub.forget(ctx));
        ctx.run_interval(access::LOOK_EVERY, |hub, ctx| hub.doubt_all(ctx));
        ctx.run_interval(heads::TICK, |hub, ctx| hub.tick(ctx));
        ctx.run_interval(presence::TELL_EVERY, |hub, ctx| {
            hub.announce();
            hub.tell_presence(ctx);
        });
    }
}

impl Handler<Enter> for Hub {
    type Result = Response<Result<RoomHandle>>;

    fn handle(&mut self, enter: Enter, ctx: &mut Self::Context) -> Self::Result {
        if self.stopping {
            return Response::reply(Err(Error::Unavailable("adda is stopping".to_owned())));
        }
        if let Some(waiting) = self
            .rooms
            .get_mut(&enter.room)
            .and_then(|open| open.retiring.as_mut())
        {
            let (answer, handle) = oneshot::channel();
            waiting.push((enter, answer));
            return Response::fut(async move {
                handle
                    .await
                    .unwrap_or_else(|_| Err(Error::Unavailable("the room is closing".to_owned())))
            });
        }
        Response::reply(Ok(self.open(&enter, ctx)))
    }
}
