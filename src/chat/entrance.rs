//! What a session is made of, and where it enters.

use std::sync::Arc;

use actix::Addr;

use super::allowance::{Allowance, Bucket};
use super::guard::Verdict;
use super::hub::{Hub, RoomHandle};
use super::room::SessionId;
use crate::store::attention::Attention;
use crate::store::muted::Muted;
use crate::store::rooms::Room;
use crate::store::users::Profile;

/// What a session is made of.
pub struct Entrance {
    /// Its number on this node.
    pub id: SessionId,
    /// Whose it is.
    pub person: Arc<Profile>,
    /// Whom they do not want to hear.
    pub muted: Muted,
    /// What they set for all of their rooms.
    pub attention: Attention,
    /// The sign-in it lives by.
    pub sign_in: i64,
    /// What its person may post.
    pub allowance: Arc<Allowance>,
    /// What this socket may send.
    pub frames: Bucket,
    /// The id of this database's history.
    pub epoch: Arc<str>,
    /// Knows everybody's sessions.
    pub hub: Addr<Hub>,
    /// The room and how to resume there; `None` on `/ws/`.
    pub room: Option<Box<Destination>>,
    /// Why the guard ended the stream, where it did.
    pub verdict: Verdict,
}

/// Where a session enters.
pub struct Destination {
    /// The room.
    pub handle: RoomHandle,
    /// The room as this person sees it.
    pub view: Room,
    /// The revision to resume from, where there is one of this epoch.
    pub since: Option<i64>,
}
