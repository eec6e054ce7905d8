//! What the hub is told and asked: by sessions, by routes, at the end.

use std::sync::Arc;

use actix::Message;

use super::{Presences, RoomHandle};
use crate::chat::outlet::Outlet;
use crate::chat::relay::Word;
use crate::chat::room::SessionId;
use crate::error::Result;
use crate::store::attention::Attention;
use crate::store::muted::Muted;
use crate::store::users::Profile;
use crate::store::wants::Wants;
use crate::store::{RoomId, UserId};

/// Open a room, or find it open.
#[derive(Message, Clone)]
#[rtype(result = "Result<RoomHandle>")]
pub struct Enter {
    /// Its number in the database.
    pub room: RoomId,
    /// Its name in URLs.
    pub slug: Arc<str>,
}

/// A session began.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Connect {
    /// Its number.
    pub session: SessionId,
    /// Whose it is.
    pub person: Arc<Profile>,
    /// What they set for all of their rooms.
    pub attention: Attention,
    /// The sign-in it lives by.
    pub sign_in: i64,
    /// Which room it is in, and what its person wants to be told of there.
    pub room: Option<(RoomId, Wants)>,
    /// Whom its person does not want to hear.
    pub muted: Muted,
    /// Whether its person belongs to that room; else they preview it.
    pub belongs: bool,
    /// The way to it.
    pub outlet: Arc<Outlet>,
}

/// A session ended.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Disconnect {
    /// Its number.
    pub session: SessionId,
    /// Whose it was.
    pub user: UserId,
}

/// A window that has the focus shows what a session does, or does not any more.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Focus {
    /// The session's number.
    pub session: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// Whether it does.
    pub on: bool,
}

/// Somebody uses a page just now, or does not see it any more.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Active {
    /// The session's number.
    pub session: SessionId,
    /// Whose it is.
    pub user: UserId,
    /// Whether they do.
    pub on: bool,
}

/// What somebody shows of themself has changed.
#[derive(Message)]
#[rtype(result = "()")]
pub struct ProfileChanged(pub UserId);

/// Somebody set for all of their rooms what gets their attention.
#[derive(Message)]
#[rtype(result = "()")]
pub struct AttentionChanged {
    /// Who.
    pub user: UserId,
    /// What is set now.
    pub attention: Attention,
}

/// Close the sockets of a sign-in that ended.
#[derive(Message)]
#[rtype(result = "()")]
pub struct SignOut(pub i64);

/// These people's rooms are others now: look at their sockets, on every node.
#[derive(Message)]
#[rtype(result = "()")]
pub struct AccessChanged(pub Vec<UserId>);

/// These people are in a room that may no longer be for them: look at their sockets on this node.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Doubt(pub Vec<UserId>);

/// A room was deleted: look at the sockets of whoever is in it.
#[derive(Message)]
#[rtype(result = "()")]
pub struct RoomGone(pub RoomId);

/// Close all sockets of a person.
#[derive(Message)]
#[rtype(result = "()")]
pub struct CutOff(pub UserId);

/// Who is connected to any node and lets it be known, as far as this node knows?
#[derive(Message)]
#[rtype(result = "Presences")]
pub struct WhoIsThere;

/// Stop: say goodbye, finish what is being saved, close every socket.
#[derive(Message)]
#[rtype(result = "()")]
pub struct CloseAll;

/// What another node said.
pub struct Heard {
    /// Which node.
    pub node: String,
    /// What.
    pub word: Word,
}

/// Hear what other nodes said, in the order it came.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Hear(pub Vec<Heard>);

/// This node hears of rooms from now on; `None`: of the site, for the first time on this connection.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Subscribed {
    /// Which rooms.
    pub rooms: Option<Vec<RoomId>>,
}

/// More came from Redis than was taken: something was missed.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Missed;

/// A room found changes in the database that nobody had told it of.
#[derive(Message)]
#[rtype(result = "()")]
pub struct FoundBehind;

/// Whether this node hears itself through Redis has changed.
#[derive(Message)]
#[rtype(result = "()")]
pub struct RelayIs {
    /// Whether it does.
    pub well: bool,
}
