//! Whatever is typed, nothing but what is named here is drawn of it.

use proptest::prelude::*;

use super::*;

const TAGS: [&str; 12] = [
    "a",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "li",
    "ol",
    "pre",
    "span",
    "strong",
    "ul",
];
const ATTRIBUTES: [&str; 7] = [
    "class",
    "data-language",
    "data-username",
    "href",
    "rel",
    "start",
    "target",
];

/// Parts that mean something, among them those that should not.
fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        Just("*"),
        Just("**"),
        Just("_"),
        Just("~~"),
        Just("`"),
        Just("```"),
        Just("```js\n"),
        Just("\n"),
        Just("\r\n"),
        Just("> "),
        Just("- "),
        Just("1. "),
        Just("  "),
        Just("["),
        Just("]("),
        Just(")"),
        Just("!["),
        Just("<"),
        Just(">"),
        Just("<script>"),
        Just("</code>"),
        Just("<img src=x onerror=alert(1)>"),
        Just("\" onmouseover=\"x"),
        Just("&"),
        Just("\\"),
        Just("https://example.com/"),
        Just("javascript:alert(1)"),
        Just("data:text/html,"),
        Just(":tada:"),
        Just("@ada"),
        Just("🎉"),
        Just("a"),
        Just("word "),
        Just("ক"),
        Just("\u{202E}"),
        Just("\t"),
        Just("#"),
        Just("---"),
        Just("="),
        Just("|"),
    ]
    .prop_map(str::to_owned);
    let any = prop_oneof![8 => part, 1 => "\\PC{0,4}"];
    proptest::collection::vec(any, 1..40).prop_map(|parts| parts.concat())
}

/// The tags of some HTML with their attributes, read as strictly as it is written.
fn tags(html: &str) -> Vec<(String, Vec<(String, String)>)> {
    let mut tags = Vec::new();
    for part in html.split('<').skip(1) {
        let (tag, _) = part.split_once('>').expect("a tag has an end");
        let (name, mut rest) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut attributes = Vec::new();
        while !rest.is_empty() {
            let (attribute, behind) = rest.split_once("=\"").expect("an attribute has a value");
            let (value, behind) = behind.split_once('"').expect("a value has an end");
            attributes.push((attribute.trim().to_owned(), value.to_owned()));
            rest = behind.trim_start();
        }
        tags.push((name.to_owned(), attributes));
    }
    tags
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn nothing_is_drawn_but_what_is_allowed(text in text()) {
        let places = draft(&text).places(&text);
        let mentions = crate::mentions::again(&text, &places, &["ada"], true);
        let html = draw(&text, &mentions).unwrap_or_default();
        let mut open: Vec<String> = Vec::new();
        for (name, attributes) in tags(&html) {
            if let Some(name) = name.strip_prefix('/') {
                let opened = open.pop();
                prop_assert_eq!(opened.as_deref(), Some(name), "{}", html);
                continue;
            }
            prop_assert!(TAGS.contains(&name.as_str()), "{} in {}", name, html);
            for (attribute, value) in attributes {
                prop_assert!(ATTRIBUTES.contains(&attribute.as_str()), "{} in {}", attribute, html);
                let leads = ["http://", "https://", "mailto:"].iter().any(|scheme| value.to_lowercase().starts_with(scheme));
                prop_assert!(attribute != "href" || leads, "{} in {}", value, html);
            }
            if name != "br" {
                open.push(name);
            }
        }
        prop_assert!(open.is_empty(), "{:?} in {}", open, html);
    }

    /// What is left of a drawing without its tags are the letters of the text, in their order, less marks: none is made up.
    #[test]
    fn no_word_is_lost(words in proptest::collection::vec("[a-z]{3,8}", 1..20), text in text()) {
        let marked: String = words.iter().map(|word| format!("{word} {text} ")).collect();
        let html = draw(&marked, &[]).unwrap_or_else(|| marked.clone());
        let mut rest = html.as_str();
        for word in &words {
            let Some(at) = rest.find(word.as_str()) else {
                return Err(TestCaseError::fail(format!("{word} is missing in {html}")));
            };
            rest = &rest[at + word.len()..];
        }
    }

    #[test]
    fn the_places_for_names_are_places_of_the_text(text in text()) {
        let mut end = 0;
        for place in draft(&text).places(&text) {
            prop_assert!(place.start >= end && place.end <= text.len());
            prop_assert!(text.is_char_boundary(place.start) && text.is_char_boundary(place.end));
            end = place.end;
        }
    }
}
