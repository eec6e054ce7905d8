//! Reactions: changes of a message that everyone sees, on every node and after any absence, and that nobody is told of.

mod refused;

use serde_json::{Value, json};

use crate::eventually;
use crate::people::{Person, assert_gapless, fresh_client_id};
use crate::site::nodes::Nodes;
use crate::site::{Database, PASSWORD, Site};

on_both_databases!(
    what_somebody_answers_with_is_seen_by_everyone_at_once_and_later,
    a_kind_is_one_however_it_is_spelled_and_stays_in_its_place,
    what_is_set_is_not_set_again,
    one_person_answers_in_five_ways_and_everybody_in_fifty,
    owners_take_away_what_others_answered_with,
    many_are_counted_and_the_first_of_them_named,
    what_is_taken_back_bears_no_answers,
    answers_are_no_news,
    answers_go_with_the_words_of_an_account_or_bear_its_former_name,
);

async fn reacts(person: &Person, slug: &str, seq: i64, text: &str, on: bool) -> Value {
    asks(person, slug, seq, &json!({"text": text, "on": on}), 200).await
}

async fn asks(person: &Person, slug: &str, seq: i64, body: &Value, status: u16) -> Value {
    let path = format!("/api/rooms/{slug}/messages/{seq}/reactions");
    let answer = person.asks("PUT", &path, body).await;
    answer.expect(status, &format!("{path} {body}")).value()
}

/// Each kind with its count.
fn kinds(message: &Value) -> Vec<(String, i64)> {
    let kinds = message["reactions"].as_array().into_iter().flatten();
    kinds
        .map(|kind| {
            let text = kind["text"].as_str().unwrap().to_owned();
            (text, kind["count"].as_i64().unwrap())
        })
        .collect()
}

fn are(expected: &[(&str, i64)]) -> Vec<(String, i64)> {
    let owned = |(text, count): &(&str, i64)| ((*text).to_owned(), *count);
    expected.iter().map(owned).collect()
}

async fn what_somebody_answers_with_is_seen_by_everyone_at_once_and_later(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let mut cem = site.person("cem").await;
    for person in [&mut ada, &mut ben, &mut cem] {
        person.enters("lobby").await;
        person.joins("lobby").await;
    }
    ada.says("tea?").await;
    ben.sees("tea?").await;
    cem.sees("tea?").await;
    cem.loses_the_connection();
    let id = fresh_client_id();
    let frame = json!({"type": "react", "seq": 1, "text": "🎉", "on": true, "client_id": id});
    ben.socket().send(&frame).await;
    let done = ben.is_told_of(&id).await;
    assert_eq!((&done["type"], &done["seq"]), (&json!("done"), &json!(1)));
    let shown = ada
        .socket()
        .expect("the answer", |frame| frame["reactions"].is_array())
        .await;
    assert_eq!(shown["revision"], done["revision"]);
    assert_eq!(
        shown["reactions"],
        json!([{"text": "🎉", "count": 1, "usernames": ["ben"]}]),
        "and not whose it is to whoever reads it"
    );
    assert_eq!(shown["message"], "tea?");
    assert!(cem.comes_back().await);
    let shown = cem.socket().next_messages(1).await;
    assert_eq!(kinds(&shown[0]), are(&[("🎉", 1)]));
    let changes = ada.reads("/api/rooms/lobby/changes?since=1").await;
    assert_eq!(changes["messages"].as_array().unwrap().len(), 1);
    let of_ben = ben.history("lobby").await;
    assert_eq!(of_ben[0]["reactions"][0]["mine"], true);
    assert!(ada.history("lobby").await[0]["reactions"][0]["mine"].is_null());
    assert_gapless(&of_ben);
    let gone = reacts(&ben, "lobby", 1, "🎉", false).await;
    assert!(gone["reactions"].is_null(), "{gone}");
    let shown = ada.socket().expect("it is gone", |frame| {
        frame["seq"] == 1 && frame["reactions"].is_null()
    });
    assert_eq!(shown.await["revision"], gone["revision"]);
}

async fn a_kind_is_one_however_it_is_spelled_and_stays_in_its_place(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.joins("lobby").await;
    ada.says("tea?").await;
    reacts(&ada, "lobby", 1, "❤", true).await;
    reacts(&ada, "lobby", 1, "well said", true).await;
    let both = reacts(&ben, "lobby", 1, "❤️", true).await;
    assert_eq!(kinds(&both), are(&[("❤️", 2), ("well said", 1)]));
    let without = reacts(&ada, "lobby", 1, "❤\u{FE0E}", false).await;
    assert_eq!(
        kinds(&without),
        are(&[("❤️", 1), ("well said", 1)]),
        "where it was"
    );
    reacts(&ben, "lobby", 1, "❤", false).await;
    let again = reacts(&ada, "lobby", 1, "❤️", true).await;
    assert_eq!(kinds(&again), are(&[("well said", 1), ("❤️", 1)]));
    let (nfd, nfc) = ("cafe\u{301}", "café");
    reacts(&ada, "lobby", 1, nfd, true).await;
    let both = reacts(&ben, "lobby", 1, nfc, true).await;
    assert_eq!(kinds(&both)[2], (nfc.to_owned(), 2));
}

async fn what_is_set_is_not_set_again(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("tea?").await;
    let first = reacts(&ada, "lobby", 1, "🎉", true).await;
    let again = reacts(&ada, "lobby", 1, "🎉", true).await;
    assert_eq!(first, again);
    let id = fresh_client_id();
    let frame = json!({"type": "react", "seq": 1, "text": "🙏", "on": false, "client_id": id});
    ada.socket().send(&frame).await;
    let done = ada.is_told_of(&id).await;
    assert_eq!(done["type"], "done");
    assert_eq!(done["revision"], first["revision"], "nothing is another");
    for seq in [2, 99] {
        let body = json!({"text": "🎉", "on": true});
        asks(&ada, "lobby", seq, &body, 404).await;
    }
}

async fn one_person_answers_in_five_ways_and_everybody_in_fifty(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("tea?").await;
    let mut people = Vec::new();
    for number in 0..11 {
        let person = site.person(&format!("person{number}")).await;
        person.joins("lobby").await;
        people.push(person);
    }
    let last = people.pop().unwrap();
    for (number, person) in people.iter().enumerate() {
        for way in 0..5 {
            reacts(person, "lobby", 1, &format!("way {number}.{way}"), true).await;
        }
        let body = json!({"text": "one more", "on": true});
        let full = asks(person, "lobby", 1, &body, 409).await;
        assert_eq!(full["error"]["code"], "conflict");
        assert!(full.to_string().contains("five"), "{full}");
    }
    let body = json!({"text": "one more", "on": true});
    let full = asks(&last, "lobby", 1, &body, 409).await;
    assert!(full.to_string().contains("50"), "{full}");
    let known = reacts(&last, "lobby", 1, "way 3.3", true).await;
    assert_eq!(kinds(&known).len(), 50);
    reacts(&people[0], "lobby", 1, "way 0.0", false).await;
    asks(&last, "lobby", 1, &body, 200).await;
    let page = ada.get("/chat/lobby/").await.expect(200, "the page");
    assert!(page.text().contains("way 3.3"));
}

async fn owners_take_away_what_others_answered_with(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let cem = site.person("cem").await;
    let dora = site.person("dora").await;
    let room = ben.makes_closed_room("Tea").await;
    ben.enters(&room).await;
    for person in ["cem", "dora"] {
        ben.adds(person, &room).await;
    }
    let said = ben.says("tea?").await["seq"].as_i64().unwrap();
    for person in [&ben, &cem, &dora] {
        reacts(person, &room, said, "no", true).await;
        reacts(person, &room, said, "🎉", true).await;
    }
    let of_cem = json!({"text": "no", "on": false, "username": "cem"});
    let everybodys = json!({"text": "no", "on": false, "all": true});
    for body in [&of_cem, &everybodys] {
        asks(&dora, &room, said, body, 403).await;
        asks(&ada, &room, said, body, 404).await;
    }
    let without = asks(&ben, &room, said, &of_cem, 200).await;
    assert_eq!(without["reactions"][0]["usernames"], json!(["ben", "dora"]));
    assert_eq!(asks(&ben, &room, said, &of_cem, 200).await, without);
    let without = asks(&ben, &room, said, &everybodys, 200).await;
    assert_eq!(kinds(&without), are(&[("🎉", 3)]));
    for body in [
        json!({"text": "no", "on": true, "username": "cem"}),
        json!({"text": "no", "on": false, "username": "cem", "all": true}),
        json!({"text": "no"}),
        json!({"on": true}),
    ] {
        asks(&ben, &room, said, &body, 400).await;
    }
}

async fn many_are_counted_and_the_first_of_them_named(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("tea?").await;
    let mut last = None;
    for number in 0..23 {
        let person = site.person(&format!("person{number:02}")).await;
        person.joins("lobby").await;
        reacts(&person, "lobby", 1, "🎉", true).await;
        last = Some(person);
    }
    let last = last.unwrap();
    let seen = &last.history("lobby").await[0]["reactions"][0];
    assert_eq!(seen["count"], 23);
    let names = seen["usernames"].as_array().unwrap();
    assert_eq!((names.len(), &names[0]), (20, &json!("person00")));
    assert_eq!(seen["mine"], true, "though others are named");
    let page = last
        .get("/chat/lobby/")
        .await
        .expect(200, "the page")
        .text();
    assert!(page.contains("and 20 others reacted with") && page.contains("reaction--mine"));
    let all = last.reads("/api/rooms/lobby/messages/1/reactions").await;
    let people = all["reactions"][0]["people"].as_array().unwrap();
    assert_eq!(people.len(), 23);
    assert_eq!(
        people[22],
        json!({"username": "person22", "name": "person22"})
    );
}

async fn what_is_taken_back_bears_no_answers(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("tea?").await;
    reacts(&ada, "lobby", 1, "🎉", true).await;
    let path = "/api/rooms/lobby/messages/1";
    let gone = ada.browser.ask("DELETE", path).await.expect(200, path);
    assert!(gone.value()["reactions"].is_null());
    assert!(ada.history("lobby").await[0]["reactions"].is_null());
    let body = json!({"text": "🎉", "on": true});
    asks(&ada, "lobby", 1, &body, 404).await;
    let well = site.command(&["check"]);
    assert!(
        well.status.success(),
        "{}",
        String::from_utf8_lossy(&well.stdout)
    );
}

async fn answers_are_no_news(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ben.joins("lobby").await;
    ada.enters("lobby").await;
    ada.says("tea, @ben?").await;
    let path = "/api/rooms/lobby/read";
    let read = ben.asks("PUT", path, &json!({"seq": 1})).await;
    read.expect(200, path);
    let mut elsewhere = ben.opens_lobby_page().await;
    reacts(&ada, "lobby", 1, "🎉", true).await;
    elsewhere.sees_nothing_more().await;
    let room = ben.reads("/api/rooms/lobby").await;
    assert_eq!((&room["unread"], &room["last_seq"]), (&json!(0), &json!(1)));
}

async fn answers_go_with_the_words_of_an_account_or_bear_its_former_name(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("tea?").await;
    for (name, form, left) in [
        ("ben", &[("current", PASSWORD)][..], 1),
        ("cem", &[("current", PASSWORD), ("words", "on")], 1),
    ] {
        let person = site.person(name).await;
        person.joins("lobby").await;
        reacts(&person, "lobby", 1, "🎉", true).await;
        let gone = person.browser.form("/settings/delete", form).await;
        gone.expect(303, "going");
        eventually("what is left of it", async || {
            kinds(&ada.history("lobby").await[0]) == are(&[("🎉", left)])
        })
        .await;
    }
    let seen = &ada.history("lobby").await[0]["reactions"][0]["usernames"];
    assert!(
        seen[0].as_str().unwrap().starts_with("former-member-"),
        "{seen}"
    );
    let well = site.command(&["check"]);
    assert!(
        well.status.success(),
        "{}",
        String::from_utf8_lossy(&well.stdout)
    );
}

#[test]
fn two_who_answer_at_once_on_two_nodes_are_both_counted() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let ben = nodes.sites[0].person("ben").await;
        ben.joins("lobby").await;
        let mut ben = ben.on(&nodes.sites[1]);
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        ada.says("tea?").await;
        ben.sees("tea?").await;
        for text in ["🎉", "🙏", "👍", "👀", "yes"] {
            tokio::join!(
                reacts(&ada, "lobby", 1, text, true),
                reacts(&ben, "lobby", 1, text, true),
            );
        }
        let all: Vec<(String, i64)> = ["🎉", "🙏", "👍", "👀", "yes"]
            .map(|text| (text.to_owned(), 2))
            .into();
        for person in [&mut ada, &mut ben] {
            let shown = person.socket().awaits("all of them", |frame| {
                kinds(frame).iter().map(|kind| kind.1).sum::<i64>() == 10
            });
            assert_eq!(kinds(&shown.await), all);
            assert_eq!(kinds(&person.history("lobby").await[0]), all);
        }
        reacts(&ben, "lobby", 1, "yes", false).await;
        let one_less = |frame: &Value| kinds(frame).get(4).is_some_and(|kind| kind.1 == 1);
        ada.socket().awaits("one less", one_less).await;
    });
}
