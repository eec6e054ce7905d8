//! What a drawing says to somebody who cannot see it, or has one line for it: its words alone.

/// Elements that stand on lines of their own.
const BLOCKS: [&str; 6] = ["blockquote", "br", "li", "ol", "pre", "ul"];

/// The words of a drawing, without how they are drawn. A drawing may be cut off anywhere: then so are its words.
pub(super) fn plain(html: &str) -> String {
    let mut words = String::with_capacity(html.len());
    let mut rest = html;
    loop {
        let Some(at) = rest.find(['<', '&']) else {
            words.push_str(rest);
            break;
        };
        words.push_str(&rest[..at]);
        rest = &rest[at..];
        let behind = if rest.starts_with('<') {
            tag(rest, &mut words)
        } else {
            reference(rest, &mut words)
        };
        let Some(behind) = behind else {
            break;
        };
        rest = behind;
    }
    words.truncate(words.trim_end_matches('\n').len());
    words
}

/// Reads a tag, and returns what is behind it.
fn tag<'a>(html: &'a str, words: &mut String) -> Option<&'a str> {
    // What leads somewhere may hold a bracket, between quotation marks.
    let mut quoted = false;
    let end = html.find(|character| {
        quoted ^= character == '"';
        character == '>' && !quoted
    })?;
    let inside = html[1..end].trim_start_matches('/');
    let name = inside.split([' ', '/']).next().unwrap_or_default();
    if BLOCKS.contains(&name) && !words.is_empty() && !words.ends_with('\n') {
        words.push('\n');
    }
    Some(&html[end + 1..])
}

/// Reads what stands for a character, and returns what is behind it.
fn reference<'a>(html: &'a str, words: &mut String) -> Option<&'a str> {
    let end = html.find(';')?;
    words.push_str(match &html[..end] {
        "&amp" => "&",
        "&lt" => "<",
        "&gt" => ">",
        "&quot" => "\"",
        "&#39" => "'",
        "&nbsp" => "\u{a0}",
        other => other,
    });
    Some(&html[end + 1..])
}

#[cfg(test)]
mod tests {
    use super::super::draw;
    use super::*;

    fn read(typed: &str) -> String {
        plain(&draw(typed, &[]).unwrap_or_else(|| typed.to_owned()))
    }

    #[test]
    fn words_are_read_and_not_how_they_are_drawn() {
        for (typed, expected) in [
            ("**bold** and _not_ ~~gone~~", "bold and not gone"),
            ("`a < b && c > \"d\"` it's", "a < b && c > \"d\" it's"),
            (
                "[the *map*](https://example.com/?a=1&b=2) & more",
                "the map & more",
            ),
            (
                "https://example.com/?a=1&b=%3E",
                "https://example.com/?a=1&b=%3E",
            ),
            ("one\ntwo\n\nthree", "one\ntwo\nthree"),
            (
                "before\n```rust\nfn main() {\n    1 < 2;\n}\n```\nafter",
                "before\nfn main() {\n    1 < 2;\n}\nafter",
            ),
            ("> quoted\n\nanswered", "quoted\nanswered"),
            ("- tea\n- coffee", "tea\ncoffee"),
            (":tea: **now**", "🍵 now"),
            ("&lt;b&gt; **&amp;**", "&lt;b&gt; &amp;"),
            ("a\u{a0}**b**", "a\u{a0}b"),
        ] {
            assert_eq!(read(typed), expected, "{typed:?}");
        }
    }

    #[test]
    fn a_drawing_that_is_cut_off_is_read_as_far_as_it_goes() {
        let html = "<a href=\"https://e.com/?a&gt;b\" rel=\"nofollow\">tea &amp; <strong>more</strong></a>";
        let whole = plain(html);
        assert_eq!(whole, "tea & more");
        for end in (0..html.len()).filter(|end| html.is_char_boundary(*end)) {
            let part = plain(&html[..end]);
            assert!(whole.starts_with(&part), "{part:?} of {:?}", &html[..end]);
        }
        assert_eq!(plain("<a href=\"x>y\">z</a>"), "z");
    }
}
