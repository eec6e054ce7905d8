//! Words between markup: the addresses, names and emoji in them, and else nothing but text.

use std::ops::Range;

use super::writing::{self, escape};
use crate::emoji;
use crate::mentions::Mention;

/// Bytes of the longest name of an emoji.
const NAME_MAX: usize = 48;

/// Draws words. `addresses` lie within them; of the mentions those count that do.
pub(super) fn draw(
    text: &str,
    place: &Range<usize>,
    addresses: &[Range<usize>],
    mentions: &[Mention],
    html: &mut String,
) {
    let mut addresses = addresses.iter().peekable();
    let from = mentions.partition_point(|mention| mention.place.start < place.start);
    let to = mentions.partition_point(|mention| mention.place.end <= place.end);
    let mut mentions = mentions.get(from..to).unwrap_or_default().iter().peekable();
    let mut done = place.start;
    loop {
        let address = addresses.peek().map(|address| address.start);
        let mention = mentions.peek().map(|mention| mention.place.start);
        let is_address = match (address, mention) {
            (None, None) => break,
            (Some(address), Some(mention)) => address < mention,
            (address, None) => address.is_some(),
            (None, Some(_)) => false,
        };
        if is_address {
            let Some(address) = addresses.next() else {
                break;
            };
            draw_text(&text[done..address.start], html);
            writing::address(&text[address.clone()], html);
            done = address.end;
        } else {
            let Some(mention) = mentions.next() else {
                break;
            };
            // None stands in an address; were it so, the address would be the text.
            if mention.place.start < done {
                continue;
            }
            draw_text(&text[done..mention.place.start], html);
            super::open_mention(&mention.whom, html);
            escape(&text[mention.place.clone()], html);
            html.push_str("</span>");
            done = mention.place.end;
        }
    }
    draw_text(&text[done..place.end], html);
}

/// The emoji whose name, between colons, a text begins with, and the bytes of that name.
pub(super) fn named_emoji(text: &str) -> Option<(&'static str, usize)> {
    let behind = text.strip_prefix(':')?;
    let end = behind
        .bytes()
        .take(NAME_MAX)
        .position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+')))?;
    let is_whole = behind.as_bytes()[end] == b':' && end > 0;
    let (emoji, length) = (emoji::by_name(behind.get(..end)?)?, end + 2);
    // Times and the like are no names.
    let goes_on = text
        .as_bytes()
        .get(length)
        .is_some_and(u8::is_ascii_alphanumeric);
    (is_whole && !goes_on).then_some((emoji, length))
}

/// Text with its lines, and the emoji that are named in it.
fn draw_text(text: &str, html: &mut String) {
    let mut done = 0;
    for (at, _) in text.match_indices(':') {
        let stands_free = !text.as_bytes()[..at]
            .last()
            .is_some_and(u8::is_ascii_alphanumeric);
        if at < done || !stands_free {
            continue;
        }
        if let Some((emoji, length)) = named_emoji(&text[at..]) {
            draw_lines(&text[done..at], html);
            html.push_str(emoji);
            done = at + length;
        }
    }
    draw_lines(&text[done..], html);
}

fn draw_lines(text: &str, html: &mut String) {
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            html.push_str("<br>");
        }
        escape(line.trim_end_matches('\r'), html);
    }
}
