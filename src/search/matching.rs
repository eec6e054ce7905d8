//! Whether a message is what somebody looks for, where in it that stands, and how well it fits.

use std::ops::Range;

use super::document;
use super::query::{Query, Term};
use super::tokens::Token;

/// A message that fits twice as well stands where one would that is newer by so much.
const MILLISECONDS_OF_FITTING_TWICE: f64 = 30.0 * 24.0 * 3_600_000.0;
/// How fast more of the same word stops to count, and how much the length of a message does.
const SATURATION: f64 = 1.2;
const LENGTH_COUNTS: f64 = 0.75;
/// Words of a message of usual length.
const USUAL_LENGTH: f64 = 20.0;
/// What a word counts that only begins as the one looked for does.
const BEGINNING: f64 = 0.5;
/// How much better a message fits whose words stand in the order that was typed.
const TOGETHER: f64 = 1.5;

/// Where the terms of a query stand in the text of these words, ascending and apart; `None` where the text is not looked for.
pub fn places(query: &Query, tokens: &[Token]) -> Option<Vec<Range<usize>>> {
    let words: Vec<&str> = tokens.iter().map(|token| token.word.as_str()).collect();
    let has = |term: &Term| occurrences(term, &words).next().is_some();
    if query.without.iter().any(has) {
        return None;
    }
    let mut places = Vec::new();
    for term in &query.terms {
        let before = places.len();
        for first in occurrences(term, &words) {
            let last = first + term.words.len() - 1;
            places.push(tokens.get(first)?.start..end(term, tokens.get(last)?));
        }
        if places.len() == before {
            return None;
        }
    }
    Some(joined(places))
}

/// How well a line of words fits some terms, as a moment: what fits equally well is in the order of time.
pub fn score(terms: &[Term], line: &str, sent_at: i64) -> i64 {
    let words: Vec<&str> = document::words(line).collect();
    let length = 1.0 - LENGTH_COUNTS + LENGTH_COUNTS * words.len() as f64 / USUAL_LENGTH;
    let mut fit = 0.0;
    for term in terms {
        let last = term.words.len() - 1;
        let is_whole = |first: usize| {
            words.get(first + last) == term.words.last().map(String::as_str).as_ref()
        };
        let often: f64 = occurrences(term, &words)
            .map(|first| if is_whole(first) { 1.0 } else { BEGINNING })
            .sum();
        fit += often * (SATURATION + 1.0) / (often + SATURATION * length);
    }
    if terms.len() > 1 && stand_together(terms, &words) {
        fit *= TOGETHER;
    }
    if fit <= 0.0 {
        return sent_at;
    }
    sent_at + (fit.log2() * MILLISECONDS_OF_FITTING_TWICE) as i64
}

/// How far above its moment the score of any line may lie.
pub fn gain_max(terms: &[Term]) -> i64 {
    let together = match terms.len() {
        0 => return 0,
        1 => 1.0,
        _ => TOGETHER,
    };
    let fit = terms.len() as f64 * (SATURATION + 1.0) * together;
    (fit.log2() * MILLISECONDS_OF_FITTING_TWICE).ceil() as i64
}

/// Where a term begins among words, from left to right and without overlapping.
fn occurrences<'a>(term: &'a Term, words: &'a [&'a str]) -> impl Iterator<Item = usize> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        while from + term.words.len() <= words.len() {
            let at = from;
            if stands_at(term, words, at) {
                from = at + term.words.len();
                return Some(at);
            }
            from += 1;
        }
        None
    })
}

fn stands_at(term: &Term, words: &[&str], at: usize) -> bool {
    let Some((last, others)) = term.words.split_last() else {
        return false;
    };
    let Some((found, before)) = words
        .get(at..at + term.words.len())
        .and_then(|words| words.split_last())
    else {
        return false;
    };
    let ends = if term.begins {
        found.starts_with(last.as_str())
    } else {
        found == last
    };
    ends && others.iter().zip(before).all(|(one, other)| one == other)
}

fn stand_together(terms: &[Term], words: &[&str]) -> bool {
    let Some((first, others)) = terms.split_first() else {
        return false;
    };
    occurrences(first, words).any(|at| {
        let mut next = at + first.words.len();
        others.iter().all(|term| {
            let stands = stands_at(term, words, next);
            next += term.words.len();
            stands
        })
    })
}

/// Where a term ends whose last word was found in this one: of a pair of characters the first may be all that was looked for.
fn end(term: &Term, found: &Token) -> usize {
    match found.first_end {
        Some(first_end) if term.begins && term.words.last() != Some(&found.word) => first_end,
        _ => found.end,
    }
}

fn joined(mut places: Vec<Range<usize>>) -> Vec<Range<usize>> {
    places.sort_by_key(|place| (place.start, place.end));
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(places.len());
    for place in places {
        match joined.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            _ => joined.push(place),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::super::tokens::tokens;
    use super::*;

    fn marked(typed: &str, text: &str) -> Option<String> {
        let places = places(&Query::parse(typed).unwrap(), &tokens(text))?;
        let marked: Vec<&str> = places.into_iter().map(|place| &text[place]).collect();
        Some(marked.join("|"))
    }

    #[test]
    fn what_fits_is_found_where_it_stands() {
        for (typed, text, expected) in [
            ("row", "Rowing and rowed, arrow", Some("Rowing|rowed")),
            ("\"row\"", "rowing", None),
            ("cafe", "Le CAFÉ", Some("CAFÉ")),
            (
                "\"on the river\"",
                "On, the: River!",
                Some("On, the: River"),
            ),
            ("river -ferry", "ferry on the river", None),
            ("river -\"the ferry\"", "ferry on the river", Some("river")),
            ("京", "東京タワー", Some("京")),
            ("京タ", "東京タワー", Some("京タ")),
            ("ー", "東京タワー", Some("ー")),
            ("\"京 東\"", "東京", None),
            ("\"タワー tower\"", "東京タワー Tower", Some("タワー Tower")),
            ("snake_case", "a snake_cases", Some("snake_cases")),
            ("C++", "C and C++", Some("C++")),
            ("👍", "ok 👍🏽", Some("👍")),
            ("নৌকা", "আমাদের নৌকাটি", Some("নৌকাটি")),
            ("from:ada", "anything", Some("")),
        ] {
            assert_eq!(
                marked(typed, text).as_deref(),
                expected,
                "{typed} in {text}"
            );
        }
    }

    #[test]
    fn what_fits_better_comes_first_and_else_what_is_newer() {
        let terms = Query::parse("row boat").unwrap().terms;
        let score =
            |text: &str, day: i64| score(&terms, &document::line(text, &[]), day * 86_400_000);
        let long = "other words ".repeat(20);
        assert!(score("row boat", 1) > score("boat and row", 1));
        assert!(score("row boat", 1) > score("rowing boats", 1));
        assert!(score("row boat", 1) > score(&format!("row boat {long}"), 1));
        assert!(score("row boat", 2) > score("row boat", 1));
        assert!(score("row boat", 1) > score("boats, rowing", 3));
        assert!(score("row boat", 1) < score("boats, rowing", 300));
        let often = score(&"row boat ".repeat(8), 1);
        assert!(often <= 86_400_000 + gain_max(&terms));
        assert!(often > 86_400_000 + gain_max(&terms[..1]));
        assert_eq!(super::score(&[], "x", 5), 5);
    }
}
