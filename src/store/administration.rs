//! What administrators do to accounts. The last of them stays one, however many of them act at once.

use std::time::Duration;

use diesel::prelude::*;

use super::connection::Conn;
use super::password_resets::Made;
use super::schema::users;
use super::time::Time;
use super::users::{Profile, ProfileRow, Viewer, avatars, raise_access_revision, suspended};
use super::{UserId, audit, muted, password_resets, sign_ins};
use crate::error::{Error, Result};
use crate::rights::{self, Action, Person, Role};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// People on a page.
const PAGE: usize = 50;

/// Something done to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Duty {
    /// Give somebody another role.
    Role(Role),
    /// Take their account out of use: what they said stays.
    Deactivate,
    /// Take it into use again.
    Reactivate,
    /// Sign them out everywhere, and let them in again only after so many hours.
    Suspend(u32),
    /// Let somebody in again who is suspended.
    Resume,
    /// Sign them out everywhere.
    SignOut,
    /// Take their picture away.
    RemovePicture,
    /// Make a link with which they choose another password.
    ResetLink,
}

/// An account as administrators see it.
#[derive(Debug, Clone)]
pub struct Account {
    /// Whose it is.
    pub profile: Profile,
    /// Whether it is in use.
    pub active: bool,
    /// Whether somebody has to let them in first.
    pub waiting: bool,
    /// Whether somebody was added who has not come yet.
    pub awaited: bool,
    /// Until when they may not sign in, where that is so.
    pub suspended_until: Option<Time>,
}

/// A page of the accounts.
#[derive(Debug)]
pub struct Page {
    /// Those on it, by name; those out of use last. Where only those who wait are shown, whoever waits longest first.
    pub accounts: Vec<Account>,
    /// How many there are on all pages.
    pub all: usize,
    /// Its number, from 1.
    pub number: usize,
    /// The last page's number.
    pub last: usize,
}

/// The accounts whose name or username has a text in it, all of them or those that wait; a page of them, the last one where there
/// are fewer.
pub fn accounts(conn: &mut Conn, wanted: &str, only_waiting: bool, number: usize) -> Result<Page> {
    type Moment = Option<chrono::NaiveDateTime>;
    type Columns = (ProfileRow, Moment, Moment, bool, Moment);
    let wanted = wanted.trim().to_lowercase();
    let mut query = users::table
        .filter(users::erased_at.is_null())
        .order(users::id.asc())
        .select((
            ProfileRow::as_select(),
            users::deactivated_at,
            users::waiting_since,
            users::password_hash.is_null().and(users::role.ne("bot")),
            users::suspended_until,
        ))
        .into_boxed();
    if only_waiting {
        query = query.filter(users::waiting_since.is_not_null());
    }
    let rows: Vec<Columns> = query.load(conn)?;
    let has = |text: &str| text.to_lowercase().contains(&wanted);
    let mut found: Vec<Account> = rows
        .into_iter()
        .map(
            |(row, deactivated_at, waiting_since, awaited, until)| Account {
                profile: row.into(),
                active: deactivated_at.is_none(),
                waiting: waiting_since.is_some(),
                awaited,
                suspended_until: suspended(until),
            },
        )
        .filter(|account| has(&account.profile.name) || has(&account.profile.username))
        .collect();
    if !only_waiting {
        found.sort_by_key(|account| (!account.active, account.profile.name.to_lowercase()));
    }
    let all = found.len();
    let last = all.div_ceil(PAGE).max(1);
    let number = number.clamp(1, last);
    let accounts = found.into_iter().skip((number - 1) * PAGE).take(PAGE);
    Ok(Page {
        accounts: accounts.collect(),
        all,
        number,
        last,
    })
}

/// Does something to the account of a username, if whoever wants it may. Returns whose it is, and a link.
///
/// Errors: `Forbidden`, `SignedOut`; `NotFound` for a username that nobody has; `Field` for the last administrator.
pub fn carry_out(
    conn: &mut Conn,
    actor: &Viewer,
    skeleton: &str,
    duty: &Duty,
) -> Result<(UserId, Option<Made>)> {
    let administrators = permit(conn, actor)?;
    let (id, username, role, deactivated_at): (_, String, String, Option<chrono::NaiveDateTime>) =
        users::table
            .filter(users::skeleton.eq(skeleton))
            .filter(users::erased_at.is_null())
            .filter(users::waiting_since.is_null())
            .select((
                users::id,
                users::username,
                users::role,
                users::deactivated_at,
            ))
            .first(conn)?;
    let ends = matches!(duty, Duty::Deactivate | Duty::Suspend(_))
        || matches!(duty, Duty::Role(role) if *role != Role::Administrator);
    if ends && administrators == [id] {
        return Err(Error::Field {
            field: "role",
            code: "refusal-last-administrator",
        });
    }
    let now = Time::now().sql();
    let (action, detail) = match duty {
        Duty::Role(wanted) if wanted.word() == role => return Ok((id, None)),
        Duty::Role(wanted) => {
            diesel::update(users::table.find(id))
                .set(users::role.eq(wanted.word()))
                .execute(conn)?;
            if *wanted == Role::Administrator {
                muted::unblock_everywhere(conn, id)?;
            }
            raise_access_revision(conn, id)?;
            ("role", wanted.word())
        }
        Duty::Deactivate if deactivated_at.is_some() => return Ok((id, None)),
        Duty::Deactivate => {
            diesel::update(users::table.find(id))
                .set(users::deactivated_at.eq(Some(now)))
                .execute(conn)?;
            sign_ins::end_all_of(conn, id)?;
            ("deactivated", "")
        }
        Duty::Reactivate if deactivated_at.is_none() => return Ok((id, None)),
        Duty::Reactivate => {
            diesel::update(users::table.find(id))
                .set(users::deactivated_at.eq(None::<chrono::NaiveDateTime>))
                .execute(conn)?;
            raise_access_revision(conn, id)?;
            ("reactivated", "")
        }
        Duty::Suspend(hours) => {
            let until = Time::now().after(HOUR * *hours);
            diesel::update(users::table.find(id))
                .set(users::suspended_until.eq(Some(until.sql())))
                .execute(conn)?;
            sign_ins::end_all_of(conn, id)?;
            audit::note(conn, actor.id, "suspended", &username, &hours.to_string())?;
            return Ok((id, None));
        }
        Duty::Resume => {
            let ended = diesel::update(users::table.find(id))
                .filter(users::suspended_until.gt(now))
                .set(users::suspended_until.eq(None::<chrono::NaiveDateTime>))
                .execute(conn)?;
            if ended == 0 {
                return Ok((id, None));
            }
            raise_access_revision(conn, id)?;
            ("resumed", "")
        }
        Duty::SignOut => {
            sign_ins::end_all_of(conn, id)?;
            ("signed_out", "")
        }
        Duty::RemovePicture if !avatars::remove(conn, id)? => return Ok((id, None)),
        Duty::RemovePicture => ("picture_removed", ""),
        Duty::ResetLink => {
            let link = password_resets::make(conn, &username)?;
            audit::note(conn, actor.id, "reset_link", &username, "")?;
            return Ok((id, Some(link)));
        }
    };
    audit::note(conn, actor.id, action, &username, detail)?;
    Ok((id, None))
}

/// Refuses whoever does not look after the site. Until the transaction is over they stay what they are; all administrators are
/// returned.
pub(super) fn permit(conn: &mut Conn, actor: &Viewer) -> Result<Vec<UserId>> {
    let administrators = locked_administrators(conn)?;
    let person = Person {
        role: if administrators.contains(&actor.id) {
            Role::Administrator
        } else {
            Role::Member
        },
        // Whoever is signed in has an account in use.
        active: true,
    };
    rights::may(person, Action::Administer)?;
    Ok(administrators)
}

/// The administrators whose accounts are in use, and who may sign in. Whoever else would change who they are waits until this
/// transaction is over, so that of two who put each other out at once the second is none any more.
pub(super) fn locked_administrators(conn: &mut Conn) -> Result<Vec<UserId>> {
    let query = users::table
        .filter(users::role.eq("administrator"))
        .filter(users::deactivated_at.is_null())
        .filter(
            users::suspended_until
                .is_null()
                .or(users::suspended_until.le(Time::now().sql())),
        )
        .order(users::id.asc())
        .select(users::id);
    // Their numbers stay: whoever names one of them, as every message does its author, need not wait.
    Ok(match conn {
        Conn::Sqlite(sqlite) => query.load(sqlite)?,
        Conn::Postgres(postgres) => query.for_no_key_update().load(postgres)?,
    })
}
