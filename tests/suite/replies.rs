//! Answering a message: what is answered is shown with it, as it is now, and whoever said it is told.

use serde_json::{Value, json};

use crate::editing::edits;
use crate::people::{Person, fresh_client_id};
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};

on_both_databases!(
    an_answer_shows_what_it_answers,
    what_is_answered_is_shown_as_it_is_now,
    whoever_returns_is_not_shown_what_was_answered_as_it_was,
    whoever_is_answered_is_counted_and_told_as_if_they_were_named,
    only_what_somebody_said_here_is_answered,
    it_works_by_a_form,
);

pub async fn answers(person: &mut Person, seq: i64, text: &str) -> Value {
    let id = fresh_client_id();
    let frame = json!({"message": text, "reply_to": seq, "client_id": id});
    person.socket().send(&frame).await;
    person.is_told_of(&id).await
}

fn quote(name: &str, excerpt: &str) -> Value {
    json!({"username": name, "name": name, "excerpt": excerpt})
}

async fn an_answer_shows_what_it_answers(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ada.says("**tea**,\n\n`any` [body](https://example.com)?")
        .await;
    ben.sees("**tea**,\n\n`any` [body](https://example.com)?")
        .await;
    let said = answers(&mut ben, 1, "me!").await;
    assert_eq!(said["reply_to"], 1);
    assert_eq!(said["quote"], quote("ada", "tea, any body?"));
    assert_eq!(ada.sees("me!").await["quote"], said["quote"]);
    let history = ada.history("lobby").await;
    assert_eq!(history[1]["quote"], said["quote"]);
    assert!(history[0].get("quote").is_none());
    ada.says(&"long ".repeat(100)).await;
    let long = answers(&mut ben, 3, "well").await;
    let excerpt = long["quote"]["excerpt"].as_str().unwrap();
    assert!(excerpt.chars().count() == 141 && excerpt.ends_with('…'));
    let page = ada.get("/chat/lobby/").await.text();
    assert!(page.contains("tea, any body?</") && page.contains("href=\"?at=1\""));
}

async fn what_is_answered_is_shown_as_it_is_now(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ada.says("teh").await;
    answers(&mut ben, 1, "what?").await;
    edits(&ada, "lobby", 1, "the tea", 200).await;
    let shown = |history: Vec<Value>| history[1]["quote"].clone();
    assert_eq!(shown(ben.history("lobby").await), quote("ada", "the tea"));
    ada.browser
        .ask("DELETE", "/api/rooms/lobby/messages/1")
        .await
        .expect(200, "taking it back");
    let gone = json!({"deleted": true});
    assert_eq!(shown(ben.history("lobby").await), gone);
    // It stays an answer, and can be answered still by whoever was about to.
    let late = answers(&mut ben, 1, "never mind").await;
    assert_eq!((&late["reply_to"], &late["quote"]), (&json!(1), &gone));
    let page = ben.get("/chat/lobby/").await.text();
    assert!(!page.contains("the tea"), "{page}");
    // What was an answer says nothing of that once it is taken back itself.
    ben.browser
        .ask("DELETE", "/api/rooms/lobby/messages/2")
        .await
        .expect(200, "taking it back");
    let history = ben.history("lobby").await;
    assert!(history[1].get("quote").is_none() && history[1].get("reply_to").is_none());
}

async fn whoever_returns_is_not_shown_what_was_answered_as_it_was(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let mut cem = site.person("cem").await;
    for person in [&mut ada, &mut ben, &mut cem] {
        person.enters("lobby").await;
    }
    ada.says("a secret").await;
    cem.sees("a secret").await;
    cem.loses_the_connection();
    answers(&mut ben, 1, "oh").await;
    ada.browser
        .ask("DELETE", "/api/rooms/lobby/messages/1")
        .await
        .expect(200, "taking it back");
    assert!(cem.comes_back().await);
    let shown = cem.socket().next_messages(2).await;
    assert_eq!(
        (&shown[0]["message"], &shown[0]["quote"]),
        (&json!("oh"), &json!({"deleted": true}))
    );
    assert_eq!(
        (&shown[1]["seq"], &shown[1]["deleted"]),
        (&json!(1), &json!(true))
    );
    cem.sees_nothing_more().await;
}

async fn whoever_is_answered_is_counted_and_told_as_if_they_were_named(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ben.says("tea?").await;
    ada.sees("tea?").await;
    ben.loses_the_connection();
    let mut elsewhere = ben.opens_lobby_page().await;
    answers(&mut ada, 1, "yes").await;
    let told = elsewhere
        .expect("an answer", |frame| frame["mentions"] == 1)
        .await;
    assert_eq!(
        (&told["notice"]["reason"], &told["notice"]["excerpt"]),
        (&json!("reply"), &json!("yes")),
        "{told}"
    );
    let room = ben.reads("/api/rooms/lobby").await;
    assert_eq!((&room["unread"], &room["mentions"]), (&json!(1), &json!(1)));
    let told = ben.reads("/api/rooms/lobby/messages/2/told").await;
    assert_eq!(told, json!({"told": true, "reason": "reply"}));
    // It stays an answer when it says something else, and one's own words are answered without a word.
    edits(&ada, "lobby", 2, "yes, please", 200).await;
    assert_eq!(ben.reads("/api/rooms/lobby").await["mentions"], 1);
    answers(&mut ada, 2, "with milk").await;
    let told = ada.reads("/api/rooms/lobby/messages/3/told").await;
    assert_eq!(told["reason"], "own");
    let found = site.command(&["check"]);
    assert!(found.status.success(), "{found:?}");
}

async fn only_what_somebody_said_here_is_answered(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let topic = json!({"topic": "tea"});
    let topic = ada.asks("PATCH", "/api/rooms/lobby", &topic).await;
    topic.expect(200, "a topic");
    for answered in [1, 2, 0, -1, i64::MAX] {
        let body = json!({"message": "x", "reply_to": answered});
        let refused = ada.posts("/api/rooms/lobby/messages", &body).await;
        refused.expect(400, &format!("an answer to {answered}"));
    }
    let first = json!({"message": "x"});
    ada.posts("/api/rooms/lobby/messages", &first)
        .await
        .expect(201, "no answer");
}

async fn it_works_by_a_form(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("<i>tea</i>?").await;
    let page = ada.get("/chat/lobby/?reply_to=1").await;
    let page = page.expect(200, "the page").text();
    assert!(page.contains("name=\"reply_to\" value=\"1\"") && page.contains("&lt;i&gt;tea"));
    let form = [("message", "yes"), ("reply_to", "1"), ("client_id", "c-1")];
    let said = ada.browser.form("/chat/lobby/", &form).await;
    said.expect(303, "an answer");
    let history = ada.history("lobby").await;
    assert_eq!(history[1]["quote"], quote("ada", "<i>tea</i>?"));
    // What is refused comes back as the answer that it was to be.
    let form = [("message", " "), ("reply_to", "1")];
    let refused = ada.browser.form("/chat/lobby/", &form).await;
    let refused = refused.expect(422, "nothing in it").text();
    assert!(refused.contains("name=\"reply_to\" value=\"1\""));
    let form = [("message", "no answer"), ("reply_to", "")];
    let said = ada.browser.form("/chat/lobby/", &form).await;
    said.expect(303, "an ordinary message");
    for gone in ["99", "0", "-1"] {
        let path = format!("/chat/lobby/?reply_to={gone}");
        let page = ada.get(&path).await.expect(200, &path).text();
        assert!(
            !page.contains("name=\"reply_to\" value=\"")
                || page.contains("name=\"reply_to\" value=\"\"")
        );
    }
}

#[test]
fn an_answer_on_one_node_shows_on_the_other_what_it_answers() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let ben = nodes.sites[0].person("ben").await;
        let mut ben = ben.on(&nodes.sites[1]);
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        ada.says("a secret").await;
        ben.sees("a secret").await;
        answers(&mut ben, 1, "oh").await;
        assert_eq!(ada.sees("oh").await["quote"]["excerpt"], "a secret");
        ben.loses_the_connection();
        edits(&ada, "lobby", 1, "nothing", 200).await;
        ada.says("well").await;
        assert!(ben.comes_back().await);
        let shown = ben.socket().next_messages(2).await;
        assert_eq!(
            (&shown[0]["message"], &shown[1]["message"]),
            (&json!("nothing"), &json!("well"))
        );
        assert_eq!(ben.history("lobby").await[1]["quote"]["excerpt"], "nothing");
    });
}
