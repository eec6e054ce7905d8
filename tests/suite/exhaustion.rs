//! The process runs out of descriptors, or strangers try to use up its memory: those who are served go on being served.

use std::time::{Duration, Instant};

use crate::eventually;
use crate::people::{assert_gapless, texts};
use crate::raw::{FINAL, RawSocket, TEXT, header};
use crate::site::http::Answer;
use crate::site::{Database, Site, postgres};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

on_both_databases!(without_descriptors_the_old_are_served_and_the_new_once_others_leave,);

whatever_the_database!(many_announced_terabytes_at_once_cost_nothing,);

async fn without_descriptors_the_old_are_served_and_the_new_once_others_leave(database: Database) {
    let url = match database {
        Database::Postgresql => Some(postgres::new_database()),
        Database::Sqlite => None,
    };
    let settings: Vec<(&str, &str)> = url
        .iter()
        .map(|url| ("DATABASE_URL", url.as_str()))
        .collect();
    let site = Site::with(database, &settings);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ada.says("before").await;

    let spare = 10;
    site.is_limited("nofile", &(site.open_files() + spare).to_string());
    // Each takes a descriptor and asks for nothing; those beyond the limit wait in the kernel.
    let mut crowd = Vec::new();
    for _ in 0..spare + 20 {
        crowd.push(ada.browser.connect().await);
    }
    let full = async || site.log().contains("Too many open files");
    eventually("the last descriptor to be taken", full).await;

    let before = site.busy();
    let watched = Instant::now();
    let mut waiting = asks(&ada.browser.host()).await;
    let early = timeout(Duration::from_secs(1), answer(&mut waiting)).await;
    assert!(early.is_err(), "nobody new is served: {early:?}");
    let busy = site.busy() - before;
    assert!(
        busy < watched.elapsed() / 2,
        "it waits for descriptors rather than to ask again and again: {busy:?} of {:?}",
        watched.elapsed()
    );
    for number in 0..3 {
        ada.says(&format!("without descriptors {number}")).await;
    }
    ben.sees("without descriptors 2").await;
    if let Some(url) = &url {
        // The database's connections end just now, and there is no descriptor for new ones.
        postgres::end_connections(url);
    }
    drop(crowd);
    let served = timeout(Duration::from_secs(5), answer(&mut waiting)).await;
    assert_eq!(served.expect("who waited is served").status, 200);
    let ready = async || site.browser().get("/readyz").await.status == 200;
    eventually("everything to be well", ready).await;
    let mut stored = false;
    for _ in 0..10 {
        ada.sends("after", "after").await;
        let answered = ada
            .socket()
            .expect("an answer", |frame| frame["client_id"] == "after");
        stored = answered.await["type"] != "error";
        if stored {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    assert!(stored, "the database is reached again");
    let history = ben.history("lobby").await;
    assert_gapless(&history);
    assert_eq!(texts(&history).last(), Some(&"after"));
    assert_eq!(history.len(), 5);
}

async fn many_announced_terabytes_at_once_cost_nothing(database: Database) {
    const STRANGERS: usize = 100;
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let mut attackers = Vec::new();
    for _ in 0..STRANGERS {
        let mut socket = RawSocket::open(&ada.browser, "/ws/chat/lobby/").await;
        socket.sees("welcome").await;
        attackers.push(socket);
    }
    let before = site.resident_kib();
    let megabyte = vec![b'x'; 1 << 20];
    let mut highest = 0;
    for (number, attacker) in attackers.iter_mut().enumerate() {
        attacker.write(&header(FINAL | TEXT, 1 << 40)).await;
        for _ in 0..4 {
            if !attacker.write(&megabyte).await {
                break;
            }
        }
        highest = highest.max(site.resident_kib());
        if number % 20 == 0 {
            let text = format!("not disturbed by {number}");
            ada.says(&text).await;
            ben.sees(&text).await;
        }
    }
    let grown = highest.saturating_sub(before);
    assert!(
        grown < 32 * 1024,
        "{grown} KiB for {STRANGERS} announcements"
    );
    for attacker in &mut attackers {
        attacker.ends().await;
    }
    ada.says("and gone they are").await;
    ben.sees("and gone they are").await;
    assert!(!site.log().contains("panicked"), "{}", site.log());
}

/// A connection that the kernel took, and a question on it.
async fn asks(host: &str) -> TcpStream {
    let mut stream = TcpStream::connect(host).await.unwrap();
    let request = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    stream
}

async fn answer(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.unwrap();
    Answer::parse(&bytes).expect("an answer")
}
