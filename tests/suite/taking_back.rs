//! Taking back what was said: gone for everyone, everywhere and at once, and its place stays.

use serde_json::{Value, json};

use crate::eventually;
use crate::people::{Person, assert_gapless, fresh_client_id};
use crate::site::nodes::Nodes;
use crate::site::{Database, PASSWORD, Site};

on_both_databases!(
    what_is_taken_back_is_gone_for_everyone_and_its_place_stays,
    whoever_returns_is_not_shown_what_was_taken_back_meanwhile,
    what_is_taken_back_is_unread_no_more_and_names_nobody,
    a_retry_of_what_was_taken_back_stores_nothing,
    owners_take_back_what_others_said_and_members_their_own,
    what_happened_to_a_room_is_not_taken_back,
    it_works_by_a_form_that_asks_once,
    words_go_with_an_account_where_somebody_wants_that,
);

async fn takes_back(person: &Person, slug: &str, seq: i64, status: u16) -> Value {
    let path = format!("/api/rooms/{slug}/messages/{seq}");
    let answer = person.browser.ask("DELETE", &path).await;
    answer.expect(status, &path).value()
}

fn is_taken_back(message: &Value) {
    assert_eq!(message["deleted"], true, "{message}");
    for gone in ["message", "html", "reply_to", "edited_at"] {
        assert!(message.get(gone).is_none(), "{gone}: {message}");
    }
}

async fn what_is_taken_back_is_gone_for_everyone_and_its_place_stays(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    for text in ["one", "**two** https://example.org", "three"] {
        ada.says(text).await;
        ben.sees(text).await;
    }
    let id = fresh_client_id();
    ada.socket()
        .send(&json!({"type": "delete", "seq": 2, "client_id": id}))
        .await;
    let done = ada.is_told_of(&id).await;
    assert_eq!((&done["type"], &done["seq"]), (&json!("done"), &json!(2)));
    let gone = ben.socket().expect_type("message").await;
    assert_eq!(
        (&gone["seq"], &gone["revision"]),
        (&json!(2), &done["revision"])
    );
    is_taken_back(&gone);
    let history = ben.history("lobby").await;
    assert_gapless(&history);
    is_taken_back(&history[1]);
    let changes = ben.reads("/api/rooms/lobby/changes?since=1").await;
    let changed: Vec<&Value> = changes["messages"].as_array().unwrap().iter().collect();
    assert_eq!(changed.len(), 2, "{changes}");
    is_taken_back(changed[1]);
    let page = ben.get("/chat/lobby/").await.expect(200, "the page").text();
    assert!(page.contains("Message deleted") && !page.contains("example.org"));
    // Once more changes nothing.
    let again = takes_back(&ada, "lobby", 2, 200).await;
    assert_eq!(again["revision"], done["revision"]);
    takes_back(&ada, "lobby", 4, 404).await;
    ben.sees_nothing_more().await;
}

async fn whoever_returns_is_not_shown_what_was_taken_back_meanwhile(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ada.says("hello").await;
    ben.sees("hello").await;
    ben.loses_the_connection();
    ada.says("a secret").await;
    ada.says("goodbye").await;
    takes_back(&ada, "lobby", 2, 200).await;
    assert!(ben.comes_back().await);
    let shown = ben.socket().next_messages(2).await;
    assert_eq!(shown[0]["message"], "goodbye");
    assert_eq!(shown[1]["seq"], 2);
    is_taken_back(&shown[1]);
    ben.sees_nothing_more().await;
}

async fn what_is_taken_back_is_unread_no_more_and_names_nobody(database: Database) {
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
    ada.says("@ben, tea?").await;
    elsewhere
        .expect("two, one of them names him", stands(2, 1))
        .await;
    takes_back(&ada, "lobby", 2, 200).await;
    let told = elsewhere.expect("one that does not", stands(1, 0)).await;
    assert_eq!(told["deleted"], json!([2]), "{told}");
    let room = ben.reads("/api/rooms/lobby").await;
    assert_eq!((&room["unread"], &room["mentions"]), (&json!(1), &json!(0)));
    let told = ben.reads("/api/rooms/lobby/messages/2/told").await;
    assert_eq!(told["reason"], "deleted");
}

async fn a_retry_of_what_was_taken_back_stores_nothing(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.sends("hello", "c-1").await;
    ada.is_told_of("c-1").await;
    let gone = takes_back(&ada, "lobby", 1, 200).await;
    for text in ["hello", "something else"] {
        let body = json!({"message": text, "client_id": "c-1"});
        let again = ada.posts("/api/rooms/lobby/messages", &body).await;
        let again = again.expect(200, "a retry").value();
        assert_eq!(again["revision"], gone["revision"]);
        is_taken_back(&again);
    }
    assert_eq!(ada.history("lobby").await.len(), 1);
}

async fn owners_take_back_what_others_said_and_members_their_own(database: Database) {
    let site = Site::start(database);
    let _administrator = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let mut cem = site.person("cem").await;
    let room = ben.makes_closed_room("Tea").await;
    ben.adds("cem", &room).await;
    ben.enters(&room).await;
    cem.enters(&room).await;
    ben.says("mine").await;
    cem.says("yours").await;
    let (of_ben, of_cem) = (2, 3);
    takes_back(&cem, &room, of_ben, 403).await;
    takes_back(&ben, &room, of_cem, 200).await;
    cem.says("once more").await;
    takes_back(&cem, &room, 4, 200).await;
    cem.says("and again").await;
    let (path, archived) = (format!("/api/rooms/{room}"), json!({"archived": true}));
    let closed = ben.asks("PATCH", &path, &archived).await;
    closed.expect(200, "archiving");
    takes_back(&cem, &room, 5, 403).await;
    assert_eq!(ben.history(&room).await[4]["message"], "and again");
}

async fn what_happened_to_a_room_is_not_taken_back(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let topic = json!({"topic": "tea"});
    let topic = ada.asks("PATCH", "/api/rooms/lobby", &topic).await;
    topic.expect(200, "a topic");
    takes_back(&ada, "lobby", 1, 403).await;
    assert_eq!(ada.history("lobby").await[0]["event"]["topic"], "tea");
}

async fn it_works_by_a_form_that_asks_once(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;
    ada.says("<b>tea</b>").await;
    let asked = ada.get("/chat/lobby/delete?seq=1").await;
    let asked = asked.expect(200, "the question").text();
    assert!(asked.contains("Delete this message?") && asked.contains("&lt;b&gt;tea"));
    ben.get("/chat/lobby/delete?seq=1")
        .await
        .expect(403, "somebody else");
    ada.get("/chat/lobby/delete?seq=2")
        .await
        .expect(404, "no such message");
    let form = [("seq", "1")];
    ben.browser
        .form("/chat/lobby/delete", &form)
        .await
        .expect(403, "somebody else's");
    let done = ada.browser.form("/chat/lobby/delete", &form).await;
    assert_eq!(done.expect(303, "deleting").location(), "/chat/lobby/?at=1");
    is_taken_back(&ada.history("lobby").await[0]);
}

async fn words_go_with_an_account_where_somebody_wants_that(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let cem = site.person("cem").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ada.says("here").await;
    for number in 0..3 {
        ben.says(&format!("there {number}")).await;
    }
    let room = ben.makes_closed_room("Tea").await;
    ben.adds("cem", &room).await;
    ben.enters(&room).await;
    ben.says("among us").await;
    let path = format!("/api/rooms/{room}/members/ben");
    ben.asks("DELETE", &path, &json!({}))
        .await
        .expect(200, "leaving");
    let form = [("current", PASSWORD), ("words", "on")];
    let gone = ben.browser.form("/settings/delete", &form).await;
    gone.expect(303, "going");
    for _ in 0..3 {
        let gone = ada
            .socket()
            .expect("what ben said", |frame| frame["deleted"] == true);
        assert_eq!(gone.await["name"], "Former member");
    }
    eventually("nothing of ben's is left", async || {
        let lobby = ada.history("lobby").await;
        let said = |messages: &[Value], text: &str| {
            messages
                .iter()
                .filter(|message| message["message"] == text)
                .count()
        };
        let closed = cem.history(&room).await;
        said(&lobby, "here") == 1
            && lobby
                .iter()
                .filter(|message| message["deleted"] == true)
                .count()
                == 3
            && said(&closed, "among us") == 0
    })
    .await;
    assert_gapless(&ada.history("lobby").await);
    assert_gapless(&cem.history(&room).await);
}

#[test]
fn what_is_taken_back_on_one_node_is_gone_on_the_other() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let ben = nodes.sites[0].person("ben").await;
        let mut ben = ben.on(&nodes.sites[1]);
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        ada.says("a secret").await;
        ben.sees("a secret").await;
        takes_back(&ada, "lobby", 1, 200).await;
        is_taken_back(&ben.socket().expect_type("message").await);
        let mut late = ben.opens("lobby").await;
        late.sees_nothing_more().await;
        is_taken_back(&ben.history("lobby").await[0]);
    });
}
