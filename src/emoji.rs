//! Which emoji there are, what they are called, and where a text holds one: functions without a database.

use std::sync::LazyLock;

use data_encoding::HEXLOWER;
use emojis::{Emoji, EmojiVersion, Group, SkinTone};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// The newest that are offered: most people's devices have a picture of them. Newer ones are known where somebody sends them.
const OFFERED: EmojiVersion = EmojiVersion::new(16, 0);
/// Characters of the longest one: a couple, each with a skin tone.
const CHARACTERS_MAX: usize = 10;
/// What asks for the picture of a character that is also written as text.
const PICTURE: char = '\u{FE0F}';

/// The groups by the words that texts and programs know them by, in the order in which they are shown.
const GROUPS: [(&str, Group); 9] = [
    ("smileys", Group::SmileysAndEmotion),
    ("people", Group::PeopleAndBody),
    ("nature", Group::AnimalsAndNature),
    ("food", Group::FoodAndDrink),
    ("travel", Group::TravelAndPlaces),
    ("activities", Group::Activities),
    ("objects", Group::Objects),
    ("symbols", Group::Symbols),
    ("flags", Group::Flags),
];

/// One skin tone for everybody in the picture; the mixed ones can be sent, and are not offered.
const TONES: [SkinTone; 5] = [
    SkinTone::Light,
    SkinTone::MediumLight,
    SkinTone::Medium,
    SkinTone::MediumDark,
    SkinTone::Dark,
];

/// The emoji of a name such as `tada`, or `:tada:` as people type it.
pub fn by_name(name: &str) -> Option<&'static str> {
    let bare = name
        .strip_prefix(':')
        .and_then(|name| name.strip_suffix(':'));
    emojis::get_by_shortcode(bare.unwrap_or(name)).map(Emoji::as_str)
}

/// Whether a text is one emoji and nothing else.
pub fn is_emoji(text: &str) -> bool {
    known(text).is_some()
}

/// One emoji in the spelling that all of its spellings share; `None` where the text is none, or more than one.
pub fn known(text: &str) -> Option<&'static str> {
    if text.is_ascii() {
        return None;
    }
    emojis::get(text)
        .or_else(|| emojis::get(text.strip_suffix(PICTURE)?))
        .map(Emoji::as_str)
}

/// The bytes of the emoji that a text begins with; `None` where it begins with something else.
pub fn leading(text: &str) -> Option<usize> {
    let ends: Vec<usize> = text
        .char_indices()
        .take(CHARACTERS_MAX)
        .map(|(at, character)| at + character.len_utf8())
        .collect();
    ends.into_iter().rev().find(|end| is_emoji(&text[..*end]))
}

/// The address of the list for pages, which changes with what is in it.
pub fn path() -> &'static str {
    static PATH: LazyLock<String> = LazyLock::new(|| format!("/emoji/{}.json", hash()));
    &PATH
}

/// A word that is another one for another list.
pub fn hash() -> &'static str {
    static HASH: LazyLock<String> =
        LazyLock::new(|| HEXLOWER.encode(&Sha256::digest(list().as_bytes())[..10]));
    &HASH
}

/// All emoji that are offered, as JSON: `{"groups":["smileys",…],"emoji":[["🎉",group,"party popper",["tada"],[skin tones]],…]}`.
/// The group is a place in the list of groups; skin tones, from light to dark, are left out where there are none.
pub fn list() -> &'static str {
    static LIST: LazyLock<String> = LazyLock::new(|| {
        let groups: Vec<&str> = GROUPS.iter().map(|(word, _)| *word).collect();
        let emoji: Vec<Value> = emojis::iter()
            .filter(|emoji| emoji.emoji_version() <= OFFERED)
            .map(entry)
            .collect();
        json!({ "groups": groups, "emoji": emoji }).to_string()
    });
    &LIST
}

fn entry(emoji: &'static Emoji) -> Value {
    let group = GROUPS.iter().position(|(_, group)| *group == emoji.group());
    let names: Vec<&str> = emoji.shortcodes().collect();
    let mut entry = vec![
        json!(emoji.as_str()),
        json!(group),
        json!(emoji.name()),
        json!(names),
    ];
    let tones: Vec<&str> = TONES
        .iter()
        .filter_map(|tone| emoji.with_skin_tone(*tone))
        .map(Emoji::as_str)
        .collect();
    if !tones.is_empty() {
        entry.push(json!(tones));
    }
    Value::Array(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emoji_are_found_by_their_names() {
        for (name, expected) in [
            ("tada", Some("🎉")),
            (":tada:", Some("🎉")),
            ("+1", Some("👍")),
            (":-1:", Some("👎")),
            (":heart:", Some("❤️")),
            (":tada", None),
            ("::", None),
            ("30", None),
            ("no_such_emoji", None),
        ] {
            assert_eq!(by_name(name), expected, "{name}");
        }
    }

    #[test]
    fn an_emoji_is_one_however_it_is_spelled() {
        for text in ["🎉", "👍🏽", "❤️", "❤", "👩‍👩‍👧‍👦", "🇧🇩", "1️⃣", "☕", "☕️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿"]
        {
            assert!(is_emoji(text), "{text}");
        }
        assert_eq!(known("❤"), known("❤️"));
        for text in [
            "",
            "1",
            "#",
            "a",
            "🎉🎉",
            " 🎉",
            "চা",
            "\u{FE0F}",
            "\u{1F3FB}\u{1F3FB}",
        ] {
            assert!(!is_emoji(text), "{text}");
        }
    }

    #[test]
    fn the_longest_emoji_counts() {
        for (text, emoji) in [
            ("👩‍👩‍👧‍👦 family", Some("👩‍👩‍👧‍👦")),
            ("👍🏽👍", Some("👍🏽")),
            ("❤️x", Some("❤️")),
            ("1️⃣2", Some("1️⃣")),
            ("12", None),
            ("x🎉", None),
            ("", None),
        ] {
            assert_eq!(leading(text).map(|end| &text[..end]), emoji, "{text}");
        }
        assert!(
            emojis::iter()
                .flat_map(|emoji| emoji.skin_tones().into_iter().flatten().chain([emoji]))
                .all(|emoji| leading(emoji.as_str()) == Some(emoji.as_str().len())),
            "every emoji begins with itself"
        );
    }

    #[test]
    fn the_list_is_small_and_whole() {
        let list: Value = serde_json::from_str(list()).unwrap();
        let emoji = list["emoji"].as_array().unwrap();
        assert!(emoji.len() > 1_800, "{}", emoji.len());
        assert!(super::list().len() < 200_000, "{}", super::list().len());
        let find = |text: &str| emoji.iter().find(|one| one[0] == text).unwrap();
        assert_eq!(*find("🎉"), json!(["🎉", 5, "party popper", ["tada"]]));
        assert_eq!(find("👋")[4], json!(["👋🏻", "👋🏼", "👋🏽", "👋🏾", "👋🏿"]));
        assert!(
            emoji.iter().all(|one| one[1].is_u64()),
            "each is of a group"
        );
        assert!(path().ends_with(".json") && path().contains(hash()));
    }
}
