//! Whom a text names: `@ada`, everyone in the room by `@room`, everyone who is here by `@here`. What stands in an address
//! or inside a word names nobody, nor does code, which is not among the places that are looked at.

use std::collections::BTreeSet;
use std::ops::Range;

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::names;

/// Places of one text that may name somebody; what stands behind them is text.
const SPOTS_MAX: usize = 50;
/// A username's, before it is brought into its form.
const CHARACTERS_MAX: usize = 64;
/// How a word may be read: whole, or ending before one of its last dots and hyphens.
const READINGS_MAX: usize = 4;

/// All of a room's people at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Everyone {
    /// Everyone in the room.
    Room,
    /// Everyone in the room who is online.
    Here,
}

/// Who is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// Somebody, by their username.
    Person(String),
    /// All of them.
    Everyone(Everyone),
}

/// A place in a text that names somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mention {
    /// Its bytes, the `@` among them.
    pub place: Range<usize>,
    /// Who it is.
    pub whom: Whom,
}

impl Everyone {
    /// The word that names them.
    pub fn word(self) -> &'static str {
        match self {
            Everyone::Room => "room",
            Everyone::Here => "here",
        }
    }

    /// Whom a word names, where it is one of those.
    pub fn parse(word: &str) -> Option<Everyone> {
        [Everyone::Room, Everyone::Here]
            .into_iter()
            .find(|everyone| word.eq_ignore_ascii_case(everyone.word()))
    }
}

/// The skeletons of all usernames that a text may name in some places of it, and whether it may name everyone. Who of them there
/// is, and may be named, is for whoever asks to find out.
pub fn asked_for(text: &str, places: &[Range<usize>]) -> (BTreeSet<String>, bool) {
    let mut everyone = false;
    let mut skeletons = BTreeSet::new();
    for reading in spots(text, places).iter().flat_map(readings) {
        if Everyone::parse(reading).is_some() {
            everyone = true;
        } else {
            skeletons.insert(names::skeleton(reading));
        }
    }
    (skeletons, everyone)
}

/// The mentions in some places of a text, in their order. `find` is asked by word and by skeleton who that is.
pub fn mentions(
    text: &str,
    places: &[Range<usize>],
    find: impl Fn(&str, &str) -> Option<Whom>,
) -> Vec<Mention> {
    let named = |spot: &Spot| {
        readings(spot).find_map(|reading| {
            let whom = find(reading, &names::skeleton(reading))?;
            let place = spot.at..spot.at + '@'.len_utf8() + reading.len();
            Some(Mention { place, whom })
        })
    };
    spots(text, places).iter().filter_map(named).collect()
}

/// The mentions of a text whose usernames are known: of these people, and of everyone where they were named too.
pub fn again(text: &str, places: &[Range<usize>], people: &[&str], everyone: bool) -> Vec<Mention> {
    let people: Vec<(String, &str)> = people
        .iter()
        .map(|username| (names::skeleton(username), *username))
        .collect();
    mentions(text, places, |word, skeleton| match Everyone::parse(word) {
        Some(all) => everyone.then_some(Whom::Everyone(all)),
        None => people
            .iter()
            .find(|(known, _)| known == skeleton)
            .map(|(_, username)| Whom::Person((*username).to_owned())),
    })
}

/// An `@` and the longest word behind it.
struct Spot<'a> {
    at: usize,
    word: &'a str,
}

/// A username begins and ends with a letter or digit, and a sentence may end behind it: the longest reading first.
fn readings<'a>(spot: &Spot<'a>) -> impl Iterator<Item = &'a str> + use<'a> {
    let ending = |word: &'a str| word.trim_end_matches(is_joint);
    let shorter = move |word: &&'a str| {
        let cut = word.rfind(is_joint)?;
        Some(ending(&word[..cut]))
    };
    std::iter::successors(Some(ending(spot.word)), shorter)
        .take(READINGS_MAX)
        .filter(|word| !word.is_empty() && word.chars().count() <= CHARACTERS_MAX)
}

fn spots<'a>(text: &'a str, places: &[Range<usize>]) -> Vec<Spot<'a>> {
    let mut spots = Vec::new();
    if !text.contains('@') {
        return spots;
    }
    for place in places {
        look(&text[place.clone()], place.start, &mut spots);
    }
    spots
}

fn look<'a>(text: &'a str, begin: usize, spots: &mut Vec<Spot<'a>>) {
    let (mut previous, mut is_address) = (None, false);
    for (at, character) in text.char_indices() {
        if spots.len() == SPOTS_MAX {
            return;
        }
        if character.is_whitespace() {
            is_address = false;
        } else if character == ':' && text[at..].starts_with("://") {
            is_address = true;
        }
        let stands_free = previous.is_none_or(|before| {
            !is_letter(before) && !is_joint(before) && !matches!(before, '@' | '/')
        });
        if character == '@' && stands_free && !is_address {
            let rest = &text[at + '@'.len_utf8()..];
            let end = rest
                .find(|character| !is_letter(character) && !is_joint(character))
                .unwrap_or(rest.len());
            let word = &rest[..end];
            if word.starts_with(is_letter) {
                let at = begin + at;
                spots.push(Spot { at, word });
            }
        }
        previous = Some(character);
    }
}

fn is_letter(character: char) -> bool {
    matches!(
        character.general_category_group(),
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark
    ) || character.general_category() == GeneralCategory::DecimalNumber
}

fn is_joint(character: char) -> bool {
    matches!(character, '_' | '-' | '.')
}

#[cfg(test)]
mod tests {
    use std::slice;

    use super::*;

    /// What is named of a text in a house where ada, ada.lovelace and মিতু live.
    fn named(text: &str) -> Vec<&str> {
        let find = |word: &str, skeleton: &str| {
            let known = ["ada", "ada.lovelace", "মিতু"];
            if let Some(everyone) = Everyone::parse(word) {
                return Some(Whom::Everyone(everyone));
            }
            let known = known
                .into_iter()
                .find(|name| names::skeleton(name) == skeleton)?;
            Some(Whom::Person(known.to_owned()))
        };
        let found = mentions(text, slice::from_ref(&(0..text.len())), find);
        found
            .into_iter()
            .map(|mention| &text[mention.place])
            .collect()
    }

    #[test]
    fn names_stand_free_and_end_where_a_sentence_does() {
        for (text, expected) in [
            ("@ada", vec!["@ada"]),
            ("Hi @Ada, @মিতু।", vec!["@Ada", "@মিতু"]),
            ("(@ada) \"@ada\" @ada's", vec!["@ada", "@ada", "@ada"]),
            ("thanks @ada.", vec!["@ada"]),
            ("thanks @ada.lovelace...", vec!["@ada.lovelace"]),
            ("@ada-and-so-on", vec!["@ada"]),
            ("@ada.l", vec!["@ada"]),
            ("@room and @HERE", vec!["@room", "@HERE"]),
            ("@rooms @ad @adam @.ada @ ada", vec![]),
            ("mail ada@ada or me.@ada", vec![]),
            ("@@ada /@ada -@ada", vec![]),
            ("https://example.com/?to=(@ada) @ada", vec!["@ada"]),
        ] {
            assert_eq!(named(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_asked_for_is_bounded_and_takes_little_time() {
        let began = std::time::Instant::now();
        for text in [
            "@a.a.a.a.a.a.a.a ".repeat(1_000),
            "@".repeat(16_000),
            "://(@a".repeat(2_600),
            "@".to_owned() + &"-a".repeat(8_000),
        ] {
            assert!(
                asked_for(&text, slice::from_ref(&(0..text.len()))).0.len()
                    <= SPOTS_MAX * READINGS_MAX
            );
        }
        assert!(began.elapsed().as_secs() < 5, "{:?}", began.elapsed());
    }
}
