//! How far each room is: read from the narrow table of counters, so that many can be compared often.

use std::collections::HashMap;

use diesel::prelude::*;

use super::RoomId;
use super::connection::Conn;
use super::schema::{room_counters, rooms};
use crate::error::Result;

/// Rows of one query.
pub const CHUNK: usize = 500;

/// How far a room is.
#[derive(Queryable, Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Which room.
    pub room: RoomId,
    /// Its newest message's number.
    pub last_seq: i64,
    /// Its change counter.
    pub revision: i64,
}

/// The heads of some rooms.
pub fn of(conn: &mut Conn, rooms: &[RoomId]) -> Result<Vec<Head>> {
    let mut heads = Vec::with_capacity(rooms.len());
    for rooms in rooms.chunks(CHUNK) {
        heads.extend(
            room_counters::table
                .filter(room_counters::room_id.eq_any(rooms.to_vec()))
                .select((
                    room_counters::room_id,
                    room_counters::last_seq,
                    room_counters::revision,
                ))
                .load::<Head>(conn)?,
        );
    }
    Ok(heads)
}

/// The next heads after a room, in the order of their numbers, at most [`CHUNK`].
pub fn after(conn: &mut Conn, room: RoomId) -> Result<Vec<Head>> {
    Ok(room_counters::table
        .filter(room_counters::room_id.gt(room))
        .order(room_counters::room_id.asc())
        .limit(CHUNK as i64)
        .select((
            room_counters::room_id,
            room_counters::last_seq,
            room_counters::revision,
        ))
        .load(conn)?)
}

/// What some rooms are called in URLs.
pub fn slugs(conn: &mut Conn, rooms: &[RoomId]) -> Result<HashMap<RoomId, String>> {
    let mut slugs = HashMap::with_capacity(rooms.len());
    for rooms in rooms.chunks(CHUNK) {
        let found: Vec<(RoomId, String)> = rooms::table
            .filter(rooms::id.eq_any(rooms.to_vec()))
            .select((rooms::id, rooms::slug))
            .load(conn)?;
        slugs.extend(found);
    }
    Ok(slugs)
}
