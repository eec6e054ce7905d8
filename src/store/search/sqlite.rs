//! The statements of the index on SQLite: FTS5, which has words by rows and gives rows newest first as it finds them.

use std::collections::HashMap;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Text};
use diesel::sqlite::SqliteConnection;

use super::expression::Expression;
use super::{Document, Known, Ranked, ids};
use crate::error::{Error, Result};
use crate::search::tokens;
use crate::store::RoomId;
use crate::store::connection::{Conn, transaction};

diesel::table! {
    places (id) {
        id -> BigInt,
        room_id -> BigInt,
        seq -> BigInt,
    }
}

diesel::table! {
    words (rowid) {
        rowid -> BigInt,
        line -> Text,
        room_id -> BigInt,
        seq -> BigInt,
    }
}

diesel::table! {
    known_rooms (room_id) {
        room_id -> BigInt,
        revision -> BigInt,
        first_seq -> BigInt,
        is_open -> Bool,
    }
}

diesel::table! {
    state (id) {
        id -> BigInt,
        version -> BigInt,
        epoch -> Text,
    }
}

/// `ascii` splits at ASCII punctuation alone: the words are ours already. What is deleted goes from the index of words too.
const TABLES: &str = "CREATE TABLE places (id INTEGER PRIMARY KEY NOT NULL, room_id BIGINT NOT NULL, seq BIGINT NOT NULL, \
         UNIQUE (room_id, seq)); \
     CREATE TABLE known_rooms (room_id INTEGER PRIMARY KEY NOT NULL, revision BIGINT NOT NULL, first_seq BIGINT NOT NULL, \
         is_open BOOLEAN NOT NULL); \
     CREATE TABLE state (id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1), version BIGINT NOT NULL, epoch TEXT NOT NULL); \
     CREATE VIRTUAL TABLE words USING fts5(line, room_id UNINDEXED, seq UNINDEXED, tokenize='ascii'); \
     INSERT INTO words (words, rank) VALUES ('secure-delete', 1);";

/// Makes the tables in a new file.
pub(super) fn create(conn: &mut Conn, epoch: &str) -> Result<()> {
    transaction(conn, |conn| {
        let sqlite = sqlite(conn)?;
        sqlite.batch_execute(TABLES)?;
        diesel::insert_into(state::table)
            .values((
                state::id.eq(1),
                state::version.eq(tokens::VERSION),
                state::epoch.eq(epoch),
            ))
            .execute(sqlite)?;
        Ok(())
    })
}

/// Whether a file was made by this version, of this history.
pub(super) fn is_of(conn: &mut Conn, epoch: &str) -> Result<bool> {
    let made: Option<(i64, String)> = state::table
        .select((state::version, state::epoch))
        .first(sqlite(conn)?)
        .optional()?;
    Ok(made.is_some_and(|(version, of)| version == tokens::VERSION && of == epoch))
}

/// How far it is with each room.
pub(super) fn known(conn: &mut Conn) -> Result<HashMap<RoomId, Known>> {
    let rows: Vec<(RoomId, i64, i64, bool)> = known_rooms::table.load(sqlite(conn)?)?;
    let known = rows.into_iter().map(|(room, revision, first_seq, open)| {
        let known = Known {
            revision,
            first_seq,
            open,
        };
        (room, known)
    });
    Ok(known.collect())
}

/// Notes how far it is with a room.
pub(super) fn note(sqlite: &mut SqliteConnection, room: RoomId, known: Known) -> Result<()> {
    diesel::replace_into(known_rooms::table)
        .values((
            known_rooms::room_id.eq(room),
            known_rooms::revision.eq(known.revision),
            known_rooms::first_seq.eq(known.first_seq),
            known_rooms::is_open.eq(known.open),
        ))
        .execute(sqlite)?;
    Ok(())
}

/// Puts messages of a room in, each in the place of what it was before; takes those out that have no words any more.
pub(super) fn put(
    sqlite: &mut SqliteConnection,
    room: RoomId,
    documents: &[Document],
) -> Result<()> {
    for document in documents {
        let known: Option<i64> = places::table
            .filter(places::room_id.eq(room))
            .filter(places::seq.eq(document.seq))
            .select(places::id)
            .first(sqlite)
            .optional()?;
        match (known, &document.line) {
            (Some(id), None) => remove(sqlite, &[id])?,
            (None, None) => {}
            (Some(id), Some(line)) => {
                diesel::replace_into(words::table)
                    .values((
                        words::rowid.eq(id),
                        words::line.eq(line),
                        words::room_id.eq(room),
                        words::seq.eq(document.seq),
                    ))
                    .execute(sqlite)?;
            }
            (None, Some(line)) => {
                let id = free_id(sqlite, document)?;
                diesel::insert_into(places::table)
                    .values((
                        places::id.eq(id),
                        places::room_id.eq(room),
                        places::seq.eq(document.seq),
                    ))
                    .execute(sqlite)?;
                diesel::insert_into(words::table)
                    .values((
                        words::rowid.eq(id),
                        words::line.eq(line),
                        words::room_id.eq(room),
                        words::seq.eq(document.seq),
                    ))
                    .execute(sqlite)?;
            }
        }
    }
    Ok(())
}

fn free_id(sqlite: &mut SqliteConnection, document: &Document) -> Result<i64> {
    let mut id = ids::of(document.sent_at, document.seq);
    loop {
        let taken: Option<i64> = places::table
            .find(id)
            .select(places::id)
            .first(sqlite)
            .optional()?;
        if taken.is_none() {
            return Ok(id);
        }
        id += 1;
    }
}

/// Takes out messages of a room below a number, at most so many; how many those were.
pub(super) fn remove_below(
    sqlite: &mut SqliteConnection,
    room: RoomId,
    seq: i64,
    limit: i64,
) -> Result<usize> {
    let ids: Vec<i64> = places::table
        .filter(places::room_id.eq(room))
        .filter(places::seq.lt(seq))
        .order(places::seq.asc())
        .select(places::id)
        .limit(limit)
        .load(sqlite)?;
    remove(sqlite, &ids)?;
    Ok(ids.len())
}

/// Forgets a room of which nothing is left.
pub(super) fn forget(sqlite: &mut SqliteConnection, room: RoomId) -> Result<()> {
    diesel::delete(known_rooms::table.find(room)).execute(sqlite)?;
    Ok(())
}

fn remove(sqlite: &mut SqliteConnection, ids: &[i64]) -> Result<()> {
    for id in ids {
        diesel::delete(words::table.find(*id)).execute(sqlite)?;
        diesel::delete(places::table.find(*id)).execute(sqlite)?;
    }
    Ok(())
}

/// The newest messages that fit, of those from one id on and below another, with their words where those are wanted.
pub(super) fn newest(
    conn: &mut Conn,
    expression: &Expression,
    (from, below): (i64, i64),
    limit: i64,
    with_words: bool,
) -> Result<Vec<Ranked>> {
    let query = diesel::sql_query(
        "SELECT rowid AS id, room_id, seq, CASE WHEN ? THEN substr(line, 1, 4096) ELSE '' END AS line \
         FROM words WHERE words MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid DESC LIMIT ?",
    );
    Ok(query
        .bind::<Bool, _>(with_words)
        .bind::<Text, _>(expression.fts5())
        .bind::<BigInt, _>(from)
        .bind::<BigInt, _>(below)
        .bind::<BigInt, _>(limit)
        .load(sqlite(conn)?)?)
}

fn sqlite(conn: &mut Conn) -> Result<&mut SqliteConnection> {
    match conn {
        Conn::Sqlite(sqlite) => Ok(sqlite),
        Conn::Postgres(_) => Err(Error::Internal(
            "the search index of SQLite is not in PostgreSQL".to_owned(),
        )),
    }
}
