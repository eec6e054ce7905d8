//! One's own list of rooms: starred, hidden, in an order of one's own, and nobody else's business.

use serde_json::{Value, json};

use crate::people::Person;
use crate::site::{Database, Site};

on_both_databases!(
    rooms_are_starred_hidden_and_put_in_order,
    a_hidden_direct_room_comes_back_with_its_next_message,
    lists_are_kept_by_form_without_script,
);

async fn listed(person: &Person) -> Vec<String> {
    let rooms = person.reads("/api/rooms").await;
    let rooms = rooms["rooms"].as_array().unwrap().iter();
    rooms
        .filter(|room| room["joined"] == true && room["hidden"] == false)
        .map(|room| room["slug"].as_str().unwrap().to_owned())
        .collect()
}

async fn keeps(person: &Person, slug: &str, wish: Value) -> Value {
    let path = format!("/api/rooms/{slug}/list");
    let kept = person.asks("PUT", &path, &wish).await;
    kept.expect(200, &wish.to_string()).value()
}

async fn rooms_are_starred_hidden_and_put_in_order(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    for name in ["Apples", "Boats", "Cats"] {
        ada.makes_room(name).await;
    }
    assert_eq!(listed(&ada).await, ["apples", "boats", "cats", "lobby"]);
    let room = keeps(&ada, "cats", json!({"starred": true})).await;
    assert_eq!(room["starred"], true);
    assert_eq!(listed(&ada).await, ["cats", "apples", "boats", "lobby"]);
    let order = json!({"slugs": ["lobby", "boats"]});
    let ordered = ada.asks("PUT", "/api/me/rooms", &order).await;
    ordered.expect(200, "an order");
    assert_eq!(listed(&ada).await, ["cats", "lobby", "boats", "apples"]);
    keeps(&ada, "lobby", json!({"hidden": true})).await;
    assert_eq!(listed(&ada).await, ["cats", "boats", "apples"]);
    let page = ada.get("/").await.text();
    assert!(page.contains("Hidden rooms"), "they are found again");
    let said = json!({"message": "hi"});
    ben.posts("/api/rooms/lobby/messages", &said)
        .await
        .expect(201, "something is said in it");
    assert_eq!(listed(&ada).await, ["cats", "boats", "apples"]);
    keeps(&ada, "lobby", json!({"hidden": false, "starred": true})).await;
    assert_eq!(listed(&ada).await, ["lobby", "cats", "boats", "apples"]);

    assert_eq!(listed(&ben).await, ["lobby"], "others keep their own");
    let path = "/api/rooms/cats/list";
    let stranger = ben.asks("PUT", path, &json!({"starred": true})).await;
    stranger.expect(403, "a room that one does not belong to");
    for wrong in [json!(["nowhere"]), json!(["cats"])] {
        let order = json!({ "slugs": wrong });
        let refused = ben.asks("PUT", "/api/me/rooms", &order).await;
        refused.expect(404, "rooms of others");
    }
    let many = json!({"slugs": vec!["lobby"; 1_001]});
    let refused = ben.asks("PUT", "/api/me/rooms", &many).await;
    refused.expect(400, "more than anybody has");
}

async fn a_hidden_direct_room_comes_back_with_its_next_message(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let body = json!({"usernames": ["ben"]});
    let room = ada.posts("/api/directs", &body).await.value();
    let slug = room["slug"].as_str().unwrap();
    let messages = format!("/api/rooms/{slug}/messages");
    let said = json!({"message": "hi"});
    ada.posts(&messages, &said).await.expect(201, "the first");
    keeps(&ben, slug, json!({"hidden": true})).await;
    assert_eq!(listed(&ben).await, ["lobby"]);
    ada.posts(&messages, &said).await.expect(201, "the next");
    assert_eq!(listed(&ben).await.len(), 2);
}

async fn lists_are_kept_by_form_without_script(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    for name in ["Apples", "Boats"] {
        ada.makes_room(name).await;
    }
    for (slug, what, expected) in [
        ("boats", "up", ["boats", "apples", "lobby"].as_slice()),
        ("boats", "up", &["boats", "apples", "lobby"]),
        ("boats", "down", &["apples", "boats", "lobby"]),
        ("lobby", "star", &["lobby", "apples", "boats"]),
        ("lobby", "down", &["lobby", "apples", "boats"]),
        ("lobby", "unstar", &["apples", "boats", "lobby"]),
        ("apples", "hide", &["boats", "lobby"]),
        ("apples", "show", &["apples", "boats", "lobby"]),
    ] {
        let path = format!("/chat/{slug}/details");
        let kept = ada.browser.form(&path, &[("do", what)]).await;
        kept.expect(303, what);
        assert_eq!(listed(&ada).await, expected, "{slug} {what}");
    }
}
