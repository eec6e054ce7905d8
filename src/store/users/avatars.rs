//! People's pictures. They are in the database, so that every node has them.

use diesel::prelude::*;

use super::acquaintance::knows;
use super::{Viewer, raise_access_revision};
use crate::error::{Error, Result};
use crate::store::UserId;
use crate::store::connection::Conn;
use crate::store::schema::{avatars, users};

/// Somebody's picture.
#[derive(Debug, Clone)]
pub struct Avatar {
    /// A word that is another one for another picture.
    pub version: String,
    /// What kind of file it is.
    pub content_type: String,
    /// The file.
    pub bytes: Vec<u8>,
}

/// Gives somebody another picture, or none; every node looks at what they show again.
///
/// Errors: `SignedOut` where the account is out of use.
pub fn set(conn: &mut Conn, user: UserId, avatar: Option<&Avatar>) -> Result<()> {
    let in_use = users::table
        .filter(users::id.eq(user))
        .filter(users::deactivated_at.is_null());
    let changed = diesel::update(in_use)
        .set(users::avatar.eq(avatar.map(|avatar| avatar.version.as_str())))
        .execute(conn)?;
    if changed == 0 {
        return Err(Error::SignedOut);
    }
    forget(conn, user)?;
    if let Some(avatar) = avatar {
        diesel::insert_into(avatars::table)
            .values((
                avatars::user_id.eq(user),
                avatars::content_type.eq(&avatar.content_type),
                avatars::bytes.eq(&avatar.bytes),
            ))
            .execute(conn)?;
    }
    raise_access_revision(conn, user)
}

/// Takes somebody's picture away, whether their account is in use or not. Whether they had one.
pub fn remove(conn: &mut Conn, user: UserId) -> Result<bool> {
    diesel::update(users::table.find(user))
        .set(users::avatar.eq(None::<String>))
        .execute(conn)?;
    let had_one = forget(conn, user)?;
    if had_one {
        raise_access_revision(conn, user)?;
    }
    Ok(had_one)
}

fn forget(conn: &mut Conn, user: UserId) -> Result<bool> {
    Ok(diesel::delete(avatars::table.find(user)).execute(conn)? > 0)
}

/// The picture of whoever has a name. What somebody said stays when their account is out of use, and so does their picture.
///
/// Errors: `NotFound` where there is none, or it is somebody's of whom the viewer may not know.
pub fn of(conn: &mut Conn, viewer: &Viewer, skeleton: &str) -> Result<Avatar> {
    let whose: UserId = users::table
        .filter(users::skeleton.eq(skeleton))
        .select(users::id)
        .first(conn)?;
    if !knows(conn, viewer, whose)? {
        return Err(Error::NotFound);
    }
    own(conn, whose)?.ok_or(Error::NotFound)
}

/// Somebody's own picture.
pub fn own(conn: &mut Conn, user: UserId) -> Result<Option<Avatar>> {
    let found: Option<(Option<String>, String, Vec<u8>)> = avatars::table
        .inner_join(users::table)
        .filter(avatars::user_id.eq(user))
        .select((users::avatar, avatars::content_type, avatars::bytes))
        .first(conn)
        .optional()?;
    Ok(found.map(|(version, content_type, bytes)| Avatar {
        version: version.unwrap_or_default(),
        content_type,
        bytes,
    }))
}
