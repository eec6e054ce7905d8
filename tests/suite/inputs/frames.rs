//! Frames that are no fault one by one, and too much together.

use std::time::Duration;

use super::Before;
use crate::raw::{CONTINUATION, FINAL, PING, RawSocket, TEXT, header};
use crate::site::{Database, Site};

whatever_the_database!(
    pings_whose_answers_nobody_reads_fill_no_memory,
    fragments_of_nothing_are_too_many_at_some_time,
    frames_of_which_half_came_are_held_no_longer_than_their_senders_stay,
);

const LIMIT: usize = 256 * 1024;

async fn pings_whose_answers_nobody_reads_fill_no_memory(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let eve = site.person("eve").await;
    ada.enters("lobby").await;
    let before = Before::of(&site).await;
    let mut socket = RawSocket::open_narrow(&eve.browser, "/ws/chat/lobby/").await;
    let mut ping = header(FINAL | PING, 125);
    ping.extend([b'x'; 125]);
    let megabyte = ping.repeat((1 << 20) / ping.len());
    let mut taken = 0;
    let flood = async {
        // Until the server takes no more, since its answers are not taken either.
        while taken < 64 && socket.write(&megabyte).await {
            taken += 1;
        }
    };
    let talk = async {
        for number in 0..20 {
            ada.says(&format!("line {number}")).await;
        }
    };
    tokio::join!(flood, talk);
    assert!(
        taken < 64,
        "the server took 64 MiB of pings without being read"
    );
    before.has_grown_by_less_than(&site, 24 * 1024);
    drop(socket);
    before.is_as_after(&site, 24 * 1024).await;
}

async fn fragments_of_nothing_are_too_many_at_some_time(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let before = Before::of(&site).await;
    let mut socket = RawSocket::open(&ada.browser, "/ws/chat/lobby/").await;
    socket.sees("welcome").await;
    let mut bytes = header(TEXT, 0);
    bytes.extend(header(CONTINUATION, 0).repeat(100_000));
    socket.write(&bytes).await;
    assert!(matches!(socket.close_code().await, Some(4029) | None));
    socket.ends().await;
    before.is_as_after(&site, 16 * 1024).await;
}

async fn frames_of_which_half_came_are_held_no_longer_than_their_senders_stay(database: Database) {
    const SOCKETS: usize = 50;
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let before = Before::of(&site).await;
    let mut sockets = Vec::new();
    for _ in 0..SOCKETS {
        let mut socket = RawSocket::open(&ada.browser, "/ws/chat/lobby/").await;
        let mut bytes = header(FINAL | TEXT, LIMIT as u64);
        bytes.extend(vec![b'x'; LIMIT - 1]);
        assert!(socket.write(&bytes).await);
        sockets.push(socket);
    }
    let mut witness = ada.opens("lobby").await;
    witness.sees_nothing_more().await;
    // What each may have waiting, as much again for buffers that double as they grow, and what the allocator keeps of those.
    before.has_grown_by_less_than(&site, SOCKETS * 6 * LIMIT / 1024);
    // Nothing more comes, and the server's pings are not answered: it does not wait for ever.
    for socket in &mut sockets {
        socket.ends_within(Duration::from_secs(45)).await;
    }
    drop(witness);
    super::unharmed(&site);
    before.has_as_many_files(&site).await;
}
