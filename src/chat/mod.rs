//! The live part: rooms, the sessions of those who are in them, and the hub that knows both. No SQL, no HTML, no routes.

pub mod socket;

mod distance;
mod entrance;
mod fragments;
mod guard;
pub mod portions;
mod session;

mod editing;
mod handing_on;
pub mod posting;
mod reacting;
mod taking_back;
mod wanting;

mod allowance;
mod hold;
mod outlet;

mod room;

mod recent;

mod relay;
mod said;

mod hub;

mod beside;
mod closing;
pub mod protocol;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use actix::{Actor, Addr, Arbiter};
use tokio::sync::{Notify, oneshot};

pub use hub::{Arbiters, Presences};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::metrics::Metrics;
use crate::names::ClientId;
use crate::store::messages::Message;
use crate::store::rooms::{self, Room as View};
use crate::store::site::Site;
use crate::store::users::Viewer;
use crate::store::users::erasing;
use crate::store::users::profiles::{self, Wishes};
use crate::store::{self, Change, Deed, RoomId, Store, UserId, What, deletion, reading};
use allowance::{Allowances, Rate};
use hub::{
    AccessChanged, CloseAll, CutOff, Enter, Foundation, Hub, MarkChanged, ProfileChanged,
    ReadMoved, RoomGone, RoomHandle, SignOut, WhoIsThere,
};
use posting::Posting;
use relay::{Line, RedisAddress, Relay};
use room::{DoAndTell, Told};

/// How long an actor may take to answer; a little more than the database may.
const ANSWER_MAX: Duration = store::DEADLINE.saturating_add(Duration::from_millis(500));
/// How long stopping may take in all.
const CLOSE_MAX: Duration = Duration::from_secs(10);

/// The way into the live part, for routes, forms and sockets. Clones lead to the same.
#[derive(Clone)]
pub struct Chat {
    hub: Addr<Hub>,
    store: Store,
    epoch: Arc<str>,
    allowances: Allowances,
    history_changed: Arc<Notify>,
    next_session: Arc<AtomicU64>,
}

impl Chat {
    /// Starts the live part on the current thread's arbiter, and the relay where there may be other nodes.
    ///
    /// Errors: `Unavailable` with a sentence for whoever started adda, where Redis' address is none.
    pub fn start(
        config: &Config,
        store: Store,
        site: &Site,
        arbiters: Arbiters,
        metrics: Arc<Metrics>,
    ) -> Result<Chat> {
        let epoch: Arc<str> = site.epoch.as_str().into();
        let history_changed: Arc<Notify> = Arc::default();
        let redis = match &config.redis_url {
            Some(url) => Some((RedisAddress::parse(url)?, Line::new(site, metrics.clone())?)),
            None => None,
        };
        let hub = Hub::new(Foundation {
            store: store.clone(),
            epoch: epoch.clone(),
            arbiters,
            line: redis.as_ref().map(|(_, line)| line.clone()),
            metrics: metrics.clone(),
            history_changed: history_changed.clone(),
            head_check: config.head_check,
        });
        let hub = hub.start();
        if let Some((address, line)) = redis {
            // On a thread of its own: what comes is taken, or dropped and counted, however busy the hub is.
            let hub = hub.clone();
            Relay::start_in_arbiter(&Arbiter::new().handle(), move |_| {
                Relay::new(address, line, hub)
            });
        }
        let unfinished = store.clone();
        actix::spawn(async move { unfinished.finish_deletions().await });
        actix::spawn(store.clone().keep_swept());
        let chat = Chat {
            hub,
            store,
            epoch,
            allowances: Allowances::new(Rate::of_messages(config)),
            history_changed,
            next_session: Arc::new(AtomicU64::new(1)),
        };
        chat.forget_the_words_of_those_who_left();
        Ok(chat)
    }

    /// Says something in a room the viewer may know of; true where it was stored just now, false where it was known.
    ///
    /// Errors: `RateLimited`, `Busy`, `Unavailable` (the outcome is not known: the same client_id finds out), `Conflict`,
    /// and what the room's rights refuse.
    pub async fn post(
        &self,
        viewer: &Viewer,
        room: &View,
        client_id: Option<ClientId>,
        posting: Posting,
    ) -> Result<(Message, bool)> {
        self.allowances.of(viewer.id).take()?;
        let Posting {
            text,
            reply_to,
            attachments,
        } = posting;
        let what = What::Post {
            text,
            reply_to,
            attachments,
        };
        match self.change(viewer, room, client_id, what).await? {
            Told::Stored(message) => Ok((message, true)),
            Told::Known(message) => Ok((message, false)),
            Told::Changed(_) | Told::Unchanged => {
                Err(Error::Internal("a message changed nothing".to_owned()))
            }
        }
    }

    /// Does something to a room: its notice, where it was not so already.
    ///
    /// Errors: as those of a post.
    pub async fn act(&self, viewer: &Viewer, room: &View, deed: Deed) -> Result<Option<Message>> {
        self.allowances.of(viewer.id).take()?;
        match self.change(viewer, room, None, What::Deed(deed)).await? {
            Told::Stored(message) | Told::Known(message) => Ok(Some(message)),
            Told::Changed(_) | Told::Unchanged => Ok(None),
        }
    }

    /// Leaves every room that can be left, whatever the person's allowance; each hears of it and passes to somebody else.
    ///
    /// Errors: `Busy`, `Unavailable`: some may have been left then.
    pub async fn leave_all(&self, viewer: &Viewer) -> Result<()> {
        let leaver = viewer.clone();
        let read = self.store.read(move |conn| {
            let rooms = erasing::rooms_to_leave(conn, leaver.id)?;
            let views = rooms
                .into_iter()
                .map(|room| rooms::by_id(conn, &leaver, room));
            views.collect::<Result<Vec<View>>>()
        });
        for room in read.await? {
            let left = self
                .change(viewer, &room, None, What::Deed(Deed::Leave))
                .await;
            match left {
                // Somebody put them out, or deleted the room, in between.
                Ok(_) | Err(Error::Forbidden | Error::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    async fn change(
        &self,
        viewer: &Viewer,
        room: &View,
        client_id: Option<ClientId>,
        what: What,
    ) -> Result<Told> {
        let author = (viewer.id, viewer.username.clone());
        self.change_at(author, (room.id, &room.slug), client_id, what)
            .await
    }

    async fn change_at(
        &self,
        (author, username): (UserId, Arc<str>),
        (room, slug): (RoomId, &str),
        client_id: Option<ClientId>,
        what: What,
    ) -> Result<Told> {
        let handle = self.enter(room, slug).await?;
        let fresh = client_id.is_none();
        let change = Change {
            author,
            username,
            client_id: client_id.map_or_else(ClientId::fresh, Ok)?,
            fresh,
            what,
            draft: None,
        };
        let (answer, outcome) = oneshot::channel();
        handle
            .address()
            .try_send(DoAndTell { change, answer })
            .map_err(|_| Error::Busy)?;
        match tokio::time::timeout(ANSWER_MAX, outcome).await {
            Ok(Ok(outcome)) => outcome,
            _ => Err(Error::Unavailable("the room gave no answer".to_owned())),
        }
    }

    /// Moves a person's read mark forward to a message; where it stands then, 0 in a room they have not joined.
    ///
    /// Errors: `BadRequest` for a number above the newest message's; `Busy`, `Unavailable`.
    pub async fn mark_read(&self, viewer: &Viewer, room: &View, seq: i64) -> Result<i64> {
        if seq < 0 || seq > room.last_seq {
            return Err(Error::BadRequest("bad-seq"));
        }
        let (id, user) = (room.id, viewer.id);
        let stands = self
            .store
            .write(move |conn| reading::mark_read_now(conn, id, user, seq));
        let stands = stands.await?;
        // Once a request, for the same person's other devices.
        self.hub.do_send(ReadMoved {
            room: id,
            slug: room.slug.as_str().into(),
            marks: vec![(user, stands)],
            by_sockets_here: false,
        });
        Ok(stands)
    }

    /// Marks messages unread from one on, for this person alone; up to where they have read then, 0 in a room they do not
    /// belong to.
    ///
    /// Errors: `BadRequest` for a number that no message has; `RateLimited`, `Busy`, `Unavailable`.
    pub async fn mark_unread(&self, viewer: &Viewer, room: &View, seq: i64) -> Result<i64> {
        if seq < room.first_seq || seq > room.last_seq {
            return Err(Error::BadRequest("bad-seq"));
        }
        self.allowances.of(viewer.id).take()?;
        let (id, user) = (room.id, viewer.id);
        let lower = self
            .store
            .write(move |conn| reading::mark_unread(conn, id, user, seq));
        let Some(stands) = lower.await? else {
            return Ok(0);
        };
        // As often as one person may post: their other devices, and whoever holds a mark of theirs that is to be stored.
        self.hub.do_send(MarkChanged {
            room: id,
            slug: room.slug.as_str().into(),
            user,
            turn: stands.turn,
        });
        Ok(stands.read_seq)
    }

    /// Who is connected to any node and lets it be known, as far as this one knows.
    pub async fn presences(&self) -> Result<Presences> {
        self.ask(self.hub.send(WhoIsThere)).await
    }

    /// Changes what somebody shows of themself, on every page that shows them.
    ///
    /// Errors: `Field` for a name that looks like somebody else's; `RateLimited`, `Busy`, `Unavailable`.
    pub async fn change_profile(&self, viewer: &Viewer, wishes: Wishes) -> Result<()> {
        self.allowances.of(viewer.id).take()?;
        let user = viewer.id;
        let change = self
            .store
            .write(move |conn| profiles::change(conn, user, &wishes));
        change.await?;
        self.profile_changed(user);
        Ok(())
    }

    /// Takes one change from what somebody may do. Errors: `RateLimited`.
    pub fn allow(&self, user: UserId) -> Result<()> {
        self.allowances.of(user).take()
    }

    /// Somebody shows something else of themself, by a row that was written.
    pub fn profile_changed(&self, user: UserId) {
        // As often as one person may post.
        self.hub.do_send(ProfileChanged(user));
    }

    /// Somebody's rooms are others now, by a row that was written beside the live rooms.
    pub fn access_changed(&self, user: UserId) {
        // Comes once for each time somebody joins.
        self.hub.do_send(AccessChanged(vec![user]));
    }

    /// Deletes a room for good, with all that was said there. At once nobody finds it any more, and its sockets are closed;
    /// its messages go from the disk after that.
    ///
    /// Errors: `Forbidden`, `NotFound`, and those of the store.
    pub async fn delete(&self, viewer: &Viewer, room: RoomId) -> Result<()> {
        let viewer = viewer.clone();
        let people = self
            .store
            .write(move |conn| deletion::begin(conn, &viewer, room))
            .await?;
        // Once a deletion.
        self.hub.do_send(AccessChanged(people));
        self.hub.do_send(RoomGone(room));
        let store = self.store.clone();
        actix::spawn(async move { store.finish_deletions().await });
        Ok(())
    }

    /// Counts what somebody writes beside the live rooms as something that they say.
    ///
    /// Errors: `RateLimited`.
    pub fn take_allowance(&self, viewer: &Viewer) -> Result<()> {
        self.allowances.of(viewer.id).take()
    }

    /// Closes every socket of a sign-in.
    pub fn sign_out(&self, sign_in: i64) {
        // Must arrive, and comes once for each sign-out.
        self.hub.do_send(SignOut(sign_in));
    }

    /// Closes every socket of a person.
    pub fn cut_off(&self, user: UserId) {
        // Must arrive, and comes once for each change of access.
        self.hub.do_send(CutOff(user));
    }

    /// Waits until the database is no longer of the history that this node was started with.
    pub async fn history_changed(&self) {
        self.history_changed.notified().await;
    }

    /// Says goodbye to everyone, finishes what is being saved, and closes every socket.
    pub async fn close(&self) {
        match tokio::time::timeout(CLOSE_MAX, self.hub.send(CloseAll)).await {
            Ok(Ok(())) => {}
            _ => log::warn!("the rooms did not finish within {} s", CLOSE_MAX.as_secs()),
        }
    }

    async fn enter(&self, room: RoomId, slug: &str) -> Result<RoomHandle> {
        let slug = slug.into();
        self.ask(self.hub.send(Enter { room, slug })).await?
    }

    async fn ask<T>(
        &self,
        answer: impl Future<Output = std::result::Result<T, actix::MailboxError>>,
    ) -> Result<T> {
        match tokio::time::timeout(ANSWER_MAX, answer).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => Err(Error::Unavailable(format!("the hub: {error}"))),
            Err(_) => Err(Error::Unavailable("the hub gave no answer".to_owned())),
        }
    }

    fn session_number(&self) -> u64 {
        self.next_session.fetch_add(1, Ordering::Relaxed)
    }
}
