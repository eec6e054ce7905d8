//! The site as its pages show it: what it is called, its colour, what is asked of whoever comes in; and where administrators choose
//! that.

use serde::Serialize;
use serde_json::Value;

use super::forms::Refusal;
use super::lobby::RoomLink;
use super::notices::isolated;
use super::page::Template;
use super::texts::{self, Arguments};
use crate::markup;
use crate::store::audit::Entry;
use crate::store::settings::Settings;

/// The colours for links and buttons that keep their contrasts: the classes of static/css/accents.css, and indigo without one.
pub const ACCENTS: [&str; 6] = ["indigo", "teal", "moss", "ochre", "plum", "slate"];

/// What every page shows of the site.
#[derive(Serialize, Default)]
pub(super) struct Shown {
    /// What it is called.
    pub(super) name: String,
    /// Whether it has a name of its own.
    pub(super) named: bool,
    /// Its colour.
    pub(super) accent: String,
    /// Where its picture is, if it has one.
    pub(super) logo: Option<String>,
    /// Whom to turn to, drawn; empty for whoever is signed in.
    pub(super) contact: String,
    /// What is asked of everyone, likewise.
    pub(super) house_rules: String,
}

impl Shown {
    /// For a page of somebody who is signed in, or of whoever is about to.
    pub(super) fn new(settings: &Settings, signed_in: bool) -> Shown {
        let words = |text: &str| match signed_in {
            true => String::new(),
            false => markup::words(text),
        };
        Shown {
            name: name(settings),
            named: !settings.name.is_empty(),
            accent: settings.accent.clone(),
            logo: settings.logo.as_ref().map(|logo| format!("/logo/{logo}")),
            contact: words(&settings.contact),
            house_rules: words(&settings.house_rules),
        }
    }
}

/// What the site is called.
pub fn name(settings: &Settings) -> String {
    if settings.name.is_empty() {
        texts::plain("app-name")
    } else {
        settings.name.clone()
    }
}

/// Where administrators choose for the whole site.
#[derive(Serialize)]
pub struct SitePage {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// What is chosen, or was typed.
    pub chosen: Chosen,
    /// Who may make an account, where the server's own settings say so.
    pub signup_locked: bool,
    /// The colours there are.
    pub accents: [&'static str; 6],
    /// Bytes of a picture that is taken.
    pub picture_bytes_max: usize,
    /// The rooms that newcomers join.
    pub joined_rooms: Vec<JoinedRoom>,
    /// Whether another can be among them.
    pub can_add_room: bool,
    /// What was done just now: the key of a sentence.
    pub done: Option<&'static str>,
    /// Why the last form came back.
    pub refusal: Option<Refusal>,
}

/// The fields of [`SitePage`].
#[derive(Serialize)]
#[expect(missing_docs, reason = "named as the settings are")]
pub struct Chosen {
    pub name: String,
    pub accent: String,
    pub contact: String,
    pub house_rules: String,
    pub signup: &'static str,
    pub approves: bool,
    pub makes_rooms: &'static str,
    pub starts_directs: &'static str,
    pub members_see_versions: bool,
    pub emoji_only: bool,
    pub room: String,
}

/// A room that newcomers join.
#[derive(Serialize)]
pub struct JoinedRoom {
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub href: String,
}

impl Template for SitePage {
    const NAME: &'static str = "admin-site.html";
    const KIND: &'static str = "lobby";
}

/// What somebody changed for the whole site, in words.
pub(super) fn changed(entry: &Entry) -> String {
    let values: Value = serde_json::from_str(&entry.detail).unwrap_or_default();
    let what = entry.subject.as_str();
    let word = |side: &str| {
        let value = values[side].as_str().unwrap_or_default();
        match what {
            "signup" | "approval" | "rooms" | "directs" | "versions" | "reactions" | "accent" => {
                texts::plain(&format!("setting-{what}-{value}"))
            }
            _ if value.is_empty() => texts::plain("setting-empty"),
            _ => isolated(value),
        }
    };
    let mut arguments = Arguments::new();
    arguments.set("who", isolated(&entry.actor));
    arguments.set("what", texts::plain(&format!("setting-{what}")));
    arguments.set("from", word("from"));
    arguments.set("to", word("to"));
    texts::t("audit-setting", &arguments)
}
