//! Pins: what a room keeps at hand, for everyone and on every node.

use serde_json::{Value, json};

use crate::people::{Person, fresh_client_id};
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};

on_both_databases!(
    what_is_pinned_is_at_hand_for_everyone_and_no_longer_when_it_is_unpinned,
    owners_pin_and_in_direct_rooms_everybody,
    a_room_pins_fifty,
    what_is_taken_back_is_not_pinned,
);

whatever_the_database!(it_works_by_forms_without_a_script);

async fn pins(person: &Person, slug: &str, seq: i64, on: bool, status: u16) -> Value {
    let path = format!("/api/rooms/{slug}/messages/{seq}/pin");
    let answer = person.asks("PUT", &path, &json!({"on": on})).await;
    answer.expect(status, &path).value()
}

async fn listed(person: &Person, slug: &str) -> Vec<i64> {
    let list = person.reads(&format!("/api/rooms/{slug}/pins")).await;
    let messages = list["messages"].as_array().unwrap().iter();
    messages
        .map(|message| message["seq"].as_i64().unwrap())
        .collect()
}

async fn what_is_pinned_is_at_hand_for_everyone_and_no_longer_when_it_is_unpinned(
    database: Database,
) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    for text in ["one", "two", "three"] {
        ada.says(text).await;
        ben.sees(text).await;
    }
    ben.loses_the_connection();
    let first = pins(&ada, "lobby", 3, true, 200).await;
    assert_eq!(first["pinned"]["username"], "ada");
    assert_eq!(pins(&ada, "lobby", 3, true, 200).await, first);
    let id = fresh_client_id();
    let frame = json!({"type": "pin", "seq": 1, "on": true, "client_id": id});
    ada.socket().send(&frame).await;
    let done = ada.is_told_of(&id).await;
    assert_eq!(done["type"], "done");
    assert!(ben.comes_back().await);
    let shown = ben.socket().next_messages(2).await;
    assert_eq!((&shown[0]["seq"], &shown[1]["seq"]), (&json!(3), &json!(1)));
    assert!(
        shown
            .iter()
            .all(|message| message["pinned"]["at"].is_string())
    );
    assert_eq!(listed(&ben, "lobby").await, [1, 3], "the last first");
    let page = ben.get("/chat/lobby/").await.expect(200, "the room").text();
    assert!(page.contains("2 pinned messages") && page.contains("Pinned by"));
    let gone = pins(&ada, "lobby", 1, false, 200).await;
    assert!(gone["pinned"].is_null());
    let shown = ben.socket().next_messages(1).await;
    assert!(shown[0]["pinned"].is_null() && shown[0]["message"] == "one");
    assert_eq!(listed(&ben, "lobby").await, [3]);
    let room = ben.reads("/api/rooms/lobby").await;
    assert_eq!(room["last_seq"], 3, "nothing is said by it");
}

async fn owners_pin_and_in_direct_rooms_everybody(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let cem = site.person("cem").await;
    let room = ben.makes_closed_room("Tea").await;
    ben.adds("cem", &room).await;
    ben.enters(&room).await;
    let said = ben.says("tea?").await["seq"].as_i64().unwrap();
    pins(&cem, &room, said, true, 403).await;
    pins(&ada, &room, said, true, 404).await;
    pins(&ben, &room, 1, true, 403).await;
    pins(&ben, &room, 99, true, 404).await;
    pins(&ben, &room, said, true, 200).await;
    assert_eq!(listed(&cem, &room).await, [said]);
    let path = format!("/api/rooms/{room}/pins");
    ada.get(&path).await.expect(404, "a room of others");
    let direct = cem
        .posts("/api/directs", &json!({"usernames": ["ben"]}))
        .await;
    let direct = direct.expect(201, "a direct room").value();
    let slug = direct["slug"].as_str().unwrap();
    let say = format!("/api/rooms/{slug}/messages");
    cem.posts(&say, &json!({"message": "hi"}))
        .await
        .expect(201, "hi");
    pins(&ben, slug, 1, true, 200).await;
    pins(&cem, slug, 1, false, 200).await;
}

async fn a_room_pins_fifty(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    for number in 1..=51 {
        ada.says(&format!("line {number}")).await;
    }
    for seq in 1..=50 {
        pins(&ada, "lobby", seq, true, 200).await;
    }
    let full = pins(&ada, "lobby", 51, true, 409).await;
    assert_eq!(full["error"]["code"], "conflict");
    assert!(full.to_string().contains("at most 50"), "{full}");
    pins(&ada, "lobby", 7, false, 200).await;
    pins(&ada, "lobby", 51, true, 200).await;
    let all = listed(&ada, "lobby").await;
    assert_eq!((all.len(), all[0]), (50, 51));
}

async fn what_is_taken_back_is_not_pinned(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("tea?").await;
    pins(&ada, "lobby", 1, true, 200).await;
    let path = "/api/rooms/lobby/messages/1";
    let gone = ada.browser.ask("DELETE", path).await.expect(200, path);
    assert!(gone.value()["pinned"].is_null());
    assert!(listed(&ada, "lobby").await.is_empty());
    pins(&ada, "lobby", 1, true, 404).await;
    let well = site.command(&["check"]);
    assert!(
        well.status.success(),
        "{}",
        String::from_utf8_lossy(&well.stdout)
    );
}

async fn it_works_by_forms_without_a_script(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;
    ada.says("<b>tea</b>?").await;
    let page = ada.get("/chat/lobby/pins").await.expect(200, "none yet");
    assert!(page.text().contains("Nothing is pinned here"));
    let path = "/chat/lobby/pins";
    let pinned = ada.browser.form(path, &[("pin", "1")]).await;
    assert_eq!(
        pinned.expect(303, "pinning").location(),
        "/chat/lobby/?at=1"
    );
    let page = ben.get(path).await.expect(200, "for everyone").text();
    assert!(page.contains("&lt;b&gt;tea") && page.contains("?at=1") && !page.contains("Unpin"));
    let refused = ben.browser.form(path, &[("unpin", "1")]).await;
    refused.expect(403, "who does not look after the room");
    ada.browser
        .form(path, &[("pin", "1"), ("unpin", "1")])
        .await
        .expect(400, "one of the two");
    let gone = ada.browser.form(path, &[("unpin", "1")]).await;
    assert_eq!(gone.expect(303, "no longer").location(), path);
}

#[test]
fn what_is_pinned_on_one_node_is_pinned_on_the_other() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        ada.says("tea?").await;
        ben.sees("tea?").await;
        pins(&ada, "lobby", 1, true, 200).await;
        let shown = ben.socket().expect_type("message").await;
        assert_eq!(shown["pinned"]["name"], "ada");
        assert_eq!(listed(&ben, "lobby").await, [1]);
    });
}
