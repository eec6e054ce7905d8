//! What an index holds of a message: its words in their order, and marks that say where it was said, by whom, and what it has.
//!
//! Both indexes are made from the same line of words. A mark begins with `§`, which no word of a text does.

use std::collections::{BTreeMap, HashMap};

use super::query::Has;
use super::tokens;

/// What stands in the place of a word that is there often enough: it keeps the places of the others.
const FILLER: &str = "§";
/// How often one word counts; PostgreSQL holds no more places of it.
const OFTEN_ENOUGH: u32 = 255;

/// What is known of a message beside its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mark {
    /// It was said in a room for everyone.
    Open,
    /// It was said in the room of this number.
    Room(i64),
    /// It was said by the person of this number.
    Person(i64),
    /// It has a file.
    File,
    /// It has a picture.
    Image,
    /// It has an address of a page.
    Link,
}

impl Mark {
    /// The word that stands for it.
    pub fn word(self) -> String {
        match self {
            Mark::Open => "§o".to_owned(),
            Mark::Room(room) => format!("§r{room}"),
            Mark::Person(person) => format!("§u{person}"),
            Mark::File => "§f".to_owned(),
            Mark::Image => "§i".to_owned(),
            Mark::Link => "§l".to_owned(),
        }
    }
}

impl From<Has> for Mark {
    fn from(has: Has) -> Mark {
        match has {
            Has::File => Mark::File,
            Has::Image => Mark::Image,
            Has::Link => Mark::Link,
        }
    }
}

/// What of a message is looked through: its text, and what the files are called that it carries.
pub fn searched<'a>(text: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    let mut all = text.to_owned();
    for name in names {
        if !all.is_empty() {
            all.push('\n');
        }
        all.push_str(name);
    }
    all
}

/// The line of a text's words and its marks.
pub fn line(text: &str, marks: &[Mark]) -> String {
    let tokens = tokens::tokens(text);
    let mut often: HashMap<&str, u32> = HashMap::new();
    let mut line = String::with_capacity(text.len() + 32);
    for token in &tokens {
        let count = often.entry(&token.word).or_default();
        *count += 1;
        let is_often_enough = *count > OFTEN_ENOUGH;
        line.push_str(if is_often_enough { FILLER } else { &token.word });
        line.push(' ');
    }
    for mark in marks {
        line.push_str(&mark.word());
        line.push(' ');
    }
    line.pop();
    line
}

/// The words of a line that are its text's.
pub fn words(line: &str) -> impl Iterator<Item = &str> {
    let is_mark = |word: &&str| word.len() > FILLER.len() && word.starts_with(FILLER);
    line.split(' ').take_while(move |word| !is_mark(word))
}

/// A line as PostgreSQL reads a `tsvector`: each word once, quoted, with its places. Words and marks hold neither quotes nor
/// backslashes.
pub fn vector(line: &str) -> String {
    let count = words(line).count();
    let mut places: BTreeMap<&str, String> = BTreeMap::new();
    for (place, word) in line.split(' ').enumerate() {
        if word.is_empty() || word == FILLER {
            continue;
        }
        let written = places.entry(word).or_default();
        if place < count {
            written.push(if written.is_empty() { ':' } else { ',' });
            written.push_str(&(place + 1).to_string());
        }
    }
    let mut vector = String::with_capacity(line.len() * 2);
    for (word, places) in places {
        vector.push('\'');
        vector.push_str(word);
        vector.push('\'');
        vector.push_str(&places);
        vector.push(' ');
    }
    vector
}

/// Whether a text has an address of a page in it.
pub fn has_link(text: &str) -> bool {
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once("://") {
        let ends = |scheme: &str| {
            let at = before.len().checked_sub(scheme.len());
            at.and_then(|at| before.get(at..))
                .is_some_and(|end| end.eq_ignore_ascii_case(scheme))
        };
        let leads_somewhere = behind.chars().next().is_some_and(char::is_alphanumeric);
        if leads_somewhere && (ends("http") || ends("https")) {
            return true;
        }
        rest = behind;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_holds_words_and_marks_and_tells_them_apart() {
        let line = line(
            "Tea, tea! 東京",
            &[Mark::Open, Mark::Room(7), Mark::Person(12)],
        );
        assert_eq!(line, "tea tea 東京 京 §o §r7 §u12");
        assert_eq!(
            words(&line).collect::<Vec<_>>(),
            ["tea", "tea", "東京", "京"]
        );
        assert_eq!(
            vector(&line).trim(),
            "'tea':1,2 '§o' '§r7' '§u12' '京':4 '東京':3"
        );
        assert_eq!(super::line("§o §r1", &[Mark::Link]), "o r1 §l");
    }

    #[test]
    fn a_word_counts_so_often_and_leaves_the_places_of_others() {
        let line = line(&format!("{} end", "na ".repeat(300)), &[]);
        assert_eq!(words(&line).count(), 301);
        assert_eq!(words(&line).filter(|word| *word == "na").count(), 255);
        assert!(vector(&line).contains("'end':301"));
    }

    #[test]
    fn links_are_those_of_pages() {
        for (text, has) in [
            ("see https://example.com", true),
            ("HTTP://x", true),
            ("javascript://x", false),
            ("xhttp:// no", false),
            ("a://b http://c", true),
            ("https://", false),
            ("দhttp://x", true),
        ] {
            assert_eq!(has_link(text), has, "{text}");
        }
    }
}
