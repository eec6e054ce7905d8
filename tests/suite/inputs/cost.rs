//! What costs the server more than the sender.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::json;

use super::{Before, unharmed};
use crate::people::assert_gapless;
use crate::site::{Database, Site};

on_both_databases!(a_thousand_messages_a_second_from_one_person_are_mostly_refused);

whatever_the_database!(
    ten_thousand_rooms_are_listed_in_time,
    unbounded_requests_are_refused,
    what_strangers_send_stays_on_its_line_of_the_log,
);

async fn a_thousand_messages_a_second_from_one_person_are_mostly_refused(database: Database) {
    const SOCKETS: usize = 10;
    let site = Site::start(database);
    let eve = site.person("eve").await;
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let mut sockets = Vec::new();
    for _ in 0..SOCKETS {
        sockets.push(eve.opens("lobby").await);
    }
    let before = Before::of(&site).await;
    let began = Instant::now();
    // Each socket as much as it may send of frames of any kind at once.
    for (number, socket) in sockets.iter_mut().enumerate() {
        let frames = (0..75).map(|line| json!({"message": format!("{number}.{line}"), "client_id": format!("{number}-{line}")}));
        socket.send_all(frames).await;
    }
    for number in 0..5 {
        ada.says(&format!("ada {number}")).await;
        ben.sees(&format!("ada {number}")).await;
    }
    let mut refused = 0;
    for socket in &mut sockets {
        let came = socket.everything().await;
        refused += came
            .iter()
            .filter(|frame| frame["code"] == "rate_limited")
            .count();
    }
    let allowed = 20 + 1 + (began.elapsed().as_secs_f64() * 5.0) as usize;
    let history = ada.history("lobby").await;
    assert_gapless(&history);
    let stored = history
        .iter()
        .filter(|message| message["username"] == "eve")
        .count();
    assert!(
        (20..=allowed).contains(&stored),
        "{stored} of at most {allowed}"
    );
    assert_eq!(
        refused + stored,
        SOCKETS * 75,
        "everything else was refused, in words"
    );
    drop(sockets);
    ada.says("the last word").await;
    ben.sees("the last word").await;
    unharmed(&site);
    before.has_grown_by_less_than(&site, 32 * 1024);
}

async fn ten_thousand_rooms_are_listed_in_time(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let file = site.data().join("adda.db");
    let mut beside = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    // As if people had made them, which would take too long here.
    beside
        .batch_execute(
            "PRAGMA busy_timeout=2000; \
             INSERT INTO rooms (slug, name, kind, created_by, created_at) \
             WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 10000) \
             SELECT 'room-' || n, 'Room ' || n, 'open', (SELECT id FROM users), (SELECT created_at FROM users) FROM numbers; \
             INSERT INTO room_counters (room_id) SELECT id FROM rooms WHERE slug LIKE 'room-%';",
        )
        .unwrap();
    let before = Before::of(&site).await;
    for _ in 0..3 {
        let began = Instant::now();
        let page = ada.get("/").await.expect(200, "the lobby");
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "{:?}",
            began.elapsed()
        );
        assert!(
            page.body.len() < 1 << 20,
            "a page of {} bytes",
            page.body.len()
        );
        let began = Instant::now();
        let rooms = ada.reads("/api/rooms").await;
        assert!(
            began.elapsed() < Duration::from_secs(5),
            "{:?}",
            began.elapsed()
        );
        assert!(rooms["rooms"].as_array().unwrap().len() > 1_000);
    }
    ada.enters("room-9999").await;
    ada.says("in the last of them").await;
    before.is_as_after(&site, 96 * 1024).await;
}

async fn unbounded_requests_are_refused(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    for path in [
        "/api/rooms/lobby/messages?limit=1000000000",
        "/api/rooms/lobby/messages?limit=99999999999999999999",
        "/api/rooms/lobby/messages?limit=1e9",
        "/api/rooms/lobby/messages?limit=0x10",
        "/api/rooms/lobby/messages?limit=",
        "/api/rooms/lobby/messages?limit=5&limit=1000000000",
        "/api/rooms/lobby/changes?since=0&limit=1000000000",
        "/api/rooms/lobby/changes?since=",
    ] {
        assert_eq!(
            ada.get(path).await.expect(400, path).code(),
            "bad_request",
            "{path}"
        );
    }
    for at in ["1000000000", "-1", "99999999999999999999", "x", "", "1e9"] {
        let page = ada.get(&format!("/chat/lobby/?at={at}")).await;
        assert!(
            matches!(page.status, 200 | 400 | 404),
            "?at={at}: {}",
            page.status
        );
    }
    unharmed(&site);
}

async fn what_strangers_send_stays_on_its_line_of_the_log(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let escape = "\r\n[2026-01-01T00:00:00Z ERROR adda] forged\u{1b}[31m\u{7}";
    for field in [
        "username",
        "password",
        "name",
        "token",
        "invite",
        "next",
        "message",
        "client_id",
    ] {
        for path in [
            "/login",
            "/signup",
            "/setup",
            "/reset",
            "/rooms",
            "/chat/lobby/",
        ] {
            let answer = ada.browser.another().form(path, &[(field, escape)]).await;
            assert!(answer.status < 500, "{path} {field}: {}", answer.status);
        }
    }
    let path = format!("/{}", crate::site::http::encoded(escape));
    for name in [
        "Origin",
        "Sec-Fetch-Site",
        "User-Agent",
        "X-Forwarded-For",
        "X-Request-Id",
        "Referer",
    ] {
        let odd = "x\u{1b}[31m\t\u{9b}31m";
        ada.browser.ask("POST", &path).with(name, odd).await;
    }
    ada.posts("/api/rooms", &json!({"name": escape}))
        .await
        .expect(400, "a name of two lines");
    let log = site.log();
    assert!(
        !log.contains('\u{1b}') && !log.contains('\u{7}') && !log.contains('\u{9b}'),
        "{log:?}"
    );
    let forged = |line: &str| !line.starts_with("[20") || line.contains(" ERROR ");
    assert!(!log.lines().any(forged), "{log}");
}
