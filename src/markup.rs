//! From a message's text to safe HTML, the only drawing of what people write: Markdown as it is used in chats, names of emoji,
//! links, names of people, lines that break. Functions without a database.
//!
//! A parser finds what is meant (`dialect`, `drawing`), a sanitizer looks at what comes of it. What takes time is done ahead, as
//! a `Draft`: whom a text names is known only in the transaction that stores it, and is put in there.

mod code;
mod dialect;
mod drawing;
mod links;
mod plain;
mod sanitizer;
mod words;
mod writing;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::iter;
use std::ops::Range;

use crate::emoji;
use crate::mentions::{Mention, Whom};
use crate::search::snippet::Piece as Found;
use drawing::Piece;

/// Rises with every change to what is drawn: what was stored under an earlier one is drawn anew.
pub const VERSION: i32 = 4;

/// Texts beyond this, and all with code, take long enough to be drawn where nobody waits behind them.
const QUICK_BYTES_MAX: usize = 2 * 1024;
/// Emoji of a text that is nothing else, drawn large.
const EMOJI_ALONE_MAX: usize = 12;

const EVERYONE: &str = "<span class=\"mention mention--all\">";
const PERSON: &str = "<span class=\"mention\" data-username=\"";

/// A text's drawing, but for whom it names.
#[derive(Debug, Default)]
pub struct Draft {
    /// `None` where the text is all there is.
    pieces: Option<Vec<Piece>>,
    addresses: Vec<Range<usize>>,
}

/// Draws a text and whom it names; `None` where the text itself is all there is.
pub fn draw(text: &str, mentions: &[Mention]) -> Option<String> {
    draft(text).html(text, mentions)
}

/// Whether a text holds nothing that could be drawn as something else, but for names of people: most do.
pub fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let (mut stars, mut underscores, mut ticks, mut colons) = (0, 0, 0, 0);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'\n' | b'\r' => return false,
            b'*' => stars += 1,
            b'_' => underscores += 1,
            b'`' => ticks += 1,
            b':' => colons += 1,
            b'~' if bytes.get(at + 1) == Some(&b'~') => return false,
            b'\\' => return false,
            b']' if bytes.get(at + 1) == Some(&b'(') => return false,
            _ => {}
        }
        if stars > 1 || underscores > 1 || ticks > 1 || colons > 1 {
            return false;
        }
    }
    // A quote or an item of a list, or emoji alone; a link has but one colon.
    let has_markup = text.contains("://")
        || bytes.first().is_some_and(|first| {
            matches!(first, b'>' | b'-' | b'*' | b' ' | b'\t') || first.is_ascii_digit()
        })
        || is_emoji_alone(text);
    !has_markup
}

/// Whether a text's draft takes so long that it is to be made where nobody waits behind it.
pub fn is_slow(text: &str) -> bool {
    (text.len() > QUICK_BYTES_MAX || text.contains("```")) && !is_plain(text)
}

/// Draws a text as far as that can be done without knowing whom it names.
pub fn draft(text: &str) -> Draft {
    if is_plain(text) {
        return Draft {
            pieces: None,
            addresses: Vec::new(),
        };
    }
    let addresses = links::addresses(text);
    let pieces = if is_emoji_alone(text) {
        let begin = Piece::Drawn("<span class=\"emoji-alone\">".to_owned());
        let place = place_of(text, text.trim());
        vec![
            begin,
            Piece::Words(place),
            Piece::Drawn("</span>".to_owned()),
        ]
    } else {
        drawing::pieces(text, &addresses)
    };
    Draft {
        pieces: Some(pieces),
        addresses,
    }
}

/// Words that are no message: drawn likewise, and always.
pub fn words(text: &str) -> String {
    draw(text, &[]).unwrap_or_else(|| {
        let mut html = String::with_capacity(text.len());
        writing::escape(text, &mut html);
        html
    })
}

/// What a text says when it is read in one go, without how it is drawn: what was drawn of it, or may have been cut off, tells.
pub fn plain<'a>(text: &'a str, html: Option<&str>) -> Cow<'a, str> {
    html.map_or(Cow::Borrowed(text), |html| plain::plain(html).into())
}

/// A piece of a message that was found, with marks around what was looked for.
pub fn snippet(pieces: &[Found]) -> String {
    let mut html = String::new();
    for piece in pieces {
        if piece.found {
            html.push_str("<mark>");
        }
        writing::escape(&piece.text, &mut html);
        if piece.found {
            html.push_str("</mark>");
        }
    }
    html
}

/// Whether drawn text names somebody, or everyone. In what people wrote no bracket is left that would look like it.
pub fn names(html: &str, username: &str) -> bool {
    html.contains(EVERYONE) || html.contains(&format!("{PERSON}{username}\">"))
}

/// Draws a text anew that an earlier version has drawn, and names those whom that one named.
pub fn redraw(text: &str, drawn: Option<&str>) -> Option<String> {
    let draft = draft(text);
    let named: Vec<&str> = drawn
        .unwrap_or_default()
        .split(PERSON)
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .collect();
    let everyone = drawn.is_some_and(|html| html.contains(EVERYONE));
    if named.is_empty() && !everyone {
        return draft.html(text, &[]);
    }
    let mentions = crate::mentions::again(text, &draft.places(text), &named, everyone);
    draft.html(text, &mentions)
}

impl Draft {
    /// Where a text may name somebody: outside code and addresses.
    pub fn places(&self, text: &str) -> Vec<Range<usize>> {
        match &self.pieces {
            None => iter::once(0..text.len()).collect(),
            Some(pieces) => pieces
                .iter()
                .filter_map(|piece| match piece {
                    Piece::Words(place) | Piece::Label(place) => Some(place.clone()),
                    Piece::Drawn(_) => None,
                })
                .collect(),
        }
    }

    /// The whole drawing of the text that it was made of; `None` where the text itself is all there is.
    pub fn html(&self, text: &str, mentions: &[Mention]) -> Option<String> {
        let whole = [Piece::Words(0..text.len())];
        let pieces = match &self.pieces {
            None if mentions.is_empty() => return None,
            None => whole.as_slice(),
            Some(pieces) => pieces,
        };
        let mut html = String::with_capacity(text.len() * 2);
        for piece in pieces {
            match piece {
                Piece::Drawn(drawn) => html.push_str(drawn),
                Piece::Words(place) => {
                    let addresses = within(&self.addresses, place);
                    words::draw(text, place, addresses, mentions, &mut html);
                }
                Piece::Label(place) => words::draw(text, place, &[], mentions, &mut html),
            }
        }
        let mut plain = String::with_capacity(html.len());
        writing::escape(text, &mut plain);
        (html.trim_end() != plain.trim_end()).then(|| sanitizer::clean(&html))
    }
}

/// Those of some places, in order, that lie within another.
fn within<'a>(places: &'a [Range<usize>], outer: &Range<usize>) -> &'a [Range<usize>] {
    let from = places.partition_point(|place| place.start < outer.start);
    let to = places.partition_point(|place| place.end <= outer.end);
    places.get(from..to).unwrap_or_default()
}

fn is_emoji_alone(text: &str) -> bool {
    let mut rest = text.trim();
    if rest.len() > EMOJI_ALONE_MAX * 48
        || rest.starts_with(|first: char| first.is_ascii_alphanumeric())
    {
        return false;
    }
    let mut count = 0;
    while !rest.is_empty() {
        let end = emoji::leading(rest).or_else(|| words::named_emoji(rest).map(|(_, end)| end));
        let Some(end) = end else { return false };
        count += 1;
        rest = rest[end..].trim_start();
    }
    (1..=EMOJI_ALONE_MAX).contains(&count)
}

fn place_of(text: &str, trimmed: &str) -> Range<usize> {
    let start = text.len() - text.trim_start().len();
    start..start + trimmed.len()
}

/// The beginning of a name's drawing.
fn open_mention(whom: &Whom, html: &mut String) {
    match whom {
        Whom::Everyone(_) => html.push_str(EVERYONE),
        Whom::Person(username) => {
            html.push_str(PERSON);
            writing::escape(username, html);
            html.push_str("\">");
        }
    }
}
