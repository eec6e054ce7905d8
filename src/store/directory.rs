//! Every open room, for whoever looks for one: its people and when something was last said there.

use std::collections::HashMap;

use diesel::dsl::count_star;
use diesel::prelude::*;

use super::RoomId;
use super::connection::Conn;
use super::rooms::{self, Room};
use super::schema::{memberships, messages, room_counters};
use super::time::Time;
use super::users::Viewer;
use crate::error::Result;

/// Rooms on a page.
const PAGE: usize = 50;

/// An open room as the directory shows it.
#[derive(Debug)]
pub struct Listed {
    /// The room as this person sees it; what they have not read is not counted.
    pub room: Room,
    /// How many belong to it.
    pub people: i64,
    /// When something was last said or done there.
    pub active_at: Option<Time>,
}

/// A page of the directory.
#[derive(Debug)]
pub struct Page {
    /// Its rooms, by name; archived ones last.
    pub rooms: Vec<Listed>,
    /// How many there are on all pages.
    pub all: usize,
    /// Its number, from 1.
    pub number: usize,
    /// The last page's number.
    pub last: usize,
}

/// The open rooms whose name or topic has a text in it, a page of them; the last page where there are fewer.
pub fn page(conn: &mut Conn, viewer: &Viewer, wanted: &str, number: usize) -> Result<Page> {
    let wanted = wanted.trim().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&wanted);
    let mut found = rooms::open_to(conn, viewer)?;
    found.retain(|room| has(&room.name) || has(&room.topic));
    found.sort_by_key(|room| (room.archived, room.name.to_lowercase()));
    let all = found.len();
    let last = all.div_ceil(PAGE).max(1);
    let number = number.clamp(1, last);
    let shown: Vec<Room> = found
        .into_iter()
        .skip((number - 1) * PAGE)
        .take(PAGE)
        .collect();
    let ids: Vec<RoomId> = shown.iter().map(|room| room.id).collect();
    let (people, active) = (people_of(conn, &ids)?, active_at(conn, &ids)?);
    let listed = |room: Room| Listed {
        people: people.get(&room.id).copied().unwrap_or(0),
        active_at: active.get(&room.id).copied(),
        room,
    };
    Ok(Page {
        rooms: shown.into_iter().map(listed).collect(),
        all,
        number,
        last,
    })
}

/// How many belong to each of some rooms.
pub fn people_of(conn: &mut Conn, rooms: &[RoomId]) -> Result<HashMap<RoomId, i64>> {
    let counted: Vec<(RoomId, i64)> = memberships::table
        .filter(memberships::room_id.eq_any(rooms.to_vec()))
        .filter(memberships::state.eq("joined"))
        .group_by(memberships::room_id)
        .select((memberships::room_id, count_star()))
        .load(conn)?;
    Ok(counted.into_iter().collect())
}

/// When something was last said or done in each of some rooms.
pub(super) fn active_at(conn: &mut Conn, rooms: &[RoomId]) -> Result<HashMap<RoomId, Time>> {
    let newest: Vec<(RoomId, chrono::NaiveDateTime)> = room_counters::table
        .inner_join(
            messages::table.on(messages::room_id
                .eq(room_counters::room_id)
                .and(messages::seq.eq(room_counters::last_seq))),
        )
        .filter(room_counters::room_id.eq_any(rooms.to_vec()))
        .select((room_counters::room_id, messages::sent_at))
        .load(conn)?;
    Ok(newest
        .into_iter()
        .map(|(room, at)| (room, Time::from_sql(at)))
        .collect())
}
