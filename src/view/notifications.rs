//! What somebody wants to be told of in a room.

use serde::Serialize;

use super::lobby::RoomLink;
use super::page::Template;
use crate::store::Time;
use crate::store::rooms::Room;
use crate::telling::{Level, Reason};

/// For how long a room can be made mute, in hours.
pub const MUTE_HOURS: [u64; 4] = [1, 8, 24, 168];

/// What is set, and where it is set.
#[derive(Serialize)]
pub struct Notifications {
    /// The room.
    pub room: RoomLink,
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// What I can want to be told of.
    pub levels: Vec<LevelChoice>,
    /// Until when the room is mute, where it is.
    pub muted_until: Option<Time>,
    /// The same in UTC, for whoever has no script.
    pub muted_until_words: String,
    /// For how many hours it can be.
    pub mute_hours: Vec<u64>,
    /// Whether something was just set.
    pub done: bool,
    /// Why I was told of a message, or was not: the key of a text.
    pub reason: Option<String>,
}

/// One of the things I can want to be told of.
#[derive(Serialize)]
pub struct LevelChoice {
    /// Its word.
    pub word: &'static str,
    /// Whether it is what I want.
    pub chosen: bool,
}

impl Notifications {
    /// What is set in a room, for somebody with these rooms.
    pub fn new(
        room: Room,
        rooms: Vec<RoomLink>,
        reason: Option<Reason>,
        done: bool,
    ) -> Notifications {
        let wants = room.wants;
        let levels = [Level::All, Level::Mentions, Level::Nothing];
        let muted_until = wants.muted_until.filter(|_| wants.is_muted());
        Notifications {
            room: room.into(),
            rooms,
            levels: levels
                .into_iter()
                .map(|level| LevelChoice {
                    word: level.word(),
                    chosen: level == wants.level,
                })
                .collect(),
            muted_until,
            muted_until_words: muted_until
                .map(|until| format!("{} {}", until.day(), until.clock()))
                .unwrap_or_default(),
            mute_hours: MUTE_HOURS.to_vec(),
            done,
            reason: reason.map(|reason| format!("told-{}", reason.word().replace('_', "-"))),
        }
    }
}

impl Template for Notifications {
    const NAME: &'static str = "notifications.html";
    const KIND: &'static str = "notifications";
}
