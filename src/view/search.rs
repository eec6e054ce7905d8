//! What was found: messages of many rooms, each with the way to its place.

use serde::Serialize;

use super::forms::Refusal;
use super::lobby::RoomLink;
use super::page::Template;
use super::person;
use crate::markup;
use crate::store::Time;
use crate::store::search::Hit;

/// A page of what was found.
#[derive(Serialize)]
pub struct Results {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// What was typed.
    pub wanted: String,
    /// The same as a value in a query.
    pub query: String,
    /// The one room that was looked through, where it was one.
    pub room: Option<RoomLink>,
    /// Whether what fits best comes first.
    pub best: bool,
    /// Whether something was looked for at all.
    pub has_looked: bool,
    /// Whether everything was looked through.
    pub complete: bool,
    /// The messages.
    pub hits: Vec<HitLine>,
    /// Where the next page goes on; empty where there is none.
    pub older: String,
    /// Whether this is the first page.
    pub is_first: bool,
    /// Why nothing was looked for.
    pub refusal: Option<Refusal>,
}

/// A message that was found.
#[derive(Serialize)]
pub struct HitLine {
    /// Where it is.
    pub href: String,
    /// The number of its room, and its own there: `7:12`.
    pub place: String,
    /// The room's name.
    pub room: String,
    /// `open`, `closed` or `direct`.
    pub kind: String,
    /// Who said it.
    pub name: String,
    /// The same for a link.
    pub username: String,
    /// Which picture they have.
    pub avatar: Option<String>,
    /// Their colour.
    pub hue: u16,
    /// The first letter of their name.
    pub initial: String,
    /// When.
    pub sent_at: Time,
    /// The day and the time of that in UTC, for whoever has no script.
    pub day: String,
    /// A piece of it: HTML that is safe to insert.
    pub snippet: String,
}

impl HitLine {
    /// How a hit looks.
    pub fn new(hit: Hit) -> HitLine {
        let room = RoomLink::from((*hit.room).clone());
        let message = hit.message;
        HitLine {
            href: format!("{}?at={}", room.href, message.seq),
            place: format!("{}:{}", hit.room.id, message.seq),
            room: room.room.name,
            kind: room.room.kind,
            hue: person::hue(&message.username),
            initial: person::initial(&message.name),
            name: message.name.to_string(),
            username: message.username.to_string(),
            avatar: message.avatar.map(|avatar| avatar.to_string()),
            day: format!("{} {}", message.sent_at.day(), message.sent_at.clock()),
            sent_at: message.sent_at,
            snippet: markup::snippet(&hit.snippet),
        }
    }
}

impl Template for Results {
    const NAME: &'static str = "search.html";
    const KIND: &'static str = "lobby";
}
