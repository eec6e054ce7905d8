//! From rows to messages, with what other tables hold of them: one query for each kind of that, and none where no row says that
//! there is any.

use super::Message;
use super::row::Row;
use crate::error::Result;
use crate::store::connection::Conn;
use crate::store::{RoomId, quotes};

/// The messages of these rows of a room, in the same order.
pub(super) fn whole(conn: &mut Conn, room: RoomId, rows: Vec<Row>) -> Result<Vec<Message>> {
    let mut messages: Vec<Message> = rows.into_iter().map(Message::from).collect();
    quotes::fill(conn, room, &mut messages)?;
    Ok(messages)
}
