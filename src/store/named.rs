//! Whom messages name: a row for each person, and a word on the message where it is everyone.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::connection::Conn;
use super::schema::mentions;
use super::{RoomId, UserId};
use crate::error::Result;
use crate::mentions::Everyone;

/// Messages, or rows, in one statement.
const CHUNK: usize = 500;

/// Whom a message names.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// All at once.
    pub everyone: Option<Everyone>,
    /// Those who are named by themselves, but for its author; nobody beside the whole room.
    pub people: Vec<UserId>,
}

impl Called {
    /// Whether somebody is meant.
    pub fn names(&self, user: UserId) -> bool {
        self.everyone.is_some() || self.people.contains(&user)
    }

    /// The word on the message.
    pub(super) fn word(&self) -> Option<&'static str> {
        match self.everyone {
            Some(everyone) => Some(everyone.word()),
            None if self.people.is_empty() => None,
            None => Some("people"),
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = mentions)]
pub(super) struct Row {
    pub(super) user_id: UserId,
    pub(super) room_id: RoomId,
    pub(super) seq: i64,
}

/// Writes who is named, behind the messages.
pub(super) fn insert(conn: &mut Conn, rows: &[Row]) -> Result<()> {
    match conn {
        // Several at once would be a transaction of their own.
        Conn::Sqlite(sqlite) => {
            for row in rows {
                diesel::insert_into(mentions::table)
                    .values(row)
                    .execute(sqlite)?;
            }
        }
        Conn::Postgres(postgres) => {
            for rows in rows.chunks(CHUNK) {
                diesel::insert_into(mentions::table)
                    .values(rows)
                    .execute(postgres)?;
            }
        }
    }
    Ok(())
}

/// A message that says something else names others.
pub(super) fn replace(conn: &mut Conn, room: RoomId, seq: i64, called: &Called) -> Result<()> {
    forget(conn, room, seq)?;
    let row = |user: &UserId| Row {
        user_id: *user,
        room_id: room,
        seq,
    };
    let rows: Vec<Row> = called.people.iter().map(row).collect();
    insert(conn, &rows)
}

/// A message that is taken back names nobody any more.
pub(super) fn forget(conn: &mut Conn, room: RoomId, seq: i64) -> Result<()> {
    diesel::delete(
        mentions::table
            .filter(mentions::room_id.eq(room))
            .filter(mentions::seq.eq(seq)),
    )
    .execute(conn)?;
    Ok(())
}

/// Who is named by some of a room's messages.
pub(super) fn of(conn: &mut Conn, room: RoomId, seqs: &[i64]) -> Result<HashMap<i64, Vec<UserId>>> {
    let mut named: HashMap<i64, Vec<UserId>> = HashMap::new();
    for seqs in seqs.chunks(CHUNK) {
        let rows: Vec<(i64, UserId)> = mentions::table
            .filter(mentions::room_id.eq(room))
            .filter(mentions::seq.eq_any(seqs.to_vec()))
            .order((mentions::seq.asc(), mentions::user_id.asc()))
            .select((mentions::seq, mentions::user_id))
            .load(conn)?;
        for (seq, user) in rows {
            named.entry(seq).or_default().push(user);
        }
    }
    Ok(named)
}
