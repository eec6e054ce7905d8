//! Words that people want to be told of as if they named them: found in a text without looking at each person's one by one.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

use crate::names::{self, SmallText};

/// Words that one person may have.
pub const KEYWORDS_MAX: usize = 20;
/// Characters of a text that are looked through.
pub const LOOKED_THROUGH_MAX: usize = 4_000;

const CHARACTERS: std::ops::RangeInclusive<usize> = 2..=40;

/// A word, or a few that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyword {
    written: String,
    folded: Vec<char>,
}

impl Keyword {
    /// One of 2 to 40 characters on one line, a letter or another sign among them; `None` for anything else.
    pub fn parse(text: &str) -> Option<Keyword> {
        let line = SmallText::line(text, *CHARACTERS.end())?;
        let written = line.split_whitespace().collect::<Vec<_>>().join(" ");
        let folded = fold(&written);
        let fits = |count: usize| CHARACTERS.contains(&count);
        let is_sound = fits(written.chars().count())
            && fits(folded.len())
            && folded.iter().any(|character| says_something(*character));
        is_sound.then_some(Keyword { written, folded })
    }

    /// Several, one a line; what is the same by another spelling counts once.
    ///
    /// `None` where one is none, or where there are more than [`KEYWORDS_MAX`].
    pub fn parse_all<'a>(lines: impl IntoIterator<Item = &'a str>) -> Option<Vec<Keyword>> {
        let mut keywords: Vec<Keyword> = Vec::new();
        for line in lines {
            let keyword = Keyword::parse(line)?;
            if !keywords.iter().any(|known| known.folded == keyword.folded) {
                keywords.push(keyword);
            }
            if keywords.len() > KEYWORDS_MAX {
                return None;
            }
        }
        Some(keywords)
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.written
    }
}

/// The words of several people. What a text costs does not depend on how many they are.
#[derive(Debug)]
pub struct Wanted<Person> {
    root: Node<Person>,
}

#[derive(Debug)]
struct Node<Person> {
    next: BTreeMap<char, Node<Person>>,
    /// Whose word ends here.
    people: BTreeSet<Person>,
}

impl<Person> Default for Wanted<Person> {
    fn default() -> Wanted<Person> {
        Wanted {
            root: Node::default(),
        }
    }
}

impl<Person> Default for Node<Person> {
    fn default() -> Node<Person> {
        Node {
            next: BTreeMap::new(),
            people: BTreeSet::new(),
        }
    }
}

impl<Person: Copy + Ord> Wanted<Person> {
    /// Somebody wants to be told of a word.
    pub fn add(&mut self, person: Person, keyword: &Keyword) {
        let mut node = &mut self.root;
        for character in &keyword.folded {
            node = node.next.entry(*character).or_default();
        }
        node.people.insert(person);
    }

    /// Somebody does not any more.
    pub fn remove(&mut self, person: Person, keyword: &Keyword) {
        self.root.remove(person, &keyword.folded);
    }

    /// Who wants to be told of a text, by the words in its first [`LOOKED_THROUGH_MAX`] characters.
    pub fn found_in(&self, text: &str) -> BTreeSet<Person> {
        let mut found = BTreeSet::new();
        if self.root.next.is_empty() {
            return found;
        }
        // A word may come hundreds of times; whose it is is taken once.
        let mut met: HashSet<*const Node<Person>> = HashSet::new();
        let text = fold(beginning(text));
        for start in 0..text.len() {
            if start > 0 && is_within_a_word(text[start - 1], text[start]) {
                continue;
            }
            let mut node = &self.root;
            for (at, character) in text.iter().enumerate().skip(start) {
                let Some(next) = node.next.get(character) else {
                    break;
                };
                node = next;
                let after = text.get(at + 1);
                let ends = after.is_none_or(|after| !is_within_a_word(*character, *after));
                if ends && !node.people.is_empty() && met.insert(node) {
                    found.extend(&node.people);
                }
            }
        }
        found
    }
}

impl<Person: Copy + Ord> Node<Person> {
    /// Never deeper than a word is long.
    fn remove(&mut self, person: Person, rest: &[char]) {
        let Some((first, rest)) = rest.split_first() else {
            self.people.remove(&person);
            return;
        };
        if let Some(next) = self.next.get_mut(first) {
            next.remove(person, rest);
            if next.next.is_empty() && next.people.is_empty() {
                self.next.remove(first);
            }
        }
    }
}

/// As much of a text as is looked through.
pub fn beginning(text: &str) -> &str {
    let end = text.char_indices().nth(LOOKED_THROUGH_MAX);
    end.map_or(text, |(end, _)| &text[..end])
}

/// Without regard to case, to how it is encoded, and to how much space is between two words.
fn fold(text: &str) -> Vec<char> {
    let mut folded: Vec<char> = Vec::with_capacity(text.len());
    for character in names::letters(text).chars() {
        if !character.is_whitespace() {
            folded.push(character);
        } else if folded.last() != Some(&' ') {
            folded.push(' ');
        }
    }
    folded
}

/// Whether no word begins or ends between two characters. A mark belongs to what it stands on.
fn is_within_a_word(left: char, right: char) -> bool {
    if right.general_category_group() == GeneralCategoryGroup::Mark {
        return is_of_a_word(left);
    }
    is_of_a_word(left) && is_of_a_word(right) && !stands_close(left) && !stands_close(right)
}

fn is_of_a_word(character: char) -> bool {
    matches!(
        character.general_category_group(),
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Mark
    ) || matches!(
        character.general_category(),
        GeneralCategory::DecimalNumber | GeneralCategory::ConnectorPunctuation
    )
}

/// Whether its script puts no space between words; Korean does, but not before what follows a noun.
fn stands_close(character: char) -> bool {
    matches!(
        character.script(),
        Script::Han
            | Script::Hiragana
            | Script::Katakana
            | Script::Bopomofo
            | Script::Hangul
            | Script::Thai
            | Script::Lao
            | Script::Khmer
            | Script::Myanmar
            | Script::Tibetan
            | Script::Javanese
            | Script::Balinese
    )
}

fn says_something(character: char) -> bool {
    matches!(
        character.general_category_group(),
        GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number | GeneralCategoryGroup::Symbol
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keyword(text: &str) -> Keyword {
        Keyword::parse(text).unwrap_or_else(|| panic!("{text:?} is one"))
    }

    fn holds(word: &str, text: &str) -> bool {
        let mut wanted = Wanted::default();
        wanted.add(1, &keyword(word));
        wanted.found_in(text) == BTreeSet::from([1])
    }

    #[test]
    fn a_word_is_found_whole_in_any_script() {
        for (word, text, expected) in [
            ("tea", "Tea?", true),
            ("TEA", "our tea, hot", true),
            ("tea", "team", false),
            ("tea", "green_tea", false),
            ("tea", "tea2", false),
            ("tea", "`tea` and https://tea.example", true),
            ("Straße", "in der STRASSE", true),
            ("ﬁsh", "Fish!", true),
            ("cafe\u{301}", "CAFÉ", true),
            ("cafe", "cafe\u{301}", false),
            ("release  notes", "the Release\n notes are", true),
            ("release notes", "release the notes", false),
            ("c++", "in C++, then", true),
            ("c++", "c+", false),
            ("#42", "see #42", true),
            ("#42", "see #421", false),
            ("node.js", "Node.js", true),
            ("চা", "এক কাপ চা দাও", true),
            ("চা", "চাকা", false),
            ("чай", "Чай готов", true),
            ("شاي", "كوب شاي", true),
            ("会議", "明日の会議です", true),
            ("rust", "用Rust写的", true),
            ("ตลาด", "ไปตลาดกัน", true),
            ("회의", "회의가 있어요", true),
            ("☕☕", "now ☕☕!", true),
        ] {
            assert_eq!(holds(word, text), expected, "{word:?} in {text:?}");
        }
    }

    #[test]
    fn a_word_has_two_to_forty_characters_and_says_something() {
        for text in [
            "",
            " ",
            "a",
            " a ",
            "--",
            "two\nlines",
            "a\u{202E}b",
            "a\u{0}b",
            &"a".repeat(41),
            "\u{200B}\u{200B}",
            // One sign, and eighteen characters when it is folded; three of them are too many.
            "\u{FDFA}\u{FDFA}\u{FDFA}",
        ] {
            assert_eq!(Keyword::parse(text), None, "{text:?}");
        }
        assert_eq!(keyword("  green   tea ").as_str(), "green tea");
        assert_eq!(keyword(&"a".repeat(40)).as_str().len(), 40);
        let several = Keyword::parse_all(["tea", "TEA", "cake"]).unwrap();
        let written: Vec<&str> = several.iter().map(Keyword::as_str).collect();
        assert_eq!(written, ["tea", "cake"]);
        let many: Vec<String> = (0..=KEYWORDS_MAX)
            .map(|number| format!("tea{number}"))
            .collect();
        assert_eq!(Keyword::parse_all(many.iter().map(String::as_str)), None);
        let fit = many.iter().skip(1).map(String::as_str);
        assert_eq!(
            Keyword::parse_all(fit).map(|all| all.len()),
            Some(KEYWORDS_MAX)
        );
    }

    #[test]
    fn everyone_is_found_by_their_own_words_as_long_as_they_have_them() {
        let mut wanted = Wanted::default();
        wanted.add(1, &keyword("tea"));
        wanted.add(2, &keyword("tea"));
        wanted.add(2, &keyword("teapot"));
        wanted.add(3, &keyword("tea pot"));
        assert_eq!(wanted.found_in("tea"), BTreeSet::from([1, 2]));
        assert_eq!(wanted.found_in("a teapot"), BTreeSet::from([2]));
        assert_eq!(wanted.found_in("the tea pot"), BTreeSet::from([1, 2, 3]));
        wanted.remove(2, &keyword("Tea"));
        assert_eq!(wanted.found_in("tea"), BTreeSet::from([1]));
        assert_eq!(wanted.found_in("teapot"), BTreeSet::from([2]));
        wanted.remove(1, &keyword("tea"));
        wanted.remove(1, &keyword("never had"));
        wanted.remove(2, &keyword("teapot"));
        wanted.remove(3, &keyword("tea pot"));
        assert!(wanted.root.next.is_empty());
    }

    #[test]
    fn a_word_that_many_want_costs_little_however_often_it_comes() {
        let mut wanted = Wanted::default();
        for person in 0..20_000 {
            wanted.add(person, &keyword("tea"));
        }
        wanted.add(20_000, &keyword("tea tea"));
        let began = std::time::Instant::now();
        let found = wanted.found_in(&"tea ".repeat(500));
        assert!(began.elapsed().as_secs() < 1, "{:?}", began.elapsed());
        assert!(found.into_iter().eq(0..=20_000));
    }

    #[test]
    fn a_thousand_people_with_twenty_words_each_cost_little() {
        let mut wanted = Wanted::default();
        for person in 0..1_000 {
            for number in 0..KEYWORDS_MAX {
                let alike = "a".repeat(30);
                wanted.add(
                    person,
                    &keyword(&format!("{alike}{}", person * 20 + number)),
                );
            }
        }
        let began = std::time::Instant::now();
        for text in ["tea at five, as ever, and some cake with it", "see you"] {
            for _ in 0..500 {
                assert!(wanted.found_in(text).is_empty());
            }
        }
        assert!(wanted.found_in(&"a".repeat(16_000)).is_empty());
        assert!(
            wanted
                .found_in(&format!("{} ", "a".repeat(30)).repeat(600))
                .is_empty()
        );
        assert!(began.elapsed().as_secs() < 2, "{:?}", began.elapsed());
        let late = " ".repeat(2) + &"x ".repeat(LOOKED_THROUGH_MAX) + "tea";
        wanted.add(1, &keyword("tea"));
        assert!(
            wanted.found_in(&late).is_empty(),
            "it is looked for in the beginning"
        );
    }
}
