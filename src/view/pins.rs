//! What a room keeps at hand, as a list: who said it, what, and who pinned it.

use serde::Serialize;

use super::lobby::RoomLink;
use super::notices::isolated;
use super::page::Template;
use super::person;
use super::texts::{self, Arguments};
use crate::store::Time;
use crate::store::messages::Message;

/// The page, from which scripts take its list too.
#[derive(Serialize)]
pub struct PinsPage<'a> {
    /// The room.
    pub room: RoomLink,
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// What is pinned, the last first.
    pub pins: Vec<Pin<'a>>,
    /// Whether I may pin there, and take pins away.
    pub can_pin: bool,
}

/// A pinned message.
#[derive(Serialize)]
pub struct Pin<'a> {
    /// Its number.
    pub seq: i64,
    /// Who said it.
    pub username: &'a str,
    /// What they are called.
    pub name: &'a str,
    /// Their picture.
    pub avatar: Option<&'a str>,
    /// The colour of their cup.
    pub hue: u16,
    /// What stands in it.
    pub initial: String,
    /// What it says.
    pub text: &'a str,
    /// The same drawn, where there is anything to draw.
    pub html: Option<&'a str>,
    /// When it was said.
    pub sent_at: Time,
    /// The day of that in UTC, for whoever has no script.
    pub day: String,
    /// Who pinned it, in words.
    pub by: String,
    /// When.
    pub at: Time,
    /// The day of that in UTC.
    pub on: String,
}

impl<'a> Pin<'a> {
    /// One of a list; `None` where it is not pinned any more.
    pub fn of(message: &'a Message) -> Option<Pin<'a>> {
        let pinned = message.pinned.as_ref()?;
        Some(Pin {
            seq: message.seq,
            username: &message.username,
            name: &message.name,
            avatar: message.avatar.as_deref(),
            hue: person::hue(&message.username),
            initial: person::initial(&message.name),
            text: &message.text,
            html: message.html.as_deref(),
            sent_at: message.sent_at,
            day: message.sent_at.day(),
            by: words(message),
            at: pinned.at,
            on: pinned.at.day(),
        })
    }
}

/// Who pinned a message, in words; empty where nobody did.
pub(super) fn words(message: &Message) -> String {
    let Some(pinned) = &message.pinned else {
        return String::new();
    };
    let mut arguments = Arguments::new();
    arguments.set("name", isolated(&pinned.name));
    texts::t("pinned-by", &arguments)
}

impl Template for PinsPage<'_> {
    const NAME: &'static str = "pins.html";
    const KIND: &'static str = "settings";
}
