//! Heads of requests that no browser sends.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::Before;
use crate::raw::status_of;
use crate::site::{Database, Site};

whatever_the_database!(
    heads_that_dribble_are_let_go_and_hold_up_nobody,
    odd_heads_open_no_socket,
    heads_over_the_limit_open_no_socket,
);

async fn heads_that_dribble_are_let_go_and_hold_up_nobody(database: Database) {
    const DRIBBLING: usize = 200;
    /// A head may take so long at least; whoever waited for one would too.
    const A_WHILE: Duration = Duration::from_secs(5);
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let before = Before::of(&site).await;
    let (began, browser) = (Instant::now(), ada.browser.clone());
    let dribble = join_all((0..DRIBBLING).map(|_| async {
        let mut stream = browser.connect().await;
        let (mut reader, mut writer) = stream.split();
        let head =
            b"GET /ws/chat/lobby/ HTTP/1.1\r\nHost: adda.test\r\nUpgrade: websocket\r\nX-Filler: ";
        let writing = async {
            for byte in head.iter().copied().chain(std::iter::repeat(b'x')) {
                if writer.write_all(&[byte]).await.is_err() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        };
        let mut bytes = Vec::new();
        tokio::select! {
            () = writing => {}
            _ = reader.read_to_end(&mut bytes) => {}
        }
    }));
    let dribbling = timeout(Duration::from_secs(20), dribble);
    tokio::pin!(dribbling);
    let mut slowest = Duration::ZERO;
    loop {
        let asked = Instant::now();
        tokio::select! {
            ended = &mut dribbling => {
                ended.expect("an end within 20 s");
                break;
            }
            answer = browser.get("/api/me").into_future() => {
                answer.expect(200, "the others are served");
                slowest = slowest.max(asked.elapsed());
            }
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert!(began.elapsed() > A_WHILE, "a head may take a while");
    assert!(slowest < A_WHILE, "the others waited {slowest:?}");
    ada.says("unharmed").await;
    ben.sees("unharmed").await;
    before.is_as_after(&site, 32 * 1024).await;
}

async fn odd_heads_open_no_socket(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let host = ada.browser.host();
    let cookies = ada.browser.cookie_header().unwrap();
    let rest = format!(
        "Cookie: {cookies}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    let before = Before::of(&site).await;
    let usual =
        format!("GET /ws/chat/lobby/ HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n");
    let opened = status_of(&ada.browser, format!("{usual}{rest}").as_bytes()).await;
    assert_eq!(opened, Some(101), "as it should be");
    let line = "GET /ws/chat/lobby/ HTTP/1.1";
    for head in [
        format!("{line}\r\nHost: {host}\r\n"),
        format!("{line}\r\nHost: {host}\r\nOrigin: null\r\n"),
        format!("{line}\r\nHost: {host}\r\nOrigin: http://{host}\r\nOrigin: http://{host}\r\n"),
        format!("{line}\r\nHost: {host}\r\nOrigin: http://{host}, http://evil.example\r\n"),
        format!("{line}\r\nHost: {host}\r\nOrigin: http://{host}/\r\n"),
        format!("{line}\r\nHost: {host}\r\nOrigin: http://user@{host}\r\n"),
        format!("{line}\r\nHost: {host}\r\nOrigin : http://{host}\r\n"),
        format!("{line}\r\nHost: {host}\r\nOrigin:\r\n http://{host}\r\n"),
        format!("{line}\r\nHost: {host}\r\nOrigin: http://{host}\0\r\n"),
        format!("{line}\r\nHost: {host}\r\nOrigin: http://{host}\u{e9}\r\n"),
        format!("{line}\r\nHost: evil.example\r\nHost: {host}\r\nOrigin: http://{host}\r\n"),
        format!("{line}\r\nHost: {host}\r\nHost: evil.example\r\nOrigin: http://evil.example\r\n"),
        format!("{line}\r\nOrigin: http://{host}\r\n"),
        format!("{line}\r\nHost:\r\nOrigin: http://\r\n"),
        format!("{line}\r\nHost: evil.example, {host}\r\nOrigin: http://{host}\r\n"),
        format!(
            "{line}\r\nHost: {host}\r\nOrigin: http://{host}\r\nTransfer-Encoding: chunked\r\n"
        ),
        format!("{line}\r\nHost: {host}\r\nOrigin: http://{host}\r\nContent-Length: 1\r\n"),
        format!(
            "{line}\r\nHost: {host}\r\nOrigin: http://{host}\r\nContent-Length: 0\r\nContent-Length: 9\r\n"
        ),
        format!("GET  /ws/chat/lobby/ HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"),
        format!("GET /ws/chat/lobby/ HTTP/2.0\r\nHost: {host}\r\nOrigin: http://{host}\r\n"),
        format!("get /ws/chat/lobby/ HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"),
        format!(
            "GET /ws/chat/../../etc/passwd HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
        ),
        format!("GET /ws/chat/%00/ HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"),
        format!("GET /ws/chat/%ff/ HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"),
        format!("GET * HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"),
    ] {
        let status = status_of(&ada.browser, format!("{head}{rest}").as_bytes()).await;
        assert!(
            status.is_none_or(|status| (400..500).contains(&status)),
            "{head:?}: {status:?}"
        );
    }
    ada.opens("lobby").await.sees_nothing_more().await;
    before.is_as_after(&site, 16 * 1024).await;
}

async fn heads_over_the_limit_open_no_socket(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let host = ada.browser.host();
    let before = Before::of(&site).await;
    let long = "x".repeat(1 << 20);
    for head in [
        format!("GET /ws/chat/{long}/ HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        format!("GET /ws/chat/lobby/?since={long} HTTP/1.1\r\nHost: {host}\r\n\r\n"),
        format!("GET /ws/chat/lobby/ HTTP/1.1\r\nHost: {long}\r\n\r\n"),
        format!("GET /ws/chat/lobby/ HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{long}\r\n\r\n"),
        format!("GET /ws/chat/lobby/ HTTP/1.1\r\nHost: {host}\r\nCookie: adda={long}\r\n\r\n"),
        format!("GET /ws/chat/lobby/ HTTP/1.1\r\nHost: {host}\r\n{long}: x\r\n\r\n"),
        format!(
            "GET /ws/chat/lobby/ HTTP/1.1\r\nHost: {host}\r\n{}\r\n",
            "Cookie: a=b\r\n".repeat(5_000)
        ),
        format!("{long} / HTTP/1.1\r\nHost: {host}\r\n\r\n"),
    ] {
        let status = status_of(&ada.browser, head.as_bytes()).await;
        assert!(
            status.is_none_or(|status| (400..500).contains(&status)),
            "{head:.60}: {status:?}"
        );
    }
    let lines = site.log();
    assert!(
        lines.lines().all(|line| line.len() < 800),
        "log lines stay short"
    );
    before.is_as_after(&site, 32 * 1024).await;
}
