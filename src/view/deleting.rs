//! The page that asks once whether a message is to be deleted, for whoever has no script.

use serde::Serialize;

use super::lobby::RoomLink;
use super::page::Template;

/// The page.
#[derive(Serialize)]
pub struct Deleting {
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
}

impl Template for Deleting {
    const NAME: &'static str = "deleting.html";
    const KIND: &'static str = "settings";
}
