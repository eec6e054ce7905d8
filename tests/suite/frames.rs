//! WebSocket frames byte by byte: each fault has its close code, and nobody else notices.

use crate::people::Person;
use crate::raw::{BINARY, CLOSE, CONTINUATION, FINAL, PING, RawSocket, TEXT, header};
use crate::site::{Database, Site};

whatever_the_database!(
    faulty_frames_close_with_their_code,
    an_announced_terabyte_is_refused_at_the_header,
    a_frame_of_exactly_the_limit_is_read,
    a_message_in_fragments_is_put_together_or_refused,
    fragments_without_end_are_refused,
    a_ping_is_answered_and_a_flood_of_them_is_not,
    the_others_do_not_notice,
    what_came_before_a_fault_is_heard,
);

const LIMIT: usize = 256 * 1024;

async fn faulty_frames_close_with_their_code(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let mut unmasked = vec![FINAL | TEXT, 2];
    unmasked.extend_from_slice(b"{}");
    let frame = |first: u8, payload: &[u8]| {
        let mut bytes = header(first, payload.len() as u64);
        bytes.extend_from_slice(payload);
        bytes
    };
    for (what, bytes, code) in [
        ("unmasked", unmasked, 1002),
        ("a reserved bit", frame(FINAL | 0x40 | TEXT, b"{}"), 1002),
        ("a reserved opcode", frame(FINAL | 3, b"{}"), 1002),
        ("a reserved control opcode", frame(FINAL | 0xb, b""), 1002),
        ("a ping in fragments", frame(PING, b"x"), 1002),
        (
            "a ping of 126 bytes",
            frame(FINAL | PING, &[b'x'; 126]),
            1002,
        ),
        (
            "a continuation of nothing",
            frame(FINAL | CONTINUATION, b"x"),
            1002,
        ),
        ("a close of one byte", frame(FINAL | CLOSE, b"x"), 1002),
        (
            "a close with a reserved code",
            frame(FINAL | CLOSE, &1005_u16.to_be_bytes()),
            1002,
        ),
        ("binary", frame(FINAL | BINARY, b"\x00\x01"), 1003),
        (
            "invalid UTF-8",
            frame(FINAL | TEXT, b"{\"message\":\"\xff\xfe\"}"),
            1007,
        ),
        (
            "a surrogate in UTF-8",
            frame(FINAL | TEXT, b"\"\xed\xa0\x80\""),
            1007,
        ),
        ("half a character", frame(FINAL | TEXT, b"\"\xe0\xa6"), 1007),
        (
            "one byte over the limit",
            frame(FINAL | TEXT, &vec![b'x'; LIMIT + 1]),
            1009,
        ),
    ] {
        let mut socket = opened(&ada).await;
        socket.write(&bytes).await;
        assert_eq!(socket.close_code().await, Some(code), "{what}");
        socket.ends().await;
    }
    ada.opens("lobby").await.sees_nothing_more().await;
    assert!(!site.log().contains("panicked"), "{}", site.log());
}

async fn an_announced_terabyte_is_refused_at_the_header(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let before = site.resident_kib();
    for (first, code) in [(FINAL | TEXT, 1009), (TEXT, 1009), (FINAL | BINARY, 1003)] {
        let mut socket = opened(&ada).await;
        socket.write(&header(first, 1 << 40)).await;
        let found = socket.close_code().await;
        assert_eq!(found, Some(code), "before a byte of it was sent");
    }
    let mut socket = opened(&ada).await;
    socket.write(&header(FINAL | TEXT, 1 << 40)).await;
    let megabyte = vec![b'x'; 1 << 20];
    let mut taken = 0;
    while taken < 64 && socket.write(&megabyte).await {
        taken += 1;
    }
    let grown = site.resident_kib().saturating_sub(before);
    assert!(
        grown < 16 * 1024,
        "the server kept {grown} KiB of a frame it refused"
    );
    let mut longest = opened(&ada).await;
    longest.write(&header(FINAL | TEXT, u64::MAX)).await;
    assert!(matches!(longest.close_code().await, Some(1002 | 1009)));
}

async fn a_frame_of_exactly_the_limit_is_read(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let mut socket = opened(&ada).await;
    let text = "{\"message\":\"fits\",\"filler\":\"\"}";
    let padded = text.replace("\"\"", &format!("\"{}\"", "x".repeat(LIMIT - text.len())));
    assert_eq!(padded.len(), LIMIT);
    socket.write_frame(FINAL | TEXT, padded.as_bytes()).await;
    socket.sees("fits").await;
}

async fn a_message_in_fragments_is_put_together_or_refused(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let text = "{\"message\":\"আড্ডা in parts\"}".as_bytes();
    // The cut is in the middle of a character.
    let (one, two) = text.split_at(13);
    let mut socket = opened(&ada).await;
    socket.write_frame(TEXT, one).await;
    socket.write_frame(FINAL | PING, b"between").await;
    socket.write_frame(FINAL | CONTINUATION, two).await;
    let history = || ada.history("lobby");
    tokio::select! {
        () = socket.sees("in parts") => {
            assert_eq!(history().await[0]["message"], "আড্ডা in parts");
            let mut interleaved = opened(&ada).await;
            interleaved.write_frame(TEXT, one).await;
            interleaved.write_frame(FINAL | TEXT, b"{}").await;
            assert_eq!(interleaved.close_code().await, Some(1002), "a message within a message");
        }
        () = refused(&ada, one) => assert_eq!(history().await.len(), 0),
    }
}

/// Resolves where a fragment is refused with 1003, as the protocol allows.
async fn refused(ada: &Person, part: &[u8]) {
    let mut socket = opened(ada).await;
    socket.write_frame(TEXT, part).await;
    if socket.close_code().await != Some(1003) {
        std::future::pending::<()>().await;
    }
}

async fn fragments_without_end_are_refused(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let mut socket = opened(&ada).await;
    let part = vec![b'x'; 64 * 1024];
    let mut first = TEXT;
    for _ in 0..64 {
        if !socket.write_frame(first, &part).await {
            break;
        }
        first = CONTINUATION;
    }
    assert!(matches!(
        socket.close_code().await,
        Some(1003 | 1009) | None
    ));
    let mut tiny = opened(&ada).await;
    let mut first = TEXT;
    let mut bytes = Vec::new();
    for _ in 0..LIMIT + 100 {
        bytes.extend_from_slice(&header(first, 1));
        bytes.push(b'x');
        first = CONTINUATION;
    }
    tiny.write(&bytes).await;
    assert!(matches!(
        tiny.close_code().await,
        Some(1003 | 1009 | 4029) | None
    ));
}

async fn a_ping_is_answered_and_a_flood_of_them_is_not(database: Database) {
    let site = Site::with(
        database,
        &[
            ("ADDA_MESSAGES_PER_SECOND", "1"),
            ("ADDA_MESSAGES_BURST", "5"),
        ],
    );
    let ada = site.person("ada").await;
    let mut socket = opened(&ada).await;
    socket.write_frame(FINAL | PING, b"are you there").await;
    socket.sees("are you there").await;
    let mut flood = Vec::new();
    for _ in 0..500 {
        flood.extend_from_slice(&header(FINAL | PING, 4));
        flood.extend_from_slice(b"ping");
    }
    socket.write(&flood).await;
    assert_eq!(socket.close_code().await, Some(4029));
}

async fn the_others_do_not_notice(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let eve = site.person("eve").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    for payload in [&b"\xff"[..], b"", b"{"] {
        let mut socket = opened(&eve).await;
        socket.write_frame(FINAL | TEXT, payload).await;
        socket
            .write_frame(FINAL | CLOSE, &1000_u16.to_be_bytes())
            .await;
        // After a close nothing is read.
        socket
            .write_frame(FINAL | TEXT, b"{\"message\":\"after the close\"}")
            .await;
        socket.ends().await;
        ada.says("unharmed").await;
        ben.sees("unharmed").await;
    }
    assert_eq!(ada.history("lobby").await.len(), 3);
}

async fn what_came_before_a_fault_is_heard(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let eve = site.person("eve").await;
    ada.enters("lobby").await;
    for (what, fault, code) in [
        ("a-reserved-bit", header(FINAL | 0x40 | TEXT, 2), 1002),
        ("a-terabyte", header(FINAL | TEXT, 1 << 40), 1009),
        ("binary", header(FINAL | BINARY, 2), 1003),
    ] {
        let mut socket = opened(&eve).await;
        let mut bytes = Vec::new();
        for number in 0..3 {
            let post = format!("{{\"message\":\"{what} {number}\"}}");
            bytes.extend(header(FINAL | TEXT, post.len() as u64));
            bytes.extend(post.as_bytes());
        }
        bytes.extend(fault);
        bytes.extend(b"{}");
        // One write, so that all of it comes in one piece.
        socket.write(&bytes).await;
        assert_eq!(socket.close_code().await, Some(code), "{what}");
        for number in 0..3 {
            ada.sees(&format!("{what} {number}")).await;
        }
        ada.sees_nothing_more().await;
    }
}

async fn opened(person: &Person) -> RawSocket {
    let mut socket = RawSocket::open(&person.browser, "/ws/chat/lobby/").await;
    socket.sees("welcome").await;
    socket
}
