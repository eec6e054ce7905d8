//! Rooms as administrators see them.

use serde::Serialize;

use super::forms::Refusal;
use super::lobby::RoomLink;
use super::page::Template;
use super::person::Person;
use super::texts::{self, Arguments};
use crate::rights::{self, Action, Kind, Place, Role};
use crate::store::Time;
use crate::store::memberships::Member;
use crate::store::room_administration::{self as store, Listed, Size};
use crate::store::users::Viewer;

/// A page of rooms.
#[derive(Serialize)]
pub struct Rooms {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// What was looked for.
    pub wanted: String,
    /// The same as a value in a query.
    pub query: String,
    /// The rooms on this page.
    pub listed: Vec<RoomLine>,
    /// How many there are on all pages.
    pub all: usize,
    /// This page's number, from 1.
    pub number: usize,
    /// The last page's number.
    pub last: usize,
}

/// A closed room.
#[derive(Serialize)]
pub struct ClosedRoom {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// The room.
    pub room: RoomLine,
    /// The people on this page.
    pub members: Vec<MemberLine>,
    /// This page's number, from 1.
    pub number: usize,
    /// The last page's number.
    pub last: usize,
    /// Whether I may delete it.
    pub can_delete: bool,
    /// Whether that was done which was asked for last.
    pub done: bool,
    /// Why the last form came back.
    pub refusal: Option<Refusal>,
}

/// A room as administrators see it.
#[derive(Serialize)]
pub struct RoomLine {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Whether it is open to everyone.
    pub open: bool,
    /// Where it is, if I can go there.
    pub href: Option<String>,
    /// Whether it is kept for reading only.
    pub archived: bool,
    /// How many belong to it.
    pub people: i64,
    /// How much is kept of it, in words.
    pub size: String,
    /// When something was last said or done there; of open rooms only.
    pub active_at: Option<Time>,
    /// The day of that in UTC, for whoever has no script.
    pub active_on: String,
}

/// Somebody who belongs to a closed room.
#[derive(Serialize)]
pub struct MemberLine {
    /// Who it is.
    #[serde(flatten)]
    pub person: Person,
    /// Whether they look after the room.
    pub owner: bool,
    /// Whether I may make them an owner.
    pub can_install: bool,
}

impl RoomLine {
    /// A room and, where it is open, the way to it.
    pub fn new(listed: Listed, href: Option<String>) -> RoomLine {
        let mut arguments = Arguments::new();
        let key = match listed.size {
            Size::Messages(count) => {
                arguments.set("count", count);
                "admin-room-messages"
            }
            Size::Below(count) => {
                arguments.set("count", count);
                "admin-room-below"
            }
        };
        RoomLine {
            id: listed.id,
            name: listed.name,
            open: listed.open,
            href,
            archived: listed.archived,
            people: listed.people,
            size: texts::t(key, &arguments),
            active_on: listed.active_at.map(Time::day).unwrap_or_default(),
            active_at: listed.active_at,
        }
    }
}

impl ClosedRoom {
    /// A closed room and a page of its people, for somebody who has joined some rooms.
    pub fn new(
        viewer: &Viewer,
        room: Listed,
        people: store::People,
        rooms: Vec<RoomLink>,
        done: bool,
        refusal: Option<Refusal>,
    ) -> ClosedRoom {
        let may = |action| rights::may(viewer.as_person(), action).is_ok();
        let line = |Member { profile, owner }| {
            let role = Role::parse(&profile.role).unwrap_or(Role::Guest);
            MemberLine {
                can_install: !owner && may(Action::Install(Kind::Closed, Place::Member, role)),
                person: profile.into(),
                owner,
            }
        };
        ClosedRoom {
            rooms,
            room: RoomLine::new(room, None),
            members: people.members.into_iter().map(line).collect(),
            number: people.number,
            last: people.last,
            can_delete: may(Action::Delete(Kind::Closed)),
            done,
            refusal,
        }
    }
}

impl Template for Rooms {
    const NAME: &'static str = "admin-rooms.html";
    const KIND: &'static str = "lobby";
}

impl Template for ClosedRoom {
    const NAME: &'static str = "admin-room.html";
    const KIND: &'static str = "lobby";
}
