//! From a text in any script to the words it is found by.
//!
//! Letters are compared as NFKC and case folding leave them. Marks go after Latin and Greek letters only: elsewhere they are part of
//! the letters. Scripts that put no space between words are cut into overlapping pairs of characters, so that any part of a run is a
//! row of pairs; the last character of a run stands alone once more, so that a single one is always the beginning of something.
//! Emoji and other signs beyond ASCII are words of their own. No word holds punctuation of ASCII: nothing in it is syntax of an index.

use std::mem;

use caseless::default_case_fold_str;
use unicode_normalization::UnicodeNormalization;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};
use unicode_script::{Script, UnicodeScript};

/// Raised with every change to what the words of a text are: indexes of another version are made anew.
pub const VERSION: i64 = 1;

/// Words of a text that count; a message has less than twice as many characters.
pub const TOKENS_MAX: usize = 16_000;
/// What is longer is cut into words that follow each other.
const TOKEN_BYTES_MAX: usize = 64;
/// `C++` and `C#` are not `C`: their signs become a word that the eye takes for them.
const PLUSES: &str = "\u{FF0B}\u{FF0B}";
const SHARP: &str = "\u{FF03}";

/// A word, and where in the text it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The word as it is compared.
    pub word: String,
    /// The first of its bytes in the text.
    pub start: usize,
    /// The first byte behind it.
    pub end: usize,
    /// In a script without spaces, the first byte behind its first character: that alone may be what was looked for.
    pub first_end: Option<usize>,
    /// Whether it is the last character of a longer run once more.
    pub repeats: bool,
}

/// The words of a text, in their order, at most [`TOKENS_MAX`].
pub fn tokens(text: &str) -> Vec<Token> {
    let mut reading = Reading::default();
    let mut folded = String::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        let mut end = start + first.len_utf8();
        while let Some((at, next)) = rest.peek()
            && continues(*next)
        {
            end = at + next.len_utf8();
            rest.next();
        }
        if first.is_ascii() && end == start + 1 {
            reading.read(first.to_ascii_lowercase(), start, end);
        } else {
            folded.clear();
            fold(&text[start..end], &mut folded);
            for character in folded.chars() {
                reading.read(character, start, end);
            }
        }
        if reading.tokens.len() >= TOKENS_MAX {
            break;
        }
    }
    reading.ends();
    reading.tokens.truncate(TOKENS_MAX);
    reading.tokens
}

/// Whether a character changes the one before it, so that the two are folded together.
fn continues(character: char) -> bool {
    !character.is_ascii()
        && (character.general_category_group() == GeneralCategoryGroup::Mark
            // Vowels and ends of syllables of Hangul, where it is written letter by letter.
            || matches!(character, '\u{1160}'..='\u{11FF}' | '\u{D7B0}'..='\u{D7FF}')
            // The marks of half-width kana.
            || matches!(character, '\u{FF9E}' | '\u{FF9F}'))
}

/// A letter with its marks, as it is compared.
fn fold(cluster: &str, folded: &mut String) {
    let mut alone = cluster.chars();
    if let (Some(letter), None) = (alone.next(), alone.next())
        && is_folded(letter)
    {
        folded.push(letter);
        return;
    }
    let normal: String = cluster.nfkc().collect();
    let mut bare = String::with_capacity(cluster.len());
    let mut loses_marks = false;
    for character in default_case_fold_str(&normal).nfkd() {
        if character.general_category_group() == GeneralCategoryGroup::Mark {
            if !loses_marks {
                bare.push(character);
            }
            continue;
        }
        loses_marks = matches!(character.script(), Script::Latin | Script::Greek);
        bare.push(character);
    }
    folded.extend(bare.nfc());
}

/// Letters that are most of what some languages write, and are folded as they stand.
fn is_folded(letter: char) -> bool {
    matches!(
        letter,
        '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FA}' | '\u{4E00}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7A3}'
    )
}

/// What a folded character is to the words around it.
enum Role {
    /// Part of a word between spaces.
    Spaced,
    /// Part of a run without spaces.
    Unspaced,
    /// A mark: part of whatever it stands in.
    Mark,
    /// A word of its own.
    Sign,
    /// One of two that are a flag.
    Flag,
    /// As if it were not there.
    Nothing,
    /// Between words.
    Gap,
}

impl Role {
    fn of(character: char) -> Role {
        if character.is_ascii() {
            return if character.is_ascii_alphanumeric() {
                Role::Spaced
            } else {
                Role::Gap
            };
        }
        match character {
            // Selectors of letters' variants, shades of skin, and the frame of a key.
            '\u{FE00}'..='\u{FE0F}'
            | '\u{E0100}'..='\u{E01EF}'
            | '\u{1F3FB}'..='\u{1F3FF}'
            | '\u{20E3}' => return Role::Nothing,
            '\u{1F1E6}'..='\u{1F1FF}' => return Role::Flag,
            _ => {}
        }
        match character.general_category() {
            GeneralCategory::Format => Role::Nothing,
            GeneralCategory::OtherSymbol
            | GeneralCategory::MathSymbol
            | GeneralCategory::CurrencySymbol
            | GeneralCategory::ModifierSymbol => Role::Sign,
            _ => match character.general_category_group() {
                GeneralCategoryGroup::Mark => Role::Mark,
                GeneralCategoryGroup::Letter | GeneralCategoryGroup::Number => {
                    if is_unspaced(character) {
                        Role::Unspaced
                    } else {
                        Role::Spaced
                    }
                }
                _ => Role::Gap,
            },
        }
    }
}

/// Whether a letter is of a script that puts no spaces between words, or, as Korean does, what means little by itself beside a word.
fn is_unspaced(letter: char) -> bool {
    matches!(
        letter,
        // Thai and Lao, Burmese, Hangul's letters, Khmer
        '\u{0E00}'..='\u{0EFF}' | '\u{1000}'..='\u{109F}' | '\u{1100}'..='\u{11FF}' | '\u{1780}'..='\u{17FF}'
        // Kana, Bopomofo and what stands among them; Chinese characters
        | '\u{3005}'..='\u{3007}' | '\u{3031}'..='\u{3035}' | '\u{303B}'..='\u{303C}' | '\u{3041}'..='\u{31FF}'
        | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{1B000}'..='\u{1B16F}' | '\u{20000}'..='\u{3FFFF}'
        // Hangul's syllables, more Burmese
        | '\u{A960}'..='\u{A97F}' | '\u{AC00}'..='\u{D7FF}' | '\u{AA60}'..='\u{AA7F}'
    )
}

/// What has been read of a text.
#[derive(Default)]
struct Reading {
    tokens: Vec<Token>,
    /// The word between spaces that is being read.
    word: Option<Token>,
    /// The run without spaces that is being read.
    run: Vec<(char, usize, usize)>,
    /// The first half of a flag.
    flag: Option<(char, usize, usize)>,
    /// A sign of a programming language's name, as far as it has been read, and where it begins.
    sign: Option<(String, usize)>,
}

impl Reading {
    fn read(&mut self, character: char, start: usize, end: usize) {
        if let Some((sign, begin)) = self.sign.take()
            && self.goes_on(&sign, begin, character, end)
        {
            return;
        }
        match Role::of(character) {
            Role::Spaced => self.spaced(character, start, end),
            Role::Unspaced => self.unspaced(character, start, end),
            Role::Mark if !self.run.is_empty() => self.unspaced(character, start, end),
            Role::Mark => self.spaced(character, start, end),
            Role::Sign => {
                self.ends();
                self.push(character.to_string(), start, end);
            }
            Role::Flag => match self.flag.take() {
                Some((first, begin, _)) => {
                    self.push(format!("{first}{character}"), begin, end);
                }
                None => {
                    self.ends();
                    self.flag = Some((character, start, end));
                }
            },
            Role::Nothing => {}
            Role::Gap => {
                let names_a_language = self.word.as_ref().is_some_and(|word| word.word.is_ascii());
                self.ends();
                if names_a_language && matches!(character, '+' | '#') {
                    self.sign = Some((character.to_string(), start));
                }
            }
        }
    }

    /// What follows a sign behind a word: whether the character belongs to it.
    fn goes_on(&mut self, sign: &str, begin: usize, character: char, end: usize) -> bool {
        if sign == "+" && character == '+' {
            self.push(PLUSES.to_owned(), begin, end);
            return true;
        }
        if sign == "#" && !character.is_alphanumeric() {
            self.push(SHARP.to_owned(), begin, begin + 1);
        }
        false
    }

    fn spaced(&mut self, character: char, start: usize, end: usize) {
        self.end_run();
        self.end_flag();
        let is_full = |word: &Token| word.word.len() + character.len_utf8() > TOKEN_BYTES_MAX;
        if self.word.as_ref().is_some_and(is_full) {
            self.end_word();
        }
        let word = self.word.get_or_insert_with(|| Token {
            word: String::new(),
            start,
            end,
            first_end: None,
            repeats: false,
        });
        word.word.push(character);
        word.end = end;
    }

    fn unspaced(&mut self, character: char, start: usize, end: usize) {
        self.end_word();
        self.end_flag();
        self.run.push((character, start, end));
    }

    /// Whatever is being read is over.
    fn ends(&mut self) {
        if let Some((sign, begin)) = self.sign.take()
            && sign == "#"
        {
            self.push(SHARP.to_owned(), begin, begin + 1);
        }
        self.end_word();
        self.end_run();
        self.end_flag();
    }

    fn end_word(&mut self) {
        self.tokens.extend(self.word.take());
    }

    fn end_run(&mut self) {
        let run = mem::take(&mut self.run);
        for pair in run.windows(2) {
            if let [(first, start, first_end), (second, _, end)] = pair {
                self.tokens.push(Token {
                    word: format!("{first}{second}"),
                    start: *start,
                    end: *end,
                    first_end: Some(*first_end),
                    repeats: false,
                });
            }
        }
        if let Some((last, start, end)) = run.last() {
            self.tokens.push(Token {
                word: last.to_string(),
                start: *start,
                end: *end,
                first_end: Some(*end),
                repeats: run.len() > 1,
            });
        }
    }

    fn end_flag(&mut self) {
        if let Some((half, start, end)) = self.flag.take() {
            self.push(half.to_string(), start, end);
        }
    }

    fn push(&mut self, word: String, start: usize, end: usize) {
        self.tokens.push(Token {
            word,
            start,
            end,
            first_end: None,
            repeats: false,
        });
    }
}

#[cfg(test)]
mod tests;
