//! What people answered messages with: a row for each person and kind, and on the message how many there are.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use serde::Serialize;

use super::connection::Conn;
use super::messages::Message;
use super::schema::{messages, reactions, users};
use super::time::Time;
use super::{RoomId, UserId};
use crate::error::Result;
use crate::reactions::{NAMED_MAX, ReactionText};

/// Messages in one statement.
const CHUNK: usize = 200;
/// People of one kind who are listed where somebody asks who they are.
pub const LISTED_MAX: usize = 200;

/// Those who answered a message alike: PROTOCOL's `reactions`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reaction {
    /// As it came first.
    pub text: Arc<str>,
    /// What all of its spellings have in common.
    #[serde(skip)]
    pub kind: Arc<str>,
    /// Its place among the others, in the order in which they came.
    #[serde(skip)]
    pub place: i64,
    /// How many people it is of.
    pub count: i64,
    /// Those who came first, at most [`NAMED_MAX`].
    pub usernames: Vec<Arc<str>>,
    /// What they are called.
    #[serde(skip)]
    pub names: Vec<Arc<str>>,
    /// Whether it is of whoever asked, too. Frames, which all share, are without it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub mine: bool,
}

/// Somebody who answered.
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = BigInt)]
    place: i64,
    #[diesel(sql_type = BigInt)]
    found: i64,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Text)]
    name: String,
}

/// What some of a room's messages were answered with.
pub(super) fn of(
    conn: &mut Conn,
    room: RoomId,
    seqs: &[i64],
) -> Result<HashMap<i64, Vec<Reaction>>> {
    let mut found: HashMap<i64, Vec<Reaction>> = HashMap::new();
    for seqs in seqs.chunks(CHUNK) {
        for row in first_of_each(conn, room, seqs, NAMED_MAX)? {
            let kinds = found.entry(row.seq).or_default();
            add(kinds, row);
        }
    }
    Ok(found)
}

/// The same of one message, with more of the people.
pub fn listed(conn: &mut Conn, room: RoomId, seq: i64) -> Result<Vec<Reaction>> {
    let mut kinds = Vec::new();
    for row in first_of_each(conn, room, &[seq], LISTED_MAX)? {
        add(&mut kinds, row);
    }
    Ok(kinds)
}

/// Those who were the first of each kind. Numbers alone are written into the statement.
fn first_of_each(conn: &mut Conn, room: RoomId, seqs: &[i64], most: usize) -> Result<Vec<Row>> {
    if seqs.is_empty() {
        return Ok(Vec::new());
    }
    let seqs: Vec<String> = seqs.iter().map(i64::to_string).collect();
    let query = diesel::sql_query(format!(
        "SELECT k.seq, k.kind, k.text, k.place, k.found, u.username, u.name FROM (\
             SELECT seq, kind, text, place, user_id, COUNT(*) OVER (PARTITION BY seq, kind) AS found, \
             ROW_NUMBER() OVER (PARTITION BY seq, kind ORDER BY at, user_id) AS nth \
             FROM reactions WHERE room_id = {room} AND seq IN ({})\
         ) k JOIN users u ON u.id = k.user_id WHERE k.nth <= {most} ORDER BY k.seq, k.place, k.nth",
        seqs.join(", ")
    ));
    Ok(match conn {
        Conn::Sqlite(sqlite) => query.load(sqlite)?,
        Conn::Postgres(postgres) => query.load(postgres)?,
    })
}

fn add(kinds: &mut Vec<Reaction>, row: Row) {
    let is_new = kinds.last().is_none_or(|last| *last.kind != *row.kind);
    if is_new {
        kinds.push(Reaction {
            text: row.text.into(),
            kind: row.kind.into(),
            place: row.place,
            count: row.found,
            usernames: Vec::new(),
            names: Vec::new(),
            mine: false,
        });
    }
    if let Some(kind) = kinds.last_mut() {
        kind.usernames.push(row.username.into());
        kind.names.push(row.name.into());
    }
}

/// Tells somebody which of what they read is of themself, however many others come before them.
pub fn mark_own(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
    messages: &mut [Message],
) -> Result<()> {
    let answered: Vec<i64> = messages
        .iter()
        .filter(|message| !message.reactions.is_empty())
        .map(|message| message.seq)
        .collect();
    let mut own: HashMap<i64, Vec<String>> = HashMap::new();
    for seqs in answered.chunks(CHUNK) {
        let rows: Vec<(i64, String)> = reactions::table
            .filter(reactions::user_id.eq(user))
            .filter(reactions::room_id.eq(room))
            .filter(reactions::seq.eq_any(seqs.to_vec()))
            .select((reactions::seq, reactions::kind))
            .load(conn)?;
        for (seq, kind) in rows {
            own.entry(seq).or_default().push(kind);
        }
    }
    for message in messages {
        let Some(own) = own.get(&message.seq) else {
            continue;
        };
        for reaction in &mut message.reactions {
            reaction.mine = own.iter().any(|kind| **kind == *reaction.kind);
        }
    }
    Ok(())
}

/// The kinds that are of somebody on one message.
pub(super) fn kinds_of(
    conn: &mut Conn,
    room: RoomId,
    seq: i64,
    user: UserId,
) -> Result<Vec<String>> {
    Ok(reactions::table
        .filter(reactions::user_id.eq(user))
        .filter(reactions::room_id.eq(room))
        .filter(reactions::seq.eq(seq))
        .select(reactions::kind)
        .load(conn)?)
}

/// Puts somebody's there, in the spelling and at the place that its kind has already.
pub(super) fn insert(
    conn: &mut Conn,
    (room, message): (RoomId, &Message),
    user: UserId,
    text: &ReactionText,
    now: Time,
) -> Result<()> {
    let kinds = &message.reactions;
    let known = kinds.iter().find(|known| *known.kind == *text.kind());
    let (shown, place) = match known {
        Some(known) => (&*known.text, known.place),
        None => (
            text.as_str(),
            kinds.iter().map(|known| known.place).max().unwrap_or(0) + 1,
        ),
    };
    diesel::insert_into(reactions::table)
        .values((
            reactions::room_id.eq(room),
            reactions::seq.eq(message.seq),
            reactions::kind.eq(text.kind()),
            reactions::user_id.eq(user),
            reactions::text.eq(shown),
            reactions::place.eq(place),
            reactions::at.eq(now.sql()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Takes a kind away, of somebody or of everybody; how many that were.
pub(super) fn remove(
    conn: &mut Conn,
    room: RoomId,
    seq: i64,
    kind: &str,
    whose: Option<UserId>,
) -> Result<usize> {
    let of_kind = diesel::delete(reactions::table)
        .filter(reactions::room_id.eq(room))
        .filter(reactions::seq.eq(seq))
        .filter(reactions::kind.eq(kind));
    Ok(match whose {
        Some(user) => of_kind.filter(reactions::user_id.eq(user)).execute(conn)?,
        None => of_kind.execute(conn)?,
    })
}

/// The numbers of messages that somebody answered in one room, some of them where they are many.
pub(super) fn answered_by(
    conn: &mut Conn,
    user: UserId,
    room: RoomId,
    most: i64,
) -> Result<Vec<i64>> {
    Ok(reactions::table
        .filter(reactions::user_id.eq(user))
        .filter(reactions::room_id.eq(room))
        .order(reactions::seq.asc())
        .distinct()
        .limit(most)
        .select(reactions::seq)
        .load(conn)?)
}

/// Takes away all that somebody answered one message with; how many that were.
pub(super) fn remove_all_of(
    conn: &mut Conn,
    room: RoomId,
    seq: i64,
    user: UserId,
) -> Result<usize> {
    Ok(diesel::delete(reactions::table)
        .filter(reactions::user_id.eq(user))
        .filter(reactions::room_id.eq(room))
        .filter(reactions::seq.eq(seq))
        .execute(conn)?)
}

/// Writes on the message how many there are, under the room's next revision; as it is then.
pub(super) fn counted(
    conn: &mut Conn,
    room: RoomId,
    message: Message,
    revision: i64,
) -> Result<Message> {
    let there: i64 = reactions::table
        .filter(reactions::room_id.eq(room))
        .filter(reactions::seq.eq(message.seq))
        .count()
        .get_result(conn)?;
    diesel::update(messages::table.find((room, message.seq)))
        .set((
            messages::revision.eq(revision),
            messages::reactions.eq(there),
        ))
        .execute(conn)?;
    let reactions = of(conn, room, &[message.seq])?;
    Ok(Message {
        revision,
        reactions: reactions.into_values().next().unwrap_or_default(),
        ..message
    })
}

/// A message that is taken back is answered by nobody any more.
pub(super) fn forget(conn: &mut Conn, room: RoomId, seq: i64) -> Result<()> {
    diesel::delete(reactions::table)
        .filter(reactions::room_id.eq(room))
        .filter(reactions::seq.eq(seq))
        .execute(conn)?;
    Ok(())
}

/// Whose username that is, as reactions name people; their account may be out of use.
pub(super) fn person(conn: &mut Conn, username: &str) -> Result<Option<UserId>> {
    Ok(users::table
        .filter(users::username.eq(username))
        .select(users::id)
        .first(conn)
        .optional()?)
}
