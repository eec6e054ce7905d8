//! A list of people as somebody types or pastes it: a line for each, and usernames for those who are given none.

use unicode_normalization::UnicodeNormalization;

use super::Username;
use super::characters::is_word;

/// Lines that are taken at once.
pub const PEOPLE_MAX: usize = 200;
/// Characters of a username that is made of a name: with a number behind it it is still one.
const BASE_CHARACTERS_MAX: usize = 28;
/// Numbers that are tried behind one.
const NUMBERS_MAX: usize = 999;
/// Where a name leaves nothing of which a username is made.
const NAMELESS: &str = "person";

/// Somebody on a list, not checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What they are called.
    pub name: String,
    /// The name they are to sign in with, where one is given.
    pub username: Option<String>,
}

impl Entry {
    /// A line as somebody types it: `Name`, `Name, username`, `Name <username>`, or two cells of a table; `None` for an empty one.
    pub fn parse(line: &str) -> Option<Entry> {
        let line = line.trim();
        if line.is_empty() {
            return None;
        }
        let in_brackets = line
            .strip_suffix('>')
            .and_then(|begin| begin.rsplit_once('<'));
        let parts = in_brackets
            .or_else(|| line.split_once('\t'))
            .or_else(|| line.rsplit_once(','));
        let (name, username) = parts.unwrap_or((line, ""));
        let username = username.trim().trim_start_matches('@');
        Some(Entry {
            name: name.trim().to_owned(),
            username: (!username.is_empty()).then(|| username.to_owned()),
        })
    }

    /// The same, written so that it is read again as it is.
    pub fn line(name: &str, username: &str) -> String {
        format!("{name} <{username}>")
    }
}

/// Everyone on a list.
pub fn entries(list: &str) -> Vec<Entry> {
    list.lines().filter_map(Entry::parse).collect()
}

/// Usernames that somebody of that name could have, the nearest first: `ada.lovelace`, `ada.lovelace2` and so on.
pub fn usernames(name: &str) -> impl Iterator<Item = Username> + use<> {
    let base = base(name);
    (1..=NUMBERS_MAX).filter_map(move |number| {
        let candidate = match number {
            1 => base.clone(),
            number => format!("{base}{number}"),
        };
        Username::parse(&candidate).ok()
    })
}

fn base(name: &str) -> String {
    let normal: String = name.nfkc().collect();
    let words: Vec<String> = normal
        .to_lowercase()
        .split(|character: char| !is_word(character))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    let joined: String = words.join(".").chars().take(BASE_CHARACTERS_MAX).collect();
    let base = joined.trim_end_matches('.');
    if base.is_empty() { NAMELESS } else { base }.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_name_and_perhaps_a_username() {
        for (line, name, username) in [
            ("Ada Lovelace", "Ada Lovelace", None),
            ("  Ada Lovelace ,  ada ", "Ada Lovelace", Some("ada")),
            ("Ada Lovelace <ada>", "Ada Lovelace", Some("ada")),
            ("Ada Lovelace\tada", "Ada Lovelace", Some("ada")),
            ("Ada, Countess <@ada>", "Ada, Countess", Some("ada")),
            ("Ada,", "Ada", None),
            ("<ada>", "", Some("ada")),
            ("আদা", "আদা", None),
        ] {
            let entry = Entry {
                name: name.to_owned(),
                username: username.map(str::to_owned),
            };
            assert_eq!(Entry::parse(line), Some(entry), "{line}");
        }
        assert_eq!(entries("\n  \r\n\tAda\r\n\nBen\n").len(), 2);
        let again = Entry::parse(&Entry::line("Ada, Countess", "ada.l")).unwrap();
        assert_eq!(again.name, "Ada, Countess");
        assert_eq!(again.username.as_deref(), Some("ada.l"));
    }

    #[test]
    fn a_username_is_made_of_any_name() {
        for (name, username) in [
            ("Ada Lovelace", "ada.lovelace"),
            ("  Jean-Luc  O’Neill ", "jean.luc.o.neill"),
            ("Zoë", "zoë"),
            ("ব্রজেন দাস", "ব্রজেন.দাস"),
            ("A", "a2"),
            ("Admin", "admin2"),
            ("!!!", "person"),
            ("😀", "person"),
            (
                "Wolfeschlegelsteinhausenbergerdorff",
                "wolfeschlegelsteinhausenberg",
            ),
        ] {
            let mut made = usernames(name);
            assert_eq!(made.next().unwrap().as_str(), username, "{name}");
            for other in made {
                assert!(other.as_str().chars().count() <= 32, "{other}");
            }
        }
        let second = usernames("Ada Lovelace").nth(1).unwrap();
        assert_eq!(second.as_str(), "ada.lovelace2");
    }
}
