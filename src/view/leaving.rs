//! The page on which somebody deletes their account.

use serde::Serialize;

use super::forms::Refusal;
use super::lobby::RoomLink;
use super::page::Template;

/// The page.
#[derive(Serialize)]
pub struct Leaving {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// Whether what they said is to go too.
    pub words_go: bool,
    /// Why the form came back.
    pub refusal: Option<Refusal>,
}

impl Template for Leaving {
    const NAME: &'static str = "leaving.html";
    const KIND: &'static str = "settings";
}
