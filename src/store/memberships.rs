//! Who belongs to which room, and up to where they have read.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use super::connection::{Conn, MultiBackend};
use super::schema::{memberships, room_counters, rooms, users};
use super::users::raise_access_revision;
use super::{RoomId, UserId};
use crate::error::{Error, Result};

/// Places in one query.
const CHUNK: usize = 500;

/// One person's place in one room, as stored.
#[derive(Queryable, Selectable, Debug, Clone)]
#[diesel(table_name = memberships, check_for_backend(MultiBackend))]
pub(super) struct Membership {
    pub(super) state: String,
    pub(super) level: String,
    pub(super) read_seq: i64,
}

/// Makes somebody a member of an open room they enter; what was said before counts as read.
///
/// Errors: `NotFound` where the room is not open to them.
pub fn join_open(conn: &mut Conn, room: RoomId, user: UserId) -> Result<()> {
    // The lock on the counters keeps two joins of the same person apart.
    let last_seq = locked_last_seq(conn, room)?;
    let kind: String = rooms::table.find(room).select(rooms::kind).first(conn)?;
    let role: String = users::table.find(user).select(users::role).first(conn)?;
    if kind != "open" || role == "guest" {
        return Err(Error::NotFound);
    }
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
    let known: i64 = memberships::table
        .find((room, user))
        .count()
        .get_result(conn)?;
    if known > 0 {
        diesel::update(memberships::table.find((room, user)))
            .filter(memberships::state.ne("joined"))
            .set((
                memberships::state.eq("joined"),
                memberships::left_seq.eq(None::<i64>),
            ))
            .execute(conn)?;
        return Ok(());
    }
    insert(conn, room, user, "member", last_seq)
}

/// The first member of a room: who made it.
pub(super) fn found(conn: &mut Conn, room: RoomId, maker: UserId) -> Result<()> {
    insert(conn, room, maker, "owner", 0)
}

/// Whether people are members of rooms now, of those who ever were: just of the places that are asked for, not of every
/// room and person among them.
pub(super) fn at(
    conn: &mut Conn,
    places: &[(RoomId, UserId)],
) -> Result<HashMap<(RoomId, UserId), bool>> {
    let mut found = HashMap::new();
    for places in places.chunks(CHUNK) {
        // Numbers only: there is nothing to be escaped.
        let asked: Vec<String> = places
            .iter()
            .map(|(room, person)| format!("({room},{person})"))
            .collect();
        let query = diesel::sql_query(format!(
            "WITH asked (room, person) AS (VALUES {}) \
             SELECT memberships.room_id, memberships.user_id, memberships.state FROM asked CROSS JOIN memberships \
             WHERE memberships.room_id = asked.room AND memberships.user_id = asked.person",
            asked.join(",")
        ));
        let rows: Vec<Place> = match conn {
            Conn::Sqlite(sqlite) => query.load(sqlite)?,
            Conn::Postgres(postgres) => query.load(postgres)?,
        };
        found.extend(
            rows.into_iter()
                .map(|row| ((row.room_id, row.user_id), row.state == "joined")),
        );
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct Place {
    #[diesel(sql_type = BigInt)]
    room_id: RoomId,
    #[diesel(sql_type = BigInt)]
    user_id: UserId,
    #[diesel(sql_type = Text)]
    state: String,
}

/// Moves read marks forward; never back.
pub fn mark_read(conn: &mut Conn, room: RoomId, marks: &[(UserId, i64)]) -> Result<()> {
    // In one order on every node, so that no two wait for each other.
    let mut marks = marks.to_vec();
    marks.sort_unstable();
    for (user, seq) in marks {
        diesel::update(memberships::table.find((room, user)))
            .filter(memberships::read_seq.lt(seq))
            .set(memberships::read_seq.eq(seq))
            .execute(conn)?;
    }
    Ok(())
}

/// Up to where somebody has read; 0 where they never joined.
pub fn read_seq(conn: &mut Conn, room: RoomId, user: UserId) -> Result<i64> {
    let mark: Option<i64> = memberships::table
        .find((room, user))
        .select(memberships::read_seq)
        .first(conn)
        .optional()?;
    Ok(mark.unwrap_or(0))
}

fn insert(conn: &mut Conn, room: RoomId, user: UserId, role: &str, last_seq: i64) -> Result<()> {
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

fn locked_last_seq(conn: &mut Conn, room: RoomId) -> Result<i64> {
    let counters = room_counters::table
        .find(room)
        .select(room_counters::last_seq);
    match conn {
        Conn::Sqlite(sqlite) => Ok(counters.first(sqlite)?),
        Conn::Postgres(postgres) => Ok(counters.for_update().first(postgres)?),
    }
}
