//! Nobody can take more than their share: of messages, of frames, of the server's patience.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::people::{Person, texts};
use crate::raw::RawSocket;
use crate::site::http::Answer;
use crate::site::{Database, Site};

on_both_databases!(
    a_person_has_one_allowance_however_many_sockets,
    the_allowance_holds_for_the_api_too,
    a_slow_reader_is_let_go_and_the_others_go_on,
);

whatever_the_database!(
    too_many_frames_close_the_socket,
    closed_sockets_leave_nothing_behind,
    a_client_that_falls_silent_is_let_go,
    a_request_that_never_ends_is_let_go,
    a_body_that_never_comes_is_let_go,
    a_person_makes_so_many_rooms_and_no_more,
);

async fn a_person_has_one_allowance_however_many_sockets(database: Database) {
    let site = Site::with(
        database,
        &[
            ("ADDA_MESSAGES_PER_SECOND", "0.2"),
            ("ADDA_MESSAGES_BURST", "6"),
        ],
    );
    let ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ben.enters("lobby").await;
    let mut desk = ada.opens("lobby").await;
    let mut phone = ada.opens("lobby").await;
    desk.send_all((0..5).map(|number| post(&format!("desk {number}"))))
        .await;
    for number in 0..5 {
        desk.sees(&format!("desk {number}")).await;
    }
    phone
        .send_all((0..3).map(|number| post(&format!("phone {number}"))))
        .await;
    let refusal = phone.expect_type("error").await;
    assert_eq!(refusal["code"], "rate_limited", "{refusal}");
    assert_eq!(refusal["client_id"], "phone-1");
    assert_eq!(refusal["retry"], true);
    assert!(
        refusal["retry_after_ms"]
            .as_u64()
            .is_some_and(|wait| wait > 0 && wait <= 10_000),
        "{refusal}"
    );
    assert_eq!(phone.expect_type("error").await["client_id"], "phone-2");
    desk.sees("phone 0").await;

    ben.says("ben has his own").await;
    assert_eq!(ben.history("lobby").await.len(), 7);
}

async fn the_allowance_holds_for_the_api_too(database: Database) {
    let site = Site::with(
        database,
        &[
            ("ADDA_MESSAGES_PER_SECOND", "0.2"),
            ("ADDA_MESSAGES_BURST", "2"),
        ],
    );
    let ada = site.person("ada").await;
    for number in 0..2 {
        let message = json!({"message": format!("line {number}")});
        ada.posts("/api/rooms/lobby/messages", &message)
            .await
            .expect(201, "within the allowance");
    }
    let refusal = ada
        .posts("/api/rooms/lobby/messages", &json!({"message": "too much"}))
        .await;
    let refusal = refusal.expect(429, "beyond the allowance");
    assert_eq!(refusal.code(), "rate_limited");
    let wait: u64 = refusal
        .header("retry-after")
        .expect("Retry-After")
        .parse()
        .expect("whole seconds");
    assert!((1..=10).contains(&wait), "{wait} s");
    assert_eq!(texts(&ada.history("lobby").await), ["line 0", "line 1"]);
}

async fn a_slow_reader_is_let_go_and_the_others_go_on(database: Database) {
    const MESSAGES: usize = 900;
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let slow = site.person("slow").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let mut stuck = RawSocket::open_narrow(&slow.browser, "/ws/chat/lobby/").await;
    stuck.sees("welcome").await;

    // More than the kernel's buffers and the server's patience hold together.
    let text = "x".repeat(16_000);
    let mut slowest = Duration::ZERO;
    for _ in 0..MESSAGES / 10 {
        let began = Instant::now();
        ada.socket()
            .send_all((0..10).map(|_| json!({"message": text})))
            .await;
        ada.socket().next_messages(10).await;
        slowest = slowest.max(began.elapsed());
        assert_eq!(ben.socket().next_messages(10).await.len(), 10);
    }
    assert!(
        slowest < Duration::from_secs(2),
        "the others were held up for {slowest:?}"
    );
    stuck.ends().await;
    ada.says("still here").await;
    ben.sees("still here").await;
}

async fn too_many_frames_close_the_socket(database: Database) {
    let site = Site::with(
        database,
        &[
            ("ADDA_MESSAGES_PER_SECOND", "1"),
            ("ADDA_MESSAGES_BURST", "5"),
        ],
    );
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    // Four times the message allowance: 20 at once.
    let _ = ada
        .socket()
        .try_send_all((0..60).map(|_| json!({"type": "ping"})))
        .await;
    let bye = ada.socket().expect_type("bye").await;
    assert!(bye["reason"].is_string(), "{bye}");
    assert_eq!(ada.socket().close_code().await, 4029);
    ben.says("I talk like a person").await;
}

async fn closed_sockets_leave_nothing_behind(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    // What is opened once and kept, such as connections to the database, is open after the first round.
    let mut counts = Vec::new();
    for _ in 0..3 {
        let mut sockets = Vec::new();
        for _ in 0..30 {
            sockets.push(ada.opens("lobby").await);
        }
        for socket in sockets.drain(..15) {
            socket.close().await;
        }
        drop(sockets);
        counts.push(settled(&site).await);
    }
    assert!(
        counts[2] <= counts[0] + 3,
        "open files after each round of 30 sockets: {counts:?}"
    );
}

async fn a_client_that_falls_silent_is_let_go(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ben.enters("lobby").await;
    let mut frozen = RawSocket::open(&ada.browser, "/ws/chat/lobby/").await;
    frozen.sees("welcome").await;
    let began = Instant::now();
    // Its pings are answered by nothing: a network that went away, or a machine asleep. Ben says nothing either, but is there.
    tokio::select! {
        () = frozen.ends_within(Duration::from_secs(35)) => {}
        () = ben.socket().idles() => {}
    }
    assert!(
        began.elapsed() > Duration::from_secs(20),
        "whoever is quiet for a while is not let go"
    );
    ben.socket().sees_nothing_more().await;
}

async fn a_request_that_never_ends_is_let_go(database: Database) {
    let site = Site::start(database);
    let mut stream = site.browser().connect().await;
    let dribble = async {
        for byte in
            b"GET / HTTP/1.1\r\nHost: adda.test\r\nX-Filler: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
        {
            if stream.write_all(&[*byte]).await.is_err() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
        panic!("a head was waited for longer than 25 s");
    };
    tokio::time::timeout(Duration::from_secs(30), dribble)
        .await
        .expect("an end within 30 s");
    site.browser()
        .get("/healthz")
        .await
        .expect(200, "the others are served");
}

async fn a_body_that_never_comes_is_let_go(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let stalled = async |person: &Person, path: &str, kind: &str| {
        let cookies = person.browser.cookie_header().unwrap();
        let mut stream = person.browser.connect().await;
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: {cookies}\r\nContent-Type: {kind}\r\n\
             Content-Length: 1000\r\n\r\nname",
            person.browser.host()
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        // The server's own deadline is 20 s. Whether the connection then ends too is not asked: where a worker got no processor
        // for a second, actix-http sets the timer of a deadline that has passed and drops that it fired.
        let answer = async {
            let mut bytes = Vec::new();
            loop {
                if let Some(answer) = Answer::parse(&bytes).filter(Answer::is_whole) {
                    return answer;
                }
                let read = stream.read_buf(&mut bytes).await;
                assert!(read.unwrap() > 0, "{path}: {bytes:?}, and the end");
            }
        };
        tokio::time::timeout(Duration::from_secs(60), answer)
            .await
            .unwrap_or_else(|_| panic!("{path}: no answer in a minute"))
    };
    let form = "application/x-www-form-urlencoded";
    let (page, program, unread) = tokio::join!(
        stalled(&ada, "/login", form),
        stalled(&ada, "/api/rooms", "application/json"),
        // Somebody else: it signs out at once.
        stalled(&ben, "/logout", form),
    );
    let page = page.expect(408, "a form that never comes");
    assert!(page.text().contains("<h1") && page.header("content-security-policy").is_some());
    assert_eq!(
        program.expect(408, "JSON that never comes").code(),
        "timeout"
    );
    unread.expect(303, "a body that nobody reads is not waited for");
    site.browser()
        .get("/healthz")
        .await
        .expect(200, "the others are served");
}

async fn a_person_makes_so_many_rooms_and_no_more(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    for number in 0..10 {
        ada.makes_room(&format!("room {number}")).await;
        let name = format!("hall {number}");
        ada.browser
            .form("/rooms", &[("name", &name)])
            .await
            .expect(303, &name);
    }
    // Another is allowed each six seconds, however slow the machine is.
    for by_form in [true, false] {
        let mut refused = None;
        for number in 0..20 {
            let name = format!("one more {number} {by_form}");
            let answer = if by_form {
                ada.browser.form("/rooms", &[("name", &name)]).await
            } else {
                ada.posts("/api/rooms", &json!({ "name": name })).await
            };
            if answer.status == 429 {
                refused = Some(answer);
                break;
            }
        }
        let refused = refused.expect("a limit");
        let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=6).contains(&wait), "{wait} s");
    }
    for _ in 0..25 {
        ben.posts("/api/rooms", &json!({"name": "Lobby"}))
            .await
            .expect(409, "what is not made is not counted");
    }
    ben.makes_room("Ben's own").await;
}

/// The number of open files once it has stayed the same for a while.
pub async fn settled(site: &Site) -> usize {
    let mut count = site.open_files();
    let mut unchanged = 0;
    let began = Instant::now();
    while unchanged < 10 && began.elapsed() < Duration::from_secs(10) {
        tokio::time::sleep(Duration::from_millis(50)).await;
        let now = site.open_files();
        unchanged = if now == count { unchanged + 1 } else { 0 };
        count = now;
    }
    count
}

fn post(text: &str) -> Value {
    json!({"type": "message", "message": text, "client_id": text.replace(' ', "-")})
}
