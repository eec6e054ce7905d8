//! What administrators did: rows are only added, in the transaction of what they tell.

use diesel::prelude::*;

use super::connection::{Conn, lower};
use super::schema::{audit, users};
use super::time::Time;
use super::users::Viewer;
use super::{UserId, administration};
use crate::error::Result;

/// Lines on a page.
const PAGE: i64 = 50;

/// Something that was done.
#[derive(Debug, Clone)]
pub struct Entry {
    /// When.
    pub at: Time,
    /// By whom: their username.
    pub actor: String,
    /// What: a code.
    pub action: String,
    /// To what or whom, by the name it had then.
    pub subject: String,
    /// What else belongs to it; may be empty.
    pub detail: String,
}

/// A page of it, the newest first.
#[derive(Debug)]
pub struct Page {
    /// Its lines.
    pub entries: Vec<Entry>,
    /// Its number, from 1.
    pub number: i64,
    /// The last page's number.
    pub last: i64,
}

/// Notes that an administrator deletes so many messages of a room: before it is done, so that none is deleted without a trace.
///
/// Errors: `Forbidden` for who is none.
pub fn messages_deleted(conn: &mut Conn, actor: &Viewer, room: &str, count: usize) -> Result<()> {
    administration::permit(conn, actor)?;
    note(conn, actor.id, "messages_deleted", room, &count.to_string())
}

/// Notes that somebody did something.
pub(super) fn note(
    conn: &mut Conn,
    actor: UserId,
    action: &str,
    subject: &str,
    detail: &str,
) -> Result<()> {
    diesel::insert_into(audit::table)
        .values((
            audit::at.eq(Time::now().sql()),
            audit::actor_id.eq(actor),
            audit::action.eq(action),
            audit::subject.eq(subject),
            audit::detail.eq(detail),
        ))
        .execute(conn)?;
    Ok(())
}

/// What was done to, or by, whatever has a text in its name; a page of it, the last one where there are fewer.
pub fn page(conn: &mut Conn, wanted: &str, number: i64) -> Result<Page> {
    let pattern = format!("%{}%", escaped(wanted.trim()));
    let has = || {
        lower(audit::subject)
            .like(lower(pattern.clone()))
            .escape('\\')
            .or(lower(users::username)
                .like(lower(pattern.clone()))
                .escape('\\'))
    };
    let all: i64 = audit::table
        .inner_join(users::table)
        .filter(has())
        .count()
        .get_result(conn)?;
    let last = ((all + PAGE - 1) / PAGE).max(1);
    let number = number.clamp(1, last);
    let rows: Vec<(chrono::NaiveDateTime, String, String, String, String)> = audit::table
        .inner_join(users::table)
        .filter(has())
        .order(audit::id.desc())
        .offset((number - 1) * PAGE)
        .limit(PAGE)
        .select((
            audit::at,
            users::username,
            audit::action,
            audit::subject,
            audit::detail,
        ))
        .load(conn)?;
    let entry = |(at, actor, action, subject, detail)| Entry {
        at: Time::from_sql(at),
        actor,
        action,
        subject,
        detail,
    };
    Ok(Page {
        entries: rows.into_iter().map(entry).collect(),
        number,
        last,
    })
}

/// A text in which nothing stands for anything else.
pub(super) fn escaped(text: &str) -> String {
    text.chars()
        .flat_map(|character| {
            let special = matches!(character, '%' | '_' | '\\');
            special.then_some('\\').into_iter().chain([character])
        })
        .collect()
}
