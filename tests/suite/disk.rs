//! The disk under SQLite fails, is full, or is slow.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::eventually;
use crate::people::{Person, assert_gapless, texts};
use crate::site::{Database, Site};

const UNLIMITED: (&str, &str) = ("ADDA_MESSAGES_PER_SECOND", "0");
/// So many messages are said at most until a fault has come.
const MANY: usize = 400;

#[test]
fn nothing_is_acknowledged_after_a_commit_that_did_not_reach_the_disk() {
    crate::play(async {
        let fault = "error=EIO:when=60+";
        let mut site = Site::faulty("fsync,fdatasync", fault, &[UNLIMITED]);
        let mut ada = site.person("ada").await;
        let mut ben = site.person("ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        let mut acknowledged = Vec::new();
        for number in 0..MANY {
            let text = format!("words {number}");
            let frame =
                json!({"type": "message", "message": text, "client_id": text.replace(' ', "-")});
            let sent = ada.socket().try_send_all([frame]).await;
            if !sent || !ada.socket().heard_until(&text.replace(' ', "-")).await {
                break;
            }
            acknowledged.push(text);
        }
        assert!(
            !acknowledged.is_empty() && acknowledged.len() < MANY,
            "the fault came in the middle: {}",
            acknowledged.len()
        );
        assert_eq!(site.ends().await.code(), Some(74));
        assert!(
            site.log().contains("adda stops at once"),
            "whoever keeps the site is told why: {}",
            site.log()
        );
        let seen = ben.socket().all_that_came();
        let seen = seen.filter(|frame| frame["type"] == "message").count();
        assert!(seen <= acknowledged.len() + 1);

        site.start_again();
        let checked = site.command(&["check"]);
        assert!(checked.status.success(), "{checked:?}");
        let history = ada.history("lobby").await;
        assert_gapless(&history);
        let kept = texts(&history);
        assert!(kept.len() <= acknowledged.len() + 1, "{kept:?}");
        assert_eq!(kept[..acknowledged.len()], acknowledged);
        ada.loses_the_connection();
        ada.comes_back().await;
        ada.says("going on").await;
    });
}

#[test]
fn a_full_disk_refuses_what_is_said_and_shows_what_was_until_there_is_space() {
    crate::play(async {
        // The database's writes alone: nothing else is written at a place.
        let fault = "error=ENOSPC:when=800+";
        let site = Site::faulty("pwrite64,pwritev,fallocate", fault, &[UNLIMITED]);
        fills_up(&site, || {}, || site.is_let_go_by_strace()).await;
    });
}

#[test]
fn a_limit_on_the_size_of_files_is_a_full_disk() {
    crate::play(async {
        let site = Site::with(Database::Sqlite, &[UNLIMITED]);
        let limit = || {
            let log = site.data().join("adda.db-wal");
            let length = std::fs::metadata(log).unwrap().len();
            site.is_limited("fsize", &(length + 60_000).to_string());
        };
        fills_up(&site, limit, || site.is_limited("fsize", "unlimited")).await;
    });
}

/// Talks until there is no space, looks at what works then, makes space, and goes on.
async fn fills_up(site: &Site, take_space: impl Fn(), make_space: impl Fn()) {
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    take_space();
    let mut stored = Vec::new();
    let refused = loop {
        assert!(stored.len() < MANY, "there was always space");
        let text = format!("words {}", stored.len());
        let answer = says(&mut ada, &text).await;
        if answer["type"] == "error" {
            assert_eq!(answer["code"], "unavailable", "{answer}");
            assert_eq!(answer["retry"], true, "{answer}");
            break text;
        }
        stored.push(text);
    };
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_millis(300)).await;
        let again = says(&mut ada, &refused).await;
        assert_eq!(again["code"], "unavailable", "{again}");
        assert_eq!(
            texts(&ada.history("lobby").await),
            stored,
            "reading goes on"
        );
        ada.get("/chat/lobby/").await.expect(200, "so do pages");
    }
    site.browser()
        .get("/readyz")
        .await
        .expect(200, "what can be read is served");

    make_space();
    let goes_on = async || {
        let message = json!({"message": "space again", "client_id": "space"});
        let posted = ben.posts("/api/rooms/lobby/messages", &message).await;
        posted.status == 201 || posted.status == 200
    };
    eventually("space to be used", goes_on).await;
    says(&mut ada, &refused).await;
    stored.push("space again".to_owned());
    stored.push(refused);
    let history = ada.history("lobby").await;
    assert_gapless(&history);
    assert_eq!(texts(&history), stored);
    for text in &stored {
        ben.sees(text).await;
    }
    let checked = site.command(&["check"]);
    assert!(checked.status.success(), "{checked:?}");
    assert!(!site.log().contains("panicked"), "{}", site.log());
    for file in std::fs::read_dir(site.data()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap();
        let (stem, _) = name.split_once('.').unwrap_or((&name, ""));
        let is_known = ["adda", "search", "uploads"].contains(&stem);
        assert!(is_known, "{name} is left behind");
    }
}

async fn says(person: &mut Person, text: &str) -> serde_json::Value {
    let client_id = text.replace(' ', "-");
    person.sends(text, &client_id).await;
    let what = format!("an answer to {client_id}");
    person
        .socket()
        .expect(&what, |frame| frame["client_id"] == client_id.as_str())
        .await
}

#[test]
fn a_slow_disk_makes_people_wait_and_loses_nothing() {
    const QUICK: usize = 20;
    const SAID: usize = 950;
    crate::play(async {
        // Half a second each, from the twentieth of the writing thread on: a commit takes three of them at most.
        let fault = "delay_exit=500000:when=20+";
        let site = Site::faulty("fsync,fdatasync", fault, &[UNLIMITED]);
        let mut ada = site.person("ada").await;
        let mut ben = site.person("ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        for number in 0..QUICK {
            ada.says(&format!("quick {number}")).await;
        }
        let before = site.resident_kib();
        let began = Instant::now();
        let text = "x".repeat(1_000);
        let frames = (0..SAID).map(|number| {
            json!({"type": "message", "message": format!("{number} {text}"), "client_id": format!("c-{number}")})
        });
        ada.socket().send_all(frames.clone()).await;
        let last = format!("c-{}", SAID - 1);
        let answer = ada.is_told_of(&last).await;
        // More than a room keeps waiting for one person: what did not fit is refused, and all behind it.
        assert_eq!(answer["code"], "busy", "{answer}");
        assert_eq!(answer["retry"], true);
        let grown = site.resident_kib().saturating_sub(before);
        assert!(grown < 32 * 1024, "{grown} KiB were kept");
        let refused = ada
            .socket()
            .all_that_came()
            .filter(|frame| frame["type"] == "error")
            .count();
        for _ in 0..20 {
            let page = ada.get("/api/rooms/lobby/messages?limit=1").await;
            let head = page.expect(200, "reading goes on").value();
            if head["last_seq"].as_u64() == Some((QUICK + SAID - refused) as u64) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
        // What was refused comes again, in order, in portions that fit.
        let again: Vec<_> = frames.skip(SAID - refused).collect();
        for portion in again.chunks(500) {
            ada.socket().send_all(portion.iter().cloned()).await;
            let last = portion.last().unwrap()["client_id"].clone();
            let stored = ada.socket().expect("the end of a portion", |frame| {
                frame["type"] == "message" && frame["client_id"] == last
            });
            stored.await;
        }
        assert!(
            began.elapsed() > Duration::from_millis(600),
            "the disk was slow"
        );
        let history = ben.history("lobby").await;
        assert_gapless(&history);
        assert_eq!(history.len(), QUICK + SAID);
        for (number, message) in history[QUICK..].iter().enumerate() {
            assert_eq!(message["client_id"], format!("c-{number}"), "in order");
        }
        assert_eq!(
            ben.socket().next_messages(QUICK + SAID).await.len(),
            QUICK + SAID
        );
    });
}
