//! What people sign in with, and whether they may just now.

use diesel::prelude::*;

use crate::error::Result;
use crate::store::connection::Conn;
use crate::store::schema::users;
use crate::store::{Time, UserId};

/// What it takes to check a password.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// Their number in the database.
    pub id: UserId,
    /// The hash of their password; none where they cannot sign in with one.
    pub password_hash: Option<String>,
    /// Until when they may not sign in, where that is so.
    pub suspended_until: Option<Time>,
}

/// What it takes to check the password of whoever has a name; `None` where nobody has it whose account is in use, or waits to be.
pub fn credentials(conn: &mut Conn, skeleton: &str) -> Result<Option<Credentials>> {
    let found: Option<(UserId, Option<String>, Option<chrono::NaiveDateTime>)> = users::table
        .filter(users::skeleton.eq(skeleton))
        .filter(
            users::deactivated_at
                .is_null()
                .or(users::waiting_since.is_not_null()),
        )
        .select((users::id, users::password_hash, users::suspended_until))
        .first(conn)
        .optional()?;
    Ok(found.map(|(id, password_hash, until)| Credentials {
        id,
        password_hash,
        suspended_until: suspended(until),
    }))
}

/// Until when somebody may not sign in; `None` where that is over.
pub(in crate::store) fn suspended(until: Option<chrono::NaiveDateTime>) -> Option<Time> {
    let until = until.map(Time::from_sql);
    until.filter(|until| *until > Time::now())
}

/// Gives somebody another password. What they were allowed by the old one is to be ended too.
pub fn set_password(conn: &mut Conn, id: UserId, password_hash: &str) -> Result<()> {
    diesel::update(users::table.find(id))
        .set(users::password_hash.eq(Some(password_hash)))
        .execute(conn)?;
    Ok(())
}
