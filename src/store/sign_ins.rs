//! Browsers that are signed in. What a cookie carries is never stored, only its hash.

use std::collections::HashSet;
use std::time::Duration;

use diesel::prelude::*;

use super::UserId;
use super::connection::{Conn, MultiBackend};
use super::schema::{sign_ins, users};
use super::time::Time;
use super::users::{Viewer, raise_access_revision, suspended};
use crate::error::{Error, Result};

/// A sign-in that is not used for so long ends.
pub const LASTS: Duration = Duration::from_secs(30 * 24 * 60 * 60);
/// A sign-in in use is extended no more often than this: a row written at every request would be written for nothing.
pub const EXTENDED_EVERY: Duration = Duration::from_secs(60 * 60);

/// Sign-ins in one query.
const CHUNK: usize = 500;

/// A sign-in and whose it is.
#[derive(Debug, Clone)]
pub struct Found {
    /// Its number in the database.
    pub id: i64,
    /// Whose it is.
    pub viewer: Viewer,
    /// When its time last began anew.
    pub extended_at: Time,
}

/// From where and by what somebody signs in.
#[derive(Debug, Clone, Default)]
pub struct Origin {
    /// The address that the request came from.
    pub address: String,
    /// What the browser calls itself; may be anything, at most [`AGENT_CHARACTERS_MAX`].
    pub agent: String,
}

/// Browsers call themselves by some 150 characters; strangers by as many as they like.
pub const AGENT_CHARACTERS_MAX: usize = 256;

/// A sign-in, as its person sees it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its number in the database.
    pub id: i64,
    /// When it began.
    pub created_at: Time,
    /// When it was last used, to the hour.
    pub used_at: Time,
    /// From where and by what.
    pub origin: Origin,
}

/// Somebody's sign-ins that are not over, the last used first, at most so many.
pub fn of_person(conn: &mut Conn, user: UserId, limit: i64) -> Result<Vec<Listed>> {
    type Columns = (
        i64,
        chrono::NaiveDateTime,
        chrono::NaiveDateTime,
        String,
        String,
    );
    let rows: Vec<Columns> = sign_ins::table
        .filter(sign_ins::user_id.eq(user))
        .filter(sign_ins::expires_at.gt(Time::now().sql()))
        .order((sign_ins::extended_at.desc(), sign_ins::id.desc()))
        .limit(limit)
        .select((
            sign_ins::id,
            sign_ins::created_at,
            sign_ins::extended_at,
            sign_ins::address,
            sign_ins::agent,
        ))
        .load(conn)?;
    let listed = |(id, created_at, used_at, address, agent): Columns| Listed {
        id,
        created_at: Time::from_sql(created_at),
        used_at: Time::from_sql(used_at),
        origin: Origin { address, agent },
    };
    Ok(rows.into_iter().map(listed).collect())
}

/// Ends one of a person's sign-ins; false where they have no such one.
pub fn end_one_of(conn: &mut Conn, user: UserId, id: i64) -> Result<bool> {
    let ended = diesel::delete(
        sign_ins::table
            .filter(sign_ins::id.eq(id))
            .filter(sign_ins::user_id.eq(user)),
    )
    .execute(conn)?;
    if ended > 0 {
        raise_access_revision(conn, user)?;
    }
    Ok(ended > 0)
}

/// Ends all of a person's sign-ins but one; their numbers.
pub fn end_others_of(conn: &mut Conn, user: UserId, but: i64) -> Result<Vec<i64>> {
    let others: Vec<i64> = sign_ins::table
        .filter(sign_ins::user_id.eq(user))
        .filter(sign_ins::id.ne(but))
        .select(sign_ins::id)
        .load(conn)?;
    diesel::delete(
        sign_ins::table
            .filter(sign_ins::user_id.eq(user))
            .filter(sign_ins::id.ne(but)),
    )
    .execute(conn)?;
    raise_access_revision(conn, user)?;
    Ok(others)
}

/// Begins a sign-in in place of another of the same browser, whose number is returned: its sockets are to be closed.
/// `proved` is the hash of the password by which somebody showed who they are, where they did so by one: comparing takes long,
/// and they may have another password since.
///
/// Errors: `Refused` for who may not sign in for a time, by whichever way they come; `SignedOut` where what was proved is no
/// longer so.
pub fn begin(
    conn: &mut Conn,
    user: UserId,
    proved: Option<&str>,
    token_hash: &[u8],
    origin: &Origin,
    replaced: Option<&[u8]>,
) -> Result<Option<i64>> {
    let now = Time::now();
    let (until, stored) = locked_way_in(conn, user)?;
    if suspended(until).is_some() {
        return Err(Error::Refused("refusal-suspended"));
    }
    if proved.is_some() && proved != stored.as_deref() {
        return Err(Error::SignedOut);
    }
    diesel::delete(sign_ins::table.filter(sign_ins::expires_at.lt(now.sql()))).execute(conn)?;
    let ended = match replaced {
        Some(hash) => end(conn, hash)?,
        None => None,
    };
    diesel::insert_into(sign_ins::table)
        .values((
            sign_ins::token_hash.eq(token_hash),
            sign_ins::user_id.eq(user),
            sign_ins::created_at.eq(now.sql()),
            sign_ins::extended_at.eq(now.sql()),
            sign_ins::expires_at.eq(now.after(LASTS).sql()),
            sign_ins::address.eq(&origin.address),
            sign_ins::agent.eq(&origin.agent),
        ))
        .execute(conn)?;
    Ok(ended)
}

/// Until when somebody may not sign in, and the hash of their password. Whoever would change these, and end their sign-ins,
/// waits until this transaction is over, and so ends the one that it begins too.
fn locked_way_in(
    conn: &mut Conn,
    user: UserId,
) -> Result<(Option<chrono::NaiveDateTime>, Option<String>)> {
    let query = users::table
        .find(user)
        .select((users::suspended_until, users::password_hash));
    Ok(match conn {
        Conn::Sqlite(sqlite) => query.first(sqlite)?,
        Conn::Postgres(postgres) => query.for_no_key_update().first(postgres)?,
    })
}

/// The sign-in of a token, unless it has expired, the person's account is no longer in use, or they are suspended.
pub fn find(conn: &mut Conn, token_hash: &[u8]) -> Result<Option<Found>> {
    let now = Time::now().sql();
    let row: Option<Row> = sign_ins::table
        .inner_join(users::table)
        .filter(sign_ins::token_hash.eq(token_hash))
        .filter(sign_ins::expires_at.gt(now))
        .filter(users::deactivated_at.is_null())
        .filter(
            users::suspended_until
                .is_null()
                .or(users::suspended_until.le(now)),
        )
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(row.map(Found::from))
}

/// What somebody is called who signed in with a token and waits to be let in.
pub fn waiting(conn: &mut Conn, token_hash: &[u8]) -> Result<Option<String>> {
    Ok(sign_ins::table
        .inner_join(users::table)
        .filter(sign_ins::token_hash.eq(token_hash))
        .filter(sign_ins::expires_at.gt(Time::now().sql()))
        .filter(users::waiting_since.is_not_null())
        .select(users::name)
        .first(conn)
        .optional()?)
}

/// Those among some sign-ins that are not over, of people who may be signed in.
pub fn living(conn: &mut Conn, sign_ins: &[i64]) -> Result<HashSet<i64>> {
    let now = Time::now().sql();
    let mut living = HashSet::new();
    for sign_ins in sign_ins.chunks(CHUNK) {
        let found: Vec<i64> = sign_ins::table
            .inner_join(users::table)
            .filter(sign_ins::id.eq_any(sign_ins.to_vec()))
            .filter(sign_ins::expires_at.gt(now))
            .filter(users::deactivated_at.is_null())
            .filter(
                users::suspended_until
                    .is_null()
                    .or(users::suspended_until.le(now)),
            )
            .select(sign_ins::id)
            .load(conn)?;
        living.extend(found);
    }
    Ok(living)
}

/// Lets a sign-in's time begin anew.
pub fn extend(conn: &mut Conn, id: i64) -> Result<()> {
    let now = Time::now();
    diesel::update(sign_ins::table.find(id))
        .set((
            sign_ins::extended_at.eq(now.sql()),
            sign_ins::expires_at.eq(now.after(LASTS).sql()),
        ))
        .execute(conn)?;
    Ok(())
}

/// Ends the sign-in of a token; its number, where there was one.
pub fn end(conn: &mut Conn, token_hash: &[u8]) -> Result<Option<i64>> {
    let found: Option<(i64, UserId)> = sign_ins::table
        .filter(sign_ins::token_hash.eq(token_hash))
        .select((sign_ins::id, sign_ins::user_id))
        .first(conn)
        .optional()?;
    let Some((id, user)) = found else {
        return Ok(None);
    };
    diesel::delete(sign_ins::table.find(id)).execute(conn)?;
    raise_access_revision(conn, user)?;
    Ok(Some(id))
}

/// Ends every sign-in of a person.
pub fn end_all_of(conn: &mut Conn, user: UserId) -> Result<()> {
    diesel::delete(sign_ins::table.filter(sign_ins::user_id.eq(user))).execute(conn)?;
    raise_access_revision(conn, user)
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = sign_ins, check_for_backend(MultiBackend))]
struct Row {
    id: i64,
    extended_at: chrono::NaiveDateTime,
    user_id: UserId,
    #[diesel(select_expression = users::username)]
    username: String,
    #[diesel(select_expression = users::name)]
    name: String,
    #[diesel(select_expression = users::role)]
    role: String,
    #[diesel(select_expression = users::avatar)]
    avatar: Option<String>,
}

impl From<Row> for Found {
    fn from(row: Row) -> Found {
        Found {
            id: row.id,
            viewer: Viewer {
                id: row.user_id,
                username: row.username.into(),
                name: row.name.into(),
                role: row.role,
                avatar: row.avatar.map(Into::into),
            },
            extended_at: Time::from_sql(row.extended_at),
        }
    }
}
