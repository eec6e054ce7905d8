//! The page that asks once whether a message is to be deleted, for whoever has no script.

use serde::Serialize;

use super::lobby::RoomLink;
use super::page::Template;
use crate::store::messages::Message;

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

/// What a message says: its text, or the names of its files.
pub fn words(message: &Message) -> String {
    if !message.text.is_empty() {
        return message.text.to_string();
    }
    let names: Vec<&str> = message
        .attachments
        .iter()
        .map(|attachment| attachment.name.as_str())
        .collect();
    names.join(", ")
}

impl Template for Deleting {
    const NAME: &'static str = "deleting.html";
    const KIND: &'static str = "settings";
}
