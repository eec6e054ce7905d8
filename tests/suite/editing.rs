//! Saying what was said in other words: the same for everyone, on every page that is open or comes back.

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::people::{Person, assert_gapless, fresh_client_id, texts};
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};

on_both_databases!(
    what_is_edited_is_another_for_everyone_and_keeps_its_place,
    it_is_mended_without_a_mark_at_first_and_with_one_later,
    whoever_returns_is_shown_what_it_says_now_and_nothing_else,
    an_edit_based_on_what_is_no_longer_so_is_refused,
    the_last_of_several_who_edit_at_once_wins_everywhere,
    whom_it_names_now_is_counted_and_nobody_is_told_again,
    only_its_author_edits_it_and_only_where_they_may_write,
    a_retry_of_what_was_edited_since_stores_nothing,
    nobody_waits_for_their_turn_to_mend_a_word,
    it_works_by_a_form,
);

pub async fn edits(person: &Person, slug: &str, seq: i64, text: &str, status: u16) -> Value {
    asks_to_edit(person, slug, seq, &json!({ "message": text }), status).await
}

async fn asks_to_edit(person: &Person, slug: &str, seq: i64, body: &Value, status: u16) -> Value {
    let path = format!("/api/rooms/{slug}/messages/{seq}");
    let answer = person.asks("PATCH", &path, body).await;
    answer.expect(status, &format!("{path} {body}")).value()
}

async fn what_is_edited_is_another_for_everyone_and_keeps_its_place(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    for text in ["one", "two", "three"] {
        ada.says(text).await;
        ben.sees(text).await;
    }
    let id = fresh_client_id();
    let words = "two, see https://example.org";
    ada.socket()
        .send(&json!({"type": "edit", "seq": 2, "message": words, "client_id": id}))
        .await;
    let done = ada.is_told_of(&id).await;
    assert_eq!((&done["type"], &done["seq"]), (&json!("done"), &json!(2)));
    let edited = ben.socket().expect_type("message").await;
    assert_eq!(
        (&edited["seq"], &edited["revision"], &edited["message"]),
        (&json!(2), &done["revision"], &json!(words))
    );
    assert!(edited["html"].as_str().unwrap().contains("<a href="));
    let history = ben.history("lobby").await;
    assert_gapless(&history);
    assert_eq!(texts(&history), ["one", words, "three"]);
    let changes = ben.reads("/api/rooms/lobby/changes?since=2").await;
    let changed = changes["messages"].as_array().unwrap();
    assert_eq!(texts(changed), ["three", words]);
    // The same words once more change nothing.
    let again = edits(&ada, "lobby", 2, words, 200).await;
    assert_eq!(again["revision"], done["revision"]);
    for (text, status) in [(" ", 422), (&*"x".repeat(16_001), 422), ("a\0", 400)] {
        edits(&ada, "lobby", 2, text, status).await;
    }
    edits(&ada, "lobby", 4, "x", 404).await;
    ben.sees_nothing_more().await;
}

async fn it_is_mended_without_a_mark_at_first_and_with_one_later(database: Database) {
    let clock = Clock::start();
    let site = clock.site(database, &[]);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("teh tea").await;
    clock.is("+110");
    let mended = edits(&ada, "lobby", 1, "the tea", 200).await;
    assert!(mended.get("edited_at").is_none(), "{mended}");
    clock.is("+121");
    let marked = edits(&ada, "lobby", 1, "the coffee", 200).await;
    assert!(marked["edited_at"].is_string(), "{marked}");
    // Once it bears a mark it keeps it, whatever the clock shows.
    clock.is("+0");
    let again = edits(&ada, "lobby", 1, "the cocoa", 200).await;
    assert!(again["edited_at"].is_string(), "{again}");
    let page = ada.get("/chat/lobby/").await.expect(200, "the page").text();
    assert!(page.contains(">edited<"), "{page}");
}

async fn whoever_returns_is_shown_what_it_says_now_and_nothing_else(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ada.says("hello").await;
    ben.sees("hello").await;
    ben.loses_the_connection();
    ada.says("teh").await;
    ada.says("goodbye").await;
    edits(&ada, "lobby", 2, "teh end", 200).await;
    edits(&ada, "lobby", 2, "the end", 200).await;
    edits(&ada, "lobby", 1, "good day", 200).await;
    assert!(ben.comes_back().await);
    let shown = ben.socket().next_messages(3).await;
    assert_eq!(texts(&shown), ["goodbye", "the end", "good day"]);
    ben.sees_nothing_more().await;
}

async fn an_edit_based_on_what_is_no_longer_so_is_refused(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    let said = ada.says("one").await;
    let based_on =
        |text: &str, message: &Value| json!({"message": text, "based_on": message["revision"]});
    let second = asks_to_edit(&ada, "lobby", 1, &based_on("two", &said), 200).await;
    let refused = asks_to_edit(&ada, "lobby", 1, &based_on("three", &said), 409).await;
    assert_eq!(refused["error"]["code"], "conflict");
    let id = fresh_client_id();
    let frame = json!({"type": "edit", "seq": 1, "message": "three", "based_on": said["revision"], "client_id": id});
    ada.socket().send(&frame).await;
    let refused = ada
        .socket()
        .expect("a refusal", |frame| frame["client_id"] == id.as_str())
        .await;
    assert_eq!(
        (&refused["code"], &refused["retry"]),
        (&json!("conflict"), &json!(false))
    );
    // What is so already is no conflict: a retry finds its first attempt.
    let again = asks_to_edit(&ada, "lobby", 1, &based_on("two", &said), 200).await;
    assert_eq!(again["revision"], second["revision"]);
    asks_to_edit(&ada, "lobby", 1, &based_on("three", &second), 200).await;
    let ahead = json!({"message": "four", "based_on": 1_000});
    asks_to_edit(&ada, "lobby", 1, &ahead, 409).await;
    let none = json!({"message": "four", "based_on": 0});
    asks_to_edit(&ada, "lobby", 1, &none, 400).await;
    assert_eq!(texts(&ada.history("lobby").await), ["three"]);
}

async fn the_last_of_several_who_edit_at_once_wins_everywhere(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ada.says("at first").await;
    ben.sees("at first").await;
    for number in 0..30 {
        let edit = json!({"type": "edit", "seq": 1, "message": format!("words {number}")});
        ada.socket().send(&edit).await;
    }
    ada.says("that is all").await;
    ben.sees("that is all").await;
    assert_eq!(ada.history("lobby").await[0]["message"], "words 29");
    let mut late = ben.opens("lobby").await;
    late.sees_nothing_more().await;
    assert_eq!(ben.history("lobby").await[0]["revision"], 31);
}

async fn whom_it_names_now_is_counted_and_nobody_is_told_again(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;
    let mut elsewhere = ben.opens_lobby_page().await;
    let stands = |unread: i64, mentions: i64| {
        move |frame: &Value| {
            frame["type"] == "activity"
                && frame["unread"] == unread
                && frame["mentions"] == mentions
        }
    };
    ada.says("tea?").await;
    elsewhere.expect("one, of nobody", stands(1, 0)).await;
    edits(&ada, "lobby", 1, "@ben, tea?", 200).await;
    let told = elsewhere.expect("one that names him", stands(1, 1)).await;
    assert_eq!(told["notice"], Value::Null, "{told}");
    let room = ben.reads("/api/rooms/lobby").await;
    assert_eq!((&room["unread"], &room["mentions"]), (&json!(1), &json!(1)));
    let edited = edits(&ada, "lobby", 1, "tea, anybody?", 200).await;
    assert!(edited.get("html").is_none(), "{edited}");
    elsewhere.expect("one, of nobody again", stands(1, 0)).await;
    let room = ben.reads("/api/rooms/lobby").await;
    assert_eq!((&room["unread"], &room["mentions"]), (&json!(1), &json!(0)));
}

async fn only_its_author_edits_it_and_only_where_they_may_write(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let mut cem = site.person("cem").await;
    let room = ben.makes_closed_room("Tea").await;
    ben.adds("cem", &room).await;
    ben.enters(&room).await;
    cem.enters(&room).await;
    ben.says("of ben").await;
    cem.says("of cem").await;
    let sentence = |refused: &Value| refused["error"]["message"].as_str().unwrap().to_owned();
    // Owners delete what others say, and never speak for them.
    let refused = edits(&ben, &room, 3, "x", 403).await;
    assert!(sentence(&refused).contains("what you wrote yourself"));
    edits(&ada, &room, 3, "x", 404).await;
    let refused = edits(&ben, &room, 1, "x", 403).await;
    assert!(sentence(&refused).contains("What happened in a room"));
    let path = format!("/api/rooms/{room}");
    for (change, why) in [
        (json!({"read_only": true}), "look after this room"),
        (json!({"read_only": false, "archived": true}), "archived"),
    ] {
        ben.asks("PATCH", &path, &change).await.expect(200, why);
        let refused = edits(&cem, &room, 3, "x", 403).await;
        assert!(sentence(&refused).contains(why), "{refused}");
    }
    let open = json!({"archived": false});
    ben.asks("PATCH", &path, &open).await.expect(200, "open");
    let message = format!("/api/rooms/{room}/messages/3");
    cem.browser
        .ask("DELETE", &message)
        .await
        .expect(200, "gone");
    let refused = edits(&cem, &room, 3, "x", 403).await;
    assert!(sentence(&refused).contains("deleted"), "{refused}");
    let direct = json!({"usernames": ["cem"]});
    let direct = ben
        .posts("/api/directs", &direct)
        .await
        .expect(201, "alone");
    let direct = direct.value()["slug"].as_str().unwrap().to_owned();
    let said = json!({"message": "psst"});
    let messages = format!("/api/rooms/{direct}/messages");
    ben.posts(&messages, &said).await.expect(201, "psst");
    cem.asks("PUT", "/api/people/ben/block", &json!({}))
        .await
        .expect(200, "blocking");
    edits(&ben, &direct, 1, "hear me all the same", 403).await;
}

async fn a_retry_of_what_was_edited_since_stores_nothing(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.sends("teh", "c-1").await;
    ada.is_told_of("c-1").await;
    let edited = edits(&ada, "lobby", 1, "the", 200).await;
    let path = "/api/rooms/lobby/messages";
    let again = json!({"message": "teh", "client_id": "c-1"});
    let again = ada.posts(path, &again).await.expect(200, "a retry").value();
    assert_eq!(
        (&again["revision"], &again["message"]),
        (&edited["revision"], &json!("the"))
    );
    // What it says now was never sent under that id.
    let other = json!({"message": "the", "client_id": "c-1"});
    ada.posts(path, &other).await.expect(409, "other words");
    assert_eq!(ada.history("lobby").await.len(), 1);
}

async fn nobody_waits_for_their_turn_to_mend_a_word(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let slow = json!({"slow_mode": 3600});
    ada.asks("PATCH", "/api/rooms/lobby", &slow)
        .await
        .expect(200, "a slow room");
    ben.enters("lobby").await;
    let said = ben.says("teh").await;
    let seq = said["seq"].as_i64().unwrap();
    edits(&ben, "lobby", seq, "the", 200).await;
}

async fn it_works_by_a_form(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;
    ada.says("<b>tea</b>").await;
    let shown = ada.get("/chat/lobby/edit?seq=1").await;
    assert!(
        shown
            .expect(200, "the form")
            .text()
            .contains("&lt;b&gt;tea")
    );
    ben.get("/chat/lobby/edit?seq=1")
        .await
        .expect(403, "somebody else");
    ada.get("/chat/lobby/edit?seq=2")
        .await
        .expect(404, "no such message");
    let form = [("seq", "1"), ("based_on", "1"), ("message", "a\r\nb")];
    let done = ada.browser.form("/chat/lobby/edit", &form).await;
    assert_eq!(done.expect(303, "editing").location(), "/chat/lobby/?at=1");
    assert_eq!(texts(&ada.history("lobby").await), ["a\nb"]);
    // Meanwhile it said something else: both are shown, and whoever wrote them decides.
    let form = [("seq", "1"), ("based_on", "1"), ("message", "c & d")];
    let refused = ada.browser.form("/chat/lobby/edit", &form).await;
    let refused = refused.expect(409, "stale").text();
    assert!(
        refused.contains("c &amp; d") && refused.contains("a\nb") && refused.contains("elsewhere")
    );
    let form = [("seq", "1"), ("message", " ")];
    let refused = ada.browser.form("/chat/lobby/edit", &form).await;
    refused.expect(422, "nothing in it");
}

#[test]
fn two_nodes_that_edit_at_once_show_the_same() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut here = nodes.sites[0].person("ada").await;
        let mut there = here.on(&nodes.sites[1]);
        here.enters("lobby").await;
        there.enters("lobby").await;
        here.says("at first").await;
        there.sees("at first").await;
        for number in 0..20 {
            for (page, where_from) in [(&mut here, "here"), (&mut there, "there")] {
                let text = format!("{number} from {where_from}");
                let edit = json!({"type": "edit", "seq": 1, "message": text});
                page.socket().send(&edit).await;
            }
        }
        here.says("done here").await;
        there.says("done there").await;
        let stored = here.history("lobby").await[0].clone();
        for page in [&mut here, &mut there] {
            let newest = page
                .socket()
                .awaits("the newest of them", |frame| {
                    frame["seq"] == 1 && frame["revision"] == stored["revision"]
                })
                .await;
            assert_eq!(newest["message"], stored["message"]);
        }
        assert_eq!(there.history("lobby").await[0], stored);
    });
}
