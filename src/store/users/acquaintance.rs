//! Whether people may know of each other.

use diesel::prelude::*;

use super::Viewer;
use crate::error::Result;
use crate::store::connection::Conn;
use crate::store::schema::memberships;
use crate::store::{RoomId, UserId};

/// Whether somebody may know of another: a guest only of the people of their own rooms.
pub fn knows(conn: &mut Conn, viewer: &Viewer, other: UserId) -> Result<bool> {
    if !viewer.is_guest() || viewer.id == other {
        return Ok(true);
    }
    let mine: Vec<RoomId> = memberships::table
        .filter(memberships::user_id.eq(viewer.id))
        .filter(memberships::state.eq("joined"))
        .select(memberships::room_id)
        .load(conn)?;
    let shared: i64 = memberships::table
        .filter(memberships::user_id.eq(other))
        .filter(memberships::state.eq("joined"))
        .filter(memberships::room_id.eq_any(mine))
        .count()
        .get_result(conn)?;
    Ok(shared > 0)
}
