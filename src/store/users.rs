//! People: their accounts and what others see of them.

pub mod acquaintance;
pub mod avatars;
pub mod erasing;
mod passwords;
pub mod profiles;

use std::sync::Arc;

use diesel::prelude::*;
use serde::Serialize;

use super::connection::{Conn, MultiBackend};
use super::schema::{memberships, users};
use super::time::Time;
use super::{RoomId, UserId};
use crate::error::{Error, Result};
use crate::names::{DisplayName, Username};
use crate::rights;
pub(super) use passwords::suspended;
pub use passwords::{Credentials, credentials, set_password};

/// Who looks: the signed-in person behind a request or a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Their number in the database.
    pub id: UserId,
    /// Their username.
    pub username: Arc<str>,
    /// What they are called.
    pub name: Arc<str>,
    /// `administrator`, `member`, `guest` or `bot`.
    pub role: String,
    /// Which picture they have.
    pub avatar: Option<Arc<str>>,
}

impl Viewer {
    /// Whether they may change what concerns everyone.
    pub fn is_administrator(&self) -> bool {
        self.role == "administrator"
    }

    /// Who asks, where rights are decided. Whoever is signed in has an account in use.
    pub fn as_person(&self) -> rights::Person {
        rights::Person {
            role: rights::Role::parse(&self.role).unwrap_or(rights::Role::Guest),
            active: true,
        }
    }

    /// Whether they see only rooms and people they were added to.
    pub fn is_guest(&self) -> bool {
        self.role == "guest"
    }
}

/// What others see of somebody: PROTOCOL's `User`. What is null, false or empty is left out.
#[derive(Debug, Clone, Serialize)]
pub struct Profile {
    /// Their number in the database.
    #[serde(skip)]
    pub id: UserId,
    /// The name they sign in with and are mentioned by.
    pub username: Arc<str>,
    /// What they are called.
    pub name: Arc<str>,
    /// `administrator`, `member`, `guest` or `bot`.
    pub role: String,
    /// Which picture they have: a word that is another one for another picture.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<Arc<str>>,
    /// Whether they are connected anywhere, and let it be known.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub online: bool,
    /// Whether they are connected, and have used none of their devices for a while.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub away: bool,
    /// Whether they are in the room that this is told of.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub here: bool,
    /// When they were last connected, unless they keep that to themself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_seen: Option<Time>,
    /// What they let others know of themself just now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Whether the one who is told this does not hear them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub muted: bool,
    /// Whether the one who is told this is not written to by them either.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub blocked: bool,
    /// What they keep to themself.
    #[serde(skip)]
    pub discretion: Discretion,
}

/// What somebody keeps to themself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Discretion {
    /// Whether they are there.
    pub invisible: bool,
    /// When they were last there.
    pub hides_last_seen: bool,
    /// Up to where they have read; they do not see it of others either.
    pub hides_reading: bool,
}

/// What somebody lets others know of themself, until a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// A picture of it; may be empty.
    pub emoji: String,
    /// In words; may be empty.
    pub text: String,
    /// Until when; until it is changed, where that is left out.
    pub until: Option<Time>,
}

/// An account that is made.
#[derive(Debug, Clone)]
pub struct NewAccount {
    /// The name they sign in with.
    pub username: Username,
    /// What they are called.
    pub name: DisplayName,
    /// `administrator`, `member` or `guest`.
    pub role: &'static str,
    /// The hash of their password; none for whoever chooses one later.
    pub password_hash: Option<String>,
}

/// Makes an account.
///
/// Errors: `Field` where somebody has the name or one that looks like it.
pub fn create(conn: &mut Conn, account: &NewAccount) -> Result<Viewer> {
    profiles::refuse_look_alike(conn, None, &account.name)?;
    insert(conn, account)
}

/// The same where it is known already that its name is like nobody's. Errors: `Field` where somebody has the username.
pub(super) fn insert(conn: &mut Conn, account: &NewAccount) -> Result<Viewer> {
    let skeleton = account.username.skeleton();
    let taken = || Error::Field {
        field: "username",
        code: "refusal-username-taken",
    };
    let known: i64 = users::table
        .filter(users::skeleton.eq(&skeleton))
        .count()
        .get_result(conn)?;
    if known > 0 {
        return Err(taken());
    }
    diesel::insert_into(users::table)
        .values((
            users::username.eq(account.username.as_str()),
            users::skeleton.eq(&skeleton),
            users::name.eq(account.name.as_str()),
            users::role.eq(account.role),
            users::password_hash.eq(account.password_hash.as_ref()),
            users::created_at.eq(Time::now().sql()),
        ))
        .execute(conn)
        .map_err(|cause| match Error::from(cause) {
            // Somebody took the name between the look and the writing, on another node.
            Error::Conflict => taken(),
            other => other,
        })?;
    let id = users::table
        .filter(users::skeleton.eq(&skeleton))
        .select(users::id)
        .first(conn)?;
    Ok(Viewer {
        id,
        username: account.username.as_str().into(),
        name: account.name.as_str().into(),
        role: account.role.to_owned(),
        avatar: None,
    })
}

/// Whose username that is, of the accounts in use.
///
/// Errors: `NotFound` where it is nobody's.
pub fn by_skeleton(conn: &mut Conn, skeleton: &str) -> Result<UserId> {
    Ok(users::table
        .filter(users::skeleton.eq(skeleton))
        .filter(users::deactivated_at.is_null())
        .select(users::id)
        .first(conn)?)
}

/// Marks that what somebody may do has changed, so that every node looks at their sockets again.
pub(super) fn raise_access_revision(conn: &mut Conn, id: UserId) -> Result<()> {
    diesel::update(users::table.find(id))
        .set(users::access_revision.eq(users::access_revision + 1))
        .execute(conn)?;
    Ok(())
}

/// Everyone who has an account that is in use, by name.
pub fn all(conn: &mut Conn) -> Result<Vec<Profile>> {
    let rows: Vec<ProfileRow> = users::table
        .filter(users::deactivated_at.is_null())
        .order((users::name.asc(), users::id.asc()))
        .select(ProfileRow::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(Profile::from).collect())
}

/// Those whom somebody may know of, by name: a guest knows only the people of their own rooms.
pub fn known_to(conn: &mut Conn, viewer: &Viewer) -> Result<Vec<Profile>> {
    let everyone = all(conn)?;
    if !viewer.is_guest() {
        return Ok(everyone);
    }
    let mine: Vec<RoomId> = memberships::table
        .filter(memberships::user_id.eq(viewer.id))
        .filter(memberships::state.eq("joined"))
        .select(memberships::room_id)
        .load(conn)?;
    let near: Vec<UserId> = memberships::table
        .filter(memberships::room_id.eq_any(mine))
        .filter(memberships::state.eq("joined"))
        .select(memberships::user_id)
        .distinct()
        .load(conn)?;
    Ok(everyone
        .into_iter()
        .filter(|person| person.id == viewer.id || near.contains(&person.id))
        .collect())
}

/// Some of those whom somebody may know of, by name, and how many more there are; where not all fit, the given ones come first.
pub fn some_known_to(
    conn: &mut Conn,
    viewer: &Viewer,
    first: &[UserId],
    most: usize,
) -> Result<(Vec<Profile>, usize)> {
    if viewer.is_guest() {
        let mut known = known_to(conn, viewer)?;
        let more = known.len().saturating_sub(most);
        if more > 0 {
            known.sort_by_key(|profile| !first.contains(&profile.id));
            known.truncate(most);
        }
        return Ok((known, more));
    }
    let all: i64 = users::table
        .filter(users::deactivated_at.is_null())
        .count()
        .get_result(conn)?;
    let all = usize::try_from(all).unwrap_or_default();
    let by_name = || {
        users::table
            .filter(users::deactivated_at.is_null())
            .order((users::name.asc(), users::id.asc()))
            .limit(most as i64)
            .select(ProfileRow::as_select())
    };
    let mut rows: Vec<ProfileRow> = Vec::new();
    if all > most {
        rows = by_name()
            .filter(users::id.eq_any(first.to_vec()))
            .load(conn)?;
    }
    let others: Vec<ProfileRow> = by_name()
        .filter(users::id.ne_all(rows.iter().map(|row| row.id).collect::<Vec<_>>()))
        .load(conn)?;
    rows.extend(others);
    rows.truncate(most);
    let known: Vec<Profile> = rows.into_iter().map(Profile::from).collect();
    let more = all.saturating_sub(known.len());
    Ok((known, more))
}

/// One person's profile.
pub fn profile(conn: &mut Conn, id: UserId) -> Result<Profile> {
    Ok(users::table
        .find(id)
        .select(ProfileRow::as_select())
        .first(conn)?
        .into())
}

/// The profiles of some people, in no order.
pub fn profiles(conn: &mut Conn, people: &[UserId]) -> Result<Vec<Profile>> {
    let mut profiles = Vec::with_capacity(people.len());
    for people in people.chunks(500) {
        let rows: Vec<ProfileRow> = users::table
            .filter(users::id.eq_any(people.to_vec()))
            .select(ProfileRow::as_select())
            .load(conn)?;
        profiles.extend(rows.into_iter().map(Profile::from));
    }
    Ok(profiles)
}

/// Writes that some people were connected just now. It waits for nobody: whoever's row another transaction is at
/// is left out, since when somebody was last seen is no promise.
pub fn mark_seen(conn: &mut Conn, people: &[UserId]) -> Result<()> {
    for people in people.chunks(500) {
        let free: Vec<UserId> = match conn {
            Conn::Sqlite(_) => people.to_vec(),
            Conn::Postgres(postgres) => users::table
                .filter(users::id.eq_any(people))
                .select(users::id)
                .order(users::id.asc())
                .for_no_key_update()
                .skip_locked()
                .load(postgres)?,
        };
        diesel::update(users::table.filter(users::id.eq_any(free)))
            .set(users::last_seen_at.eq(Time::now().sql()))
            .execute(conn)?;
    }
    Ok(())
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = users, check_for_backend(MultiBackend))]
pub(super) struct ProfileRow {
    id: UserId,
    username: String,
    name: String,
    role: String,
    avatar: Option<String>,
    last_seen_at: Option<chrono::NaiveDateTime>,
    invisible: bool,
    hides_last_seen: bool,
    hides_reading: bool,
    status_emoji: Option<String>,
    status_text: Option<String>,
    status_until: Option<chrono::NaiveDateTime>,
}

impl From<ProfileRow> for Profile {
    fn from(row: ProfileRow) -> Profile {
        Profile {
            id: row.id,
            username: row.username.into(),
            name: row.name.into(),
            role: row.role,
            avatar: row.avatar.map(Into::into),
            online: false,
            away: false,
            here: false,
            last_seen: row
                .last_seen_at
                .filter(|_| !row.hides_last_seen)
                .map(Time::from_sql),
            status: status(row.status_emoji, row.status_text, row.status_until),
            muted: false,
            blocked: false,
            discretion: Discretion {
                invisible: row.invisible,
                hides_last_seen: row.hides_last_seen,
                hides_reading: row.hides_reading,
            },
        }
    }
}

/// A status that is not over.
fn status(
    emoji: Option<String>,
    text: Option<String>,
    until: Option<chrono::NaiveDateTime>,
) -> Option<Status> {
    let until = until.map(Time::from_sql);
    let is_over = until.is_some_and(|until| until <= Time::now());
    let (emoji, text) = (emoji.unwrap_or_default(), text.unwrap_or_default());
    let says_something = !emoji.is_empty() || !text.is_empty();
    (says_something && !is_over).then_some(Status { emoji, text, until })
}
