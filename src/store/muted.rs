//! Whom people do not want to hear: muted, and where they want that, blocked from writing to them alone. Nobody is told that they
//! are.

use std::collections::HashMap;

use diesel::prelude::*;

use super::UserId;
use super::connection::Conn;
use super::schema::{muted_people, users};
use super::time::Time;
use super::users::{Profile, ProfileRow, Viewer, raise_access_revision};
use crate::error::{Error, Result};
use crate::rights::{self, Action, Role};

/// Whom one person can mute.
pub const MUTED_MAX: i64 = 1_000;

/// People in one query.
const CHUNK: usize = 500;

/// How far somebody keeps another away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// Does not hear them.
    Muted,
    /// And is not written to by them in a room for the two.
    Blocked,
}

/// Those whom somebody keeps away.
pub type Muted = HashMap<UserId, Distance>;

/// Those whom somebody keeps away.
pub fn of(conn: &mut Conn, user: UserId) -> Result<Muted> {
    Ok(of_each(conn, &[user])?.remove(&user).unwrap_or_default())
}

/// Those whom each of some people keeps away; whoever keeps nobody away is not among them.
pub fn of_each(conn: &mut Conn, people: &[UserId]) -> Result<HashMap<UserId, Muted>> {
    let mut found: HashMap<UserId, Muted> = HashMap::new();
    for people in people.chunks(CHUNK) {
        let rows: Vec<(UserId, UserId, bool)> = muted_people::table
            .filter(muted_people::user_id.eq_any(people.to_vec()))
            .select((
                muted_people::user_id,
                muted_people::muted_id,
                muted_people::blocked,
            ))
            .load(conn)?;
        for (user, muted, blocked) in rows {
            let theirs = found.entry(user).or_default();
            theirs.insert(muted, Distance::of(blocked));
        }
    }
    Ok(found)
}

/// Somebody is gone, and keeps nobody away any more; nor need anybody keep them away.
pub(super) fn forget(conn: &mut Conn, user: UserId) -> Result<()> {
    let theirs = muted_people::user_id
        .eq(user)
        .or(muted_people::muted_id.eq(user));
    diesel::delete(muted_people::table.filter(theirs)).execute(conn)?;
    Ok(())
}

/// The profiles of those whom somebody keeps away, by name.
pub fn list(conn: &mut Conn, user: UserId) -> Result<Vec<Profile>> {
    let rows: Vec<(ProfileRow, bool)> = muted_people::table
        .inner_join(users::table)
        .filter(muted_people::user_id.eq(user))
        .order((users::name.asc(), users::id.asc()))
        .select((ProfileRow::as_select(), muted_people::blocked))
        .load(conn)?;
    let told = |(row, blocked)| {
        let mut profile = Profile::from(row);
        Distance::of(blocked).tell(&mut profile);
        profile
    };
    Ok(rows.into_iter().map(told).collect())
}

/// Tells somebody whom of these people they keep away.
pub fn tell<'a>(
    conn: &mut Conn,
    user: UserId,
    people: impl IntoIterator<Item = &'a mut Profile>,
) -> Result<()> {
    let muted = of(conn, user)?;
    for profile in people {
        if let Some(distance) = muted.get(&profile.id) {
            distance.tell(profile);
        }
    }
    Ok(())
}

/// Keeps somebody away; who is blocked is not heard either, and stays blocked.
///
/// Errors: `Field` for oneself, for an administrator who is to be blocked, and for one more than [`MUTED_MAX`].
pub fn keep_away(conn: &mut Conn, viewer: &Viewer, whom: UserId, distance: Distance) -> Result<()> {
    let refused = |code| Error::Field {
        field: "username",
        code,
    };
    if whom == viewer.id {
        return Err(refused("refusal-mute-self"));
    }
    let role: String = users::table.find(whom).select(users::role).first(conn)?;
    let role = Role::parse(&role).unwrap_or(Role::Guest);
    let blocks = distance == Distance::Blocked;
    if blocks && rights::may(viewer.as_person(), Action::Block(role)).is_err() {
        return Err(refused("refusal-block-administrator"));
    }
    let known = of(conn, viewer.id)?;
    match known.get(&whom) {
        Some(Distance::Blocked) => return Ok(()),
        Some(Distance::Muted) if !blocks => return Ok(()),
        Some(Distance::Muted) => {
            diesel::update(muted_people::table.find((viewer.id, whom)))
                .set(muted_people::blocked.eq(true))
                .execute(conn)?;
        }
        None if known.len() as i64 >= MUTED_MAX => return Err(refused("refusal-muted-many")),
        None => {
            diesel::insert_into(muted_people::table)
                .values((
                    muted_people::user_id.eq(viewer.id),
                    muted_people::muted_id.eq(whom),
                    muted_people::blocked.eq(blocks),
                    muted_people::since.eq(Time::now().sql()),
                ))
                .execute(conn)?;
        }
    }
    raise_access_revision(conn, viewer.id)
}

/// Lets somebody near again who was kept away just so; who was blocked is heard again too. Their account may be out of use, or
/// its name another now: the name is one of [`list`], or looks like theirs.
pub fn let_near(
    conn: &mut Conn,
    user: UserId,
    (username, skeleton): (&str, &str),
    distance: Distance,
) -> Result<()> {
    let found: Option<UserId> = muted_people::table
        .inner_join(users::table)
        .filter(muted_people::user_id.eq(user))
        .filter(muted_people::blocked.eq(distance == Distance::Blocked))
        .filter(
            users::username
                .eq(username)
                .or(users::skeleton.eq(skeleton)),
        )
        .select(muted_people::muted_id)
        .first(conn)
        .optional()?;
    let Some(muted) = found else {
        return Ok(());
    };
    diesel::delete(muted_people::table.find((user, muted))).execute(conn)?;
    raise_access_revision(conn, user)
}

/// Whoever looks after the site from now on is blocked by nobody any more; not heard they may still be.
pub(super) fn unblock_everywhere(conn: &mut Conn, whom: UserId) -> Result<()> {
    let blockers: Vec<UserId> = muted_people::table
        .filter(muted_people::muted_id.eq(whom))
        .filter(muted_people::blocked.eq(true))
        .order(muted_people::user_id.asc())
        .select(muted_people::user_id)
        .load(conn)?;
    diesel::update(muted_people::table.filter(muted_people::muted_id.eq(whom)))
        .set(muted_people::blocked.eq(false))
        .execute(conn)?;
    for blocker in &blockers {
        raise_access_revision(conn, *blocker)?;
    }
    Ok(())
}

/// Who of two is blocked by the other, where one is; nobody blocks those who look after the site.
pub(super) fn blocked_of(conn: &mut Conn, one: UserId, other: UserId) -> Result<Vec<UserId>> {
    Ok(muted_people::table
        .inner_join(users::table)
        .filter(muted_people::user_id.eq_any([one, other]))
        .filter(muted_people::muted_id.eq_any([one, other]))
        .filter(muted_people::blocked.eq(true))
        .filter(users::role.ne("administrator"))
        .select(muted_people::muted_id)
        .load(conn)?)
}

impl Distance {
    fn of(blocked: bool) -> Distance {
        if blocked {
            Distance::Blocked
        } else {
            Distance::Muted
        }
    }

    /// Tells it to whoever keeps this person away so far.
    pub(super) fn tell(self, profile: &mut Profile) {
        profile.muted = true;
        profile.blocked = self == Distance::Blocked;
    }
}
