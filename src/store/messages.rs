//! Messages as they are stored and read: by place, or by what changed.

pub mod moments;
mod places;
mod row;
mod whole;

use std::sync::Arc;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Bool, Text};
use serde::Serialize;

use super::connection::{Conn, MultiBackend, snapshot};
use super::named::{self, Called};
use super::pins::Pinned;
use super::quotes::Quote;
use super::reactions::Reaction;
use super::schema::{messages, room_counters, rooms, users};
use super::time::Time;
use super::uploads::Attachment;
use super::{RoomId, UserId};
use crate::error::{Error, Result};
pub(super) use places::at;
use row::Row;
use whole::whole;

/// A message in its newest state: PROTOCOL's `Message`. What is null, false, zero or empty is left out.
#[derive(Debug, Clone, Serialize)]
pub struct Message {
    /// Its number in the room.
    pub seq: i64,
    /// The room's change counter when it was last touched.
    pub revision: i64,
    /// `notice` for what happened to the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Who said it, in the database.
    #[serde(skip)]
    pub author: UserId,
    /// Who said it.
    pub username: Arc<str>,
    /// What they were called then.
    pub name: Arc<str>,
    /// Which picture they have now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<Arc<str>>,
    /// The text as typed.
    #[serde(rename = "message", skip_serializing_if = "str::is_empty")]
    pub text: Arc<str>,
    /// The same drawn as safe HTML, where there is anything to draw.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// When it was stored.
    pub sent_at: Time,
    /// When its text was last changed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited_at: Option<Time>,
    /// Whether it was taken back: then it has no text.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// The sender's own id of it.
    pub client_id: Arc<str>,
    /// The message it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<i64>,
    /// What that one says now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quote: Option<Quote>,
    /// The revision under which it came to say what it says, where that is not what was first said.
    #[serde(skip)]
    pub worded_at: Option<i64>,
    /// The files that it carries.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attachments: Vec<Attachment>,
    /// Whom it names.
    #[serde(skip)]
    pub called: Called,
    /// What it was answered with, in the order in which that came first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reactions: Vec<Reaction>,
    /// That it is pinned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<Pinned>,
    /// What happened, in a notice: a code with arguments, in JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<serde_json::Value>,
}

/// A stretch of a room's messages, ascending.
#[derive(Debug, Clone)]
pub struct Page {
    /// The messages, ascending by `seq`.
    pub messages: Vec<Message>,
    /// Whether there are older ones.
    pub more_before: bool,
    /// Whether there are newer ones.
    pub more_after: bool,
    /// The room's change counter at the moment of reading.
    pub revision: i64,
    /// The newest message's number at the moment of reading.
    pub last_seq: i64,
}

/// Which stretch to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stretch {
    /// The newest.
    Newest,
    /// Those before a number.
    Before(i64),
    /// Those after a number.
    After(i64),
    /// Those around a number, itself among them.
    Around(i64),
}

/// What changed since a revision, each message once and in its newest state.
#[derive(Debug, Clone)]
pub struct Changes {
    /// The messages, ascending by `revision`.
    pub messages: Vec<Message>,
    /// Whether that is everything up to the head.
    pub complete: bool,
    /// The room's change counter at the moment of reading.
    pub head: i64,
    /// The newest message's number at the moment of reading.
    pub last_seq: i64,
}

/// A stored message, and the hash of what was first sent under its id.
#[derive(Debug, Clone)]
pub(super) struct FirstSent {
    pub(super) message: Message,
    pub(super) hash: Vec<u8>,
}

/// Reads a stretch of at most `limit` messages.
pub fn page(conn: &mut Conn, room: RoomId, stretch: Stretch, limit: i64) -> Result<Page> {
    snapshot(conn, |conn| {
        let (last_seq, revision, first_seq) = head(conn, room)?;
        let messages = match stretch {
            Stretch::Newest => before(conn, room, i64::MAX, limit)?,
            Stretch::Before(seq) => before(conn, room, seq, limit)?,
            Stretch::After(seq) => after(conn, room, seq, limit)?,
            Stretch::Around(seq) => {
                let older = limit / 2;
                let mut messages = before(conn, room, seq, older)?;
                messages.extend(after(conn, room, seq.saturating_sub(1), limit - older)?);
                messages
            }
        };
        let (more_before, more_after) = match (messages.first(), messages.last()) {
            (Some(first), Some(last)) => (first.seq > first_seq, last.seq < last_seq),
            _ => match stretch {
                Stretch::Newest => (false, false),
                Stretch::Before(_) => (false, last_seq >= first_seq),
                Stretch::After(_) | Stretch::Around(_) => (last_seq >= first_seq, false),
            },
        };
        Ok(Page {
            messages,
            more_before,
            more_after,
            revision,
            last_seq,
        })
    })
}

/// Reads at most `limit` messages changed since a revision.
pub fn changes(conn: &mut Conn, room: RoomId, since: i64, limit: i64) -> Result<Changes> {
    snapshot(conn, |conn| {
        let (last_seq, head, _) = head(conn, room)?;
        let (messages, complete) = if since < head {
            changed_after(conn, room, since, limit)?
        } else {
            (Vec::new(), true)
        };
        Ok(Changes {
            messages,
            complete,
            head,
            last_seq,
        })
    })
}

/// The messages changed since a revision, at most so many, and whether those are all.
pub(super) fn changed_after(
    conn: &mut Conn,
    room: RoomId,
    since: i64,
    limit: i64,
) -> Result<(Vec<Message>, bool)> {
    let rows: Vec<Row> = selection()
        .filter(messages::room_id.eq(room))
        .filter(messages::revision.gt(since))
        .order(messages::revision.asc())
        .limit(limit + 1)
        .load(conn)?;
    let mut messages = whole_and_named(conn, room, rows)?;
    let complete = messages.len() as i64 <= limit;
    messages.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok((messages, complete))
}

/// What a room begins with.
#[derive(Debug)]
pub(super) struct Newest {
    /// The newest changes, at most so many as were asked for, ascending.
    pub(super) changes: Changes,
    /// How the room's counters contradict what is stored, where they do.
    pub(super) fault: Option<String>,
}

/// The newest changes of a room, at most so many: what it keeps at hand from its opening on.
pub(super) fn newest_changes(conn: &mut Conn, room: RoomId, limit: i64) -> Result<Newest> {
    snapshot(conn, |conn| {
        let (last_seq, head, first_seq) = head(conn, room)?;
        let newest_seq: Option<i64> = messages::table
            .filter(messages::room_id.eq(room))
            .select(messages::seq)
            .order(messages::seq.desc())
            .first(conn)
            .optional()?;
        let rows = selection()
            .filter(messages::room_id.eq(room))
            .order(messages::revision.desc())
            .limit(limit + 1)
            .load(conn)?;
        let mut messages = whole(conn, room, rows)?;
        let newest_revision = messages.first().map_or(0, |message| message.revision);
        let fault = if last_seq != newest_seq.unwrap_or(first_seq - 1) {
            Some(format!(
                "its counter stands at message {last_seq}, and the newest is {newest_seq:?}"
            ))
        } else if head < newest_revision {
            Some(format!(
                "its change counter stands at {head}, and the newest change is {newest_revision}"
            ))
        } else {
            None
        };
        let complete = messages.len() as i64 <= limit;
        messages.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        messages.reverse();
        let changes = Changes {
            messages,
            complete,
            head,
            last_seq,
        };
        Ok(Newest { changes, fault })
    })
}

/// One message. Errors: `NotFound` where there is none, or it was taken back.
pub fn one(conn: &mut Conn, room: RoomId, seq: i64) -> Result<Message> {
    let found = by_numbers(conn, room, &[seq])?.pop();
    found
        .filter(|message| !message.deleted)
        .ok_or(Error::NotFound)
}

/// Those of a room's messages that have these numbers, ascending.
pub(super) fn by_numbers(conn: &mut Conn, room: RoomId, seqs: &[i64]) -> Result<Vec<Message>> {
    let rows = selection()
        .filter(messages::room_id.eq(room))
        .filter(messages::seq.eq_any(seqs.to_vec()))
        .order(messages::seq.asc())
        .load(conn)?;
    whole_and_named(conn, room, rows)
}

/// With whom they name, for whoever may still have to tell of them.
fn whole_and_named(conn: &mut Conn, room: RoomId, rows: Vec<Row>) -> Result<Vec<Message>> {
    let calling: Vec<i64> = rows
        .iter()
        .filter(|row| row.calls.is_some())
        .map(|row| row.seq)
        .collect();
    let mut named = named::of(conn, room, &calling)?;
    let mut messages = whole(conn, room, rows)?;
    for message in &mut messages {
        message.called.people = named.remove(&message.seq).unwrap_or_default();
    }
    Ok(messages)
}

/// The stored messages of a sender's own ids.
pub(super) fn by_client_ids(
    conn: &mut Conn,
    room: RoomId,
    author: UserId,
    client_ids: &[&str],
) -> Result<Vec<FirstSent>> {
    let rows: Vec<(Row, Vec<u8>)> = messages::table
        .inner_join(users::table)
        .select((Row::as_select(), messages::content_hash))
        .filter(messages::room_id.eq(room))
        .filter(messages::author_id.eq(author))
        .filter(messages::client_id.eq_any(client_ids.to_vec()))
        .load(conn)?;
    first_sent_whole(conn, room, rows)
}

/// What PostgreSQL has stored of many senders' own ids, in one query. SQLite finds out as it inserts, and is not asked.
pub(super) fn first_sent(
    conn: &mut Conn,
    room: RoomId,
    sent: &[(UserId, &str)],
) -> Result<Vec<FirstSent>> {
    let Conn::Postgres(postgres) = conn else {
        return Ok(Vec::new());
    };
    let (authors, client_ids): (Vec<UserId>, Vec<&str>) = sent.iter().copied().unzip();
    let are_asked_for =
        sql::<Bool>("(messages.author_id, messages.client_id) IN (SELECT author, id FROM unnest(")
            .bind::<Array<BigInt>, _>(authors)
            .sql(", ")
            .bind::<Array<Text>, _>(client_ids)
            .sql(") AS asked (author, id))");
    let rows: Vec<(Row, Vec<u8>)> = messages::table
        .inner_join(users::table)
        .select((Row::as_select(), messages::content_hash))
        .filter(messages::room_id.eq(room))
        .filter(are_asked_for)
        .load(postgres)?;
    first_sent_whole(conn, room, rows)
}

fn first_sent_whole(
    conn: &mut Conn,
    room: RoomId,
    rows: Vec<(Row, Vec<u8>)>,
) -> Result<Vec<FirstSent>> {
    let (rows, hashes): (Vec<Row>, Vec<Vec<u8>>) = rows.into_iter().unzip();
    let messages = whole(conn, room, rows)?.into_iter();
    let first = messages.zip(hashes);
    Ok(first
        .map(|(message, hash)| FirstSent { message, hash })
        .collect())
}

/// A room's change counter.
pub(super) fn revision(conn: &mut Conn, room: RoomId) -> Result<i64> {
    Ok(head(conn, room)?.1)
}

fn head(conn: &mut Conn, room: RoomId) -> Result<(i64, i64, i64)> {
    Ok(room_counters::table
        .inner_join(rooms::table)
        .filter(room_counters::room_id.eq(room))
        .select((
            room_counters::last_seq,
            room_counters::revision,
            rooms::first_seq,
        ))
        .first(conn)?)
}

fn before(conn: &mut Conn, room: RoomId, seq: i64, limit: i64) -> Result<Vec<Message>> {
    let rows = selection()
        .filter(messages::room_id.eq(room))
        .filter(messages::seq.lt(seq))
        .order(messages::seq.desc())
        .limit(limit)
        .load(conn)?;
    let mut messages = whole(conn, room, rows)?;
    messages.reverse();
    Ok(messages)
}

fn after(conn: &mut Conn, room: RoomId, seq: i64, limit: i64) -> Result<Vec<Message>> {
    let rows = selection()
        .filter(messages::room_id.eq(room))
        .filter(messages::seq.gt(seq))
        .order(messages::seq.asc())
        .limit(limit)
        .load(conn)?;
    whole(conn, room, rows)
}

#[diesel::dsl::auto_type(no_type_alias)]
fn selection() -> _ {
    let columns: diesel::dsl::AsSelect<Row, MultiBackend> = Row::as_select();
    messages::table.inner_join(users::table).select(columns)
}
