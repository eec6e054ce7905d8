//! Links that let others in: to the site, or into one of its rooms too.
//!
//! A link works as long as whoever made it might make it anew: it is asked again each time it is used.

pub mod listing;
pub mod using;

use std::time::Duration;

use diesel::prelude::*;

use super::connection::{Conn, MultiBackend};
use super::schema::{invitations, site, users};
use super::time::Time;
use super::users::{Viewer, suspended};
use super::{RoomId, UserId, administration, audit, memberships, newcomers, rooms};
use crate::error::{Error, Result};
use crate::rights::{self, Action, Person, Role};
use crate::secrets;

/// Links of one person that can still be used.
pub const LIVE_MAX: i64 = 50;
/// How long one that is over stays in the lists.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A link that somebody wants to make.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    /// Where it leads to, beside the rooms that everybody joins.
    pub room: Option<RoomId>,
    /// Whether whoever makes an account by it becomes a guest.
    pub guest: bool,
    /// For how long it is good; for ever, where that is left out.
    pub lasts: Option<Duration>,
    /// For how many; for any number, where that is left out.
    pub uses_max: Option<i64>,
}

#[derive(Queryable, Selectable, Debug, Clone)]
#[diesel(table_name = invitations, check_for_backend(MultiBackend))]
struct Row {
    id: i64,
    token: String,
    made_by: Option<UserId>,
    made_at: chrono::NaiveDateTime,
    room_id: Option<RoomId>,
    role: String,
    expires_at: Option<chrono::NaiveDateTime>,
    uses: i64,
    uses_max: Option<i64>,
}

impl Row {
    fn is_for_guests(&self) -> bool {
        self.role == "guest"
    }

    fn has_expired(&self, now: Time) -> bool {
        self.expires_at.is_some_and(|at| at <= now.sql())
    }

    fn is_used_up(&self) -> bool {
        self.uses_max.is_some_and(|max| self.uses >= max)
    }
}

/// Makes the site's own link, which everyone who may invite passes on.
pub(super) fn make_own(conn: &mut Conn) -> Result<()> {
    diesel::insert_into(invitations::table)
        .values((
            invitations::token.eq(secrets::token()?),
            invitations::made_at.eq(Time::now().sql()),
            invitations::role.eq("member"),
        ))
        .execute(conn)?;
    Ok(())
}

/// The token of the site's own link; `None` where it was ended.
pub fn own(conn: &mut Conn) -> Result<Option<String>> {
    Ok(invitations::table
        .filter(invitations::made_by.is_null())
        .order(invitations::id.desc())
        .select(invitations::token)
        .first(conn)
        .optional()?)
}

/// Ends the site's own link, and makes another where one is wanted. Of two who do so at once the second ends what the first made.
///
/// Errors: `Forbidden` for who does not look after the site.
pub fn replace_own(conn: &mut Conn, actor: &Viewer, another: bool) -> Result<()> {
    lock_site(conn)?;
    administration::permit(conn, actor)?;
    diesel::delete(invitations::table.filter(invitations::made_by.is_null())).execute(conn)?;
    if another {
        make_own(conn)?;
    }
    let action = if another {
        "invitation"
    } else {
        "invitation_ended"
    };
    audit::note(conn, actor.id, action, "", "")
}

/// Until the transaction is over nobody else replaces the site's own link, or says who makes others.
pub(super) fn lock_site(conn: &mut Conn) -> Result<()> {
    if let Conn::Postgres(postgres) = conn {
        let _: i64 = site::table
            .select(site::id)
            .for_no_key_update()
            .first(postgres)?;
    }
    Ok(())
}

/// Makes a link.
///
/// Errors: what the maker's rights refuse; `NotFound` for a room that they may not know of; `Field` where they have too many, or
/// made their account themself a short while ago.
pub fn make(conn: &mut Conn, maker: UserId, wanted: &Wanted) -> Result<()> {
    if let Some(room) = wanted.room {
        memberships::locked_last_seq(conn, room)?;
    }
    let person = locked_person(conn, maker)?;
    may(conn, maker, person, wanted.room, wanted.guest)?;
    if newcomers::is_new(conn, maker)? {
        return Err(Error::Field {
            field: "invitation",
            code: "refusal-invitation-new",
        });
    }
    let now = Time::now();
    if live_of(conn, maker, now)? >= LIVE_MAX {
        return Err(Error::Field {
            field: "invitation",
            code: "refusal-invitations-many",
        });
    }
    forget_old(conn, now)?;
    diesel::insert_into(invitations::table)
        .values((
            invitations::token.eq(secrets::token()?),
            invitations::made_by.eq(maker),
            invitations::made_at.eq(now.sql()),
            invitations::room_id.eq(wanted.room),
            invitations::role.eq(if wanted.guest { "guest" } else { "member" }),
            invitations::expires_at.eq(wanted.lasts.map(|span| now.after(span).sql())),
            invitations::uses_max.eq(wanted.uses_max),
        ))
        .execute(conn)?;
    let (subject, detail) = match wanted.room {
        Some(room) => named_in_public(conn, room)?,
        None => (String::new(), ""),
    };
    audit::note(conn, maker, "invitation_made", &subject, detail)
}

/// Ends a link: its maker's, or for administrators anybody's. Whose it is stands in what was done.
///
/// Errors: `NotFound` where there is none, or it is not theirs.
pub fn revoke(conn: &mut Conn, viewer: &Viewer, id: i64) -> Result<()> {
    let row: Row = invitations::table
        .find(id)
        .select(Row::as_select())
        .first(conn)?;
    let looks_after = rights::may(viewer.as_person(), Action::Administer).is_ok();
    if row.made_by != Some(viewer.id) && !looks_after {
        return Err(Error::NotFound);
    }
    let Some(maker) = row.made_by else {
        return replace_own(conn, viewer, false);
    };
    if maker != viewer.id {
        administration::permit(conn, viewer)?;
    }
    let ended = diesel::delete(invitations::table.find(id)).execute(conn)?;
    if ended == 0 {
        return Err(Error::NotFound);
    }
    let username: String = users::table
        .find(maker)
        .select(users::username)
        .first(conn)?;
    audit::note(conn, viewer.id, "invitation_revoked", &username, "")
}

/// Whether somebody may make such a link just now.
fn may(
    conn: &mut Conn,
    maker: UserId,
    person: Person,
    room: Option<RoomId>,
    as_guest: bool,
) -> Result<()> {
    let by_members = site::table.select(site::members_invite).first(conn)?;
    let room = match room {
        Some(room) => {
            let state = rooms::state(conn, room)?;
            Some(state.seen_from(memberships::place(conn, room, maker)?))
        }
        None => None,
    };
    let invite = Action::Invite {
        by_members,
        room,
        as_guest,
    };
    rights::may(person, invite)
}

/// Somebody's role, and since and until when their account is out of use.
type Columns = (
    String,
    Option<chrono::NaiveDateTime>,
    Option<chrono::NaiveDateTime>,
);

/// Who somebody is, so that nothing else of theirs is made until this is.
fn locked_person(conn: &mut Conn, user: UserId) -> Result<Person> {
    let query = users::table.find(user).select((
        users::role,
        users::deactivated_at,
        users::suspended_until,
    ));
    let row: Columns = match conn {
        Conn::Sqlite(sqlite) => query.first(sqlite)?,
        Conn::Postgres(postgres) => query.for_no_key_update().first(postgres)?,
    };
    Ok(as_person(row))
}

fn person(conn: &mut Conn, user: UserId) -> Result<Person> {
    let row = users::table
        .find(user)
        .select((users::role, users::deactivated_at, users::suspended_until))
        .first(conn)?;
    Ok(as_person(row))
}

fn as_person((role, deactivated_at, suspended_until): Columns) -> Person {
    Person {
        role: Role::parse(&role).unwrap_or(Role::Guest),
        active: deactivated_at.is_none() && suspended(suspended_until).is_none(),
    }
}

fn live_of(conn: &mut Conn, maker: UserId, now: Time) -> Result<i64> {
    let lasts = invitations::expires_at
        .is_null()
        .or(invitations::expires_at.gt(now.sql()));
    let has_uses = invitations::uses_max
        .is_null()
        .or(invitations::uses_max.gt(invitations::uses.nullable()));
    Ok(invitations::table
        .filter(invitations::made_by.eq(maker))
        .filter(lasts)
        .filter(has_uses)
        .count()
        .get_result(conn)?)
}

/// Links that have long been over. Of those that were used up it is not kept when.
fn forget_old(conn: &mut Conn, now: Time) -> Result<()> {
    let long_ago = now.before(KEPT).sql();
    let is_used_up = invitations::uses_max.le(invitations::uses.nullable());
    diesel::delete(
        invitations::table.filter(
            invitations::expires_at
                .lt(long_ago)
                .or(is_used_up.and(invitations::made_at.lt(long_ago))),
        ),
    )
    .execute(conn)?;
    Ok(())
}

/// What may be told of a room to those who are not in it: the name of an open one, and of another that there is one.
fn named_in_public(conn: &mut Conn, room: RoomId) -> Result<(String, &'static str)> {
    let looks = rooms::looks(conn, room)?;
    Ok(match looks.kind.as_str() {
        "open" => (looks.name, "open"),
        _ => (String::new(), "closed"),
    })
}
