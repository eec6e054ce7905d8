//! The statements of the index on PostgreSQL: a `tsvector` for each message, written by us and never by PostgreSQL's own parser, and
//! GIN over them.

mod finding;

use std::collections::{HashMap, HashSet};

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text};

use super::due::Head;
use super::{Candidate, Document, Known, ids};
use crate::error::Result;
use crate::search::{document, tokens};
use crate::store::RoomId;
pub(super) use finding::newest;

/// Of several nodes one works on the index at a time; the number is adda's own. It ends with the transaction, however that ends.
const TURN: &str = "SELECT pg_try_advisory_xact_lock(2026112802) AS value";
/// What is derived need not be on the disk before anybody goes on; a large piece may take its time.
const WORKING_SETTINGS: &str =
    "SET LOCAL synchronous_commit=off; SET LOCAL statement_timeout='30s';";
/// Rooms of one look at what is due.
pub(super) const ROOMS: i64 = 1_000;

#[derive(QueryableByName)]
struct Flag {
    #[diesel(sql_type = Bool)]
    value: bool,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName)]
struct State {
    #[diesel(sql_type = BigInt)]
    version: i64,
    #[diesel(sql_type = Text)]
    epoch: String,
    #[diesel(sql_type = Bool)]
    complete: bool,
}

/// Takes the turn of working on the index until the transaction ends; false where another node has it.
pub(super) fn take_turn(postgres: &mut PgConnection) -> Result<bool> {
    let flag: Flag = diesel::sql_query(TURN).get_result(postgres)?;
    if flag.value {
        postgres.batch_execute(WORKING_SETTINGS)?;
    }
    Ok(flag.value)
}

/// Begins anew where the index is of an older version or of another history; false where a newer adda looks after it.
pub(super) fn keep_up(postgres: &mut PgConnection, epoch: &str) -> Result<bool> {
    match state(postgres)? {
        Some(state) if state.version > tokens::VERSION => return Ok(false),
        Some(state) if state.version == tokens::VERSION && state.epoch == epoch => return Ok(true),
        Some(_) => {
            postgres.batch_execute("TRUNCATE search_messages, search_rooms, search_state")?
        }
        None => {}
    }
    diesel::sql_query(
        "INSERT INTO search_state (id, version, epoch, complete) VALUES (1, $1, $2, false)",
    )
    .bind::<BigInt, _>(tokens::VERSION)
    .bind::<Text, _>(epoch)
    .execute(postgres)?;
    Ok(true)
}

/// Whether everything that was said is in it, or was a moment ago.
pub(super) fn is_complete(postgres: &mut PgConnection) -> Result<bool> {
    Ok(state(postgres)?.is_some_and(|state| state.complete && state.version == tokens::VERSION))
}

pub(super) fn set_complete(postgres: &mut PgConnection, complete: bool) -> Result<()> {
    diesel::sql_query("UPDATE search_state SET complete = $1 WHERE complete <> $1")
        .bind::<Bool, _>(complete)
        .execute(postgres)?;
    Ok(())
}

fn state(postgres: &mut PgConnection) -> Result<Option<State>> {
    Ok(
        diesel::sql_query("SELECT version, epoch, complete FROM search_state")
            .get_result(postgres)
            .optional()?,
    )
}

#[derive(QueryableByName)]
struct DueRow {
    #[diesel(sql_type = BigInt)]
    room_id: RoomId,
    #[diesel(sql_type = BigInt)]
    revision: i64,
    #[diesel(sql_type = BigInt)]
    first_seq: i64,
    #[diesel(sql_type = Bool)]
    is_open: bool,
    #[diesel(sql_type = BigInt)]
    known_revision: i64,
    #[diesel(sql_type = BigInt)]
    known_first_seq: i64,
    #[diesel(sql_type = Bool)]
    known_is_open: bool,
}

/// The rooms with which the index is not where they are, those that are least behind first.
pub(super) fn due(postgres: &mut PgConnection) -> Result<Vec<(Head, Option<Known>)>> {
    let query = diesel::sql_query(
        "SELECT c.room_id, c.revision, r.first_seq, r.kind = 'open' AS is_open, COALESCE(s.revision, -1) AS known_revision, \
             COALESCE(s.first_seq, 0) AS known_first_seq, COALESCE(s.is_open, false) AS known_is_open \
         FROM room_counters c JOIN rooms r ON r.id = c.room_id LEFT JOIN search_rooms s ON s.room_id = c.room_id \
         WHERE r.deleted_at IS NULL AND (s.room_id IS NULL OR s.revision <> c.revision OR s.first_seq <> r.first_seq \
             OR s.is_open <> (r.kind = 'open')) \
         ORDER BY ABS(c.revision - COALESCE(s.revision, 0)), c.room_id LIMIT $1",
    );
    let rows: Vec<DueRow> = query.bind::<BigInt, _>(ROOMS).load(postgres)?;
    let due = rows.into_iter().map(|row| {
        let head = Head {
            room: row.room_id,
            revision: row.revision,
            first_seq: row.first_seq,
            open: row.is_open,
        };
        let known = Known {
            revision: row.known_revision,
            first_seq: row.known_first_seq,
            open: row.known_is_open,
        };
        (head, (known.revision >= 0).then_some(known))
    });
    Ok(due.collect())
}

/// Takes out what is left of rooms that are gone, at most so many messages.
pub(super) fn remove_gone(postgres: &mut PgConnection, mut left: i64) -> Result<()> {
    for room in gone(postgres)? {
        left -= remove_below(postgres, room, i64::MAX, left)? as i64;
        if left <= 0 {
            break;
        }
        diesel::sql_query("DELETE FROM search_rooms WHERE room_id = $1")
            .bind::<BigInt, _>(room)
            .execute(postgres)?;
    }
    Ok(())
}

fn gone(postgres: &mut PgConnection) -> Result<Vec<RoomId>> {
    let query = diesel::sql_query(
        "SELECT s.room_id AS value FROM search_rooms s WHERE NOT EXISTS \
             (SELECT 1 FROM rooms r WHERE r.id = s.room_id AND r.deleted_at IS NULL) LIMIT $1",
    );
    let rows: Vec<Number> = query.bind::<BigInt, _>(ROOMS).load(postgres)?;
    Ok(rows.into_iter().map(|row| row.value).collect())
}

#[derive(QueryableByName)]
struct KnownRow {
    #[diesel(sql_type = BigInt)]
    room_id: RoomId,
    #[diesel(sql_type = BigInt)]
    revision: i64,
    #[diesel(sql_type = BigInt)]
    first_seq: i64,
    #[diesel(sql_type = Bool)]
    is_open: bool,
}

/// How far it is with each room.
pub(super) fn known(postgres: &mut PgConnection) -> Result<HashMap<RoomId, Known>> {
    let query = diesel::sql_query("SELECT room_id, revision, first_seq, is_open FROM search_rooms");
    let rows: Vec<KnownRow> = query.load(postgres)?;
    let known = rows.into_iter().map(|row| {
        let known = Known {
            revision: row.revision,
            first_seq: row.first_seq,
            open: row.is_open,
        };
        (row.room_id, known)
    });
    Ok(known.collect())
}

/// Notes how far it is with a room.
pub(super) fn note(postgres: &mut PgConnection, room: RoomId, known: Known) -> Result<()> {
    diesel::sql_query(
        "INSERT INTO search_rooms (room_id, revision, first_seq, is_open) VALUES ($1, $2, $3, $4) \
         ON CONFLICT (room_id) DO UPDATE SET revision = $2, first_seq = $3, is_open = $4",
    )
    .bind::<BigInt, _>(room)
    .bind::<BigInt, _>(known.revision)
    .bind::<BigInt, _>(known.first_seq)
    .bind::<Bool, _>(known.open)
    .execute(postgres)?;
    Ok(())
}

/// Puts messages of a room in, each in the place of what it was before; takes those out that have no words any more.
pub(super) fn put(postgres: &mut PgConnection, room: RoomId, documents: &[Document]) -> Result<()> {
    let seqs: Vec<i64> = documents.iter().map(|document| document.seq).collect();
    let query = diesel::sql_query(
        "SELECT id, room_id, seq FROM search_messages WHERE room_id = $1 AND seq = ANY($2)",
    );
    let known: Vec<Candidate> = query
        .bind::<BigInt, _>(room)
        .bind::<Array<BigInt>, _>(&seqs)
        .load(postgres)?;
    let known: HashMap<i64, i64> = known.iter().map(|row| (row.seq, row.id)).collect();
    let gone = documents.iter().filter(|document| document.line.is_none());
    let gone: Vec<i64> = gone
        .filter_map(|document| known.get(&document.seq).copied())
        .collect();
    remove(postgres, &gone)?;
    let free = free_ids(postgres, documents, &known)?;
    let (mut ids, mut seqs, mut lines, mut words) = (vec![], vec![], vec![], vec![]);
    for (document, id) in documents.iter().zip(free) {
        if let Some(line) = &document.line {
            ids.push(id);
            seqs.push(document.seq);
            lines.push(line.as_str());
            words.push(document::vector(line));
        }
    }
    if ids.is_empty() {
        return Ok(());
    }
    diesel::sql_query(
        "INSERT INTO search_messages (id, room_id, seq, line, words) \
         SELECT id, $1, seq, line, words::tsvector FROM unnest($2, $3, $4, $5) AS said (id, seq, line, words) \
         ON CONFLICT (id) DO UPDATE SET line = EXCLUDED.line, words = EXCLUDED.words",
    )
    .bind::<BigInt, _>(room)
    .bind::<Array<BigInt>, _>(ids)
    .bind::<Array<BigInt>, _>(seqs)
    .bind::<Array<Text>, _>(lines)
    .bind::<Array<Text>, _>(words)
    .execute(postgres)?;
    Ok(())
}

/// A number for each: its own where it has one, and else the next that is free.
fn free_ids(
    postgres: &mut PgConnection,
    documents: &[Document],
    known: &HashMap<i64, i64>,
) -> Result<Vec<i64>> {
    let first = |document: &Document| ids::of(document.sent_at, document.seq);
    let new = documents
        .iter()
        .filter(|document| !known.contains_key(&document.seq));
    let mut taken = taken(postgres, new.map(first).collect())?;
    let mut free = Vec::with_capacity(documents.len());
    for document in documents {
        if let Some(id) = known.get(&document.seq) {
            free.push(*id);
            continue;
        }
        let mut id = first(document);
        while taken.contains(&id) {
            id += 1;
            taken.extend(self::taken(postgres, vec![id])?);
        }
        taken.insert(id);
        free.push(id);
    }
    Ok(free)
}

fn taken(postgres: &mut PgConnection, ids: Vec<i64>) -> Result<HashSet<i64>> {
    let query = diesel::sql_query("SELECT id AS value FROM search_messages WHERE id = ANY($1)");
    let rows: Vec<Number> = query.bind::<Array<BigInt>, _>(ids).load(postgres)?;
    Ok(rows.into_iter().map(|row| row.value).collect())
}

/// Takes out messages of a room below a number, at most so many; how many those were.
pub(super) fn remove_below(
    postgres: &mut PgConnection,
    room: RoomId,
    seq: i64,
    limit: i64,
) -> Result<usize> {
    let query = diesel::sql_query(
        "SELECT id AS value FROM search_messages WHERE room_id = $1 AND seq < $2 ORDER BY seq LIMIT $3",
    );
    let rows: Vec<Number> = query
        .bind::<BigInt, _>(room)
        .bind::<BigInt, _>(seq)
        .bind::<BigInt, _>(limit)
        .load(postgres)?;
    let ids: Vec<i64> = rows.into_iter().map(|row| row.value).collect();
    remove(postgres, &ids)?;
    Ok(ids.len())
}

fn remove(postgres: &mut PgConnection, ids: &[i64]) -> Result<()> {
    if !ids.is_empty() {
        diesel::sql_query("DELETE FROM search_messages WHERE id = ANY($1)")
            .bind::<Array<BigInt>, _>(ids)
            .execute(postgres)?;
    }
    Ok(())
}
