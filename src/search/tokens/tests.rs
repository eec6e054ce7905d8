//! Words of every script.

use super::*;

fn words(text: &str) -> Vec<String> {
    tokens(text).into_iter().map(|token| token.word).collect()
}

#[test]
fn every_script_has_its_words() {
    for (text, expected) in [
        ("", ""),
        ("Hello, World!", "hello world"),
        ("Straße ﬁsh ＦＵＬＬ", "strasse fish full"),
        ("Café naïve Ångström", "cafe naive angstrom"),
        ("ΆΛΦΑ σοφός", "αλφα σοφοσ"),
        ("Ёлка и йод", "ёлка и йод"),
        ("বইয়ের দোকান", "বইয়ের দোকান"),
        ("হাতি\u{200C}র", "হাতির"),
        ("مَرحَبا", "مَرحَبا"),
        ("東京タワー", "東京 京タ タワ ワー ー"),
        ("茶 ﾎﾞｰﾄ", "茶 ボー ート ト"),
        ("第3回", "第 3 回"),
        ("한국어 좋아", "한국 국어 어 좋아 아"),
        ("\u{1112}\u{1161}\u{11AB}", "한"),
        ("ชาไทย", "ชา าไ ไท ทย ย"),
        ("snake_case fooBar() std::vec", "snake case foobar std vec"),
        ("C++ and C# but c", "c ＋＋ and c ＃ but c"),
        ("c#", "c ＃"),
        ("a+b #tag x#y", "a b tag x y"),
        ("👍🏽 ok 👩‍💻!", "👍 ok 👩 💻"),
        ("🇧🇩🇮🇳", "🇧🇩 🇮🇳"),
        ("tea☕tea 5€ 1️⃣", "tea ☕ tea 5 € 1"),
        ("don't 3.14", "don t 3 14"),
    ] {
        let expected: String = expected.nfc().collect();
        assert_eq!(words(text).join(" "), expected, "{text}");
    }
}

#[test]
fn one_spelling_is_as_good_as_another() {
    for text in ["Café Ёлка", "বো কৈ", "한국어", "ｶﾞｷﾞ", "Ǻ ﷺ"] {
        let decomposed: String = text.nfd().collect();
        assert_eq!(words(text), words(&decomposed), "{text}");
    }
}

#[test]
fn words_are_short_and_hold_no_syntax() {
    let hostile = format!(
        "{} \"a\" 'b' (c) d* ^e f:g -h + NEAR(i) & | ! <-> \\ \0",
        "x".repeat(1_000)
    );
    for word in words(&hostile) {
        assert!(word.len() <= TOKEN_BYTES_MAX, "{word}");
        assert!(!word.is_empty());
        assert!(
            word.chars()
                .all(|c| !c.is_ascii() || c.is_ascii_alphanumeric()),
            "{word}"
        );
    }
    assert_eq!(words(&"x".repeat(130)).len(), 3);
    assert_eq!(words(&"茶".repeat(20_000)).len(), TOKENS_MAX);
}

#[test]
fn a_word_knows_where_it_stands() {
    let text = "Über 東京, 👍🏽!";
    let found: Vec<&str> = tokens(text)
        .iter()
        .map(|token| &text[token.start..token.end])
        .collect();
    assert_eq!(found, ["Über", "東京", "京", "👍"]);
}
