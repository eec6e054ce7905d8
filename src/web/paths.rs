//! Paths on this site: what may follow a sign-in, and how a path is written where only ASCII may stand.

use std::fmt::Write;

/// The path to go on to after signing in; `/` where what was asked for could lead to another site.
pub(super) fn local(next: &str) -> &str {
    let inside = next.starts_with('/')
        && !next.starts_with("//")
        // Browsers take a backslash for a slash, and drop tabs and line breaks before they look.
        && !next.contains('\\')
        && !next.chars().any(char::is_control)
        && next.len() <= 2_048;
    if inside { next } else { "/" }
}

/// A path or an address with every character that headers cannot hold written as its bytes.
pub(super) fn ascii(path: &str) -> String {
    encode(path, |byte| byte.is_ascii_graphic())
}

/// A text as one value of a query.
pub(super) fn query_value(text: &str) -> String {
    encode(text, |byte| {
        byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/')
    })
}

/// Where a room is.
pub(super) fn room(slug: &str) -> String {
    format!("/chat/{}/", ascii(slug))
}

/// Where the direct room of the reader and somebody is.
pub(super) fn direct(username: &str) -> String {
    format!("/chat/direct/{}/", ascii(username))
}

/// Where somebody's page is.
pub(super) fn person(username: &str) -> String {
    format!("/people/{}/", ascii(username))
}

/// Where what there is to know about a room is.
pub(super) fn details(slug: &str) -> String {
    format!("{}details", room(slug))
}

/// Where somebody says what they want to be told of in a room.
pub(super) fn notifications(slug: &str) -> String {
    format!("{}notifications", room(slug))
}

fn encode(text: &str, stays: impl Fn(u8) -> bool) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if stays(byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_nobody_leaves_the_site() {
        for path in ["/", "/chat/lobby/", "/chat/lobby/?at=3", "/chat/দোকান/"] {
            assert_eq!(local(path), path);
        }
        for path in [
            "",
            "chat",
            "//evil.test",
            "/\\evil.test",
            "/\t/evil.test",
            "https://evil.test",
            "/a\r\nSet-Cookie: x",
            "\\/evil",
        ] {
            assert_eq!(local(path), "/", "{path:?}");
        }
    }

    #[test]
    fn paths_of_any_script_fit_into_headers() {
        assert_eq!(room("দ-1"), "/chat/%E0%A6%A6-1/");
        assert_eq!(ascii("/chat/%E0/?at=3"), "/chat/%E0/?at=3");
        assert_eq!(query_value("/chat/a/?at=3&b"), "/chat/a/%3Fat%3D3%26b");
    }
}
