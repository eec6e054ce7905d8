//! Links with which somebody who forgot their password chooses a new one: each good once, and for a day.

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;

use super::UserId;
use super::connection::Conn;
use super::schema::{password_resets, users};
use super::time::Time;
use crate::error::{Error, Result};
use crate::{names, secrets};

/// How long a link is good.
const LASTS: Duration = Duration::from_secs(24 * 60 * 60);

/// Whose password a link is for.
#[derive(Debug, Clone)]
pub struct Holder {
    /// Their number in the database.
    pub id: UserId,
    /// Their username.
    pub username: Arc<str>,
}

/// Makes a link's token for the person whose name was typed.
///
/// Errors: `NotFound` where nobody has that name.
pub fn make(conn: &mut Conn, name: &str) -> Result<String> {
    let user: UserId = users::table
        .filter(users::skeleton.eq(names::skeleton(name.trim())))
        .filter(users::deactivated_at.is_null())
        .select(users::id)
        .first(conn)?;
    let now = Time::now();
    diesel::delete(password_resets::table.filter(password_resets::expires_at.lt(now.sql())))
        .execute(conn)?;
    let token = secrets::token()?;
    diesel::insert_into(password_resets::table)
        .values((
            password_resets::token_hash.eq(secrets::hash(&token)),
            password_resets::user_id.eq(user),
            password_resets::expires_at.eq(now.after(LASTS).sql()),
        ))
        .execute(conn)?;
    Ok(token)
}

/// Whose link this is, where it is still good.
pub fn holder(conn: &mut Conn, token: &str) -> Result<Option<Holder>> {
    let found: Option<(UserId, String)> = password_resets::table
        .inner_join(users::table)
        .filter(password_resets::token_hash.eq(secrets::hash(token)))
        .filter(password_resets::expires_at.gt(Time::now().sql()))
        .filter(users::deactivated_at.is_null())
        .select((users::id, users::username))
        .first(conn)
        .optional()?;
    Ok(found.map(|(id, username)| Holder {
        id,
        username: username.into(),
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
