//! Coming in by a link: looking at it uses nothing up, and what it counts is counted with what it does.

use std::sync::Arc;

use diesel::prelude::*;

use super::{Row, may, person};
use crate::error::{Error, Result};
use crate::rights::{self, Action, Place};
use crate::store::commits::within;
use crate::store::connection::Conn;
use crate::store::schema::{invitations, users};
use crate::store::time::Time;
use crate::store::users::raise_access_revision;
use crate::store::{Deed, RoomId, UserId, memberships, rooms};

/// No token is longer.
const TOKEN_BYTES_MAX: usize = 64;

/// A link that works.
#[derive(Debug, Clone)]
pub struct Found {
    /// Who made it, as others see them; nobody made the site's own.
    pub maker: Option<String>,
    /// Where it leads to.
    pub room: Option<Entry>,
    /// Whether whoever makes an account by it becomes a guest.
    pub guest: bool,
}

/// A room that a link leads into.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its number in the database.
    pub id: RoomId,
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Whether whoever looks belongs to it already.
    pub joined: bool,
}

/// A link by its token, where it works for somebody: for anyone who has no account yet, or for the one who looks.
pub fn find(conn: &mut Conn, token: &str, viewer: Option<UserId>) -> Result<Option<Found>> {
    let Some(row) = by_token(conn, token)? else {
        return Ok(None);
    };
    if !works(conn, &row)? {
        return Ok(None);
    }
    let maker = match row.made_by {
        Some(maker) => Some(users::table.find(maker).select(users::name).first(conn)?),
        None => None,
    };
    let room = match row.room_id {
        None => None,
        Some(room) => {
            let place = match viewer {
                Some(viewer) => memberships::place(conn, room, viewer)?,
                None => Place::Stranger,
            };
            if place == Place::Removed {
                return Ok(None);
            }
            Some(entry(conn, room, place.belongs())?)
        }
    };
    Ok(Some(Found {
        maker,
        room,
        guest: row.is_for_guests(),
    }))
}

/// Brings somebody in: with an account that this transaction made, or with one they had. Whoever belongs to the room already,
/// or is asked into none, uses nothing up. Returns the room; `joined` says that they belonged to it before.
///
/// Errors: `NotFound` where the link does not work, or not for them; of two who come at once by its last use, one is told so.
pub fn accept(conn: &mut Conn, token: &str, user: UserId, is_new: bool) -> Result<Option<Entry>> {
    let row = by_token(conn, token)?.ok_or(Error::NotFound)?;
    // Rooms first, then people, then the rest: the order in which every transaction locks.
    let last_seq = match row.room_id {
        Some(room) => Some((room, memberships::locked_last_seq(conn, room)?)),
        None => None,
    };
    if !works(conn, &row)? {
        return Err(Error::NotFound);
    }
    let entry = match (last_seq, row.made_by) {
        (Some((room, last_seq)), Some(maker)) => {
            let place = memberships::place(conn, room, user)?;
            if place == Place::Removed {
                return Err(Error::NotFound);
            }
            let entry = entry(conn, room, place.belongs())?;
            if entry.joined && !is_new {
                return Ok(Some(entry));
            }
            // Whoever is new may be in already: everybody joins some rooms.
            if !entry.joined {
                enter(conn, (room, last_seq), maker, (user, place))?;
            }
            Some(entry)
        }
        _ if is_new => None,
        _ => return Ok(None),
    };
    count(conn, &row)?;
    Ok(entry)
}

/// Into an open room somebody goes by themself, which is told to nobody; into a closed one, and as a guest, they are added.
fn enter(
    conn: &mut Conn,
    (room, last_seq): (RoomId, i64),
    maker: UserId,
    (user, place): (UserId, Place),
) -> Result<()> {
    let state = rooms::state(conn, room)?;
    let join = Action::Join(state.seen_from(place));
    if rights::may(person(conn, user)?, join).is_ok() {
        memberships::join_locked(conn, room, user, last_seq)?;
        return raise_access_revision(conn, user);
    }
    let username: String = users::table
        .find(maker)
        .select(users::username)
        .first(conn)?;
    let username: Arc<str> = username.into();
    let added = within::carry_out(conn, room, (maker, &username), [Deed::Add(user)]);
    added.map_err(|refusal| match refusal {
        Error::Forbidden | Error::SignedOut => Error::NotFound,
        other => other,
    })
}

/// Counts a use, where one is left.
fn count(conn: &mut Conn, row: &Row) -> Result<()> {
    let now = Time::now().sql();
    let counted = diesel::update(invitations::table.find(row.id))
        .filter(
            invitations::expires_at
                .is_null()
                .or(invitations::expires_at.gt(now)),
        )
        .filter(
            invitations::uses_max
                .is_null()
                .or(invitations::uses_max.gt(invitations::uses.nullable())),
        )
        .set(invitations::uses.eq(invitations::uses + 1))
        .execute(conn)?;
    if counted == 1 {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

fn by_token(conn: &mut Conn, token: &str) -> Result<Option<Row>> {
    let could_be_one = token.len() <= TOKEN_BYTES_MAX
        && token
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if !could_be_one {
        return Ok(None);
    }
    Ok(invitations::table
        .filter(invitations::token.eq(token))
        .select(Row::as_select())
        .first(conn)
        .optional()?)
}

/// Whether a link can be used, and its maker might still make it.
fn works(conn: &mut Conn, row: &Row) -> Result<bool> {
    if row.has_expired(Time::now()) || row.is_used_up() {
        return Ok(false);
    }
    let Some(maker) = row.made_by else {
        return Ok(true);
    };
    let who = person(conn, maker)?;
    match may(conn, maker, who, row.room_id, row.is_for_guests()) {
        Ok(()) => Ok(true),
        Err(Error::Forbidden | Error::NotFound | Error::SignedOut) => Ok(false),
        Err(fault) => Err(fault),
    }
}

fn entry(conn: &mut Conn, room: RoomId, joined: bool) -> Result<Entry> {
    let looks = rooms::looks(conn, room)?;
    Ok(Entry {
        id: room,
        slug: looks.slug,
        name: looks.name,
        joined,
    })
}
