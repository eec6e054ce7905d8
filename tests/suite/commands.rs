//! Lines that begin with a slash, in the form without scripts and in the composer: what they do, and when they are text.

use serde_json::{Value, json};

use crate::membership::members;
use crate::people::{Person, texts};
use crate::site::http::Answer;
use crate::site::{Database, Site};

whatever_the_database!(
    the_form_and_the_composer_do_the_same,
    a_line_that_is_no_command_keeps_its_text,
    what_programs_send_is_text,
    a_command_is_for_whoever_may_do_that,
    how_to_write_is_a_page,
);

impl Person {
    async fn types(&self, slug: &str, line: &str) -> Answer {
        let path = format!("/chat/{slug}/");
        self.browser.form(&path, &[("message", line)]).await
    }

    async fn commands(&self, slug: &str, line: &str) -> Answer {
        let path = format!("/api/rooms/{slug}/commands");
        self.posts(&path, &json!({ "message": line })).await
    }
}

async fn the_form_and_the_composer_do_the_same(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let (ben, cem) = (site.person("ben").await, site.person("cem").await);
    let slug = ada.makes_closed_room("Rowing club").await;
    ada.enters(&slug).await;
    let does = |answer: Answer| answer.expect(200, "a command").value();
    for (line, said) in [
        ("/me waves", "_waves_"),
        ("/shrug who knows", "who knows ¯\\_(ツ)_/¯"),
        ("//me", "/me"),
        ("/etc/hosts", "/etc/hosts"),
    ] {
        ada.types(&slug, line).await.expect(303, line);
        assert_eq!(ada.sees(said).await["message"], said);
        let answer = does(ada.commands(&slug, line).await);
        assert_eq!(answer, json!({"does": "say", "message": said}), "{line}");
    }
    ada.types(&slug, "/topic Boats")
        .await
        .expect(303, "a topic");
    assert_eq!(does(ada.commands(&slug, "/topic").await)["does"], "done");
    ada.types(&slug, "/invite @ben").await.expect(303, "ben");
    assert_eq!(
        does(ada.commands(&slug, "/invite cem").await)["does"],
        "done"
    );
    let history = ada.history(&slug).await;
    let topics: Vec<Value> = history
        .iter()
        .filter(|message| message["event"]["code"] == "topic")
        .map(|message| message["event"]["topic"].clone())
        .collect();
    assert_eq!(topics, [json!("Boats"), json!("")]);
    assert_eq!(members(&ada, &slug).await.len(), 3);
    let left = ben.types(&slug, "/leave").await.expect(303, "ben leaves");
    assert_eq!(left.location(), "/");
    assert_eq!(does(cem.commands(&slug, "/leave").await)["does"], "leave");
    assert_eq!(members(&ada, &slug).await.len(), 1);
}

async fn a_line_that_is_no_command_keeps_its_text(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    let refused = ada.types("lobby", "/frobnicate <b>").await;
    let page = refused.expect(422, "an unknown command").text();
    assert!(page.contains(">/frobnicate &lt;b&gt;</textarea>"), "{page}");
    assert!(page.contains("name=\"says\" value=\"text\""), "{page}");
    let answer = ada.commands("lobby", "/frobnicate").await;
    assert_eq!(
        answer.expect(200, "unknown").value(),
        json!({"does": "unknown"})
    );
    for line in ["/me", "/invite", "/invite nobody-here", "/topic a\nb"] {
        ada.types("lobby", line).await.expect(422, line);
        ada.commands("lobby", line).await.expect(400, line);
    }
    ada.sees_nothing_more().await;
    let fields = [("message", "/frobnicate"), ("says", "text")];
    let sent = ada.browser.form("/chat/lobby/", &fields).await;
    sent.expect(303, "as text");
    ada.sees("/frobnicate").await;
}

async fn what_programs_send_is_text(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("/leave").await;
    let path = "/api/rooms/lobby/messages";
    let sent = ada.posts(path, &json!({"message": "/me waves"})).await;
    sent.expect(201, "text");
    assert_eq!(texts(&ada.history("lobby").await), ["/leave", "/me waves"]);
}

async fn a_command_is_for_whoever_may_do_that(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let slug = ada.makes_room("Rowing club").await;
    let hidden = ada.makes_closed_room("Secret").await;
    ben.types(&slug, "hello").await.expect(303, "ben joins");
    ben.types(&slug, "/topic Mine")
        .await
        .expect(403, "no owner");
    ben.commands(&slug, "/topic Mine")
        .await
        .expect(403, "no owner");
    for line in ["/topic Mine", "/invite ben", "/leave", "/help", "/me waves"] {
        ben.types(&hidden, line).await.expect(404, line);
        ben.commands(&hidden, line).await.expect(404, line);
    }
    let room = ada.reads(&format!("/api/rooms/{slug}")).await;
    assert_eq!(room["topic"], "");
    assert_eq!(members(&ada, &hidden).await.len(), 1);
}

async fn how_to_write_is_a_page(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let led = ada.types("lobby", "/help").await.expect(303, "help");
    let page = ada.get(led.location()).await.expect(200, "how to write");
    let page = page.text();
    for part in [
        "<strong>",
        "<blockquote>",
        "code-keyword",
        "/shrug",
        "href=\"/chat/lobby/\"",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    site.browser()
        .get("/writing")
        .await
        .expect(303, "for who is signed in");
}
