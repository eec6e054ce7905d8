//! What somebody typed into a search: words, phrases, and what narrows them down.
//!
//! `row boat "on the river" -ferry from:ada in:lobby after:2026-11 has:link`. What is none of these is a word, so that nothing that is
//! typed is an error but too much of it.

use jiff::ToSpan;
use jiff::civil::Date;

use super::tokens::{self, Token};
use crate::error::{Error, Result};

/// Characters of what is typed.
pub const CHARACTERS_MAX: usize = 500;
/// Words, phrases and restrictions in it.
const TERMS_MAX: usize = 20;
/// Words of all of its terms: a run of Chinese is as many as it has characters.
const WORDS_MAX: usize = 100;
/// From so many letters on a word finds those that begin with it; from one less in scripts in which two are often a word.
const BEGINS_FROM: usize = 3;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Words and phrases that a message has to have.
    pub terms: Vec<Term>,
    /// Those that it may not have.
    pub without: Vec<Term>,
    /// By whom it is: by one of these, where there are any.
    pub from: Vec<String>,
    /// By whom it is not.
    pub not_from: Vec<String>,
    /// Where it was said: in one of these, where there are any.
    pub places: Vec<String>,
    /// Where it was not said.
    pub not_places: Vec<String>,
    /// What it has.
    pub has: Vec<Has>,
    /// What it has not.
    pub has_not: Vec<Has>,
    /// When it was said: in all of these.
    pub when: Vec<Span>,
    /// When it was not said.
    pub not_when: Vec<Span>,
}

/// Words that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The words as they are compared; never empty.
    pub words: Vec<String>,
    /// Whether the last one may go on.
    pub begins: bool,
}

/// What a message has beside its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Has {
    /// A file of any kind.
    File,
    /// A picture.
    Image,
    /// An address of a page.
    Link,
}

/// Some days: from the first, up to and without the end; either may be open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Span {
    /// The first day.
    pub first: Option<Date>,
    /// The day after the last.
    pub end: Option<Date>,
}

impl Query {
    /// Reads what was typed.
    ///
    /// Errors: `BadRequest` for more than [`CHARACTERS_MAX`] characters, or for too many terms.
    pub fn parse(typed: &str) -> Result<Query> {
        if typed.chars().count() > CHARACTERS_MAX {
            return Err(Error::BadRequest("bad-search-length"));
        }
        if typed.contains('\0') {
            return Err(Error::BadRequest("bad-nul"));
        }
        let mut query = Query::default();
        let pieces = pieces(typed);
        for piece in &pieces {
            query.take(piece);
        }
        let words = |terms: &[Term]| terms.iter().map(|term| term.words.len()).sum::<usize>();
        if pieces.len() > TERMS_MAX || words(&query.terms) + words(&query.without) > WORDS_MAX {
            return Err(Error::BadRequest("bad-search-terms"));
        }
        Ok(query)
    }

    /// Whether it says nothing of what is looked for, but at most of what is not.
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
            && self.from.is_empty()
            && self.places.is_empty()
            && self.has.is_empty()
            && self.when.is_empty()
    }

    fn take(&mut self, piece: &Piece) {
        if let Some(operator) = &piece.operator
            && self.narrow(operator, &piece.text, piece.negative)
        {
            return;
        }
        let typed = match &piece.operator {
            Some(operator) => format!("{operator}:{}", piece.text),
            None => piece.text.clone(),
        };
        let Some(term) = Term::parse(&typed, piece.quoted) else {
            return;
        };
        let terms = if piece.negative {
            &mut self.without
        } else {
            &mut self.terms
        };
        if !terms.contains(&term) {
            terms.push(term);
        }
    }

    /// Takes a restriction; false where it is none.
    fn narrow(&mut self, operator: &str, value: &str, negative: bool) -> bool {
        if value.is_empty() {
            return false;
        }
        let names = |yes: &mut Vec<String>, no: &mut Vec<String>| {
            if negative { no } else { yes }.push(value.to_owned());
        };
        match operator.to_ascii_lowercase().as_str() {
            "from" => names(&mut self.from, &mut self.not_from),
            "in" => names(&mut self.places, &mut self.not_places),
            "has" => {
                let Some(has) = Has::parse(value) else {
                    return false;
                };
                if negative {
                    &mut self.has_not
                } else {
                    &mut self.has
                }
                .push(has);
            }
            operator @ ("before" | "after" | "on") => {
                let Some(days) = Span::parse(value) else {
                    return false;
                };
                let span = match operator {
                    "before" => Span {
                        first: None,
                        end: days.first,
                    },
                    "after" => Span {
                        first: days.end,
                        end: None,
                    },
                    _ => days,
                };
                if negative {
                    &mut self.not_when
                } else {
                    &mut self.when
                }
                .push(span);
            }
            _ => return false,
        }
        true
    }
}

impl Term {
    /// The words of a piece; `None` where it has none. In quotes they are only themselves.
    fn parse(typed: &str, quoted: bool) -> Option<Term> {
        let starred = !quoted && typed.ends_with('*');
        let mut tokens = tokens::tokens(typed);
        // The run may go on where it is found.
        if tokens.last().is_some_and(|last| last.repeats) {
            tokens.pop();
        }
        let last = tokens.last()?;
        // A single character of a run is found as the beginning of a pair.
        let is_half = |last: &Token| last.first_end == Some(last.end);
        let is_of_another_script =
            !last.word.is_ascii() && last.word.chars().all(char::is_alphanumeric);
        let letters = last.word.chars().count() + usize::from(is_of_another_script);
        let is_long = letters >= BEGINS_FROM;
        let begins = is_half(last) || (!quoted && last.first_end.is_none() && (is_long || starred));
        Some(Term {
            begins,
            words: tokens.into_iter().map(|token| token.word).collect(),
        })
    }
}

impl Has {
    fn parse(word: &str) -> Option<Has> {
        match word.to_ascii_lowercase().as_str() {
            "file" | "files" | "attachment" => Some(Has::File),
            "image" | "images" | "picture" => Some(Has::Image),
            "link" | "links" => Some(Has::Link),
            _ => None,
        }
    }
}

impl Span {
    /// A year, a month or a day: `2026`, `2026-11`, `2026-11-27`.
    fn parse(text: &str) -> Option<Span> {
        let numbers: Vec<&str> = text.split('-').collect();
        let is_written_so = numbers.iter().zip([4, 2, 2]).all(|(number, most)| {
            (1..=most).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit())
        });
        if !is_written_so || numbers.first().is_none_or(|year| year.len() != 4) {
            return None;
        }
        let number = |at: usize| {
            numbers
                .get(at)
                .map_or(Some(1), |digits| digits.parse().ok())
        };
        let year: i16 = numbers.first()?.parse().ok()?;
        let first = Date::new(year, number(1)?, number(2)?).ok()?;
        let length = match numbers.len() {
            1 => 1.year(),
            2 => 1.month(),
            3 => 1.day(),
            _ => return None,
        };
        Some(Span {
            first: Some(first),
            end: Some(first.checked_add(length).ok()?),
        })
    }
}

/// What stands between spaces, or in quotes.
#[derive(Debug, Default)]
struct Piece {
    negative: bool,
    /// What stands before a colon, where that is a word of Latin letters.
    operator: Option<String>,
    text: String,
    quoted: bool,
}

/// Cuts what was typed. A quote that does not end goes on to the end.
fn pieces(typed: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = typed.trim_start();
    while !rest.is_empty() {
        let mut piece = Piece::default();
        if let Some(behind) = rest.strip_prefix('-') {
            piece.negative = true;
            rest = behind;
        }
        if let Some((word, behind)) = rest.split_once(':')
            && !word.is_empty()
            && word.bytes().all(|byte| byte.is_ascii_alphabetic())
        {
            piece.operator = Some(word.to_owned());
            rest = behind;
        }
        if let Some(behind) = rest.strip_prefix(is_quote) {
            let end = behind.find(is_quote).unwrap_or(behind.len());
            piece.quoted = true;
            piece.text = behind[..end].to_owned();
            rest = behind[end..].strip_prefix(is_quote).unwrap_or("");
        } else {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            piece.text = rest[..end].to_owned();
            rest = &rest[end..];
        }
        if !piece.text.is_empty() || piece.operator.is_some() {
            pieces.push(piece);
        }
        rest = rest.trim_start();
    }
    pieces
}

/// Quotes as keyboards write them, those of telephones among them.
fn is_quote(character: char) -> bool {
    matches!(
        character,
        '"' | '\u{201C}' | '\u{201D}' | '\u{201E}' | '«' | '»'
    )
}

#[cfg(test)]
mod tests;
