//! From a message's text to safe HTML: links that can be followed, names of people, lines that break.

use std::ops::Range;

use linkify::{LinkFinder, LinkKind};

use crate::mentions::{Mention, Whom};
use crate::names;
use crate::search::snippet::Piece;
use crate::store::Drawing;

/// The drawing of messages; the version rises with every change to what it draws.
pub const DRAWING: Drawing = Drawing { version: 2, draw };

const EVERYONE: &str = "<span class=\"mention mention--all\">";
const PERSON: &str = "<span class=\"mention\" data-username=\"";

/// Draws a text and whom it names; `None` where it holds no link, no name and no line break, so that the text itself is all
/// there is.
pub fn draw(text: &str, mentions: &[Mention]) -> Option<String> {
    let has_lines = text.contains('\n') || text.contains('\r');
    if !has_lines && mentions.is_empty() && !text.contains("://") {
        return None;
    }
    let mut finder = LinkFinder::new();
    finder.kinds(&[LinkKind::Url]).url_must_have_scheme(true);
    let mut html = String::with_capacity(text.len() + text.len() / 4);
    let mut linked = false;
    for span in finder.spans(text) {
        match span.kind() {
            // Only these two schemes lead to a page; any other could run something.
            Some(LinkKind::Url) if is_web(span.as_str()) => {
                linked = true;
                html.push_str("<a href=\"");
                escape(span.as_str(), &mut html);
                html.push_str("\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">");
                escape(span.as_str(), &mut html);
                html.push_str("</a>");
            }
            _ => draw_words(text, span.start()..span.end(), mentions, &mut html),
        }
    }
    (linked || has_lines || !mentions.is_empty()).then_some(html)
}

/// Words that are no message: drawn likewise, and always.
pub fn words(text: &str) -> String {
    draw(text, &[]).unwrap_or_else(|| {
        let mut html = String::with_capacity(text.len());
        escape(text, &mut html);
        html
    })
}

/// A piece of a message that was found, with marks around what was looked for.
pub fn snippet(pieces: &[Piece]) -> String {
    let mut html = String::new();
    for piece in pieces {
        if piece.found {
            html.push_str("<mark>");
        }
        escape(&piece.text, &mut html);
        if piece.found {
            html.push_str("</mark>");
        }
    }
    html
}

/// Whether drawn text names somebody, or everyone. In what people wrote no quote is left that would look like it.
pub fn names(html: &str, username: &str) -> bool {
    html.contains(EVERYONE) || html.contains(&format!("{PERSON}{username}\">"))
}

/// Text without links, and the names in it.
fn draw_words(text: &str, place: Range<usize>, mentions: &[Mention], html: &mut String) {
    let mut drawn = place.start;
    let inside =
        |mention: &&Mention| mention.place.start >= place.start && mention.place.end <= place.end;
    for mention in mentions.iter().filter(inside) {
        escape_with_lines(&text[drawn..mention.place.start], html);
        match &mention.whom {
            Whom::Everyone(_) => html.push_str(EVERYONE),
            Whom::Person(username) => {
                html.push_str(PERSON);
                escape(username, html);
                html.push_str("\">");
            }
        }
        escape(&text[mention.place.clone()], html);
        html.push_str("</span>");
        drawn = mention.place.end;
    }
    escape_with_lines(&text[drawn..place.end], html);
}

fn is_web(url: &str) -> bool {
    // An address that turns its own direction would show another one than it leads to.
    if url.contains(names::turns_direction) {
        return false;
    }
    let scheme = url.split_once("://").map_or("", |(scheme, _)| scheme);
    scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https")
}

fn escape_with_lines(text: &str, html: &mut String) {
    let mut lines = text.split('\n');
    if let Some(first) = lines.next() {
        escape(first.trim_end_matches('\r'), html);
    }
    for line in lines {
        html.push_str("<br>");
        escape(line.trim_end_matches('\r'), html);
    }
}

fn escape(text: &str, html: &mut String) {
    for character in text.chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mentions::Everyone;

    #[test]
    fn what_needs_no_drawing_is_not_drawn() {
        for text in [
            "Hello",
            "a < b & c",
            "<script>alert(1)</script>",
            "javascript:alert(1)",
        ] {
            assert_eq!(draw(text, &[]), None, "{text}");
        }
    }

    #[test]
    fn links_can_be_followed_and_nothing_else_is_markup() {
        let html = draw("see https://example.com/?a=1&b=\"><script> and\n<b>", &[]).unwrap();
        assert!(
            html.contains("href=\"https://example.com/?a=1&amp;b="),
            "{html}"
        );
        assert!(!html.contains("<script") && !html.contains("<b>"), "{html}");
        assert!(html.contains("<br>&lt;b&gt;"), "{html}");
    }

    #[test]
    fn only_addresses_of_pages_are_links() {
        for text in [
            "javascript://x%0aalert(1)",
            "data://text/html,x",
            "JaVaScRiPt://a",
            "file:///etc/passwd",
            "vbscript://x",
            "https://example.com/\u{202E}gpj.exe",
        ] {
            assert_eq!(
                draw(text, &[]).filter(|html| html.contains("<a")),
                None,
                "{text}"
            );
        }
    }

    #[test]
    fn names_are_drawn_where_they_stand_and_cannot_be_forged() {
        let text = "https://example.com/ <@ada>\n@room";
        let place = |word: &str| text.find(word).map(|at| at..at + word.len()).unwrap();
        let mentions = [
            Mention {
                place: place("@ada"),
                whom: Whom::Person("ada".to_owned()),
            },
            Mention {
                place: place("@room"),
                whom: Whom::Everyone(Everyone::Room),
            },
        ];
        let html = draw(text, &mentions).unwrap();
        assert!(html.ends_with(
            "</a> &lt;<span class=\"mention\" data-username=\"ada\">@ada</span>&gt;<br>\
             <span class=\"mention mention--all\">@room</span>"
        ));
        assert!(names(&html, "ada") && names(&html, "ben"));
        let html = draw("@ada", &mentions[..0]);
        assert_eq!(html, None);
        let forged = draw("<span class=\"mention\" data-username=\"ben\">\n", &[]).unwrap();
        assert!(!names(&forged, "ben"));
    }
}
