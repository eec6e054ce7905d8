//! What belongs to a message beside its row, and goes with its words.

use crate::error::Result;
use crate::store::connection::Conn;
use crate::store::{RoomId, named, pins, reactions, uploads, versions};

/// Takes away all that was said in a message but for its row: whoever empties that, or deletes it, calls this first.
pub(in crate::store) fn erase_content(conn: &mut Conn, room: RoomId, seq: i64) -> Result<()> {
    named::forget(conn, room, seq)?;
    reactions::forget(conn, room, seq)?;
    pins::forget(conn, room, seq)?;
    uploads::erase(conn, room, seq)?;
    versions::forget(conn, room, seq)
}
