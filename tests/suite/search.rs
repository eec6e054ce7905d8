//! Finding what was said: in every script, with the same answers on both databases, and only what one may read.

mod corpus;
mod keeping;
mod ranking;

use image::ImageFormat;
use serde_json::{Value, json};

use self::corpus::{FINDS, SAID};
use crate::eventually;
use crate::people::Person;
use crate::sending;
use crate::site::http::encoded;
use crate::site::{Database, Site};

on_both_databases!(
    every_script_is_found_alike,
    what_fits_best_comes_first_where_that_is_wanted,
    pages_follow_each_other_without_a_gap,
    what_is_looked_for_is_narrowed_down,
    what_is_found_is_shown_safely,
    what_was_edited_or_taken_back_is_not_found,
    nobody_finds_what_they_may_not_read,
    files_are_found_by_what_they_are_and_are_called,
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
    for number in 1..=23 {
        let path = format!(
            "/api/rooms/{}/messages",
            if number % 3 == 0 { &garden } else { "lobby" }
        );
        ada.posts(&path, &json!({"message": format!("tulip number {number}")}))
            .await
            .expect(201, &path);
    }
    // Each room comes into the index by itself.
    finds(&ada, "tulip in:garden", 7).await;
    finds(&ada, "tulip in:lobby", 16).await;
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
    // As it is read, but for what is only there as it was typed.
    ada.says("**the** [red pier](https://harbour.example/)\n- at `noon`")
        .await;
    finds(&ada, "pier", 1).await;
    for (typed, snippet) in [
        ("pier", "the red <mark>pier</mark> at noon"),
        ("noon red", "the <mark>red</mark> pier at <mark>noon</mark>"),
        (
            "harbour",
            "**the** [red pier](https://<mark>harbour</mark>.example/) - at `noon`",
        ),
    ] {
        let found = searches(&ada, &q(typed)).await;
        assert_eq!(found["hits"][0]["snippet"], snippet, "{typed}");
    }
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
