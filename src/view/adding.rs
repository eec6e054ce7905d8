//! Adding people by a list, and the sheet with their links.

use serde::Serialize;

use super::forms::Refusal;
use super::lobby::RoomLink;
use super::page::Template;
use super::texts;
use crate::store::additions::Checked;

/// The form, and what a list would make.
#[derive(Serialize)]
pub struct AddPeople {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// Rooms that they may be added to.
    pub offered: Vec<RoomChoice>,
    /// What was typed.
    pub people: String,
    /// Whether they become guests.
    pub guests: bool,
    /// What was looked over.
    pub lines: Vec<Line>,
    /// How many of these cannot be made.
    pub wrong: usize,
    /// Whether all of them can.
    pub ready: bool,
    /// The list with the usernames that were found, so that the same is made that was shown.
    pub resolved: String,
    /// Why the form came back.
    pub refusal: Option<Refusal>,
}

/// A room that people may be added to.
#[derive(Serialize)]
pub struct RoomChoice {
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// A line that was looked over.
#[derive(Serialize)]
pub struct Line {
    /// What somebody is called.
    pub name: String,
    /// The name they sign in with.
    pub username: String,
    /// What is wrong with it, in words; empty where nothing is.
    pub wrong: String,
}

impl From<Checked> for Line {
    fn from(checked: Checked) -> Line {
        Line {
            name: checked.name,
            username: checked.username,
            wrong: match checked.newcomer {
                Ok(_) => String::new(),
                Err(rule) => texts::plain(rule),
            },
        }
    }
}

/// A sheet to be cut up: for each person the link with which they choose a password.
#[derive(Serialize)]
pub struct Sheet {
    /// One for each.
    pub cards: Vec<Card>,
    /// The day until which the links are good.
    pub until: String,
    /// Whether not all were made that were wanted.
    pub is_part: bool,
    /// Whether the links work on this computer only.
    pub loopback: bool,
}

/// What one person gets.
#[derive(Serialize)]
pub struct Card {
    /// What they are called.
    pub name: String,
    /// The name they sign in with.
    pub username: String,
    /// The link.
    pub url: String,
    /// The same as a picture: SVG that is safe to insert.
    pub qr: String,
}

impl Template for AddPeople {
    const NAME: &'static str = "admin-add.html";
    const KIND: &'static str = "lobby";
}

impl Template for Sheet {
    const NAME: &'static str = "sheet.html";
    const KIND: &'static str = "sheet";
}
