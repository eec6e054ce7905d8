//! What people call themselves and say of themselves: what would pass for somebody else, or hide something, is refused.

use serde_json::{Value, json};

use crate::people::Person;
use crate::site::{Database, Site};

on_both_databases!(
    a_name_that_hides_something_or_looks_like_anothers_is_refused,
    a_profile_has_limits_and_grants_nothing,
    the_form_of_the_settings_does_the_same,
);

async fn asks(person: &Person, wishes: &Value) -> (u16, Value) {
    let answer = person.asks("PATCH", "/api/me", wishes).await;
    (answer.status, answer.value())
}

async fn a_name_that_hides_something_or_looks_like_anothers_is_refused(database: Database) {
    let site = Site::unlimited(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let (status, _) = asks(&ada, &json!({"name": "Ada Lovelace"})).await;
    assert_eq!(status, 200);
    for name in [
        "",
        " ",
        "Ben\u{202E}dA",
        "Ben\u{2066}dA",
        "Be\u{200B}n",
        "Ben\u{200D}",
        "Be\u{AD}n",
        "\u{FEFF}Ben",
        "Be\u{2060}n",
        "Ben\u{3164}",
        "B\u{0}en",
        "two\nlines",
        &format!("Ben{}", "\u{301}".repeat(20)),
        &format!("Ben{}", "\u{301}".repeat(1_000)),
        "Аda Lovelace",
        "Ada Lоvelаce",
        "adа",
        "ADA",
    ] {
        let (status, answer) = asks(&ben, &json!({"name": name})).await;
        assert_eq!(
            (status, &answer["error"]["code"]),
            (400, &json!("bad_request")),
            "{name:?}"
        );
    }
    for name in [
        "Ada Lovelace",
        "মিতু",
        "ড\u{9CD}ড\u{9BE}ক",
        "می\u{200C}خواهم",
        "👩\u{200D}💻 Ben",
        "Ben ❤\u{FE0F}",
        "Nguyễn Văn Tế",
    ] {
        let (status, answer) = asks(&ben, &json!({"name": name})).await;
        assert_eq!((status, &answer["name"]), (200, &json!(name)), "{answer}");
    }
    // The same at the door.
    let stranger = site.browser();
    let fields = [
        ("username", "eve"),
        ("password", "correct horse"),
        ("name", "Аda Lovelace"),
    ];
    let refused = stranger.form("/signup", &fields).await;
    refused.expect(422, "a name in disguise");
}

async fn a_profile_has_limits_and_grants_nothing(database: Database) {
    let site = Site::unlimited(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    for wishes in [
        json!({"about": "x".repeat(501)}),
        json!({"about": "turned \u{202E} round"}),
        json!({"about": 7}),
        json!({"invisible": "yes"}),
        json!({"status": "hungry"}),
        json!({"status": {"text": "x".repeat(81)}}),
        json!({"status": {"text": "two\nlines"}}),
        json!({"status": {"emoji": "x".repeat(11)}}),
        json!({"status": {"text": "late", "until": "2020-01-01T00:00:00Z"}}),
        json!({"status": {"text": "when?", "until": "soon"}}),
    ] {
        let (status, _) = asks(&ben, &wishes).await;
        assert!((400..500).contains(&status), "{wishes}: {status}");
    }
    let wishes = json!({
        "about": "I bake.\nOn Sundays.",
        "role": "administrator",
        "id": 1,
        "username": "ada",
        "online": false,
        "status": {"emoji": "🍞", "text": "baking", "until": "2999-01-01T00:00:00Z"},
    });
    let (status, me) = asks(&ben, &wishes).await;
    assert_eq!(status, 200);
    assert_eq!(me["about"], "I bake.\nOn Sundays.");
    assert_eq!(
        (&me["role"], &me["username"]),
        (&json!("member"), &json!("ben"))
    );
    assert_eq!(me["status"]["until"], "2999-01-01T00:00:00.000Z");
    let page = ada.get("/people/ben/").await.expect(200, "his page");
    assert!(page.text().contains("On Sundays."));
    ada.get("/people/nobody/").await.expect(404, "nobody");
    // A guest knows only people of their own rooms.
    let eve = site.person("eve").await;
    let guest = [("do", "role"), ("role", "guest")];
    let made = ada.browser.form("/admin/people/eve", &guest).await;
    made.expect(303, "a guest");
    eve.get("/people/ben/")
        .await
        .expect(200, "both are in the lobby");
    let lobby = "/api/rooms/lobby/members/eve";
    let out = ada.asks("DELETE", lobby, &json!({})).await;
    out.expect(200, "out of the lobby");
    eve.get("/people/ben/")
        .await
        .expect(404, "hidden from a guest");
    let seen = ben.reads("/api/users").await;
    assert!(
        !seen.to_string().contains("bake"),
        "about is for a page of its own"
    );
}

async fn the_form_of_the_settings_does_the_same(database: Database) {
    let site = Site::unlimited(database);
    let (_ada, ben) = (site.person("ada").await, site.person("ben").await);
    let form = [
        ("name", "Benjamin"),
        ("about", ""),
        ("emoji", ""),
        ("status", "on holiday"),
        ("hours", "24"),
        ("hides_last_seen", "on"),
    ];
    let saved = ben.browser.form("/settings/profile", &form).await;
    saved.expect(303, "the form");
    let me = ben.reads("/api/me").await;
    assert_eq!(
        (&me["name"], &me["hides_last_seen"], &me["invisible"]),
        (&json!("Benjamin"), &json!(true), &json!(false))
    );
    assert!(me["status"]["until"].is_string());
    // What one wrote on several lines comes back on several, and is saved so.
    let form = [("name", "Benjamin"), ("about", "I bake.\r\nOn Sundays.")];
    let saved = ben.browser.form("/settings/profile", &form).await;
    saved.expect(303, "two lines");
    assert_eq!(ben.reads("/api/me").await["about"], "I bake.\nOn Sundays.");
    let page = ben.get("/settings").await.expect(200, "settings").text();
    assert!(
        page.contains(">\nI bake.\nOn Sundays.</textarea>"),
        "{page}"
    );
    let refused = ben.browser.form("/settings/profile", &[("name", "")]).await;
    refused.expect(422, "no name");
}
