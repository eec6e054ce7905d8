use super::*;

#[test]
fn a_slug_is_the_same_however_the_name_is_spelled() {
    for (name, slug) in [
        ("Lobby", "lobby"),
        ("  Rowing   Club! ", "rowing-club"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("বইয়ের দোকান", "বইয়ের-দোকান"),
        ("a/../b", "a-b"),
        ("ﬁsh_1-2", "fish_1-2"),
        ("-x-", "x"),
    ] {
        let made = Slug::from_name(name).unwrap();
        assert_eq!(
            made.as_str(),
            Slug::from_name(slug).unwrap().as_str(),
            "{name}"
        );
        assert_eq!(
            Slug::from_name(made.as_str()),
            Some(made.clone()),
            "canonical again: {name}"
        );
    }
    assert_eq!(Slug::from_name("!!!"), None);
    assert_eq!(
        Slug::from_name(&"x".repeat(200))
            .unwrap()
            .as_str()
            .chars()
            .count(),
        64
    );
}

#[test]
fn usernames_that_look_alike_have_one_skeleton() {
    let skeleton = |name: &str| Username::parse(name).unwrap().skeleton();
    assert_eq!(skeleton("Paypal"), skeleton("pаypаl"));
    assert_eq!(skeleton("ADA"), skeleton("ada"));
    assert_ne!(skeleton("ada"), skeleton("ben"));
    for refused in [
        "a",
        "-ada",
        "ada.",
        "a..b",
        "a b",
        "everyone",
        "ADMIN",
        "аdmin",
        "a\0b",
        &"x".repeat(33),
    ] {
        assert!(Username::parse(refused).is_err(), "{refused}");
    }
}

#[test]
fn a_message_has_something_to_see() {
    assert_eq!(MessageText::parse(" \u{200B}\n"), Err(Error::Empty));
    assert_eq!(MessageText::parse(""), Err(Error::Empty));
    assert!(MessageText::parse(&"ক".repeat(MESSAGE_CHARACTERS_MAX)).is_ok());
    assert_eq!(
        MessageText::parse(&"x".repeat(MESSAGE_CHARACTERS_MAX + 1)),
        Err(Error::TooLong)
    );
    assert_eq!(
        MessageText::parse("a\0b"),
        Err(Error::BadRequest("bad-nul"))
    );
    assert_eq!(
        MessageText::parse("  as typed ").unwrap().as_str(),
        "  as typed "
    );
}
