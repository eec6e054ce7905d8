//! Who belongs to which room.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use serde::Serialize;

use super::connection::{Conn, MultiBackend};
use super::schema::{memberships, room_counters, rooms, users};
use super::time::Time;
use super::users::{Profile, ProfileRow, raise_access_revision};
use super::{RoomId, UserId};
use crate::error::Result;
use crate::rights::{self, Action, Person, Place, Role};

/// Places in one query.
const CHUNK: usize = 500;

/// One person's place in one room, as stored.
#[derive(Queryable, Selectable, Debug, Clone)]
#[diesel(table_name = memberships, check_for_backend(MultiBackend))]
pub(super) struct Membership {
    pub(super) state: String,
    pub(super) role: String,
    pub(super) read_seq: i64,
    pub(super) read_turn: i64,
    pub(super) told_of: Option<String>,
    pub(super) muted_until: Option<chrono::NaiveDateTime>,
    pub(super) starred: bool,
    pub(super) hidden_at_seq: Option<i64>,
    pub(super) list_position: Option<i64>,
}

impl Default for Membership {
    /// That of whoever never belonged to the room.
    fn default() -> Membership {
        Membership {
            state: String::new(),
            role: String::new(),
            read_seq: 0,
            read_turn: 0,
            told_of: None,
            muted_until: None,
            starred: false,
            hidden_at_seq: None,
            list_position: None,
        }
    }
}

/// Makes somebody a member of an open room they enter; what was said before counts as read.
///
/// Errors: what the room's rights refuse, as `NotFound` where they may not know of it.
pub fn join_open(conn: &mut Conn, room: RoomId, user: UserId) -> Result<()> {
    // The lock on the counters keeps two joins of the same person apart.
    let last_seq = locked_last_seq(conn, room)?;
    let state = super::rooms::state(conn, room)?;
    let (role, deactivated): (String, Option<chrono::NaiveDateTime>) = users::table
        .find(user)
        .select((users::role, users::deactivated_at))
        .first(conn)?;
    let place = place(conn, room, user)?;
    if place.belongs() {
        return Ok(());
    }
    let person = Person {
        role: Role::parse(&role).unwrap_or(Role::Guest),
        active: deactivated.is_none(),
    };
    rights::may(person, Action::Join(state.seen_from(place)))?;
    join_locked(conn, room, user, last_seq)?;
    raise_access_revision(conn, user)
}

/// The same inside a transaction that holds the room's counters. Whoever calls it raises the person's access revision, after
/// all rooms and in the order of people's numbers: so no two transactions wait for each other.
pub(super) fn join_locked(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
    last_seq: i64,
) -> Result<()> {
    let back = diesel::update(memberships::table.find((room, user)))
        .set((
            memberships::state.eq("joined"),
            memberships::role.eq("member"),
            memberships::joined_seq.eq(last_seq),
            memberships::read_seq.eq(last_seq),
            memberships::left_seq.eq(None::<i64>),
        ))
        .execute(conn)?;
    if back > 0 {
        return Ok(());
    }
    insert(conn, room, user, "member", last_seq)
}

/// Where somebody stands in a room.
pub(super) fn place(conn: &mut Conn, room: RoomId, user: UserId) -> Result<Place> {
    let row: Option<(String, String)> = memberships::table
        .find((room, user))
        .select((memberships::state, memberships::role))
        .first(conn)
        .optional()?;
    Ok(row.map_or(Place::Stranger, |(state, role)| Place::parse(&state, &role)))
}

/// Ends a membership: `left` or `removed`.
pub(super) fn set_state(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
    state: &str,
    last_seq: i64,
) -> Result<()> {
    diesel::update(memberships::table.find((room, user)))
        .set((
            memberships::state.eq(state),
            memberships::role.eq("member"),
            memberships::left_seq.eq(Some(last_seq)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Makes somebody who belongs to a room its `owner` or its `member`.
pub(super) fn set_role(conn: &mut Conn, room: RoomId, user: UserId, role: &str) -> Result<()> {
    diesel::update(memberships::table.find((room, user)))
        .set(memberships::role.eq(role))
        .execute(conn)?;
    Ok(())
}

/// When somebody may post again in a slow room; `None` where they have not posted since it is slow.
pub(super) fn posts_again_at(conn: &mut Conn, room: RoomId, user: UserId) -> Result<Option<Time>> {
    let at: Option<Option<chrono::NaiveDateTime>> = memberships::table
        .find((room, user))
        .select(memberships::posts_again_at)
        .first(conn)
        .optional()?;
    Ok(at.flatten().map(Time::from_sql))
}

/// Notes that.
pub(super) fn set_posts_again_at(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
    at: Time,
) -> Result<()> {
    diesel::update(memberships::table.find((room, user)))
        .set(memberships::posts_again_at.eq(Some(at.sql())))
        .execute(conn)?;
    Ok(())
}

/// Who looks after a room, of those whose accounts are in use; guests never do.
pub(super) fn owners(conn: &mut Conn, room: RoomId) -> Result<Vec<UserId>> {
    Ok(memberships::table
        .inner_join(users::table)
        .filter(memberships::room_id.eq(room))
        .filter(memberships::state.eq("joined"))
        .filter(memberships::role.eq("owner"))
        .filter(users::deactivated_at.is_null())
        .filter(users::role.ne("guest"))
        .select(memberships::user_id)
        .load(conn)?)
}

/// The rooms that somebody is an owner of, each with its name in URLs.
pub fn owned_by(conn: &mut Conn, user: UserId) -> Result<Vec<(RoomId, String)>> {
    Ok(memberships::table
        .inner_join(rooms::table)
        .filter(memberships::user_id.eq(user))
        .filter(memberships::state.eq("joined"))
        .filter(memberships::role.eq("owner"))
        .filter(rooms::kind.ne("direct"))
        .order(memberships::room_id.asc())
        .select((rooms::id, rooms::slug))
        .load(conn)?)
}

/// Whoever has belonged to a room longest, and may look after it.
pub(super) fn longest_member(conn: &mut Conn, room: RoomId) -> Result<Option<UserId>> {
    Ok(memberships::table
        .inner_join(users::table)
        .filter(memberships::room_id.eq(room))
        .filter(memberships::state.eq("joined"))
        .filter(users::deactivated_at.is_null())
        .filter(users::role.ne("guest"))
        .order((memberships::joined_seq.asc(), memberships::user_id.asc()))
        .select(memberships::user_id)
        .first(conn)
        .optional()?)
}

/// The first member of a room: who made it.
pub(super) fn found(conn: &mut Conn, room: RoomId, maker: UserId) -> Result<()> {
    insert(conn, room, maker, "owner", 0)
}

/// Where people stand in rooms, of those who ever belonged to them: just in the places that are asked for, not of every room
/// and person among them.
pub(super) fn at(
    conn: &mut Conn,
    places: &[(RoomId, UserId)],
) -> Result<HashMap<(RoomId, UserId), Place>> {
    let mut found = HashMap::new();
    for places in places.chunks(CHUNK) {
        // Numbers only: there is nothing to be escaped.
        let asked: Vec<String> = places
            .iter()
            .map(|(room, person)| format!("({room},{person})"))
            .collect();
        let query = diesel::sql_query(format!(
            "WITH asked (room, person) AS (VALUES {}) \
             SELECT memberships.room_id, memberships.user_id, memberships.state, memberships.role FROM asked CROSS JOIN memberships \
             WHERE memberships.room_id = asked.room AND memberships.user_id = asked.person",
            asked.join(",")
        ));
        let rows: Vec<PlaceRow> = match conn {
            Conn::Sqlite(sqlite) => query.load(sqlite)?,
            Conn::Postgres(postgres) => query.load(postgres)?,
        };
        found.extend(rows.into_iter().map(|row| {
            (
                (row.room_id, row.user_id),
                Place::parse(&row.state, &row.role),
            )
        }));
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct PlaceRow {
    #[diesel(sql_type = BigInt)]
    room_id: RoomId,
    #[diesel(sql_type = BigInt)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    state: String,
    #[diesel(sql_type = Text)]
    role: String,
}

/// Somebody who belongs to a room.
#[derive(Debug, Clone, Serialize)]
pub struct Member {
    /// Who it is.
    #[serde(flatten)]
    pub profile: Profile,
    /// Whether they look after the room.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub owner: bool,
}

/// Everyone who belongs to a room and whose account is in use, owners first and then by name.
pub fn members(conn: &mut Conn, room: RoomId) -> Result<Vec<Member>> {
    let rows: Vec<(ProfileRow, String)> = memberships::table
        .inner_join(users::table)
        .filter(memberships::room_id.eq(room))
        .filter(memberships::state.eq("joined"))
        .filter(users::deactivated_at.is_null())
        .order((memberships::role.desc(), users::name.asc(), users::id.asc()))
        .select((ProfileRow::as_select(), memberships::role))
        .load(conn)?;
    let member = |(row, role): (ProfileRow, String)| Member {
        profile: row.into(),
        owner: role == "owner",
    };
    Ok(rows.into_iter().map(member).collect())
}

pub(super) fn insert(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
    role: &str,
    last_seq: i64,
) -> Result<()> {
    diesel::insert_into(memberships::table)
        .values((
            memberships::room_id.eq(room),
            memberships::user_id.eq(user),
            memberships::state.eq("joined"),
            memberships::role.eq(role),
            memberships::joined_seq.eq(last_seq),
            memberships::read_seq.eq(last_seq),
        ))
        .execute(conn)?;
    Ok(())
}

pub(super) fn locked_last_seq(conn: &mut Conn, room: RoomId) -> Result<i64> {
    let counters = room_counters::table
        .find(room)
        .select(room_counters::last_seq);
    match conn {
        Conn::Sqlite(sqlite) => Ok(counters.first(sqlite)?),
        Conn::Postgres(postgres) => Ok(counters.for_update().first(postgres)?),
    }
}
