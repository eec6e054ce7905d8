//! Finding what was said: in every script, with the same answers on both databases, and only what one may read.

mod corpus;

use image::ImageFormat;
use serde_json::{Value, json};

use self::corpus::{FINDS, SAID};
use crate::eventually;
use crate::people::Person;
use crate::sending;
use crate::site::http::encoded;
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};

on_both_databases!(
    every_script_is_found_alike,
    what_fits_best_comes_first_where_that_is_wanted,
    pages_follow_each_other_without_a_gap,
    what_is_looked_for_is_narrowed_down,
    what_is_found_is_shown_safely,
    what_was_edited_or_taken_back_is_not_found,
    nobody_finds_what_they_may_not_read,
    a_room_that_is_deleted_is_not_found,
    files_are_found_by_what_they_are_and_are_called,
    what_was_said_before_a_crash_is_found_after_it,
    administrators_find_and_delete_what_is_said_in_open_rooms,
);

whatever_the_database!(
    an_index_that_is_lost_or_damaged_is_made_anew,
    every_node_finds_what_was_said_on_another,
    nobody_searches_without_end,
);

/// The answer to a search.
pub async fn searches(person: &Person, query: &str) -> Value {
    person.reads(&format!("/api/search?{query}")).await
}

fn q(typed: &str) -> String {
    format!("q={}", encoded(typed))
}

/// The numbers of the messages that were found.
fn numbers(found: &Value) -> Vec<i64> {
    let hits = found["hits"].as_array().unwrap();
    hits.iter()
        .map(|hit| hit["message"]["seq"].as_i64().unwrap())
        .collect()
}

/// Waits until a search finds so many messages.
pub async fn finds(person: &Person, typed: &str, count: usize) {
    let query = q(typed);
    eventually(&format!("{count} hits of {typed}"), async || {
        numbers(&searches(person, &query).await).len() == count
    })
    .await;
}

/// A site without limits, somebody who said all of the corpus in its lobby, and an index that knows it.
async fn said_everything(database: Database) -> (Site, Person) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    for text in SAID {
        ada.says(text).await;
    }
    finds(&ada, "nothing", 1).await;
    (site, ada)
}

async fn every_script_is_found_alike(database: Database) {
    let (_site, ada) = said_everything(database).await;
    let mut others = Vec::new();
    for (typed, expected) in FINDS {
        for order in ["newest", "best"] {
            let found = searches(&ada, &format!("{}&order={order}", q(typed))).await;
            let mut found = numbers(&found);
            found.sort_unstable_by_key(|seq| -seq);
            if found != expected {
                others.push(format!("{typed}, {order} first: {found:?}"));
            }
        }
    }
    assert!(others.is_empty(), "{others:#?}");
}

async fn what_fits_best_comes_first_where_that_is_wanted(database: Database) {
    let (_site, ada) = said_everything(database).await;
    for (typed, newest, best) in [
        ("boat", [25, 24, 1], [24, 25, 1]),
        ("lazy dog", [27, 26, 0], [26, 27, 0]),
    ] {
        let expect = |numbers: [i64; 3]| {
            numbers
                .into_iter()
                .filter(|seq| *seq > 0)
                .collect::<Vec<i64>>()
        };
        let found = searches(&ada, &q(typed)).await;
        assert_eq!(numbers(&found), expect(newest), "{typed}, newest first");
        let found = searches(&ada, &format!("{}&order=best", q(typed))).await;
        assert_eq!(numbers(&found), expect(best), "{typed}, best first");
    }
}

async fn pages_follow_each_other_without_a_gap(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    let garden = ada.makes_room("garden").await;
    let mut here = 0;
    for number in 1..=23 {
        let path = format!(
            "/api/rooms/{}/messages",
            if number % 3 == 0 { &garden } else { "lobby" }
        );
        ada.posts(&path, &json!({"message": format!("tulip number {number}")}))
            .await
            .expect(201, &path);
        here += usize::from(number % 3 == 0);
    }
    finds(&ada, "tulip in:garden", here).await;
    for order in ["newest", "best"] {
        let (mut seen, mut next, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let found = searches(&ada, &format!("q=tulip&limit=5&order={order}{next}")).await;
            for hit in found["hits"].as_array().unwrap() {
                seen.push(hit["message"]["message"].as_str().unwrap().to_owned());
            }
            pages += 1;
            let Some(cursor) = found["next"].as_str() else {
                break;
            };
            next = format!("&before={cursor}");
        }
        assert_eq!(pages, 5, "{order} first");
        let expected: Vec<String> = (1..=23)
            .rev()
            .map(|number| format!("tulip number {number}"))
            .collect();
        assert_eq!(seen, expected, "{order} first");
    }
    for (query, status) in [
        ("q=tulip&before=x", 400),
        ("q=tulip&before=1", 400),
        ("q=tulip&before=0.-1", 400),
        ("q=tulip&before=0.9223372036854775807", 200),
        ("q=tulip&limit=0", 400),
        ("q=tulip&limit=51", 400),
        ("q=tulip&limit=1000000000", 400),
        ("q=tulip&order=worst", 400),
        ("q=tulip&room=nowhere", 404),
        ("q=", 422),
        ("q=-tulip", 422),
        ("", 422),
    ] {
        let answer = ada.get(&format!("/api/search?{query}")).await;
        assert_eq!(answer.status, status, "{query}");
    }
    let long = q(&"x".repeat(501));
    ada.get(&format!("/api/search?{long}"))
        .await
        .expect(400, "too long");
    let many = q(&"x ".repeat(21));
    ada.get(&format!("/api/search?{many}"))
        .await
        .expect(400, "too many");
    let odd = searches(&ada, &q("\\ \" * ( tulip:* ' %")).await;
    assert_eq!(numbers(&odd).len(), 20, "what is no word says nothing");
}

async fn what_is_looked_for_is_narrowed_down(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let garden = ada.makes_room("Rose Garden").await;
    ben.joins(&garden).await;
    ada.enters("lobby").await;
    ada.says("tea in the lobby https://example.com").await;
    ben.enters("lobby").await;
    ben.says("more tea in the lobby").await;
    ada.enters(&garden).await;
    ada.says("tea in the garden").await;
    let direct = ada
        .posts("/api/directs", &json!({"usernames": ["ben"]}))
        .await
        .value();
    ada.enters(direct["slug"].as_str().unwrap()).await;
    ada.says("tea for two").await;
    finds(&ada, "two", 1).await;
    let today = chrono_day(&searches(&ada, "q=two").await);
    for (typed, count) in [
        ("tea", 4),
        ("tea from:ada", 3),
        ("tea from:ADA from:ben", 4),
        ("tea from:me", 3),
        ("tea -from:me", 1),
        ("tea from:nobody", 0),
        ("from:ben", 1),
        ("tea in:lobby", 2),
        ("tea in:rose-garden", 1),
        ("tea in:\"rose garden\"", 1),
        ("tea in:ben", 1),
        ("tea in:@ben in:lobby", 3),
        ("tea -in:lobby", 2),
        ("tea in:nowhere", 0),
        ("tea has:link", 1),
        ("tea -has:link", 3),
        ("tea has:file", 0),
        ("tea after:2020", 4),
        ("tea before:2020", 0),
        ("tea on:TODAY", 4),
        ("tea before:TODAY", 0),
        ("tea -on:TODAY", 0),
        ("tea after:TODAY", 0),
    ] {
        let found = searches(&ada, &q(&typed.replace("TODAY", &today))).await;
        assert_eq!(numbers(&found).len(), count, "{typed}");
    }
    let found = searches(&ada, &format!("q=tea&room={garden}")).await;
    assert_eq!(numbers(&found).len(), 1);
    assert_eq!(found["hits"][0]["room"]["slug"], json!(garden));
    assert_eq!(found["hits"][0]["room"]["name"], "Rose Garden");
    assert_eq!(found["complete"], true);
    // Whom one does not hear is found by name alone.
    ada.asks("PUT", "/api/people/ben/mute", &json!({}))
        .await
        .expect(200, "muting");
    assert_eq!(numbers(&searches(&ada, "q=tea").await).len(), 3);
    assert_eq!(numbers(&searches(&ada, &q("tea from:ben")).await).len(), 1);
}

/// The day in UTC on which the first hit was said.
fn chrono_day(found: &Value) -> String {
    let sent_at = found["hits"][0]["message"]["sent_at"].as_str().unwrap();
    sent_at.split('T').next().unwrap().to_owned()
}

async fn what_is_found_is_shown_safely(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("<script>alert(1)</script> & \"tulip\" <b>").await;
    finds(&ada, "tulip", 1).await;
    let found = searches(&ada, &q("tulip script")).await;
    assert_eq!(
        found["hits"][0]["snippet"],
        "&lt;<mark>script</mark>&gt;alert(1)&lt;/<mark>script</mark>&gt; &amp; &quot;<mark>tulip</mark>&quot; &lt;b&gt;"
    );
    let page = ada
        .get("/search?q=tulip")
        .await
        .expect(200, "the page")
        .text();
    assert!(page.contains("&quot;<mark>tulip</mark>&quot;"), "{page}");
    assert!(page.contains("href=\"/chat/lobby/?at=1\""), "{page}");
    assert!(!page.contains("<script>alert"), "{page}");
    let page = ada
        .get("/search?q=%22%3E%3Cscript%3E&room=lobby")
        .await
        .expect(200, "nothing")
        .text();
    assert!(!page.contains("\"><script>"), "{page}");
    let refused = ada.get(&format!("/search?{}", q(&"x ".repeat(21)))).await;
    let refused = refused.expect(400, "too many words").text();
    assert!(refused.contains("at most 20 words"), "{refused}");
    ada.get("/search").await.expect(200, "nothing looked for");
    ada.get("/search?q=x&room=nowhere")
        .await
        .expect(404, "no such room");
}

async fn what_was_edited_or_taken_back_is_not_found(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("tulip one").await;
    ada.says("tulip two").await;
    finds(&ada, "tulip", 2).await;
    let gone = ada
        .browser
        .ask("DELETE", "/api/rooms/lobby/messages/1")
        .await;
    gone.expect(200, "taking back");
    // Not a moment later: the message itself decides.
    let found = searches(&ada, "q=tulip").await;
    assert_eq!(numbers(&found), [2]);
    assert_eq!(numbers(&searches(&ada, &q("from:ada")).await), [2]);
}

async fn nobody_finds_what_they_may_not_read(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let eve = site.person("eve").await;
    let closed = ada.makes_closed_room("Secret").await;
    ada.adds("ben", &closed).await;
    ada.enters(&closed).await;
    ada.says("the tulip of ours").await;
    ada.enters("lobby").await;
    ada.says("a tulip for all").await;
    finds(&ada, "tulip", 2).await;
    finds(&ben, "tulip", 2).await;
    let nothing = json!([]);
    for typed in [
        "tulip ours",
        "from:ada ours",
        &format!("in:{closed}"),
        "in:secret",
        "-lobby tulip ours",
    ] {
        let found = searches(&eve, &q(typed)).await;
        assert_eq!(
            (&found["hits"], &found["next"]),
            (&nothing, &Value::Null),
            "{typed}"
        );
    }
    let lobby = searches(&eve, "q=tulip&limit=1").await;
    assert_eq!((numbers(&lobby).len(), &lobby["next"]), (1, &Value::Null));
    eve.get(&format!("/api/search?q=tulip&room={closed}"))
        .await
        .expect(404, "a hidden room");
    ada.puts_out("ben", &closed)
        .await
        .expect(200, "putting ben out");
    assert_eq!(numbers(&searches(&ben, "q=tulip").await).len(), 1);
    ben.get(&format!("/search?q=tulip&room={closed}"))
        .await
        .expect(404, "a room of before");
    // Who is put out of an open room finds nothing there either.
    let garden = ada.makes_room("garden").await;
    ben.joins(&garden).await;
    ada.enters(&garden).await;
    ada.says("tulip in the garden").await;
    finds(&ben, "tulip garden", 1).await;
    ada.puts_out("ben", &garden)
        .await
        .expect(200, "putting ben out");
    assert!(numbers(&searches(&ben, &q("tulip garden")).await).is_empty());
    finds(&eve, "tulip garden", 1).await;
    // A guest finds what is said in the rooms they belong to.
    ada.browser
        .form("/admin/people/eve", &[("do", "role"), ("role", "guest")])
        .await
        .expect(303, "a guest");
    let found = searches(&eve, "q=tulip").await;
    assert!(
        found["hits"]
            .as_array()
            .unwrap()
            .iter()
            .all(|hit| hit["room"]["slug"] == "lobby"),
        "{found}"
    );
    assert!(numbers(&searches(&eve, &q("tulip garden")).await).is_empty());
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

async fn files_are_found_by_what_they_are_and_are_called(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    sending::shows(&ada, "lobby", "harbour map.txt", b"north is up").await;
    let picture = sending::picture(20, 20, ImageFormat::Png);
    sending::shows(&ada, "lobby", "harbour_pier.png", &picture).await;
    finds(&ada, "harbour", 2).await;
    for (typed, expected) in [
        ("has:file", vec![2, 1]),
        ("has:image", vec![2]),
        ("harbour -has:image", vec![1]),
        ("harbour_pier.png", vec![2]),
        ("-has:file from:ada", vec![]),
    ] {
        assert_eq!(
            numbers(&searches(&ada, &q(typed)).await),
            expected,
            "{typed}"
        );
    }
}

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
    let mut refused = None;
    for _ in 0..60 {
        let answer = ada.get("/api/search?q=tulip").await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("a limit");
    assert!(refused.header("retry-after").is_some());
    ada.get("/search?q=tulip").await.expect(429, "the page");
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
