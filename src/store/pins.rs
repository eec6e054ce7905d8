//! Messages that a room keeps at hand: a row for each, and on the message whether there is one.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use serde::Serialize;

use super::connection::{Conn, snapshot};
use super::messages::{self as stored, Message};
use super::schema::{messages, pins, users};
use super::time::Time;
use super::{RoomId, UserId};
use crate::error::Result;

/// Messages of one room.
pub const PINS_MAX: i64 = 50;
/// Messages in one statement.
const CHUNK: usize = 500;

/// That a message is pinned: `pinned` of a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pinned {
    /// Since when.
    pub at: Time,
    /// By whom.
    pub username: Arc<str>,
    /// What they are called.
    pub name: Arc<str>,
}

/// Which of some of a room's messages are pinned.
pub(super) fn of(conn: &mut Conn, room: RoomId, seqs: &[i64]) -> Result<HashMap<i64, Pinned>> {
    type Columns = (i64, chrono::NaiveDateTime, String, String);
    let mut found = HashMap::new();
    for seqs in seqs.chunks(CHUNK) {
        let rows: Vec<Columns> = pins::table
            .inner_join(users::table)
            .filter(pins::room_id.eq(room))
            .filter(pins::seq.eq_any(seqs.to_vec()))
            .select((pins::seq, pins::at, users::username, users::name))
            .load(conn)?;
        for (seq, at, username, name) in rows {
            let pinned = Pinned {
                at: Time::from_sql(at),
                username: username.into(),
                name: name.into(),
            };
            found.insert(seq, pinned);
        }
    }
    Ok(found)
}

/// A room's pinned messages, what was pinned last first, and the revision at which it was so.
pub fn list(conn: &mut Conn, room: RoomId) -> Result<(Vec<Message>, i64)> {
    snapshot(conn, |conn| {
        let seqs = numbers(conn, room)?;
        let mut messages = stored::by_numbers(conn, room, &seqs)?;
        messages.sort_by_key(|message| {
            let place = seqs.iter().position(|seq| *seq == message.seq);
            place.unwrap_or(usize::MAX)
        });
        Ok((messages, stored::revision(conn, room)?))
    })
}

/// Their numbers, likewise.
pub fn numbers(conn: &mut Conn, room: RoomId) -> Result<Vec<i64>> {
    Ok(pins::table
        .filter(pins::room_id.eq(room))
        .order((pins::at.desc(), pins::seq.desc()))
        .limit(PINS_MAX)
        .select(pins::seq)
        .load(conn)?)
}

/// How many there are.
pub(super) fn count(conn: &mut Conn, room: RoomId) -> Result<i64> {
    Ok(pins::table
        .filter(pins::room_id.eq(room))
        .count()
        .get_result(conn)?)
}

/// Pins a message, or no longer, under the room's next revision; as it is then.
pub(super) fn set(
    conn: &mut Conn,
    room: RoomId,
    message: Message,
    by: Option<(UserId, Pinned)>,
    revision: i64,
) -> Result<Message> {
    let pinned = match by {
        Some((user, pinned)) => {
            diesel::insert_into(pins::table)
                .values((
                    pins::room_id.eq(room),
                    pins::seq.eq(message.seq),
                    pins::user_id.eq(user),
                    pins::at.eq(pinned.at.sql()),
                ))
                .execute(conn)?;
            Some(pinned)
        }
        None => {
            forget(conn, room, message.seq)?;
            None
        }
    };
    diesel::update(messages::table.find((room, message.seq)))
        .set((
            messages::revision.eq(revision),
            messages::pinned.eq(pinned.is_some()),
        ))
        .execute(conn)?;
    Ok(Message {
        revision,
        pinned,
        ..message
    })
}

/// A message that is taken back is not pinned any more.
pub(super) fn forget(conn: &mut Conn, room: RoomId, seq: i64) -> Result<()> {
    diesel::delete(pins::table.find((room, seq))).execute(conn)?;
    Ok(())
}
