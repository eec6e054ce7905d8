//! What is typed, and what is looked for.

use super::*;
use jiff::civil::date;

fn parsed(typed: &str) -> Query {
    Query::parse(typed).unwrap()
}

/// Terms as they are written here: `word`, `word*`, `two words`.
fn written(terms: &[Term]) -> Vec<String> {
    let star = |term: &Term| if term.begins { "*" } else { "" };
    terms
        .iter()
        .map(|term| format!("{}{}", term.words.join(" "), star(term)))
        .collect()
}

#[test]
fn words_and_phrases_are_told_apart() {
    for (typed, with, without) in [
        ("", vec![], vec![]),
        ("  row   Boat ", vec!["row*", "boat*"], vec![]),
        ("to be", vec!["to", "be"], vec![]),
        ("\"row boat\" river", vec!["row boat", "river*"], vec![]),
        ("“row boat” «x»", vec!["row boat", "x"], vec![]),
        ("\"never closed", vec!["never closed"], vec![]),
        (
            "row -ferry -\"on land\"",
            vec!["row*"],
            vec!["ferry*", "on land"],
        ),
        ("snake_case", vec!["snake case*"], vec![]),
        ("std::vec C++", vec!["std vec*", "c ＋＋"], vec![]),
        ("well-known - --", vec!["well known*"], vec![]),
        ("go*", vec!["go*"], vec![]),
        ("বই", vec!["বই*"], vec![]),
        ("東京", vec!["東京"], vec![]),
        ("東京タワー", vec!["東京 京タ タワ ワー"], vec![]),
        ("茶", vec!["茶*"], vec![]),
        ("\"茶\"", vec!["茶*"], vec![]),
        ("👍 🇧🇩", vec!["👍", "🇧🇩"], vec![]),
        ("!!! ... \"\" ''", vec![], vec![]),
        ("https://example.com/a", vec!["https example com a"], vec![]),
        ("row row ROW", vec!["row*"], vec![]),
        (
            "from: has:nothing before:soon",
            vec!["from*", "has nothing*", "before soon*"],
            vec![],
        ),
        ("a\" OR \"b) NEAR(c", vec!["a", "or", "b near c"], vec![]),
    ] {
        let query = parsed(typed);
        assert_eq!(written(&query.terms), with, "{typed}");
        assert_eq!(written(&query.without), without, "{typed}");
    }
}

#[test]
fn restrictions_are_taken_in_any_case_and_both_ways() {
    let query = parsed(
        "FROM:Ada from:\"Ben B\" -from:eve In:lobby -in:garden has:link HAS:image -has:file tea",
    );
    assert_eq!(query.from, ["Ada", "Ben B"]);
    assert_eq!(query.not_from, ["eve"]);
    assert_eq!(query.places, ["lobby"]);
    assert_eq!(query.not_places, ["garden"]);
    assert_eq!(query.has, [Has::Link, Has::Image]);
    assert_eq!(query.has_not, [Has::File]);
    assert_eq!(written(&query.terms), ["tea*"]);
    assert!(!parsed("from:ada").is_empty());
    assert!(parsed("-from:ada -tea").is_empty());
}

#[test]
fn days_months_and_years_are_whole() {
    let span = |first, end| Span { first, end };
    for (typed, expected) in [
        ("before:2026-11-27", span(None, Some(date(2026, 11, 27)))),
        ("after:2026-11-27", span(Some(date(2026, 11, 28)), None)),
        (
            "on:2026-2-3",
            span(Some(date(2026, 2, 3)), Some(date(2026, 2, 4))),
        ),
        ("before:2026-11", span(None, Some(date(2026, 11, 1)))),
        ("after:2026-12", span(Some(date(2027, 1, 1)), None)),
        (
            "on:2024",
            span(Some(date(2024, 1, 1)), Some(date(2025, 1, 1))),
        ),
    ] {
        assert_eq!(parsed(typed).when, [expected], "{typed}");
    }
    for typed in [
        "on:2026-13",
        "on:26",
        "on:2026-02-30",
        "on:2026-1-1-1",
        "on:",
        "on:+026",
        "on:9999",
    ] {
        assert!(parsed(typed).when.is_empty(), "{typed}");
    }
    assert_eq!(parsed("-on:2024").not_when.len(), 1);
}

#[test]
fn too_much_is_refused() {
    assert!(Query::parse(&"x".repeat(CHARACTERS_MAX)).is_ok());
    assert!(Query::parse(&"x".repeat(CHARACTERS_MAX + 1)).is_err());
    assert!(Query::parse(&"x ".repeat(TERMS_MAX)).is_ok());
    assert!(Query::parse(&"x ".repeat(TERMS_MAX + 1)).is_err());
    assert!(Query::parse(&"茶".repeat(WORDS_MAX + 1)).is_ok());
    assert!(Query::parse(&"茶".repeat(WORDS_MAX + 2)).is_err());
    assert!(Query::parse("a\0b").is_err());
}
