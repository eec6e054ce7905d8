//! Links that let others in: lists of them, the form that makes one, and the page that one leads to.

use serde::Serialize;

use super::forms::Refusal;
use super::lobby::RoomLink;
use super::page::Template;
use super::qr;
use super::texts::{self, Arguments};
use crate::store::Time;
use crate::store::invitations::listing::{Listed, RoomName, Works};
use crate::store::rooms::Room;

/// Somebody's own links, and the form that makes one.
#[derive(Serialize)]
pub struct Invitations {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// My links on this page.
    pub links: Vec<LinkLine>,
    /// How many there are on all pages.
    pub all: usize,
    /// This page's number, from 1.
    pub number: usize,
    /// The last page's number.
    pub last: usize,
    /// Whether I may make any.
    pub can_make: bool,
    /// Whether I may invite guests.
    pub can_make_guests: bool,
    /// Whether accounts are made by links at all.
    pub makes_accounts: bool,
    /// Rooms that a link of mine may lead into.
    pub offered: Vec<Offer>,
    /// Whether links work on this computer only.
    pub loopback: bool,
    /// What was chosen.
    pub form: MakeForm,
    /// Why the form came back.
    pub refusal: Option<Refusal>,
}

/// Everyone's links.
#[derive(Serialize)]
pub struct AdminInvitations {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// What was looked for.
    pub wanted: String,
    /// The same as a value in a query.
    pub query: String,
    /// Whether members make links too.
    pub by_members: bool,
    /// Those on this page.
    pub links: Vec<LinkLine>,
    /// How many there are on all pages.
    pub all: usize,
    /// This page's number, from 1.
    pub number: usize,
    /// The last page's number.
    pub last: usize,
}

/// A room that a link may lead into.
#[derive(Serialize)]
pub struct Offer {
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
}

impl From<&Room> for Offer {
    fn from(room: &Room) -> Offer {
        Offer {
            slug: room.slug.clone(),
            name: room.name.clone(),
        }
    }
}

/// The fields of the form that makes a link.
#[derive(Serialize)]
pub struct MakeForm {
    /// The slug of the room; empty for none.
    pub room: String,
    /// Whether whoever comes becomes a guest.
    pub guest: bool,
    /// For how many days it is good, or `never`.
    pub lasts: String,
    /// For how many, or `unlimited`.
    pub uses: String,
}

impl MakeForm {
    /// What is chosen before somebody chooses.
    pub fn usual(room: String) -> MakeForm {
        MakeForm {
            room,
            guest: false,
            lasts: "7".to_owned(),
            uses: "unlimited".to_owned(),
        }
    }
}

/// A link in a list.
#[derive(Serialize)]
pub struct LinkLine {
    /// Its number.
    pub id: i64,
    /// Where it leads to, in words.
    pub title: String,
    /// Who made it; empty for the site's own.
    pub maker: String,
    /// Their username.
    pub username: String,
    /// Whether it is for guests.
    pub guest: bool,
    /// How many came by it, of how many.
    pub used: String,
    /// Until when it is good; `None` where it is good until it is ended.
    pub expires_at: Option<Time>,
    /// The same in words.
    pub until: String,
    /// Why it does not work; empty where it does.
    pub over: String,
    /// The link; empty where it is not for the reader, or does not work.
    pub url: String,
    /// The same as a picture: SVG that is safe to insert; empty where none is shown.
    pub qr: String,
}

impl LinkLine {
    /// A link as it is listed for its maker (`mine`), or for administrators.
    pub fn new(link: Listed, url: Option<String>, mine: bool) -> LinkLine {
        let url = url.filter(|_| link.state == Works::Yes).unwrap_or_default();
        let (username, maker) = link
            .maker
            .map_or_else(Default::default, |maker| (maker.username, maker.name));
        LinkLine {
            id: link.id,
            title: match link.room {
                Some(RoomName::Known { name, .. }) => name,
                Some(RoomName::Hidden) => texts::plain("invitation-room-hidden"),
                None => texts::plain("invitation-room-none"),
            },
            maker,
            username,
            guest: link.guest,
            used: used(link.uses, link.uses_max),
            expires_at: link.expires_at,
            until: until(link.expires_at),
            over: match link.state {
                Works::Yes => String::new(),
                Works::Expired => texts::plain("invitation-over-expired"),
                Works::UsedUp => texts::plain("invitation-over-used"),
                Works::MakerMayNot => texts::plain("invitation-over-maker"),
            },
            qr: if mine && !url.is_empty() {
                qr::svg(&url).unwrap_or_default()
            } else {
                String::new()
            },
            url,
        }
    }
}

fn used(uses: i64, uses_max: Option<i64>) -> String {
    let mut arguments = Arguments::new();
    arguments.set("count", uses);
    match uses_max {
        Some(max) => {
            arguments.set("max", max);
            texts::t("invitation-used-of", &arguments)
        }
        None => texts::t("invitation-used", &arguments),
    }
}

fn until(expires_at: Option<Time>) -> String {
    let Some(at) = expires_at else {
        return texts::plain("invitation-until-ever");
    };
    let mut arguments = Arguments::new();
    arguments.set("day", at.day());
    arguments.set("time", at.clock());
    texts::t("invitation-until", &arguments)
}

/// Where a link leads to, for somebody who is signed in.
#[derive(Serialize)]
pub struct Join {
    /// The link's token.
    pub invite: String,
    /// Who made it; nobody made the site's own.
    pub maker: Option<String>,
    /// The room's name, where it leads into one.
    pub room: Option<String>,
    /// Where that is.
    pub href: String,
    /// Whether I belong to it already.
    pub joined: bool,
    /// Why it leads nowhere.
    pub refusal: Option<Refusal>,
}

impl Template for Invitations {
    const NAME: &'static str = "invitations.html";
    const KIND: &'static str = "lobby";
}

impl Template for AdminInvitations {
    const NAME: &'static str = "admin-invitations.html";
    const KIND: &'static str = "lobby";
}

impl Template for Join {
    const NAME: &'static str = "join.html";
    const KIND: &'static str = "form";
}
