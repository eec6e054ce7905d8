//! What somebody says of themself, and what they keep to themself.

use diesel::prelude::*;
use serde::Serialize;

use super::{Discretion, Profile, Status, profile, raise_access_revision};
use crate::error::{Error, Result};
use crate::names::{self, DisplayName};
use crate::store::UserId;
use crate::store::connection::Conn;
use crate::store::schema::users;

/// Somebody as they see themself: PROTOCOL's `User`, and what only they are told.
#[derive(Debug, Clone, Serialize)]
pub struct Own {
    /// What others see.
    #[serde(flatten)]
    pub profile: Profile,
    /// What they say of themself.
    pub about: String,
    /// Whether nobody sees that they are there.
    pub invisible: bool,
    /// Whether nobody sees when they were last there.
    pub hides_last_seen: bool,
    /// Whether nobody sees up to where they have read.
    pub hides_reading: bool,
}

/// What somebody changes of themself; what is `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Wishes {
    /// What they are called.
    pub name: Option<DisplayName>,
    /// What they say of themself.
    pub about: Option<String>,
    /// Whether nobody sees that they are there.
    pub invisible: Option<bool>,
    /// Whether nobody sees when they were last there.
    pub hides_last_seen: Option<bool>,
    /// Whether nobody sees up to where they have read.
    pub hides_reading: Option<bool>,
    /// What they let others know just now, or nothing any more.
    pub status: Option<Option<Status>>,
}

/// Somebody as they see themself.
pub fn own(conn: &mut Conn, id: UserId) -> Result<Own> {
    let profile = profile(conn, id)?;
    let about = users::table.find(id).select(users::about).first(conn)?;
    let Discretion {
        invisible,
        hides_last_seen,
        hides_reading,
    } = profile.discretion;
    Ok(Own {
        profile,
        about,
        invisible,
        hides_last_seen,
        hides_reading,
    })
}

/// Changes what somebody shows of themself; every node looks at it again.
///
/// Errors: `Field` for a name that looks like somebody else's.
pub fn change(conn: &mut Conn, id: UserId, wishes: &Wishes) -> Result<()> {
    if let Some(name) = &wishes.name {
        let known: String = users::table.find(id).select(users::name).first(conn)?;
        // Forms send it with whatever else is changed; and to look at everyone takes time.
        if known != name.as_str() {
            refuse_look_alike(conn, Some(id), name)?;
        }
    }
    let status = wishes.status.as_ref().map(|status| {
        let status = status.as_ref();
        (
            users::status_emoji.eq(status.map(|status| status.emoji.as_str())),
            users::status_text.eq(status.map(|status| status.text.as_str())),
            users::status_until.eq(status.and_then(|status| status.until).map(|it| it.sql())),
        )
    });
    diesel::update(users::table.find(id))
        .set((
            wishes
                .name
                .as_ref()
                .map(|name| users::name.eq(name.as_str())),
            wishes.about.as_ref().map(|about| users::about.eq(about)),
            wishes
                .invisible
                .map(|invisible| users::invisible.eq(invisible)),
            wishes
                .hides_last_seen
                .map(|hides| users::hides_last_seen.eq(hides)),
            wishes
                .hides_reading
                .map(|hides| users::hides_reading.eq(hides)),
            status,
            // Something is set in any case.
            users::id.eq(id),
        ))
        .execute(conn)?;
    raise_access_revision(conn, id)
}

/// Refuses a name that reads as the username of somebody else, or as what somebody else is called and is spelled otherwise. Two
/// people may well have the same name.
pub fn refuse_look_alike(conn: &mut Conn, own: Option<UserId>, name: &DisplayName) -> Result<()> {
    let (skeleton, letters) = (
        names::skeleton(name.as_str()),
        names::letters(name.as_str()),
    );
    let others: Vec<(UserId, String, String)> = users::table
        .filter(
            users::deactivated_at
                .is_null()
                .or(users::waiting_since.is_not_null()),
        )
        .select((users::id, users::skeleton, users::name))
        .load(conn)?;
    let is_taken = others.iter().any(|(id, of_username, other)| {
        let looks_alike = || names::skeleton(other) == skeleton;
        let differs = || names::letters(other) != letters;
        Some(*id) != own && (*of_username == skeleton || (looks_alike() && differs()))
    });
    if is_taken {
        return Err(Error::Field {
            field: "name",
            code: "refusal-name-look-alike",
        });
    }
    Ok(())
}
