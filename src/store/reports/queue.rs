//! What administrators do with reports: read them, and decide.

use diesel::prelude::*;

use super::{Copied, Row, words};
use crate::error::{Error, Result};
use crate::rights::{self, Action};
use crate::store::connection::{Conn, MultiBackend, lower};
use crate::store::schema::{reports, rooms, users};
use crate::store::time::Time;
use crate::store::users::{self as people, Profile, Viewer};
use crate::store::{RoomId, UserId, audit};

/// Reports on a page; each may hold eleven long messages.
const PAGE: i64 = 10;
/// People whose name has a text in it, at most.
const FOUND_MAX: i64 = 500;

/// What was done about a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// The message was deleted.
    Deleted,
    /// Its author cannot sign in for a time.
    Suspended,
    /// Its author's account was taken out of use.
    Deactivated,
    /// Nothing.
    Dismissed,
}

impl Verdict {
    fn word(self) -> &'static str {
        match self {
            Verdict::Deleted => "deleted",
            Verdict::Suspended => "suspended",
            Verdict::Deactivated => "deactivated",
            Verdict::Dismissed => "dismissed",
        }
    }
}

/// A report as administrators see it.
#[derive(Debug)]
pub struct Report {
    /// Its number.
    pub id: i64,
    /// What the room was called; empty for a direct one.
    pub room_name: String,
    /// `open`, `closed` or `direct`.
    pub room_kind: String,
    /// Which message.
    pub seq: i64,
    /// Who said it.
    pub author: Profile,
    /// Who reported it.
    pub reporter: Profile,
    /// Why: a word of [`super::Ground`].
    pub ground: String,
    /// The same in the reporter's words; may be empty.
    pub words: String,
    /// What the reporter saw, ascending.
    pub copy: Vec<Copied>,
    /// When.
    pub reported_at: Time,
    /// When something was done about it, or nothing on purpose.
    pub closed_at: Option<Time>,
    /// What was done: words of [`Verdict`].
    pub outcome: Vec<String>,
    /// What its reporter is told of it; may be empty.
    pub note: String,
}

/// A page of the queue.
#[derive(Debug)]
pub struct Page {
    /// The reports on it, the newest first.
    pub reports: Vec<Report>,
    /// How many there are on all pages.
    pub all: i64,
    /// Its number, from 1.
    pub number: i64,
    /// The last page's number.
    pub last: i64,
}

/// How many wait for somebody to decide.
pub fn open_count(conn: &mut Conn) -> Result<i64> {
    Ok(reports::table
        .filter(reports::closed_at.is_null())
        .count()
        .get_result(conn)?)
}

/// Those that wait, or those that were decided, in which a text stands in a name or in the reporter's words: a page of them, the
/// last one where there are fewer.
pub fn page(conn: &mut Conn, wanted: &str, open: bool, number: i64) -> Result<Page> {
    let wanted = wanted.trim();
    let pattern = format!("%{}%", audit::escaped(wanted));
    let named: Vec<UserId> = if wanted.is_empty() {
        Vec::new()
    } else {
        let has_name = lower(users::name).like(lower(&pattern)).escape('\\');
        users::table
            .filter(has_name.or(lower(users::username).like(lower(&pattern)).escape('\\')))
            .order(users::id.asc())
            .limit(FOUND_MAX)
            .select(users::id)
            .load(conn)?
    };
    let found = || {
        let mut found = reports::table.into_boxed::<MultiBackend>();
        found = if open {
            found.filter(reports::closed_at.is_null())
        } else {
            found.filter(reports::closed_at.is_not_null())
        };
        if wanted.is_empty() {
            return found;
        }
        let in_room = lower(reports::room_name)
            .like(lower(pattern.clone()))
            .escape('\\');
        found.filter(
            in_room
                .or(lower(reports::words)
                    .like(lower(pattern.clone()))
                    .escape('\\'))
                .or(reports::author_id.eq_any(named.clone()))
                .or(reports::reporter_id.eq_any(named.clone())),
        )
    };
    let all: i64 = found().count().get_result(conn)?;
    let last = ((all + PAGE - 1) / PAGE).max(1);
    let number = number.clamp(1, last);
    let rows: Vec<Row> = found()
        .order(reports::id.desc())
        .offset((number - 1) * PAGE)
        .limit(PAGE)
        .select(Row::as_select())
        .load(conn)?;
    let mut seen = Vec::with_capacity(rows.len());
    for row in rows {
        seen.push(row.with_people(conn)?);
    }
    Ok(Page {
        reports: seen,
        all,
        number,
        last,
    })
}

/// What a report is about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The room, and its name in URLs; `None` where it was deleted.
    pub room: Option<(RoomId, String)>,
    /// The message's number there.
    pub seq: i64,
    /// The skeleton of its author's username.
    pub author: String,
}

/// What a report is about. Errors: `NotFound`; `Forbidden` for who is no administrator.
pub fn subject(conn: &mut Conn, actor: &Viewer, id: i64) -> Result<Subject> {
    rights::may(actor.as_person(), Action::Administer)?;
    let (room, seq, author): (RoomId, i64, UserId) = reports::table
        .find(id)
        .select((reports::room_id, reports::seq, reports::author_id))
        .first(conn)?;
    let slug: Option<String> = rooms::table
        .find(room)
        .filter(rooms::deleted_at.is_null())
        .select(rooms::slug)
        .first(conn)
        .optional()?;
    let author = users::table
        .find(author)
        .select(users::skeleton)
        .first(conn)?;
    Ok(Subject {
        room: slug.map(|slug| (room, slug)),
        seq,
        author,
    })
}

/// Notes what was done about a message, on all reports of it. Whoever made them hears of it, and of a note where there is one;
/// without one they keep what they were told before. Nothing is noted where the same was done before.
///
/// Errors: `NotFound`; `Forbidden` for who is no administrator.
pub fn decide(
    conn: &mut Conn,
    actor: &Viewer,
    id: i64,
    verdict: Verdict,
    note: &str,
) -> Result<()> {
    rights::may(actor.as_person(), Action::Administer)?;
    let (room, seq, author): (RoomId, i64, String) = reports::table
        .inner_join(users::table.on(users::id.eq(reports::author_id)))
        .filter(reports::id.eq(id))
        .select((reports::room_id, reports::seq, users::username))
        .first(conn)?;
    let about: Vec<(i64, String, String, Option<chrono::NaiveDateTime>)> = reports::table
        .filter(reports::room_id.eq(room))
        .filter(reports::seq.eq(seq))
        .order(reports::id.asc())
        .select((
            reports::id,
            reports::outcome,
            reports::note,
            reports::closed_at,
        ))
        .load(conn)?;
    let now = Time::now().sql();
    let mut is_news = false;
    for (id, outcome, told, closed_at) in about {
        let Some(outcome) = also(&outcome, verdict) else {
            continue;
        };
        is_news = true;
        diesel::update(reports::table.find(id))
            .set((
                reports::outcome.eq(outcome),
                reports::closed_at.eq(Some(closed_at.unwrap_or(now))),
                reports::note.eq(if note.is_empty() { told.as_str() } else { note }),
                reports::seen.eq(false),
            ))
            .execute(conn)?;
    }
    match verdict {
        Verdict::Deleted if is_news => audit::note(conn, actor.id, "reported_deleted", &author, ""),
        Verdict::Dismissed if is_news => {
            audit::note(conn, actor.id, "report_dismissed", &author, "")
        }
        // What is done to an account is noted where it is done.
        _ => Ok(()),
    }
}

/// What was done, and this as well; `None` where that is the same.
fn also(outcome: &str, verdict: Verdict) -> Option<String> {
    let done: Vec<&str> = outcome
        .split_whitespace()
        .filter(|word| *word != Verdict::Dismissed.word())
        .collect();
    let word = verdict.word();
    let is_nothing = verdict == Verdict::Dismissed && !outcome.is_empty();
    if is_nothing || done.contains(&word) {
        return None;
    }
    Some([done.as_slice(), &[word]].concat().join(" "))
}

impl Row {
    fn with_people(self, conn: &mut Conn) -> Result<Report> {
        Ok(Report {
            id: self.id,
            author: people::profile(conn, self.author_id)?,
            reporter: people::profile(conn, self.reporter_id)?,
            room_name: self.room_name,
            room_kind: self.room_kind,
            seq: self.seq,
            ground: self.reason,
            words: self.words,
            copy: serde_json::from_str(&self.copy)
                .map_err(|cause| Error::Internal(format!("the copy of a report: {cause}")))?,
            reported_at: Time::from_sql(self.reported_at),
            closed_at: self.closed_at.map(Time::from_sql),
            outcome: words(&self.outcome),
            note: self.note,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_done_adds_up_and_nothing_is_done_but_once() {
        let deleted = also("", Verdict::Deleted);
        assert_eq!(deleted.as_deref(), Some("deleted"));
        let both = also("deleted", Verdict::Suspended);
        assert_eq!(both.as_deref(), Some("deleted suspended"));
        assert_eq!(also("deleted suspended", Verdict::Deleted), None);
        assert_eq!(also("deleted", Verdict::Dismissed), None);
        assert_eq!(also("dismissed", Verdict::Dismissed), None);
        let after_all = also("dismissed", Verdict::Deleted);
        assert_eq!(after_all.as_deref(), Some("deleted"));
    }
}
