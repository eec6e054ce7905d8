//! The JSON API, as programs use it.

use serde_json::{Value, json};

use crate::people::{Person, texts};
use crate::site::{Database, Site};

on_both_databases!(
    a_program_learns_who_it_is_and_what_there_is,
    rooms_are_made_and_found,
    a_post_needs_nothing_but_words,
    everyone_of_the_site_is_listed,
);

whatever_the_database!(
    every_answer_is_private_and_json,
    without_signing_in_there_is_nothing,
    what_is_not_there_is_a_404_in_json,
    the_process_says_how_it_is,
);

async fn a_program_learns_who_it_is_and_what_there_is(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let me = ada.reads("/api/me").await;
    assert_eq!(
        (&me["username"], &me["role"]),
        (&json!("ada"), &json!("administrator"))
    );
    let ben = site.person("ben").await;
    assert_eq!(ben.reads("/api/me").await["role"], "member");
    let rooms = ben.reads("/api/rooms").await;
    assert_eq!(slugs(&rooms), ["lobby"], "everybody joins the lobby");
    let lobby = &rooms["rooms"][0];
    for field in [
        "id",
        "slug",
        "name",
        "kind",
        "topic",
        "first_seq",
        "last_seq",
        "revision",
        "read_seq",
        "unread",
        "mentions",
        "level",
        "can_post",
        "archived",
    ] {
        assert!(!lobby[field].is_null(), "a Room has {field}: {lobby}");
    }
    assert_eq!(&ben.reads("/api/rooms/lobby").await, lobby);
}

async fn rooms_are_made_and_found(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let body = json!({"name": "Rowing club", "kind": "open", "topic": "Thursdays at six"});
    let room = ada
        .posts("/api/rooms", &body)
        .await
        .expect(201, "a room")
        .value();
    assert_eq!(
        (&room["slug"], &room["name"], &room["topic"]),
        (
            &json!("rowing-club"),
            &json!("Rowing club"),
            &json!("Thursdays at six")
        )
    );
    assert_eq!(
        (&room["last_seq"], &room["kind"]),
        (&json!(0), &json!("open"))
    );
    let ben = site.person("ben").await;
    let mut found = slugs(&ben.reads("/api/rooms").await);
    found.sort();
    assert_eq!(
        found,
        ["lobby", "rowing-club"],
        "open rooms are everybody's"
    );
    assert_eq!(
        ben.reads("/api/rooms/ROWING%20club").await["slug"],
        "rowing-club",
        "the API normalises in place"
    );
    for body in [
        json!({}),
        json!({"name": ""}),
        json!({"name": "   "}),
        json!({"name": 5}),
        json!({"name": "x".repeat(65)}),
        json!({"name": "nul\u{0}"}),
        json!({"name": "x", "kind": "castle"}),
        json!({"name": "x", "topic": 7}),
        json!({"name": "x", "topic": "x".repeat(10_000)}),
    ] {
        let refusal = ada.posts("/api/rooms", &body).await;
        assert!(
            matches!(refusal.status, 400 | 422),
            "{body}: {} {}",
            refusal.status,
            refusal.text()
        );
        assert!(
            ["bad_request", "too_long", "empty"].contains(&refusal.code().as_str()),
            "{body}: {}",
            refusal.text()
        );
    }
}

async fn a_post_needs_nothing_but_words(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let path = "/api/rooms/lobby/messages";
    let stored = ada
        .posts(path, &json!({"message": "hello", "colour": "teal"}))
        .await
        .expect(201, "unknown fields are ignored");
    assert!(!stored.value()["client_id"].as_str().unwrap().is_empty());
    for (body, status, code) in [
        (json!({"message": ""}), 422, "empty"),
        (json!({"message": " \n\t "}), 422, "empty"),
        (json!({"message": "x".repeat(16_001)}), 422, "too_long"),
        (json!({"message": "a\u{0}b"}), 400, "bad_request"),
        (json!({"message": 5}), 400, "bad_request"),
        (json!({"message": ["hello"]}), 400, "bad_request"),
        (
            json!({"message": "x", "client_id": "white space"}),
            400,
            "bad_request",
        ),
        (
            json!({"message": "x", "client_id": "x".repeat(65)}),
            400,
            "bad_request",
        ),
        (json!({"message": "x", "client_id": ""}), 400, "bad_request"),
        (
            json!({"message": "x", "reply_to": "first"}),
            400,
            "bad_request",
        ),
        (json!(["hello"]), 400, "bad_request"),
    ] {
        let refusal = ada.posts(path, &body).await;
        assert_eq!(
            (refusal.status, refusal.code().as_str()),
            (status, code),
            "{:.80}",
            body.to_string()
        );
    }
    let broken = ada
        .browser
        .json("POST", path, &Value::Null)
        .carrying(b"{\"message\":".to_vec())
        .await;
    assert_eq!(broken.expect(400, "half of a body").code(), "bad_request");
    assert_eq!(texts(&ada.history("lobby").await), ["hello"]);
}

async fn everyone_of_the_site_is_listed(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;
    let users = ben.reads("/api/users").await;
    let user = |name: &str| {
        users["users"]
            .as_array()
            .unwrap()
            .iter()
            .find(|user| user["username"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(user("ada")["online"], true);
    assert_eq!(
        user("ada")["name"],
        "ada",
        "the username where no other name was given"
    );
    assert!(
        user("ben").get("online").is_none(),
        "whoever has no socket is not online: {users}"
    );
}

async fn every_answer_is_private_and_json(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    for path in [
        "/api/me",
        "/api/rooms",
        "/api/rooms/lobby",
        "/api/rooms/lobby/messages",
        "/api/rooms/nowhere",
        "/api/nothing",
        "/api/users",
    ] {
        let answer = ada.get(path).await;
        assert_eq!(
            answer.header("cache-control"),
            Some("private, no-store"),
            "{path}"
        );
        assert!(
            answer
                .header("content-type")
                .unwrap_or_default()
                .starts_with("application/json"),
            "{path}"
        );
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{path}"
        );
    }
    let refusal = ada
        .get("/api/rooms/nowhere")
        .await
        .expect(404, "an unknown room");
    assert_eq!(refusal.code(), "not_found");
    assert!(
        refusal.value()["error"]["message"]
            .as_str()
            .unwrap()
            .ends_with('.'),
        "a sentence: {}",
        refusal.text()
    );
}

async fn without_signing_in_there_is_nothing(database: Database) {
    let site = Site::start(database);
    site.person("ada").await;
    let stranger = Person::at(site.browser());
    for path in [
        "/api/me",
        "/api/rooms",
        "/api/rooms/lobby",
        "/api/rooms/nowhere",
        "/api/rooms/lobby/messages",
        "/api/rooms/lobby/changes?since=0",
        "/api/users",
    ] {
        let answer = stranger.get(path).await;
        assert_eq!(answer.status, 401, "{path}: {}", answer.text());
        assert!(!answer.code().is_empty(), "{path}");
    }
    for (method, path, body) in [
        ("POST", "/api/rooms", json!({"name": "mine"})),
        (
            "POST",
            "/api/rooms/lobby/messages",
            json!({"message": "hello"}),
        ),
        ("PUT", "/api/rooms/lobby/read", json!({"seq": 1})),
    ] {
        stranger
            .browser
            .json(method, path, &body)
            .await
            .expect(401, path);
    }
    stranger
        .browser
        .set_cookie("adda", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    stranger
        .get("/api/me")
        .await
        .expect(401, "a token that nobody was given");
}

async fn what_is_not_there_is_a_404_in_json(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    for path in [
        "/api/nothing",
        "/api/rooms/nowhere",
        "/api/rooms/nowhere/messages",
        "/api/rooms/nowhere/changes?since=0",
        "/api/",
        "/api/rooms/~ada",
    ] {
        let answer = ada.get(path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (404, "not_found"),
            "{path}"
        );
    }
    ada.posts("/api/rooms/nowhere/messages", &json!({"message": "echo"}))
        .await
        .expect(404, "a post to nowhere");
    ada.browser
        .json("PUT", "/api/rooms/nowhere/read", &json!({"seq": 1}))
        .await
        .expect(404, "reading nowhere");
}

async fn the_process_says_how_it_is(database: Database) {
    let site = Site::start(database);
    for path in ["/healthz", "/readyz"] {
        let answer = site.browser().get(path).await.expect(200, path);
        assert_eq!(answer.text().trim(), "ok");
    }
}

fn slugs(rooms: &Value) -> Vec<String> {
    rooms["rooms"]
        .as_array()
        .unwrap()
        .iter()
        .map(|room| room["slug"].as_str().unwrap().to_owned())
        .collect()
}
