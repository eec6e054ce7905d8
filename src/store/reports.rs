//! Messages that somebody reported, for those who look after the site: each with a copy of what its reporter saw, which is kept
//! for thirty days, whatever becomes of the message.

pub mod queue;

use std::time::Duration;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::connection::{Conn, MultiBackend};
use super::messages::Message;
use super::schema::{reports, users};
use super::time::Time;
use super::{RoomId, UserId};
use crate::error::{Error, Result};

/// Messages on either side of a reported one that are copied along.
pub const AROUND: i64 = 5;

/// A person has no more open reports than these.
const OPEN_MAX: i64 = 20;
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// Of one's own reports the newest.
const MINE_MAX: i64 = 50;

/// Why a message is reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ground {
    /// It sells or repeats something nobody asked for.
    Spam,
    /// It is after somebody.
    Harassment,
    /// It puts people down for what they are.
    Hate,
    /// It tells what somebody keeps to themself.
    Private,
    /// It is against the law.
    Illegal,
    /// The reporter's own words say it.
    Other,
}

impl Ground {
    /// All of them, in the order of the form.
    pub const ALL: [Ground; 6] = [
        Ground::Spam,
        Ground::Harassment,
        Ground::Hate,
        Ground::Private,
        Ground::Illegal,
        Ground::Other,
    ];

    /// One by its word; `None` for a word that is none.
    pub fn parse(word: &str) -> Option<Ground> {
        Ground::ALL.into_iter().find(|ground| ground.word() == word)
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Ground::Spam => "spam",
            Ground::Harassment => "harassment",
            Ground::Hate => "hate",
            Ground::Private => "private",
            Ground::Illegal => "illegal",
            Ground::Other => "other",
        }
    }
}

/// A message as it was when somebody reported it, or one beside it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Copied {
    /// Its number.
    pub seq: i64,
    /// Who said it.
    pub username: String,
    /// What they were called.
    pub name: String,
    /// What it said.
    pub text: String,
    /// When it was stored, in RFC 3339.
    pub sent_at: String,
    /// Whether it was taken back already.
    pub deleted: bool,
    /// What happened, where it is a notice.
    pub event: Option<Value>,
}

impl From<&Message> for Copied {
    fn from(message: &Message) -> Copied {
        Copied {
            seq: message.seq,
            username: message.username.to_string(),
            name: message.name.to_string(),
            text: message.words().to_string(),
            sent_at: message.sent_at.rfc3339(),
            deleted: message.deleted,
            event: message.event.clone(),
        }
    }
}

/// A report that somebody makes.
#[derive(Debug, Clone)]
pub struct NewReport {
    /// Where it was said.
    pub room: RoomId,
    /// What that room was called; empty for a direct one.
    pub room_name: String,
    /// `open`, `closed` or `direct`.
    pub room_kind: String,
    /// Which message.
    pub seq: i64,
    /// Who said it.
    pub author: UserId,
    /// Why it is reported.
    pub ground: Ground,
    /// The same in the reporter's words; may be empty.
    pub words: String,
    /// What the reporter saw, ascending.
    pub copy: Vec<Copied>,
}

/// A report, as the one who made it sees it.
#[derive(Debug, Clone, Serialize)]
pub struct Mine {
    /// What the room was called then; empty for a direct one.
    pub room: String,
    /// Which message.
    pub seq: i64,
    /// Who said it.
    pub username: String,
    /// What they are called.
    pub name: String,
    /// Why: a word of [`Ground`].
    pub reason: String,
    /// The same in my words; may be empty.
    pub text: String,
    /// When.
    pub reported_at: Time,
    /// What was done: words of [`queue::Verdict`], none as long as nobody has decided.
    pub outcome: Vec<String>,
    /// What I am told of it; may be empty.
    pub note: String,
    /// Whether I have seen what came of it.
    pub seen: bool,
}

/// Makes a report; false where this person has reported the message already.
///
/// Errors: `Field` for one of one's own messages, and for more than twenty that nobody has decided yet.
pub fn make(conn: &mut Conn, reporter: UserId, new: &NewReport) -> Result<bool> {
    if new.author == reporter {
        return Err(Error::Field {
            field: "reason",
            code: "refusal-report-own",
        });
    }
    forget_old(conn)?;
    let known: i64 = reports::table
        .filter(reports::reporter_id.eq(reporter))
        .filter(reports::room_id.eq(new.room))
        .filter(reports::seq.eq(new.seq))
        .count()
        .get_result(conn)?;
    if known > 0 {
        return Ok(false);
    }
    let open: i64 = reports::table
        .filter(reports::reporter_id.eq(reporter))
        .filter(reports::closed_at.is_null())
        .count()
        .get_result(conn)?;
    if open >= OPEN_MAX {
        return Err(Error::Field {
            field: "reason",
            code: "refusal-reports-many",
        });
    }
    let copy = serde_json::to_string(&new.copy)
        .map_err(|cause| Error::Internal(format!("a copy for a report: {cause}")))?;
    diesel::insert_into(reports::table)
        .values((
            reports::room_id.eq(new.room),
            reports::room_name.eq(&new.room_name),
            reports::room_kind.eq(&new.room_kind),
            reports::seq.eq(new.seq),
            reports::author_id.eq(new.author),
            reports::reporter_id.eq(reporter),
            reports::reason.eq(new.ground.word()),
            reports::words.eq(&new.words),
            reports::copy.eq(copy),
            reports::reported_at.eq(Time::now().sql()),
        ))
        .execute(conn)?;
    Ok(true)
}

/// Forgets what is older than thirty days, decided or not, with its copies.
pub fn forget_old(conn: &mut Conn) -> Result<()> {
    let before = Time::now().before(KEPT);
    diesel::delete(reports::table.filter(reports::reported_at.lt(before.sql()))).execute(conn)?;
    Ok(())
}

/// What somebody reported, the newest first.
pub fn of_person(conn: &mut Conn, user: UserId) -> Result<Vec<Mine>> {
    let rows: Vec<(Row, String, String)> = reports::table
        .inner_join(users::table.on(users::id.eq(reports::author_id)))
        .filter(reports::reporter_id.eq(user))
        .order(reports::id.desc())
        .limit(MINE_MAX)
        .select((Row::as_select(), users::username, users::name))
        .load(conn)?;
    let mine = |(row, username, name): (Row, String, String)| Mine {
        room: row.room_name,
        seq: row.seq,
        username,
        name,
        reason: row.reason,
        text: row.words,
        reported_at: Time::from_sql(row.reported_at),
        outcome: words(&row.outcome),
        note: row.note,
        seen: row.seen || row.closed_at.is_none(),
    };
    Ok(rows.into_iter().map(mine).collect())
}

/// Somebody has seen what came of their reports.
pub fn see_all(conn: &mut Conn, user: UserId) -> Result<()> {
    diesel::update(reports::table.filter(reports::reporter_id.eq(user)))
        .filter(reports::closed_at.is_not_null())
        .filter(reports::seen.eq(false))
        .set(reports::seen.eq(true))
        .execute(conn)?;
    Ok(())
}

fn words(outcome: &str) -> Vec<String> {
    outcome.split_whitespace().map(str::to_owned).collect()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = reports, check_for_backend(MultiBackend))]
struct Row {
    id: i64,
    room_name: String,
    room_kind: String,
    seq: i64,
    author_id: UserId,
    reporter_id: UserId,
    reason: String,
    words: String,
    copy: String,
    reported_at: chrono::NaiveDateTime,
    closed_at: Option<chrono::NaiveDateTime>,
    outcome: String,
    note: String,
    seen: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grounds_are_known_by_their_words() {
        for ground in Ground::ALL {
            assert_eq!(Ground::parse(ground.word()), Some(ground));
        }
        assert_eq!(Ground::parse("boredom"), None);
    }
}
