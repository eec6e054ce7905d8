//! Those who made their account themself, where everyone may: for a day they disturb fewer people than others can, and where
//! administrators want it so, somebody has to let them in first. And the rooms that all newcomers join, however they came.

use std::collections::BTreeSet;
use std::time::Duration;

use diesel::prelude::*;

use super::connection::Conn;
use super::schema::{memberships as memberships_table, password_resets, rooms, sign_ins, users};
use super::time::Time;
use super::users::{Viewer, raise_access_revision};
use super::{RoomId, Store, UserId, administration, audit, memberships, settings};
use crate::error::{Error, Result};
use crate::names::Slug;

/// How long an account is new.
const NEW_FOR: Duration = Duration::from_secs(24 * 60 * 60);
/// Direct rooms that somebody with a new account begins.
const DIRECTS_MAX: i64 = 5;
/// People added to a room in one transaction.
const PIECE: i64 = 100;
/// Rooms that newcomers join.
pub const ROOMS_MAX: usize = 20;

/// Takes in an account that was made just now by whoever uses it: it is new for a day, or waits to be let in. Members of the rooms
/// that newcomers join are only those who do not wait.
pub fn arrive_by_themself(conn: &mut Conn, viewer: &Viewer) -> Result<()> {
    let now = Time::now();
    if !settings::load(conn)?.approves {
        begin_time(conn, viewer.id, now)?;
        return join_rooms(conn, viewer.id);
    }
    diesel::update(users::table.find(viewer.id))
        .set((
            users::waiting_since.eq(Some(now.sql())),
            users::deactivated_at.eq(Some(now.sql())),
        ))
        .execute(conn)?;
    Ok(())
}

/// Makes a new member of every room that newcomers join, as long as it is open to them: its owners may have closed or archived it.
pub fn join_rooms(conn: &mut Conn, user: UserId) -> Result<()> {
    for (room, _, _) in joined_rooms(conn)? {
        match memberships::join_open(conn, room, user) {
            Ok(()) | Err(Error::NotFound | Error::Forbidden) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// The rooms that newcomers join: their numbers, slugs and names.
pub fn joined_rooms(conn: &mut Conn) -> Result<Vec<(RoomId, String, String)>> {
    Ok(rooms::table
        .filter(rooms::joined_by_newcomers.eq(true))
        .filter(rooms::kind.eq("open"))
        .filter(rooms::deleted_at.is_null())
        .order(rooms::id.asc())
        .limit(ROOMS_MAX as i64)
        .select((rooms::id, rooms::slug, rooms::name))
        .load(conn)?)
}

/// Locks the rooms that newcomers join, and others, before anything else is: a transaction that locks some of them only after
/// people would lock out those that go by the order. One that everybody joins may have been deleted just now.
///
/// Errors: `NotFound` for one of the others that was.
pub fn lock_rooms(conn: &mut Conn, others: &[RoomId]) -> Result<()> {
    let mut rooms: BTreeSet<RoomId> = others.iter().copied().collect();
    rooms.extend(joined_rooms(conn)?.into_iter().map(|(room, _, _)| room));
    for room in rooms {
        match memberships::locked_last_seq(conn, room) {
            Ok(_) => {}
            Err(Error::NotFound) if !others.contains(&room) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(())
}

/// Adds an open room to those that newcomers join.
///
/// Errors: `Forbidden`; `Field` where there is no such room, or there are enough of them.
pub fn add_room(conn: &mut Conn, actor: &Viewer, slug: &Slug) -> Result<()> {
    administration::permit(conn, actor)?;
    let joined = joined_rooms(conn)?;
    if joined.iter().any(|(_, known, _)| known == slug.as_str()) {
        return Ok(());
    }
    if joined.len() >= ROOMS_MAX {
        return Err(Error::Field {
            field: "room",
            code: "refusal-site-rooms",
        });
    }
    let name = set_joined(conn, slug, true).map_err(|error| match error {
        Error::NotFound => Error::Field {
            field: "room",
            code: "refusal-site-room",
        },
        other => other,
    })?;
    audit::note(conn, actor.id, "newcomers_room", &name, "")
}

/// Takes a room out of those that newcomers join.
///
/// Errors: `Forbidden`; `NotFound` where there is no such room.
pub fn remove_room(conn: &mut Conn, actor: &Viewer, slug: &Slug) -> Result<()> {
    administration::permit(conn, actor)?;
    let name = set_joined(conn, slug, false)?;
    audit::note(conn, actor.id, "newcomers_room_ended", &name, "")
}

/// Says whether newcomers join an open room; its name. Errors: `NotFound`.
pub fn set_joined(conn: &mut Conn, slug: &Slug, joined: bool) -> Result<String> {
    let (id, name): (RoomId, String) = rooms::table
        .filter(rooms::slug.eq(slug.as_str()))
        .filter(rooms::kind.eq("open"))
        .select((rooms::id, rooms::name))
        .first(conn)?;
    diesel::update(rooms::table.find(id))
        .set(rooms::joined_by_newcomers.eq(joined))
        .execute(conn)?;
    Ok(name)
}

/// Writes down that somebody has everybody added. Errors: `Forbidden`.
pub fn note_everybody(conn: &mut Conn, actor: &Viewer) -> Result<()> {
    administration::permit(conn, actor)?;
    audit::note(conn, actor.id, "everybody_added", "", "")
}

impl Store {
    /// Makes members of everybody who has an account in use, in the rooms that newcomers join, but for guests and for those who
    /// have left one or were removed from it. Nodes notice by comparing.
    pub async fn add_everybody(&self) -> Result<()> {
        for (room, _, _) in self.read(joined_rooms).await? {
            let mut after = 0;
            while let Some(last) = self.write(move |conn| add_piece(conn, room, after)).await? {
                after = last;
            }
        }
        Ok(())
    }
}

/// Adds the next people after a number; the last of them, `None` where there are no more.
fn add_piece(conn: &mut Conn, room: RoomId, after: UserId) -> Result<Option<UserId>> {
    let last_seq = match memberships::locked_last_seq(conn, room) {
        // It was deleted in between.
        Err(Error::NotFound) => return Ok(None),
        other => other?,
    };
    let state = super::rooms::state(conn, room)?;
    if state.kind != "open" || state.archived_at.is_some() {
        return Ok(None);
    }
    let strangers: Vec<UserId> = users::table
        .left_join(
            memberships_table::table.on(memberships_table::user_id
                .eq(users::id)
                .and(memberships_table::room_id.eq(room))),
        )
        .filter(users::id.gt(after))
        .filter(users::deactivated_at.is_null())
        .filter(users::role.ne("guest"))
        .filter(memberships_table::user_id.nullable().is_null())
        .order(users::id.asc())
        .limit(PIECE)
        .select(users::id)
        .load(conn)?;
    for user in &strangers {
        memberships::join_locked(conn, room, *user, last_seq)?;
        raise_access_revision(conn, *user)?;
    }
    Ok(strangers.last().copied())
}

/// Whether somebody's account is new.
pub(super) fn is_new(conn: &mut Conn, user: UserId) -> Result<bool> {
    let until: Option<chrono::NaiveDateTime> = users::table
        .find(user)
        .select(users::new_until)
        .first(conn)?;
    Ok(until.is_some_and(|until| until > Time::now().sql()))
}

/// Refuses another direct room of people to whoever's account is new and has begun enough of them. From then on until the end of
/// the transaction nobody else begins one in their name.
pub(super) fn permit_direct(
    conn: &mut Conn,
    maker: UserId,
    people: &BTreeSet<UserId>,
) -> Result<()> {
    if people.len() < 2 || !is_new(conn, maker)? {
        return Ok(());
    }
    if let Conn::Postgres(postgres) = &mut *conn {
        // All whose rows are written later, in the order in which every transaction locks them.
        let _: Vec<UserId> = users::table
            .filter(users::id.eq_any(people.iter().copied().collect::<Vec<_>>()))
            .order(users::id.asc())
            .select(users::id)
            .for_no_key_update()
            .load(postgres)?;
    }
    let begun: i64 = rooms::table
        .filter(rooms::created_by.eq(maker))
        .filter(rooms::kind.eq("direct"))
        .filter(rooms::people_key.like("%,%"))
        .count()
        .get_result(conn)?;
    if begun >= DIRECTS_MAX {
        return Err(Error::Refused("refusal-direct-new"));
    }
    Ok(())
}

/// How many wait to be let in.
pub fn waiting(conn: &mut Conn) -> Result<i64> {
    Ok(users::table
        .filter(users::waiting_since.is_not_null())
        .count()
        .get_result(conn)?)
}

/// Lets somebody in who waits.
///
/// Errors: `Forbidden`; `NotFound` where nobody of that name waits.
pub fn let_in(conn: &mut Conn, actor: &Viewer, skeleton: &str) -> Result<UserId> {
    lock_rooms(conn, &[])?;
    administration::permit(conn, actor)?;
    let (id, username) = locked_waiting(conn, skeleton)?;
    diesel::update(users::table.find(id))
        .set((
            users::waiting_since.eq(None::<chrono::NaiveDateTime>),
            users::deactivated_at.eq(None::<chrono::NaiveDateTime>),
        ))
        .execute(conn)?;
    begin_time(conn, id, Time::now())?;
    join_rooms(conn, id)?;
    raise_access_revision(conn, id)?;
    audit::note(conn, actor.id, "let_in", &username, "")?;
    Ok(id)
}

/// Deletes the account of somebody who waits; the name is free again.
///
/// Errors: as those of [`let_in`].
pub fn refuse(conn: &mut Conn, actor: &Viewer, skeleton: &str) -> Result<()> {
    administration::permit(conn, actor)?;
    let (id, username) = locked_waiting(conn, skeleton)?;
    diesel::delete(sign_ins::table.filter(sign_ins::user_id.eq(id))).execute(conn)?;
    diesel::delete(password_resets::table.filter(password_resets::user_id.eq(id))).execute(conn)?;
    diesel::delete(users::table.find(id)).execute(conn)?;
    audit::note(conn, actor.id, "refused", &username, "")
}

/// Two administrators who decide at once do so one after the other.
fn locked_waiting(conn: &mut Conn, skeleton: &str) -> Result<(UserId, String)> {
    let query = users::table
        .filter(users::skeleton.eq(skeleton))
        .filter(users::waiting_since.is_not_null())
        .select((users::id, users::username));
    Ok(match conn {
        Conn::Sqlite(sqlite) => query.first(sqlite)?,
        Conn::Postgres(postgres) => query.for_update().first(postgres)?,
    })
}

fn begin_time(conn: &mut Conn, id: UserId, now: Time) -> Result<()> {
    diesel::update(users::table.find(id))
        .set(users::new_until.eq(Some(now.after(NEW_FOR).sql())))
        .execute(conn)?;
    Ok(())
}
