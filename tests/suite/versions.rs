//! What messages said before they were edited: who reads it, and how it goes.

use serde_json::{Value, json};

use crate::clock::Clock;
use crate::editing::edits;
use crate::people::Person;
use crate::site::{Database, Site};

on_both_databases!(
    what_it_said_before_is_kept_for_its_author_and_owners,
    members_read_it_where_the_site_lets_them,
    its_author_erases_it_and_the_mark_stays,
    of_many_versions_the_newest_are_kept,
    its_author_is_given_all_of_it_however_much,
    it_goes_with_the_message_and_with_the_room,
);

const WAY: &str = "/api/rooms/lobby/messages/1/versions";

async fn versions(person: &Person, path: &str) -> Vec<String> {
    let listed = person.reads(path).await;
    let listed = listed["versions"].as_array().unwrap().clone();
    let text = |version: &Value| version["message"].as_str().unwrap().to_owned();
    listed.iter().map(text).collect()
}

/// A site two minutes after Ben said something that he has edited twice since, and Ada, who looks after it.
async fn after_two_edits(database: Database) -> (Clock, Site, Person, Person) {
    let clock = Clock::start();
    let site = clock.site(database, &[("ADDA_MESSAGES_PER_SECOND", "0")]);
    let ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ben.enters("lobby").await;
    ben.says("a secret").await;
    clock.is("+130");
    edits(&ben, "lobby", 1, "no secret", 200).await;
    edits(&ben, "lobby", 1, "nothing at all", 200).await;
    (clock, site, ada, ben)
}

async fn what_it_said_before_is_kept_for_its_author_and_owners(database: Database) {
    let (_clock, site, ada, ben) = after_two_edits(database).await;
    let cem = site.person("cem").await;
    cem.joins("lobby").await;
    for person in [&ben, &ada] {
        assert_eq!(versions(person, WAY).await, ["no secret", "a secret"]);
        let page = person.get("/chat/lobby/versions?seq=1").await;
        let page = page.expect(200, "the page").text();
        assert!(page.contains("a secret") && page.contains("nothing at all"));
        let room = person.get("/chat/lobby/").await.text();
        assert!(
            room.contains("href=\"/chat/lobby/versions?seq=1\""),
            "{room}"
        );
    }
    cem.get(WAY).await.expect(403, "somebody else");
    let page = cem.get("/chat/lobby/").await.text();
    assert!(page.contains(">edited<") && !page.contains("lobby/versions?seq=1\""));
    ada.get("/api/rooms/lobby/messages/2/versions")
        .await
        .expect(404, "no such message");
}

async fn members_read_it_where_the_site_lets_them(database: Database) {
    let (_clock, site, ada, _ben) = after_two_edits(database).await;
    let cem = site.person("cem").await;
    cem.get(WAY).await.expect(403, "no member yet");
    cem.joins("lobby").await;
    let form = [
        ("do", "rights"),
        ("signup", "invite"),
        ("makes_rooms", "members"),
        ("starts_directs", "members"),
        ("members_see_versions", "on"),
    ];
    let saved = ada.browser.form("/admin/site", &form).await;
    saved.expect(303, "a choice");
    assert_eq!(versions(&cem, WAY).await, ["no secret", "a secret"]);
    let refused = cem.asks("DELETE", WAY, &json!({})).await;
    refused.expect(403, "it is not theirs");
    let log = ada.get("/admin/log").await.text();
    assert!(log.contains("whether members read"), "{log}");
    ada.browser
        .form("/admin/site", &form[..4])
        .await
        .expect(303, "another choice");
    cem.get(WAY).await.expect(403, "no longer");
}

async fn its_author_erases_it_and_the_mark_stays(database: Database) {
    let (_clock, _site, ada, ben) = after_two_edits(database).await;
    let refused = ada.asks("DELETE", WAY, &json!({})).await;
    refused.expect(403, "it is not hers");
    let erased = ben.asks("DELETE", WAY, &json!({})).await;
    assert_eq!(
        erased.expect(200, "it is his").value(),
        json!({"versions": []})
    );
    assert!(versions(&ada, WAY).await.is_empty());
    let said = &ben.history("lobby").await[0];
    assert!(said["edited_at"].is_string() && said["message"] == "nothing at all");
    edits(&ben, "lobby", 1, "tea", 200).await;
    let form = [("seq", "1")];
    let done = ben.browser.form("/chat/lobby/versions", &form).await;
    let place = done.expect(303, "by the form").location().to_owned();
    assert_eq!(place, "/chat/lobby/versions?seq=1");
    let page = ben.get(&place).await.expect(200, "the page").text();
    assert!(
        page.contains("Nothing that it said before")
            && !page.contains("<button class=\"button\" type=\"submit\">Delete")
    );
}

async fn of_many_versions_the_newest_are_kept(database: Database) {
    let (_clock, _site, _ada, ben) = after_two_edits(database).await;
    for number in 0..52 {
        edits(&ben, "lobby", 1, &format!("words {number}"), 200).await;
    }
    let kept = versions(&ben, WAY).await;
    assert_eq!(kept.len(), 50);
    assert_eq!(
        (kept[0].as_str(), kept[49].as_str()),
        ("words 50", "words 1")
    );
}

async fn its_author_is_given_all_of_it_however_much(database: Database) {
    let (clock, _site, _ada, mut ben) = after_two_edits(database).await;
    for seq in 2..=7 {
        ben.says(&format!("message {seq}")).await;
    }
    clock.is("+300");
    // Those of several messages are more than are read together.
    for seq in 1..=7 {
        for number in 0..50 {
            edits(&ben, "lobby", seq, &format!("words {number}"), 200).await;
        }
    }
    let mine = ben.reads("/settings/data.json").await;
    let said = mine["messages"].as_array().unwrap();
    assert_eq!(said.len(), 7);
    for (message, first) in said.iter().zip(["nothing at all", "message 2"]) {
        let earlier = message["earlier"].as_array().unwrap();
        assert_eq!(earlier.len(), 50);
        assert_eq!(earlier[0]["message"], "words 48");
        assert_eq!(earlier[49]["message"], first);
    }
    for message in said {
        assert_eq!(message["earlier"].as_array().unwrap().len(), 50);
    }
}

async fn it_goes_with_the_message_and_with_the_room(database: Database) {
    let (_clock, site, ada, ben) = after_two_edits(database).await;
    ben.browser
        .ask("DELETE", "/api/rooms/lobby/messages/1")
        .await
        .expect(200, "taking it back");
    for person in [&ada, &ben] {
        person.get(WAY).await.expect(404, "nothing is left");
    }
    let page = ben.get("/chat/lobby/versions?seq=1").await;
    page.expect(404, "nothing is left");
    let room = ben.makes_room("Rowing").await;
    let said = json!({"message": "a boat"});
    let path = format!("/api/rooms/{room}/messages");
    ben.posts(&path, &said).await.expect(201, "a boat");
    edits(&ben, &room, 1, "a ship", 200).await;
    let gone = json!({"name": "Rowing"});
    ada.asks("DELETE", &format!("/api/rooms/{room}"), &gone)
        .await
        .expect(200, "deleting");
    crate::eventually("nothing wrong is left", async || {
        site.command(&["check"]).status.success()
    })
    .await;
}
