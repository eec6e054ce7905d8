//! Deleting a room for good: at once nobody finds it any more, and then its messages go, piece by piece, so that whoever
//! writes elsewhere waits for no more than one piece.

use diesel::prelude::*;

use super::connection::Conn;
use super::memberships as members;
use super::schema::{former_slugs, invitations, memberships, messages, room_counters, rooms};
use super::time::Time;
use super::users::{Viewer, raise_access_revision};
use super::{RoomId, Store, UserId, audit, uploads};
use crate::error::{Error, Result};
use crate::names::Slug;
use crate::rights::{self, Action, Kind};

/// Messages in one transaction.
const PIECE: i64 = 2_000;

impl Store {
    /// Deletes what is left of rooms that were deleted, also of those of an earlier run that was ended meanwhile.
    pub async fn finish_deletions(&self) {
        loop {
            match self.erase(next_piece).await {
                Ok(true) => self.files_are_gone(),
                Ok(false) => return,
                // Begun again at the next deletion, or the next start.
                Err(error) => return log::warn!("deleted rooms are not gone yet: {error}"),
            }
        }
    }
}

/// Takes a room away from everyone; those who belonged to it are returned.
///
/// Errors: `Forbidden` for who may not; `NotFound` where it is gone already.
pub fn begin(conn: &mut Conn, viewer: &Viewer, room: RoomId) -> Result<Vec<UserId>> {
    // The lock keeps those who are posting just now before it or behind it.
    members::locked_last_seq(conn, room)?;
    let (kind, name, deleted_at): (String, String, Option<chrono::NaiveDateTime>) = rooms::table
        .find(room)
        .select((rooms::kind, rooms::name, rooms::deleted_at))
        .first(conn)?;
    if deleted_at.is_some() {
        return Err(Error::NotFound);
    }
    rights::may(viewer.as_person(), Action::Delete(Kind::parse(&kind)))?;
    let people: Vec<UserId> = memberships::table
        .filter(memberships::room_id.eq(room))
        .filter(memberships::state.eq("joined"))
        .order(memberships::user_id.asc())
        .select(memberships::user_id)
        .load(conn)?;
    diesel::delete(memberships::table.filter(memberships::room_id.eq(room))).execute(conn)?;
    diesel::delete(former_slugs::table.filter(former_slugs::room_id.eq(room))).execute(conn)?;
    diesel::delete(invitations::table.filter(invitations::room_id.eq(room))).execute(conn)?;
    let now = Time::now().sql();
    diesel::update(rooms::table.find(room))
        .set((
            rooms::kind.eq("closed"),
            rooms::slug.eq(Slug::hidden("")?.as_str()),
            rooms::name.eq(""),
            rooms::topic.eq(""),
            rooms::archived_at.eq(Some(now)),
            rooms::deleted_at.eq(Some(now)),
        ))
        .execute(conn)?;
    for user in &people {
        raise_access_revision(conn, *user)?;
    }
    audit::note(conn, viewer.id, "room_deleted", &name, "")?;
    Ok(people)
}

/// Deletes a piece of a room that was deleted; false where there is none left.
fn next_piece(conn: &mut Conn) -> Result<bool> {
    let room: Option<(RoomId, i64)> = rooms::table
        .filter(rooms::deleted_at.is_not_null())
        .order(rooms::id.asc())
        .select((rooms::id, rooms::first_seq))
        .first(conn)
        .optional()?;
    let Some((room, first_seq)) = room else {
        return Ok(false);
    };
    let last_seq = members::locked_last_seq(conn, room)?;
    let first_left = first_seq + PIECE;
    uploads::erase_below(conn, room, first_left)?;
    diesel::delete(
        messages::table
            .filter(messages::room_id.eq(room))
            .filter(messages::seq.lt(first_left)),
    )
    .execute(conn)?;
    if first_left <= last_seq {
        // So that what is left is without holes for whoever looks meanwhile.
        diesel::update(rooms::table.find(room))
            .set(rooms::first_seq.eq(first_left))
            .execute(conn)?;
    } else {
        diesel::delete(room_counters::table.find(room)).execute(conn)?;
        diesel::delete(rooms::table.find(room)).execute(conn)?;
    }
    Ok(true)
}
