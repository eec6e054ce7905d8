//! An index that is kept, whatever happens to it; and what administrators do with what is found.

use serde_json::json;

use super::{finds, numbers, q, searches};
use crate::eventually;
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};

on_both_databases!(
    a_room_that_is_deleted_is_not_found,
    what_was_said_before_a_crash_is_found_after_it,
    administrators_find_and_delete_what_is_said_in_open_rooms,
);

whatever_the_database!(
    an_index_that_is_lost_or_damaged_is_made_anew,
    every_node_finds_what_was_said_on_another,
    nobody_searches_without_end,
);

async fn what_was_said_before_a_crash_is_found_after_it(database: Database) {
    let mut site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    for number in 0..50 {
        ada.says(&format!("tulip number {number}")).await;
    }
    // In the middle of it, most likely.
    site.kill();
    site.start_again();
    eventually("50 tulips", async || {
        let found = searches(&ada, "q=tulip&limit=50").await;
        numbers(&found).len() == 50
    })
    .await;
    let checked = site.command(&["check"]);
    assert!(checked.status.success(), "{checked:?}");
}

async fn an_index_that_is_lost_or_damaged_is_made_anew(database: Database) {
    let mut site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("tulip").await;
    finds(&ada, "tulip", 1).await;
    let index = site.data().join("search.db");
    for damage in ["nothing left", "no database", "another page", "cut short"] {
        site.kill();
        let whole = std::fs::read(&index).unwrap();
        for ending in ["-wal", "-shm"] {
            let _ = std::fs::remove_file(site.data().join(format!("search.db{ending}")));
        }
        match damage {
            "nothing left" => std::fs::remove_file(&index).unwrap(),
            "no database" => std::fs::write(&index, "tulips are no database".repeat(500)).unwrap(),
            "another page" => {
                let mut bytes = whole.clone();
                let middle = bytes.len().min(4_096);
                bytes[middle..].fill(0xAB);
                std::fs::write(&index, bytes).unwrap();
            }
            _ => std::fs::write(&index, &whole[..whole.len() / 2]).unwrap(),
        }
        site.start_again();
        eventually(&format!("a tulip again after {damage}"), async || {
            let answer = ada.get("/api/search?q=tulip").await;
            answer.status == 200 && numbers(&answer.value()).len() == 1
        })
        .await;
    }
}

async fn every_node_finds_what_was_said_on_another(_: Database) {
    let mut nodes = Nodes::start(2);
    let mut ada = nodes.sites[0].person("ada").await;
    ada.enters("lobby").await;
    ada.says("tulip one").await;
    let elsewhere = ada.on(&nodes.sites[1]);
    finds(&elsewhere, "tulip", 1).await;
    // Whichever of them keeps the index, the other takes over.
    for number in [1, 0] {
        let other = 1 - number;
        nodes.sites[number].kill();
        let mut ada = ada.on(&nodes.sites[other]);
        ada.enters("lobby").await;
        ada.says(&format!("rose of node {other}")).await;
        finds(&ada, &format!("\"rose of node {other}\""), 1).await;
        nodes.sites[number].start_again();
    }
    let closed = elsewhere.makes_closed_room("Secret").await;
    let ben = nodes.sites[0].person("ben").await;
    elsewhere.adds("ben", &closed).await;
    let path = format!("/api/rooms/{closed}/messages");
    elsewhere
        .posts(&path, &json!({"message": "the secret peony"}))
        .await
        .expect(201, "saying");
    finds(&ben, "peony", 1).await;
    elsewhere
        .puts_out("ben", &closed)
        .await
        .expect(200, "putting ben out");
    assert!(
        numbers(&searches(&ben, "q=peony").await).is_empty(),
        "on the other node"
    );
}

async fn nobody_searches_without_end(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    for path in ["/api/search?q=tulip", "/search?q=tulip"] {
        // Another is allowed each half second, however slow the machine is.
        let mut refused = None;
        for _ in 0..200 {
            let answer = ada.get(path).await;
            if answer.status == 429 {
                refused = Some(answer);
                break;
            }
        }
        let refused = refused.expect("a limit");
        assert!(refused.header("retry-after").is_some(), "{path}");
    }
    ada.get("/search")
        .await
        .expect(200, "the page without a search");
}

async fn administrators_find_and_delete_what_is_said_in_open_rooms(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ben.enters("lobby").await;
    for text in ["buy cheap tulips", "buy more tulips", "good morning"] {
        ben.says(text).await;
    }
    let closed = ben.makes_closed_room("Secret").await;
    ben.enters(&closed).await;
    ben.says("secret tulips").await;
    finds(&ben, "tulips", 3).await;
    let page = ada
        .get("/admin/messages?q=tulips")
        .await
        .expect(200, "the list")
        .text();
    assert!(page.contains("cheap <mark>tulips</mark>"), "{page}");
    assert!(!page.contains("secret"), "{page}");
    let all = ada
        .get("/admin/messages?from=ben&room=lobby")
        .await
        .expect(200, "all of ben's");
    assert!(all.text().contains("good morning"));
    ada.enters("lobby").await;
    let room = ada.reads("/api/rooms/lobby").await["id"].to_string();
    let (one, two) = (format!("{room}:1"), format!("{room}:2"));
    let selected = [
        ("q", "tulips"),
        ("message", one.as_str()),
        ("message", two.as_str()),
    ];
    let asks = ada
        .browser
        .form("/admin/messages", &selected)
        .await
        .expect(200, "asking");
    assert!(asks.text().contains("Delete these"), "{}", asks.text());
    let hidden = ben.reads("/api/rooms").await;
    let hidden = hidden["rooms"]
        .as_array()
        .unwrap()
        .iter()
        .find(|room| room["name"] == "Secret")
        .unwrap();
    let secret = format!("{}:1", hidden["id"]);
    let meant = [
        ("do", "delete"),
        selected[0],
        selected[1],
        selected[2],
        ("message", secret.as_str()),
    ];
    ben.browser
        .form("/admin/messages", &meant)
        .await
        .expect(403, "no administrator");
    let some = ada
        .browser
        .form("/admin/messages", &meant)
        .await
        .expect(200, "all but one");
    assert!(
        some.text().contains("could not be deleted"),
        "{}",
        some.text()
    );
    let history = ada.history("lobby").await;
    assert_eq!(
        (&history[0]["deleted"], &history[1]["deleted"]),
        (&json!(true), &json!(true))
    );
    assert!(history[2].get("deleted").is_none());
    assert_eq!(
        numbers(&searches(&ben, &q("tulips")).await).len(),
        1,
        "in the closed room"
    );
    let log = ada.get("/admin/log").await.expect(200, "the log").text();
    let log = log.replace(['\u{2068}', '\u{2069}'], "");
    assert!(log.contains("ada deleted 2 messages in"), "{log}");
    ada.browser
        .form("/admin/messages", &[("message", "1:x")])
        .await
        .expect(400, "no message");
    ada.browser
        .form("/admin/messages", &[("q", "x")])
        .await
        .expect(303, "nothing selected");
}

async fn a_room_that_is_deleted_is_not_found(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let garden = ada.makes_room("garden").await;
    ada.enters(&garden).await;
    ada.says("tulip in the garden").await;
    finds(&ada, "tulip", 1).await;
    // Closed, it is found by its members alone, whatever the index still says.
    let eve = site.person("eve").await;
    finds(&eve, "tulip", 1).await;
    let path = format!("/api/rooms/{garden}");
    ada.asks("PATCH", &path, &json!({"kind": "closed"}))
        .await
        .expect(200, "closing");
    assert!(numbers(&searches(&eve, "q=tulip").await).is_empty());
    finds(&ada, "tulip", 1).await;
    let rooms = ada.reads("/api/rooms").await;
    let hidden = rooms["rooms"]
        .as_array()
        .unwrap()
        .iter()
        .find(|room| room["name"] == "garden")
        .unwrap();
    let path = format!("/api/rooms/{}", hidden["slug"].as_str().unwrap());
    ada.asks("DELETE", &path, &json!({"name": "garden"}))
        .await
        .expect(200, "deleting");
    assert!(numbers(&searches(&ada, "q=tulip").await).is_empty());
}
