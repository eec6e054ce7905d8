//! The page of what a message said before it was edited.

use serde::Serialize;

use super::lobby::RoomLink;
use super::page::Template;
use crate::store::Time;
use crate::store::rooms::Room;
use crate::store::versions::{Version, Versions};

/// The page.
#[derive(Serialize)]
pub struct VersionsPage {
    /// The room.
    pub room: RoomLink,
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// The message's number.
    pub seq: i64,
    /// Who said it.
    pub name: String,
    /// What it says.
    pub text: String,
    /// When it was last edited.
    pub edited: Option<Moment>,
    /// What it said before, the newest first.
    pub earlier: Vec<Earlier>,
    /// Whether I may take that away.
    pub may_erase: bool,
}

/// What it said once.
#[derive(Serialize)]
pub struct Earlier {
    /// The text.
    pub text: String,
    /// Until when.
    pub until: Moment,
}

/// A moment, for machines and in UTC for people.
#[derive(Serialize)]
pub struct Moment {
    /// In RFC 3339.
    pub at: Time,
    /// The day.
    pub day: String,
    /// The time of day.
    pub time: String,
}

impl From<Time> for Moment {
    fn from(at: Time) -> Moment {
        Moment {
            at,
            day: at.day(),
            time: at.clock(),
        }
    }
}

impl From<Version> for Earlier {
    fn from(version: Version) -> Earlier {
        Earlier {
            text: version.text,
            until: version.replaced_at.into(),
        }
    }
}

impl VersionsPage {
    /// Of one message, for somebody who may read that.
    pub fn new(
        room: Room,
        rooms: Vec<RoomLink>,
        Versions { message, earlier }: Versions,
        may_erase: bool,
    ) -> VersionsPage {
        VersionsPage {
            room: room.into(),
            rooms,
            seq: message.seq,
            name: message.name.to_string(),
            text: message.text.to_string(),
            edited: message.edited_at.map(Moment::from),
            may_erase: may_erase && !earlier.is_empty(),
            earlier: earlier.into_iter().map(Earlier::from).collect(),
        }
    }
}

impl Template for VersionsPage {
    const NAME: &'static str = "versions.html";
    const KIND: &'static str = "settings";
}
