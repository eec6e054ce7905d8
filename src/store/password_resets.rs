//! Links with which somebody chooses a password, another one or their first: each good once, and for a time.

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;

use super::UserId;
use super::connection::Conn;
use super::schema::{password_resets, users};
use super::time::Time;
use crate::error::{Error, Result};
use crate::{names, secrets};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
/// How many days a link is good.
const DAYS: u32 = 1;
/// The same for somebody who was added and has not come yet: paper takes its time.
const NEWCOMER_DAYS: u32 = 14;
/// The same as a time.
pub const NEWCOMER_LASTS: Duration = Duration::from_secs(24 * 60 * 60 * NEWCOMER_DAYS as u64);

/// A link that was made.
#[derive(Debug, Clone)]
pub struct Made {
    /// What it carries.
    pub token: String,
    /// For how many days it is good.
    pub days: u32,
}

/// Whose password a link is for.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Their number in the database.
    pub id: UserId,
    /// Their username.
    pub username: Arc<str>,
    /// Whether it is their first.
    pub is_new: bool,
}

/// Makes a link for the person whose name was typed.
///
/// Errors: `NotFound` where nobody has that name.
pub fn make(conn: &mut Conn, name: &str) -> Result<Made> {
    let (user, is_new): (UserId, bool) = users::table
        .filter(users::skeleton.eq(names::skeleton(name.trim())))
        .filter(users::deactivated_at.is_null())
        .select((users::id, users::password_hash.is_null()))
        .first(conn)?;
    if is_new {
        let token = make_for_newcomer(conn, user)?;
        return Ok(Made {
            token,
            days: NEWCOMER_DAYS,
        });
    }
    let token = insert(conn, user, DAYS)?;
    Ok(Made { token, days: DAYS })
}

/// Makes a link's token for somebody who has no password yet. Those that were made for them before end: the paper may be lost.
pub(super) fn make_for_newcomer(conn: &mut Conn, user: UserId) -> Result<String> {
    diesel::delete(password_resets::table.filter(password_resets::user_id.eq(user)))
        .execute(conn)?;
    insert(conn, user, NEWCOMER_DAYS)
}

fn insert(conn: &mut Conn, user: UserId, days: u32) -> Result<String> {
    let now = Time::now();
    diesel::delete(password_resets::table.filter(password_resets::expires_at.lt(now.sql())))
        .execute(conn)?;
    let token = secrets::token()?;
    diesel::insert_into(password_resets::table)
        .values((
            password_resets::token_hash.eq(secrets::hash(&token)),
            password_resets::user_id.eq(user),
            password_resets::expires_at.eq(now.after(DAY * days).sql()),
        ))
        .execute(conn)?;
    Ok(token)
}

/// Whose link this is, where it is still good.
pub fn holder(conn: &mut Conn, token: &str) -> Result<Option<Holder>> {
    let found: Option<(UserId, String, bool)> = password_resets::table
        .inner_join(users::table)
        .filter(password_resets::token_hash.eq(secrets::hash(token)))
        .filter(password_resets::expires_at.gt(Time::now().sql()))
        .filter(users::deactivated_at.is_null())
        .select((users::id, users::username, users::password_hash.is_null()))
        .first(conn)
        .optional()?;
    Ok(found.map(|(id, username, is_new)| Holder {
        id,
        username: username.into(),
        is_new,
    }))
}

/// Uses a link up, and with it all others of the same person.
///
/// Errors: `NotFound` where it is no longer good; of two who use it at once, one is told so.
pub fn use_up(conn: &mut Conn, token: &str) -> Result<UserId> {
    let holder = holder(conn, token)?.ok_or(Error::NotFound)?;
    let taken = diesel::delete(password_resets::table.find(secrets::hash(token))).execute(conn)?;
    if taken != 1 {
        return Err(Error::NotFound);
    }
    diesel::delete(password_resets::table.filter(password_resets::user_id.eq(holder.id)))
        .execute(conn)?;
    Ok(holder.id)
}
