//! How people keep their own list of rooms: what is starred, what is hidden, and in which order.

use std::cmp::Reverse;

use diesel::prelude::*;

use super::connection::Conn;
use super::rooms::Room;
use super::schema::{memberships, room_counters};
use super::{RoomId, UserId};
use crate::error::{Error, Result};

/// Where somebody wants a room in their own list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// Among the first, or not.
    Starred(bool),
    /// Out of sight, or not.
    Hidden(bool),
}

/// Does what somebody wishes with a room of theirs. Errors: `Forbidden` where they do not belong to it.
pub fn keep(conn: &mut Conn, room: RoomId, user: UserId, wish: Wish) -> Result<()> {
    let mine = memberships::table
        .find((room, user))
        .filter(memberships::state.eq("joined"));
    let changed = match wish {
        Wish::Starred(starred) => diesel::update(mine)
            .set(memberships::starred.eq(starred))
            .execute(conn)?,
        Wish::Hidden(hidden) => {
            let last_seq: i64 = room_counters::table
                .find(room)
                .select(room_counters::last_seq)
                .first(conn)?;
            diesel::update(mine)
                .set(memberships::hidden_at_seq.eq(hidden.then_some(last_seq)))
                .execute(conn)?
        }
    };
    if changed == 0 {
        return Err(Error::Forbidden);
    }
    Ok(())
}

/// Puts somebody's rooms in an order; those that are not named come behind, by name.
pub fn order(conn: &mut Conn, user: UserId, rooms: &[RoomId]) -> Result<()> {
    diesel::update(memberships::table.filter(memberships::user_id.eq(user)))
        .filter(memberships::list_position.is_not_null())
        .set(memberships::list_position.eq(None::<i64>))
        .execute(conn)?;
    for (position, room) in (1_i64..).zip(rooms) {
        diesel::update(memberships::table.find((*room, user)))
            .set(memberships::list_position.eq(Some(position)))
            .execute(conn)?;
    }
    Ok(())
}

/// Sorts rooms as their person keeps them; they come by name.
pub(super) fn sort(rooms: &mut [Room]) {
    rooms.sort_by_key(|room| (Reverse(room.starred), room.position.unwrap_or(i64::MAX)));
}
