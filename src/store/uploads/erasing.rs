//! Files that go: with their message, their room, or whoever sent them and never put them into a message.

use diesel::prelude::*;

use crate::error::Result;
use crate::store::connection::Conn;
use crate::store::schema::uploads;
use crate::store::{RoomId, UserId};

/// Takes a message's files from it, for good: from the transaction on nobody finds them.
pub(in crate::store) fn erase(conn: &mut Conn, room: RoomId, seq: i64) -> Result<()> {
    diesel::update(uploads::table)
        .filter(uploads::room_id.eq(room))
        .filter(uploads::seq.eq(seq))
        .set((uploads::state.eq("gone"), uploads::seq.eq(None::<i64>)))
        .execute(conn)?;
    Ok(())
}

/// Takes away all files of a room that was deleted.
pub(in crate::store) fn erase_of_room(conn: &mut Conn, room: RoomId) -> Result<()> {
    diesel::update(uploads::table)
        .filter(uploads::room_id.eq(room))
        .set((uploads::state.eq("gone"), uploads::seq.eq(None::<i64>)))
        .execute(conn)?;
    Ok(())
}

/// Takes away what somebody sent and put into no message.
pub fn discard_unsent_of(conn: &mut Conn, uploader: UserId) -> Result<()> {
    diesel::update(uploads::table)
        .filter(uploads::uploader_id.eq(uploader))
        .filter(uploads::seq.is_null())
        .set(uploads::state.eq("gone"))
        .execute(conn)?;
    Ok(())
}
