//! Which addresses a text leads to: those that stand in it, and those behind words.

use std::ops::Range;

use linkify::{LinkFinder, LinkKind};
use unicode_normalization::UnicodeNormalization;

use crate::names;

const BEHIND_HOSTS: [char; 4] = ['/', '?', '#', '\\'];
/// What emphasis and code are made with: it is not seen in words that lead somewhere.
const EMPHASIS: [char; 5] = ['*', '_', '~', '`', '\\'];
/// What stands around an address in a sentence.
const AROUND: &str = "()[]<>{},;!|\"'“”‘’«»→";
/// What the names of hosts end with, most often, and those of files do not.
const ENDINGS: &str = "com org net edu gov mil int info biz io app dev co ai at au bd be br ca ch cn cz de dk es eu fi fr gr hu ie il \
    in ir it jp kr mx nl no nz pl pt ro ru se sg th tr tw ua uk us vn za";

/// Where a text holds the address of a page, in the order of the text.
pub(super) fn addresses(text: &str) -> Vec<Range<usize>> {
    if !text.contains("://") {
        return Vec::new();
    }
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(true);
    let places = |text: &str| {
        let links = finder.links(text).filter(|link| is_web(link.as_str()));
        links
            .map(|link| link.start()..link.end())
            .collect::<Vec<_>>()
    };
    let mut found = places(text);
    for place in &mut found {
        place.end -= emphasis_behind(text, place.start, &text[place.clone()]);
    }
    // No host ends with such a mark: behind one, no address is found at all.
    if let Some(masked) = without_marks_behind_words(text) {
        let more = places(&masked);
        let is_new = |place: &Range<usize>| {
            let next = found.partition_point(|other| other.end <= place.start);
            found.get(next).is_none_or(|other| place.end <= other.start)
        };
        let more: Vec<_> = more.into_iter().filter(is_new).collect();
        found.extend(more);
        found.sort_by_key(|place| place.start);
    }
    found
}

/// The text with spaces for the marks of emphasis that end a word, each in its place; `None` where there are none.
fn without_marks_behind_words(text: &str) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let mut ends_here = true;
    for byte in bytes.iter_mut().rev() {
        if ends_here && matches!(byte, b'_' | b'~') {
            *byte = b' ';
        } else {
            ends_here = !byte.is_ascii_alphanumeric() && *byte < 0x80;
        }
    }
    // Only ASCII was put in the place of ASCII.
    String::from_utf8(bytes)
        .ok()
        .filter(|masked| masked != text)
}

/// Whether an address leads to a page: any scheme but these two could run something.
pub(super) fn is_web(address: &str) -> bool {
    // An address that turns its own direction would show another one than it leads to.
    if address.contains(names::turns_direction) {
        return false;
    }
    let (scheme, behind) = address.split_once("://").unwrap_or_default();
    let is_of_pages = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    // Browsers look for a host behind any number of slashes.
    is_of_pages && !behind.is_empty() && !behind.starts_with(BEHIND_HOSTS)
}

/// Whether words may lead to an address: to a page or to somebody's mailbox, and only if they do not look like another one.
pub(super) fn may_lead(words: &str, address: &str) -> bool {
    let hides = |character: char| character.is_whitespace() || character.is_control();
    if address.contains(hides)
        || words.contains(names::turns_direction)
        || !(is_web(address) || is_mailbox(address))
    {
        return false;
    }
    let address = address.to_lowercase();
    let seen: String = words
        .nfkc()
        .filter(|seen| !EMPHASIS.contains(seen) && !names::is_hidden(*seen))
        .flat_map(char::to_lowercase)
        .collect();
    seen.split(|seen: char| seen.is_whitespace() || AROUND.contains(seen))
        .map(|word| word.trim_matches(['.', ':', '-', '/']))
        .all(|word| match looks_like(word) {
            None => true,
            Some(Looks::Page(host)) => is_web(&address) && host == self::host(&address),
            Some(Looks::Mailbox(name)) => mailbox(&address) == Some(name),
        })
}

/// What a word looks as if it led to.
enum Looks<'a> {
    Page(&'a str),
    Mailbox(&'a str),
}

fn looks_like(word: &str) -> Option<Looks<'_>> {
    let name = word.strip_prefix("mailto:").unwrap_or(word);
    if word.contains("://") || word.starts_with("www.") {
        return Some(Looks::Page(host(word)));
    }
    if let Some((_, at)) = name.split_once('@') {
        return ends_as_a_name(at).then_some(Looks::Mailbox(name));
    }
    ends_as_a_name(host(word)).then(|| Looks::Page(host(word)))
}

/// Whether this is as hosts are called; files end otherwise.
fn ends_as_a_name(word: &str) -> bool {
    let end = word.rsplit_once('.').filter(|(name, _)| !name.is_empty());
    end.is_some_and(|(_, end)| ENDINGS.split(' ').any(|known| known == end))
}

fn is_mailbox(address: &str) -> bool {
    let is_mail = address
        .get(..7)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("mailto:"));
    is_mail && address.len() > 7 && !address.contains(names::turns_direction)
}

/// Whose mailbox an address in small letters is.
fn mailbox(address: &str) -> Option<&str> {
    let name = address.strip_prefix("mailto:")?;
    name.split('?').next()
}

/// The host of an address in small letters, without what makes no other one of it.
fn host(address: &str) -> &str {
    let behind = address
        .split_once("://")
        .map_or(address, |(_, behind)| behind);
    let end = behind.find(BEHIND_HOSTS).unwrap_or(behind.len());
    let host = &behind[..end];
    let (name, port) = host.rsplit_once(':').unwrap_or((host, ""));
    let host = if port.bytes().all(|byte| byte.is_ascii_digit()) {
        name
    } else {
        host
    };
    host.strip_prefix("www.").unwrap_or(host)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_look_like_another_address_lead_nowhere() {
        const EVIL: &str = "https://evil.example/login";
        for words in [
            "https://google.com",
            "HTTPS://Google.com/login",
            "www.google.com",
            "**www.google.com**",
            "*google.com*/login",
            "https:*//google*.com",
            "https:\u{200B}//google.com",
            "\u{200B}www.google.com",
            "ｈttps：//bank.example",
            "\u{202E}moc.elgoog//:sptth",
            "go to google.com, quickly",
            "(paypal.com/login)",
            "ada@bank.com",
            "mailto:ada@bank.com",
            "ftp://bank.example",
        ] {
            assert!(!may_lead(words, EVIL), "{words}");
        }
        for (words, address) in [
            ("google.com", "https://www.google.com/search?q=tea"),
            ("www.Google.com", "https://google.com:443/"),
            ("see google.com.", "https://google.com"),
            ("ada@bank.com", "mailto:ada@bank.com?subject=tea"),
            ("the map", EVIL),
            ("main.rs", EVIL),
            ("README.md, v1.2.3", EVIL),
            ("e.g. this", EVIL),
            ("@ada", EVIL),
            ("আড্ডা ☕", EVIL),
        ] {
            assert!(may_lead(words, address), "{words}");
        }
        for address in [
            "https://",
            "https:///evil.example/",
            "http:///",
            "https://?a",
            "mailto:",
            "ada@bank.com",
        ] {
            assert!(!may_lead("words", address), "{address}");
        }
        assert!(!may_lead("ada@bank.com", "mailto:eve@evil.example"));
        assert!(!may_lead(
            "https:///google.com",
            "https://google.com@evil.example/"
        ));
    }

    #[test]
    fn addresses_end_where_the_emphasis_around_them_does() {
        for (text, expected) in [
            ("_https://example.com_", "https://example.com"),
            ("__https://example.com__", "https://example.com"),
            ("~~https://example.com~~, yes", "https://example.com"),
            ("_see https://example.com_", "https://example.com"),
            ("*https://example.com/a_b*", "https://example.com/a_b"),
            ("https://example.com/a_(b)_", "https://example.com/a_(b)_"),
            (
                "https://example.com/__init__.py",
                "https://example.com/__init__.py",
            ),
            ("নদী https://example.com_ তীর", "https://example.com"),
        ] {
            let found = addresses(text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(&text[found[0].clone()], expected, "{text}");
        }
        assert!(addresses("https:///example.com").is_empty());
    }
}
