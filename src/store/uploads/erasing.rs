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

/// Takes away the files of a deleted room's messages below a number.
pub(in crate::store) fn erase_below(conn: &mut Conn, room: RoomId, seq: i64) -> Result<()> {
    diesel::update(uploads::table)
        .filter(uploads::room_id.eq(room))
        .filter(uploads::seq.lt(seq))
        .set((uploads::state.eq("gone"), uploads::seq.eq(None::<i64>)))
        .execute(conn)?;
    Ok(())
}

/// Takes away what somebody sent and put into no message.
pub fn discard_unsent_of(conn: &mut Conn, uploader: UserId) -> Result<()> {
    let unsent = uploads::table
        .filter(uploads::uploader_id.eq(uploader))
        .filter(uploads::seq.is_null())
        .filter(uploads::state.ne("gone"))
        .select(uploads::id);
    let ids: Vec<String> = unsent.load(conn)?;
    let ids = locked(conn, ids)?;
    diesel::update(uploads::table)
        .filter(uploads::id.eq_any(ids))
        .set(uploads::state.eq("gone"))
        .execute(conn)?;
    Ok(())
}

/// Those of some files that belong to no message, locked until the transaction ends: each transaction locks in the order of ids, so
/// that no two wait for each other.
pub(super) fn locked(conn: &mut Conn, ids: Vec<String>) -> Result<Vec<String>> {
    match conn {
        // The one writing transaction is lock enough.
        Conn::Sqlite(_) => Ok(ids),
        Conn::Postgres(postgres) => Ok(uploads::table
            .filter(uploads::id.eq_any(ids))
            .filter(uploads::seq.is_null())
            .order(uploads::id.asc())
            .select(uploads::id)
            .for_update()
            .load(postgres)?),
    }
}
