//! What is read and what is not: told to all of a person's devices, wherever they are.

use serde_json::{Value, json};

use crate::eventually;
use crate::people::Person;
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};

on_both_databases!(
    who_says_something_has_read_up_to_it,
    what_is_marked_unread_is_unread_on_every_device_and_for_oneself_alone,
    what_was_read_before_does_not_undo_marking_unread,
    only_messages_that_are_there_can_be_marked_unread,
    marking_unread_works_by_a_form_that_leaves_the_room,
);

/// How a room stands for somebody: up to where they have read, and how much is unread.
async fn stands(person: &Person, slug: &str) -> (i64, i64) {
    let room = person.reads(&format!("/api/rooms/{slug}")).await;
    let number = |field: &str| room[field].as_i64().unwrap();
    (number("read_seq"), number("unread"))
}

/// Marks messages unread from one on; up to where that person has read then.
async fn marks_unread(person: &Person, slug: &str, seq: i64) -> i64 {
    let path = format!("/api/rooms/{slug}/unread");
    let answer = person.asks("PUT", &path, &json!({"seq": seq})).await;
    let answer = answer.expect(200, "marking unread").value();
    answer["read_seq"].as_i64().unwrap()
}

async fn reads_up_to(person: &Person, seq: i64) {
    let body = json!({ "seq": seq });
    let answer = person.asks("PUT", "/api/rooms/lobby/read", &body).await;
    answer.expect(200, "reading");
}

fn is_activity(frame: &Value, slug: &str, unread: i64) -> bool {
    frame["type"] == "activity" && frame["slug"] == slug && frame["unread"] == unread
}

/// The same, up to where its person has read.
fn tells_of_reading(frame: &Value, unread: i64, read_seq: i64) -> bool {
    is_activity(frame, "lobby", unread) && frame["read_seq"] == read_seq
}

async fn who_says_something_has_read_up_to_it(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let mut elsewhere = ben.opens_lobby_page().await;
    for number in 1..=3 {
        ada.says(&format!("line {number}")).await;
    }
    elsewhere
        .expect("three unread", |frame| tells_of_reading(frame, 3, 0))
        .await;
    assert_eq!(stands(&ben, "lobby").await, (0, 3));
    ben.says("I see").await;
    assert_eq!(stands(&ben, "lobby").await, (4, 0));
    elsewhere
        .expect("nothing unread", |frame| tells_of_reading(frame, 0, 4))
        .await;
    ada.says("good").await;
    elsewhere
        .expect("one unread", |frame| is_activity(frame, "lobby", 1))
        .await;
    assert_eq!(stands(&ada, "lobby").await, (5, 0));
}

async fn what_is_marked_unread_is_unread_on_every_device_and_for_oneself_alone(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ben.enters("lobby").await;
    let cem = site.person("cem").await;
    ada.enters("lobby").await;
    for number in 1..=5 {
        ada.says(&format!("line {number}")).await;
    }
    for person in [&ben, &cem] {
        reads_up_to(person, 5).await;
    }
    let mut elsewhere = ben.opens_lobby_page().await;
    let mut in_the_same_room = ben.opens("lobby").await;
    assert_eq!(marks_unread(&ben, "lobby", 3).await, 2);
    assert_eq!(stands(&ben, "lobby").await, (2, 3));
    for socket in [&mut elsewhere, &mut in_the_same_room] {
        socket
            .expect("three unread", |frame| is_activity(frame, "lobby", 3))
            .await;
    }
    assert_eq!(stands(&cem, "lobby").await, (5, 0), "for oneself alone");
    // What is said now is counted on top, and reading counts again.
    ada.says("line 6").await;
    elsewhere
        .expect("four unread", |frame| is_activity(frame, "lobby", 4))
        .await;
    ben.socket().send(&json!({"type": "read", "seq": 6})).await;
    for socket in [&mut elsewhere, &mut in_the_same_room] {
        socket
            .expect("nothing unread", |frame| is_activity(frame, "lobby", 0))
            .await;
    }
}

async fn what_was_read_before_does_not_undo_marking_unread(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    for number in 1..=5 {
        ada.says(&format!("line {number}")).await;
    }
    ben.sees("line 5").await;
    // The first is stored at once, the second waits for the next second: the room has it in hand.
    for seq in [1, 5] {
        ben.socket()
            .send(&json!({"type": "read", "seq": seq}))
            .await;
    }
    ben.socket().everything().await;
    assert_eq!(marks_unread(&ben, "lobby", 2).await, 1);
    // Somebody else's mark, which comes after it, is stored with all that the room has in hand.
    ada.socket().send(&json!({"type": "read", "seq": 4})).await;
    ada.says("line 6").await;
    ben.sees("line 6").await;
    let mut cem = site.person("cem").await;
    cem.enters("lobby").await;
    cem.socket().send(&json!({"type": "read", "seq": 6})).await;
    let stored = async || stands(&cem, "lobby").await.0 == 6;
    eventually("the later mark to be stored", stored).await;
    assert_eq!(stands(&ben, "lobby").await, (1, 5));
}

async fn only_messages_that_are_there_can_be_marked_unread(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;
    ada.says("the only one").await;
    let path = "/api/rooms/lobby/unread";
    for seq in [json!(0), json!(-1), json!(2), json!(i64::MAX), json!("1")] {
        ben.asks("PUT", path, &json!({ "seq": seq }))
            .await
            .expect(400, &seq.to_string());
    }
    ben.asks("PUT", path, &json!({"seq": 1, "username": "ada"}))
        .await
        .expect(200, "nobody else's mark");
    assert_eq!(stands(&ada, "lobby").await, (1, 0));
    let tea = ada.makes_room("Tea").await;
    ada.enters(&tea).await;
    ada.says("for who looks in").await;
    assert_eq!(marks_unread(&ben, &tea, 1).await, 0, "no member, no mark");
    assert_eq!(stands(&ben, &tea).await, (0, 0));
}

async fn marking_unread_works_by_a_form_that_leaves_the_room(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;
    for number in 1..=3 {
        ada.says(&format!("line {number}")).await;
    }
    reads_up_to(&ben, 3).await;
    let page = ben.get("/chat/lobby/").await.text();
    assert!(page.contains("action=\"/chat/lobby/unread\""), "{page}");
    let answer = ben
        .browser
        .form("/chat/lobby/unread", &[("seq", "2")])
        .await;
    assert_eq!(answer.expect(303, "the form").location(), "/");
    assert_eq!(stands(&ben, "lobby").await, (1, 2));
}

#[test]
fn a_mark_that_falls_at_one_node_falls_at_the_other() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        let mut elsewhere = ben.opens_lobby_page().await;
        for number in 1..=5 {
            ada.says(&format!("line {number}")).await;
        }
        ben.sees("line 5").await;
        for seq in [1, 5] {
            ben.socket()
                .send(&json!({"type": "read", "seq": seq}))
                .await;
        }
        ben.socket().everything().await;
        // The room at ben's node has a mark in hand, and the request reaches the other node.
        let beside = ben.on(&nodes.sites[0]);
        assert_eq!(marks_unread(&beside, "lobby", 2).await, 1);
        elsewhere
            .expect("four unread", |frame| is_activity(frame, "lobby", 4))
            .await;
        let mut cem = nodes.sites[1].person("cem").await;
        cem.enters("lobby").await;
        cem.socket().send(&json!({"type": "read", "seq": 5})).await;
        let stored = async || stands(&cem, "lobby").await.0 == 5;
        eventually("the later mark to be stored", stored).await;
        assert_eq!(stands(&ben, "lobby").await, (1, 4));
        ben.socket().send(&json!({"type": "read", "seq": 5})).await;
        elsewhere
            .expect("nothing unread", |frame| is_activity(frame, "lobby", 0))
            .await;
    });
}
