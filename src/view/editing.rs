//! The page where a message is said in other words, for whoever has no script.

use serde::Serialize;

use super::forms::Refusal;
use super::lobby::RoomLink;
use super::page::Template;

/// The page.
#[derive(Serialize)]
pub struct Editing {
    /// The room.
    pub room: RoomLink,
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// The message's number.
    pub seq: i64,
    /// What it says, or what was typed.
    pub text: String,
    /// What it says, where that is another thing than what was to be edited.
    pub stands: Option<String>,
    /// The revision that is edited.
    pub based_on: i64,
    /// Why the last form came back.
    pub refusal: Option<Refusal>,
}

impl Template for Editing {
    const NAME: &'static str = "editing.html";
    const KIND: &'static str = "settings";
}
