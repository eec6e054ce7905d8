//! Which addresses a text leads to: those that stand in it, and those behind words.

use std::ops::Range;

use linkify::{LinkFinder, LinkKind};

use crate::names;

/// Where a text holds the address of a page, in the order of the text.
pub(super) fn addresses(text: &str) -> Vec<Range<usize>> {
    if !text.contains("://") {
        return Vec::new();
    }
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(true);
    finder
        .links(text)
        .filter(|link| is_web(link.as_str()))
        .map(|link| {
            let end = link.end() - emphasis_behind(text, link.start(), link.as_str());
            link.start()..end
        })
        .collect()
}

/// Whether an address leads to a page: any scheme but these two could run something.
pub(super) fn is_web(address: &str) -> bool {
    // An address that turns its own direction would show another one than it leads to.
    if address.contains(names::turns_direction) {
        return false;
    }
    let scheme = address.split_once("://").map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

/// Whether words may lead to an address: to a page or to somebody's mailbox, and only if they do not look like another one.
pub(super) fn may_lead(words: &str, address: &str) -> bool {
    let hides = |character: char| character.is_whitespace() || character.is_control();
    if address.contains(hides) || !(is_web(address) || is_mailbox(address)) {
        return false;
    }
    let words = words.trim().to_lowercase();
    let looks_like_one = words.contains("://") || words.starts_with("www.");
    !looks_like_one || host(&words) == host(&address.to_lowercase())
}

fn is_mailbox(address: &str) -> bool {
    let is_mail = address
        .get(..7)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    is_mail && address.len() > 7 && !address.contains(names::turns_direction)
}

fn host(address: &str) -> &str {
    let behind = address
        .split_once("://")
        .map_or(address, |(_, behind)| behind);
    let end = behind.find(['/', '?', '#', '\\']).unwrap_or(behind.len());
    &behind[..end]
}

/// The bytes at an address's end that belong to the emphasis it stands in: they may be a part of addresses, and seldom are.
fn emphasis_behind(text: &str, start: usize, address: &str) -> usize {
    const MARKS: [char; 3] = ['_', '~', '*'];
    if !address.ends_with(MARKS) {
        return 0;
    }
    let line = text[..start].rfind('\n').map_or(0, |end| end + 1);
    let before = &text[line..start];
    let opened = |mark: char| {
        before.match_indices(mark).any(|(at, _)| {
            let previous = before[..at].chars().next_back();
            previous.is_none_or(|previous| !previous.is_alphanumeric())
        })
    };
    // Each mark is looked for once, however many stand there.
    let opened: Vec<char> = MARKS.into_iter().filter(|mark| opened(*mark)).collect();
    address.len() - address.trim_end_matches(opened.as_slice()).len()
}
