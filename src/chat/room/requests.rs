//! What a room is told: by sessions, by requests, by the hub.

use std::sync::Arc;

use actix::Message;
use tokio::sync::oneshot;

use super::SessionId;
use crate::chat::outlet::Outlet;
use crate::chat::protocol::Typed;
use crate::chat::relay::Shown;
use crate::error::Result;
use crate::names::ClientId;
use crate::store::heads::Head;
use crate::store::messages::Message as Stored;
use crate::store::users::Profile;
use crate::store::{Change, UserId, What, rooms};

/// Enter the room, and be given what was missed since a revision.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Join {
    /// The session's number.
    pub session: SessionId,
    /// Whose it is.
    pub person: Arc<Profile>,
    /// The way to it.
    pub outlet: Arc<Outlet>,
    /// The room as this person sees it.
    pub view: rooms::Room,
    /// The revision to resume from, where there is one of this epoch.
    pub since: Option<i64>,
}

/// Leave the room.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Leave {
    /// The session's number.
    pub session: SessionId,
}

/// Say something, or take it back, from a socket: the answer comes as a frame.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Say {
    /// The session's number.
    pub session: SessionId,
    /// Who does.
    pub person: Arc<Profile>,
    /// The sender's own id of it.
    pub client_id: Option<ClientId>,
    /// What is said, or taken back.
    pub what: What,
}

/// Change the room, from a request.
#[derive(Message)]
#[rtype(result = "()")]
pub struct DoAndTell {
    /// What is to be done.
    pub change: Change,
    /// Where the outcome goes.
    pub answer: oneshot::Sender<Result<Told>>,
}

/// What came of a change that a request asked for.
pub enum Told {
    /// It was stored just now.
    Stored(Stored),
    /// It was stored before.
    Known(Stored),
    /// These messages are others now.
    Changed(Vec<Stored>),
    /// It was so already.
    Unchanged,
}

/// Somebody here is typing, or recording.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Typing {
    /// The session's number.
    pub session: SessionId,
    /// What.
    pub what: Typed,
}

/// Somebody is typing at another node.
#[derive(Message)]
#[rtype(result = "()")]
pub struct TypingAfar {
    /// Who.
    pub user: UserId,
    /// The name they are mentioned by.
    pub username: String,
    /// What they are called.
    pub name: String,
    /// What.
    pub what: Typed,
}

/// These people came, went, or are there in another way than before.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Presences(pub Vec<Sight>);

/// How somebody is there.
pub struct Sight {
    /// Who, as people of the room see them.
    pub person: Arc<Profile>,
    /// Whether they have the room open by way of another node.
    pub abroad: bool,
}

/// Somebody has read up to a message.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Read {
    /// The session's number.
    pub session: SessionId,
    /// Who has read.
    pub user: UserId,
    /// Up to this message.
    pub seq: i64,
    /// Repeated where it is refused.
    pub client_id: Option<ClientId>,
}

/// These people have read on, by whichever way, and it is stored.
#[derive(Message)]
#[rtype(result = "()")]
pub struct HaveRead(pub Vec<UserId>);

/// Somebody marked messages unread: what they read before that does not count.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Lowered {
    /// Who.
    pub user: UserId,
    /// How often they did.
    pub turn: i64,
}

/// Answer with a `pong` behind everything shown so far.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Ping {
    /// The session's number.
    pub session: SessionId,
    /// Repeated in the answer.
    pub client_id: Option<ClientId>,
}

/// Show what another node committed, in its turn.
#[derive(Message)]
#[rtype(result = "()")]
pub struct FromAfar(pub Vec<Shown>);

/// The database, or another node, says that the room is this far.
#[derive(Message)]
#[rtype(result = "()")]
pub struct HeadIs(pub Head);

/// A statement beside the room has changed it, and told nobody.
#[derive(Message)]
#[rtype(result = "()")]
pub struct ChangedBeside;

/// Take nothing new, finish what is in flight, tell when that is done.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Drain(pub oneshot::Sender<()>);

/// End, if nobody is here and nothing is in flight: true where it ended.
#[derive(Message)]
#[rtype(result = "bool")]
pub struct Retire;
