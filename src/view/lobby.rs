//! What the lobby shows: my rooms, those I could join, people, and the way to let more of them in.

use serde::Serialize;

use super::forms::Refusal;
use super::page::Template;
use super::person::Person;
use super::reports::MineLine;
use super::texts::{self, Arguments};
use crate::store::rooms::Room;

/// Of what is long, people for instance, so many on a page.
pub const SHOWN_MAX: usize = 200;
/// People on the first page, those who are there before others; of the rest it says how many they are.
pub const PEOPLE_MAX: usize = 120;
/// Rooms to join on the first page: a page of its own lists all of them.
pub const OTHERS_MAX: usize = 50;

/// The lobby.
#[derive(Serialize)]
pub struct Lobby {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// Those of them that I keep out of the list.
    pub hidden: Vec<RoomLink>,
    /// Open rooms I did not join.
    pub others: Vec<RoomLink>,
    /// How many more of them there are than are shown.
    pub more_others: usize,
    /// Everyone, or where they are many, those who are here first.
    pub people: Vec<Person>,
    /// How many more of them there are than are shown.
    pub more_people: usize,
    /// How many wait to be let in; 0 for all but administrators.
    pub waiting: i64,
    /// What came of my reports and I have not seen yet.
    pub report_news: Vec<MineLine>,
    /// How many reports wait, where I look after the site.
    pub open_reports: i64,
    /// The link that lets others in, where I may pass one on.
    pub invitation: Option<Invitation>,
    /// Why the form that makes rooms came back.
    pub refusal: Option<Refusal>,
    /// What was typed there.
    pub form: NewRoomForm,
}

/// A room and the way to it.
#[derive(Debug, Clone, Serialize)]
pub struct RoomLink {
    /// PROTOCOL's `Room`.
    #[serde(flatten)]
    pub room: Room,
    /// Where it is.
    pub href: String,
    /// Whether I belong to it.
    pub joined: bool,
    /// Whether it is mute for me: then what is unread is not counted.
    pub muted: bool,
}

/// The fields of the form that makes rooms.
#[derive(Serialize, Default)]
pub struct NewRoomForm {
    /// The room's name.
    pub name: String,
}

/// A link that lets others in.
#[derive(Serialize)]
pub struct Invitation {
    /// The link; empty where the site has none of its own just now.
    pub url: String,
    /// The same as a picture: SVG that is safe to insert.
    pub qr: String,
    /// Whether it works on this computer only.
    pub loopback: bool,
    /// Whether I may make a new one.
    pub can_renew: bool,
}

impl From<Room> for RoomLink {
    fn from(mut room: Room) -> RoomLink {
        if room.kind == "direct" && room.people.len() == 1 {
            room.name = texts::t("direct-notes", &Arguments::new());
        }
        RoomLink {
            href: format!("/chat/{}/", room.slug),
            joined: room.joined,
            muted: room.wants.is_muted(),
            room,
        }
    }
}

/// Somebody's rooms, sorted by where they are shown.
pub struct Sorted {
    /// In their list.
    pub listed: Vec<RoomLink>,
    /// Kept out of it.
    pub hidden: Vec<RoomLink>,
    /// Open to them: many, of which few are drawn.
    pub others: Vec<Room>,
}

/// The rooms somebody joined, and the others.
pub fn sorted(rooms: Vec<Room>) -> Sorted {
    let (joined, others): (Vec<_>, Vec<_>) = rooms.into_iter().partition(|room| room.joined);
    let links = joined.into_iter().map(RoomLink::from);
    let (hidden, listed) = links.partition(|link| link.room.hidden);
    Sorted {
        listed,
        hidden,
        others,
    }
}

/// The list of rooms beside a page.
pub fn listed(rooms: Vec<Room>) -> Vec<RoomLink> {
    sorted(rooms).listed
}

/// The first of a list that may be long, at most so many, and how many are left out: a page is read, not searched.
pub fn first<T>(mut list: Vec<T>, most: usize) -> (Vec<T>, usize) {
    let more = list.len().saturating_sub(most);
    list.truncate(most);
    (list, more)
}

impl Template for Lobby {
    const NAME: &'static str = "lobby.html";
    const KIND: &'static str = "lobby";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_is_cut_and_says_by_how_much() {
        assert_eq!(first(vec![1, 2, 3], 3), (vec![1, 2, 3], 0));
        let (shown, more) = first((0..SHOWN_MAX + 7).collect(), SHOWN_MAX);
        assert_eq!((shown.len(), shown[0], more), (SHOWN_MAX, 0, 7));
    }
}
