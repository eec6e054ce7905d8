//! Messages by where they are, in whichever rooms.

use std::collections::HashMap;

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::Message;
use super::row::Row;
use super::whole::whole;
use crate::error::Result;
use crate::store::RoomId;
use crate::store::connection::Conn;
use crate::store::schema::{messages, users};

/// The messages in these places, of any rooms.
pub(in crate::store) fn at(
    conn: &mut Conn,
    places: &[(RoomId, i64)],
) -> Result<HashMap<(RoomId, i64), Message>> {
    if places.is_empty() {
        return Ok(HashMap::new());
    }
    // Numbers only: there is nothing to be escaped.
    let asked: Vec<String> = places
        .iter()
        .map(|(room, seq)| format!("({room},{seq})"))
        .collect();
    let are_asked_for = sql::<Bool>(&format!(
        "(messages.room_id, messages.seq) IN (VALUES {})",
        asked.join(",")
    ));
    let found: Vec<(RoomId, Row)> = messages::table
        .inner_join(users::table)
        .select((messages::room_id, Row::as_select()))
        .filter(are_asked_for)
        .load(conn)?;
    let mut by_room: HashMap<RoomId, Vec<Row>> = HashMap::new();
    for (room, row) in found {
        by_room.entry(room).or_default().push(row);
    }
    let mut all = HashMap::with_capacity(places.len());
    for (room, rows) in by_room {
        let messages = whole(conn, room, rows)?.into_iter();
        all.extend(messages.map(|message| ((room, message.seq), message)));
    }
    Ok(all)
}
