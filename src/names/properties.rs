//! Any text as a name: what is taken keeps the rules and stays what it is, and what looks alike counts as the same.

use proptest::prelude::*;

use super::*;

/// Texts of every script, with more than chance would bring of what is hard: marks, ligatures, capitals, direction.
fn text() -> impl Strategy<Value = String> {
    let hard = "\u{345}\u{301}\u{323}\u{308}\u{1D165}\u{110BA}ßŉǰΐΰևẖẞẛſﬁﬀİıKÅΩϴᾳᾼᾴῼΣσςǅŸ😀가각ᄀ\u{1161}\u{11A8}ক\u{9CD}ষ\u{9BC}\
                \u{202E}\u{2066}\u{200B}\u{200D}\u{FEFF}\u{AD}\u{34F}\u{3164}\u{2028}\u{85}\t\n\0 -_./\\<&\"'ａＡ①²½™㎏㏂ﷺ\u{3099}\u{309A}か";
    let hard: Vec<char> = hard.chars().collect();
    let piece = prop_oneof![
        4 => prop::sample::select(hard).prop_map(String::from),
        3 => "[a-zA-Z0-9 _.-]",
        3 => any::<char>().prop_map(String::from),
        1 => "\\p{Mn}",
        1 => "\\p{Lu}",
    ];
    prop::collection::vec(piece, 0..24).prop_map(|pieces| pieces.concat())
}

/// Letters that look like others of another script.
const TWINS: [(char, char); 8] = [
    ('a', 'а'),
    ('c', 'с'),
    ('e', 'е'),
    ('o', 'о'),
    ('p', 'р'),
    ('x', 'х'),
    ('i', 'і'),
    ('j', 'ј'),
];

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn a_slug_keeps_the_rules_and_is_its_own_slug(name in text()) {
        let Some(slug) = Slug::from_name(&name) else { return Ok(()) };
        let characters = slug.as_str().chars().count();
        prop_assert!((1..=SLUG_CHARACTERS_MAX).contains(&characters));
        let allowed = |character| is_word(character) || matches!(character, '_' | '-');
        prop_assert!(slug.as_str().chars().all(allowed), "{}", slug);
        prop_assert!(!slug.as_str().starts_with('-') && !slug.as_str().ends_with('-'));
        prop_assert_eq!(Slug::from_name(slug.as_str()), Some(slug.clone()), "{:?}", name);
        prop_assert_eq!(Slug::from_name(&name.nfd().collect::<String>()), Some(slug.clone()));
        prop_assert_eq!(Slug::from_name(&name.nfkc().collect::<String>()), Some(slug));
    }

    #[test]
    fn a_long_name_has_a_slug_that_is_its_own(name in prop::collection::vec(text(), 4..10)) {
        if let Some(slug) = Slug::from_name(&name.concat()) {
            prop_assert!(slug.as_str().chars().count() <= SLUG_CHARACTERS_MAX);
            prop_assert_eq!(Slug::from_name(slug.as_str()), Some(slug));
        }
    }

    #[test]
    fn a_username_keeps_the_rules_and_stays_what_it_is(typed in text()) {
        let Ok(username) = Username::parse(&typed) else { return Ok(()) };
        let name = username.as_str();
        prop_assert!(USERNAME_CHARACTERS.contains(&name.chars().count()));
        prop_assert!(name.chars().all(|character| is_word(character) || "_-.".contains(character)));
        prop_assert!(!name.contains("..") && !name.contains('/') && !name.contains('\0'));
        prop_assert_eq!(Username::parse(name), Ok(username.clone()));
        prop_assert_eq!(username.skeleton(), skeleton(&typed.trim().nfd().collect::<String>()));
        prop_assert_eq!(username.skeleton(), skeleton(&fold(name)), "case makes no difference");
    }

    #[test]
    fn usernames_that_look_alike_are_one(
        name in "[a-z][a-z0-9]{1,20}",
        choices in prop::collection::vec(0..3_u8, 32),
    ) {
        let disguised: String = name
            .chars()
            .zip(choices)
            .map(|(letter, choice)| {
                let twin = TWINS.iter().find(|(latin, _)| *latin == letter);
                match (choice, twin) {
                    (1, Some((_, twin))) => *twin,
                    (2, _) => letter.to_ascii_uppercase(),
                    _ => letter,
                }
            })
            .collect();
        prop_assert_eq!(skeleton(&disguised), skeleton(&name), "{}", disguised);
        prop_assert_eq!(Username::parse(&disguised).is_ok(), Username::parse(&name).is_ok());
    }

    #[test]
    fn a_shown_name_keeps_the_rules_and_stays_what_it_is(typed in text()) {
        let Ok(name) = DisplayName::parse(&typed, "name") else { return Ok(()) };
        let shown = name.as_str();
        prop_assert!((1..=NAME_CHARACTERS_MAX).contains(&shown.chars().count()));
        prop_assert!(!shown.chars().any(|character| character.is_control() || turns_direction(character)));
        prop_assert_eq!(shown.trim(), shown);
        prop_assert_eq!(DisplayName::parse(shown, "name"), Ok(name.clone()));
        prop_assert_eq!(DisplayName::parse(&typed.nfd().collect::<String>(), "room"), Ok(name));
    }

    #[test]
    fn a_message_is_kept_as_typed_or_refused(typed in text()) {
        match MessageText::parse(&typed) {
            Ok(text) => {
                prop_assert_eq!(text.as_str(), &typed);
                prop_assert!(!typed.contains('\0') && typed.chars().any(is_visible));
            }
            Err(Error::Empty) => prop_assert!(!typed.chars().any(is_visible)),
            Err(error) => {
                prop_assert_eq!(error, Error::BadRequest("bad-nul"));
                prop_assert!(typed.contains('\0'));
            }
        }
    }

    #[test]
    fn an_id_is_of_letters_digits_and_two_signs(typed in prop_oneof![text(), "[A-Za-z0-9_-]{0,70}"]) {
        let expected = !typed.is_empty()
            && typed.len() <= 64
            && typed.chars().all(|character| "-_".contains(character) || character.is_ascii_alphanumeric());
        prop_assert_eq!(ClientId::parse(&typed).is_ok(), expected);
    }
}
