//! What is shown of a message that was found: a piece of its text with what was looked for in it.

use std::ops::Range;

/// Characters before the first place that was found.
const BEFORE: usize = 60;
/// Characters of a snippet.
const CHARACTERS_MAX: usize = 240;
/// How far a snippet's beginning looks for the beginning of a word.
const WORD: usize = 20;

/// A part of a snippet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its text, on one line.
    pub text: String,
    /// Whether it is what was looked for.
    pub found: bool,
}

/// A piece of a text around the first of some places, which are ascending and apart.
pub fn snippet(text: &str, places: &[Range<usize>]) -> Vec<Piece> {
    let stretch = stretch(text, places.first().map_or(0, |place| place.start));
    let mut pieces = Vec::new();
    let mut push = |text: &str, found: bool| {
        if !text.is_empty() {
            let text = text.replace(['\n', '\r', '\t'], " ");
            pieces.push(Piece { text, found });
        }
    };
    if stretch.start > 0 {
        push("…", false);
    }
    let mut shown = stretch.start;
    for place in places {
        let (start, end) = (place.start.max(shown), place.end.min(stretch.end));
        if start >= end {
            continue;
        }
        push(&text[shown..start], false);
        push(&text[start..end], true);
        shown = end;
    }
    push(&text[shown..stretch.end], false);
    if stretch.end < text.len() {
        push("…", false);
    }
    pieces
}

/// Which part of a text is shown: from a word's beginning before a place on.
fn stretch(text: &str, place: usize) -> Range<usize> {
    let mut begins = text[..place].char_indices().rev().map(|(at, _)| at);
    let start = match begins.nth(BEFORE - 1) {
        None | Some(0) => 0,
        Some(start) => {
            let spaces = text[start..place].char_indices().take(WORD);
            let mut space = spaces
                .filter(|(_, c)| c.is_whitespace())
                .map(|(at, c)| start + at + c.len_utf8());
            space.next().map_or(start, |behind| behind.min(place))
        }
    };
    let end = text[start..]
        .char_indices()
        .nth(CHARACTERS_MAX)
        .map_or(text.len(), |(at, _)| start + at);
    start..end
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, words: &[&str]) -> String {
        let mut places: Vec<Range<usize>> = words
            .iter()
            .flat_map(|word| {
                text.match_indices(word)
                    .map(|(at, word)| at..at + word.len())
            })
            .collect();
        places.sort_by_key(|place| place.start);
        let pieces = snippet(text, &places).into_iter();
        pieces
            .map(|piece| {
                if piece.found {
                    format!("[{}]", piece.text)
                } else {
                    piece.text
                }
            })
            .collect()
    }

    #[test]
    fn a_short_text_is_shown_whole() {
        assert_eq!(
            written("tea\nand more tea", &["tea"]),
            "[tea] and more [tea]"
        );
        assert_eq!(written("nothing of it", &[]), "nothing of it");
        assert_eq!(written("", &[]), "");
    }

    #[test]
    fn a_long_text_is_shown_around_what_was_found() {
        let long = format!("{}here it is{}", "কথা ".repeat(100), " word".repeat(200));
        let shown = written(&long, &["here"]);
        assert!(shown.starts_with("…কথা ") && shown.ends_with('…'), "{shown}");
        assert!(shown.contains("[here] it is word"), "{shown}");
        assert!(shown.chars().count() <= CHARACTERS_MAX + 4, "{shown}");
        let unbroken = "ক".repeat(5_000);
        assert!(written(&unbroken, &[]).chars().count() <= CHARACTERS_MAX + 1);
        let all = format!("{}x", "y".repeat(500));
        assert!(written(&all, &["x"]).ends_with("[x]"));
        assert_eq!(written(&unbroken, &[&unbroken]).matches('[').count(), 1);
    }
}
