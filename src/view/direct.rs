//! Where the first message of a direct room is written.

use serde::Serialize;

use super::forms::Refusal;
use super::lobby::RoomLink;
use super::page::Template;
use super::person::Person;

/// The page of a direct room that is not there yet.
#[derive(Serialize)]
pub struct Beginning {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// With whom.
    pub person: Person,
    /// Whether that is myself: a place for notes.
    pub notes: bool,
    /// Where the form is sent.
    pub action: String,
    /// Whether I may start direct rooms.
    pub can_post: bool,
    /// Whether that is because I am a guest.
    pub guest: bool,
    /// The id that the message will bear.
    pub client_id: String,
    /// What was typed.
    pub message: String,
    /// Why it came back.
    pub refusal: Option<Refusal>,
}

impl Template for Beginning {
    const NAME: &'static str = "direct.html";
    const KIND: &'static str = "lobby";
}
