//! How somebody is drawn: a round cup in one of eight colours, with one letter.

use serde::Serialize;
use unicode_properties::{GeneralCategoryGroup, UnicodeGeneralCategory};

use super::lobby::RoomLink;
use super::page::Template;
use crate::store::users::{Discretion, Profile, Viewer};

/// Makes one picture of several.
const JOINER: char = '\u{200D}';
/// Make one letter of two consonants: in Devanagari, Bengali, Gujarati, Odia, Telugu and Malayalam.
const CONJUNCT_SIGNS: [char; 6] = [
    '\u{94D}', '\u{9CD}', '\u{ACD}', '\u{B4D}', '\u{C4D}', '\u{D4D}',
];
const HUES: [u16; 8] = [25, 60, 95, 140, 180, 225, 270, 330];

/// Somebody's profile and what it takes to draw them.
#[derive(Debug, Clone, Serialize)]
pub struct Person {
    /// PROTOCOL's `User`.
    #[serde(flatten)]
    pub profile: Profile,
    /// The colour of their cup.
    pub hue: u16,
    /// The letter on it.
    pub initial: String,
}

/// Somebody's page.
#[derive(Serialize)]
pub struct PersonPage {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// Whose page it is.
    pub person: Person,
    /// What they say of themself.
    pub about: String,
    /// Whether it is me.
    pub mine: bool,
    /// Whether I may begin to talk with them.
    pub can_write: bool,
    /// Whether I may keep them from writing to me.
    pub can_block: bool,
}

impl Template for PersonPage {
    const NAME: &'static str = "person.html";
    const KIND: &'static str = "lobby";
}

impl From<Profile> for Person {
    fn from(profile: Profile) -> Person {
        let (hue, initial) = (hue(&profile.username), initial(&profile.name));
        Person {
            profile,
            hue,
            initial,
        }
    }
}

impl From<&Viewer> for Person {
    fn from(viewer: &Viewer) -> Person {
        Person::from(Profile {
            id: viewer.id,
            username: viewer.username.clone(),
            name: viewer.name.clone(),
            role: viewer.role.clone(),
            avatar: viewer.avatar.clone(),
            online: false,
            away: false,
            here: false,
            last_seen: None,
            status: None,
            muted: false,
            blocked: false,
            discretion: Discretion::default(),
        })
    }
}

/// The colour of a username: its FNV-1a hash picks the hue, here as in static/js/people.js.
pub fn hue(username: &str) -> u16 {
    let hash = username.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    HUES[hash as usize % HUES.len()]
}

/// What a name begins with, as its readers see letters: with the marks on it, and as a capital where it has one.
pub fn initial(name: &str) -> String {
    let mut first = String::new();
    let mut joins = false;
    for character in name.chars() {
        let is_mark = character.general_category_group() == GeneralCategoryGroup::Mark;
        if !first.is_empty() && !is_mark && character != JOINER && !joins {
            break;
        }
        joins = character == JOINER || CONJUNCT_SIGNS.contains(&character);
        first.push(character);
    }
    first.to_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cup_has_a_letter_and_always_the_same_colour() {
        assert_eq!(initial("ada"), "A");
        assert_eq!(initial("বইপোকা"), "ব");
        assert_eq!(initial("ড্ডাক"), "ড্ডা");
        assert_eq!(initial("e\u{301}mile"), "E\u{301}");
        assert_eq!(initial("😀"), "😀");
        assert_eq!(initial(""), "");
        // What the page's script gives for the same names.
        for (username, colour) in [
            ("", 225),
            ("ada", 140),
            ("mitu", 25),
            ("anika", 60),
            ("আড্ডা", 140),
        ] {
            assert_eq!(hue(username), colour, "{username}");
        }
    }
}
