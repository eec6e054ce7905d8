//! What a room's details show: its people, and what the reader may do to it.

use serde::Serialize;

use super::forms::Refusal;
use super::lobby::RoomLink;
use super::notices;
use super::page::Template;
use super::person::Person;

/// A room's details.
#[derive(Serialize)]
pub struct Details {
    /// The room.
    pub room: RoomLink,
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// Its members, owners first.
    pub members: Vec<MemberLine>,
    /// How many more of them there are than are shown.
    pub more_members: usize,
    /// Whether I am one of them, and may stop being one.
    pub can_leave: bool,
    /// Whether I may become one.
    pub can_join: bool,
    /// Whether I may bring others in.
    pub can_add: bool,
    /// Whether I may make a link that leads into it.
    pub can_invite: bool,
    /// Whether I may give it another name or topic.
    pub can_change: bool,
    /// The waits between two messages that are offered.
    pub slow_modes: Vec<SlowMode>,
    /// Whether I may close it to all but its members.
    pub can_close: bool,
    /// Whether I may archive it, or restore it.
    pub can_archive: bool,
    /// Whether I may delete it for good.
    pub can_delete: bool,
    /// Why the last form came back.
    pub refusal: Option<Refusal>,
}

/// A wait between two messages.
#[derive(Serialize)]
pub struct SlowMode {
    /// How long, in seconds; 0 is none.
    pub seconds: i64,
    /// How it is told.
    pub words: String,
    /// Whether it is the room's.
    pub chosen: bool,
}

/// The waits that are offered: some that are usual, and the one the room has.
pub fn slow_modes(of_room: i64) -> Vec<SlowMode> {
    let mut offered = vec![0, 10, 30, 60, 300, 900, 3_600];
    if !offered.contains(&of_room) {
        offered.push(of_room);
        offered.sort_unstable();
    }
    offered
        .into_iter()
        .map(|seconds| SlowMode {
            seconds,
            words: notices::wait(seconds),
            chosen: seconds == of_room,
        })
        .collect()
}

/// A member, and what I may do about them.
#[derive(Serialize)]
pub struct MemberLine {
    /// Who it is.
    #[serde(flatten)]
    pub person: Person,
    /// Whether they look after the room.
    pub owner: bool,
    /// Whether I may put them out.
    pub can_remove: bool,
    /// Whether I may make them an owner, or a member again.
    pub can_appoint: bool,
}

impl Template for Details {
    const NAME: &'static str = "details.html";
    const KIND: &'static str = "lobby";
}
