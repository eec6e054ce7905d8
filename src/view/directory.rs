//! The directory: every open room, found by a word of its name or topic.

use serde::Serialize;

use super::lobby::RoomLink;
use super::page::Template;
use crate::store::Time;
use crate::store::directory::{self, Listed};

/// A page of the directory.
#[derive(Serialize)]
pub struct Directory {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// What was looked for.
    pub wanted: String,
    /// The same as a value in a query.
    pub query: String,
    /// The rooms on this page.
    pub listed: Vec<RoomLine>,
    /// How many there are on all pages.
    pub all: usize,
    /// This page's number, from 1.
    pub number: usize,
    /// The last page's number.
    pub last: usize,
}

/// A room of the directory.
#[derive(Serialize)]
pub struct RoomLine {
    /// The room.
    #[serde(flatten)]
    pub room: RoomLink,
    /// How many belong to it.
    pub members: i64,
    /// When something was last said or done there.
    pub active_at: Option<Time>,
    /// The day of that in UTC, for whoever has no script.
    pub active_on: String,
    /// Whether I may join it.
    pub can_join: bool,
}

impl Directory {
    /// A page of the directory, for somebody who has joined some rooms.
    pub fn new(
        page: directory::Page,
        rooms: Vec<RoomLink>,
        (wanted, query): (String, String),
        may_join: impl Fn(&Listed) -> bool,
    ) -> Directory {
        let line = |listed: Listed| RoomLine {
            can_join: may_join(&listed),
            members: listed.people,
            active_on: listed.active_at.map(Time::day).unwrap_or_default(),
            active_at: listed.active_at,
            room: listed.room.into(),
        };
        Directory {
            rooms,
            wanted,
            query,
            listed: page.rooms.into_iter().map(line).collect(),
            all: page.all,
            number: page.number,
            last: page.last,
        }
    }
}

impl Template for Directory {
    const NAME: &'static str = "directory.html";
    const KIND: &'static str = "lobby";
}
