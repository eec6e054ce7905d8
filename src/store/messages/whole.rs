//! From rows to messages, with what other tables hold of them: one query for each kind of that, and none where no row says that
//! there is any.

use super::Message;
use super::row::Row;
use crate::error::Result;
use crate::store::connection::Conn;
use crate::store::{RoomId, pins, quotes, reactions, uploads};

/// The messages of these rows of a room, in the same order.
pub(super) fn whole(conn: &mut Conn, room: RoomId, rows: Vec<Row>) -> Result<Vec<Message>> {
    let answered = numbers(&rows, |row| row.reactions > 0);
    let pinned = numbers(&rows, |row| row.pinned);
    let carrying = numbers(&rows, |row| row.attachments > 0);
    let mut messages: Vec<Message> = rows.into_iter().map(Message::from).collect();
    quotes::fill(conn, room, &mut messages)?;
    let mut reactions = reactions::of(conn, room, &answered)?;
    let mut pins = pins::of(conn, room, &pinned)?;
    let mut files = uploads::of_messages(conn, room, &carrying)?;
    for message in &mut messages {
        message.reactions = reactions.remove(&message.seq).unwrap_or_default();
        message.pinned = pins.remove(&message.seq);
        message.attachments = files.remove(&message.seq).unwrap_or_default();
    }
    Ok(messages)
}

/// The numbers of the rows that say so.
fn numbers(rows: &[Row], has_any: impl Fn(&Row) -> bool) -> Vec<i64> {
    let with_any = rows.iter().filter(|row| has_any(row));
    with_any.map(|row| row.seq).collect()
}
