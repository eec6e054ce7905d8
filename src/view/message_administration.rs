//! What administrators see of what is said in open rooms.

use serde::Serialize;

use super::forms::Refusal;
use super::lobby::RoomLink;
use super::page::Template;
use super::search::HitLine;

/// A page of messages that can be selected.
#[derive(Serialize)]
pub struct Messages {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// What was typed.
    pub wanted: String,
    /// The one room that was looked through; may be empty.
    pub in_room: String,
    /// Whose messages alone are shown; may be empty.
    pub from: String,
    /// The page's address with all of that.
    pub address: String,
    /// The messages, the newest first.
    pub hits: Vec<HitLine>,
    /// Where the next page goes on; empty where there is none.
    pub older: String,
    /// The messages that were selected, where it is asked whether they are meant.
    pub asked: Vec<String>,
    /// How many could not be deleted.
    pub skipped: usize,
    /// Why nothing was looked for.
    pub refusal: Option<Refusal>,
}

impl Template for Messages {
    const NAME: &'static str = "admin-messages.html";
    const KIND: &'static str = "lobby";
}
