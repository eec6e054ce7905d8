//! The wire that faults are made with does what it says: tests that rely on it would prove nothing otherwise.

use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

use crate::site::DEADLINE;
use crate::site::redis::{Redis, request};
use crate::site::wire::{Direction, Flow, Trick, Wire};

const MOMENT: Duration = Duration::from_millis(100);

#[test]
fn a_whole_wire_passes_bytes_and_ends() {
    crate::play(async {
        let (wire, mut near, mut far) = connected().await;
        passes(&mut near, &mut far, b"up").await;
        passes(&mut far, &mut near, b"down").await;
        near.shutdown().await.unwrap();
        assert_eq!(far.read(&mut [0; 8]).await.unwrap(), 0, "the end came over");
        passes(&mut far, &mut near, b"still").await;
        drop(wire);
    });
}

#[test]
fn a_wire_delays_and_slows_each_direction_by_itself() {
    crate::play(async {
        let (wire, mut near, mut far) = connected().await;
        let late = Flow {
            delay: MOMENT,
            jitter: MOMENT,
            ..Flow::default()
        };
        wire.flows(Direction::Down, late);
        let began = Instant::now();
        passes(&mut near, &mut far, b"at once").await;
        assert!(began.elapsed() < MOMENT, "only the other way is late");
        let began = Instant::now();
        passes(&mut far, &mut near, b"late").await;
        assert!(began.elapsed() >= MOMENT, "{:?}", began.elapsed());
        wire.mend();
        wire.slows(Flow {
            bytes_per_second: Some(1_000),
            ..Flow::default()
        });
        let began = Instant::now();
        passes(&mut near, &mut far, &[7; 300]).await;
        assert!(
            began.elapsed() >= 2 * MOMENT,
            "300 bytes at 1,000 a second took {:?}",
            began.elapsed()
        );
    });
}

#[test]
fn a_wire_slices_what_goes_through() {
    crate::play(async {
        let (wire, mut near, mut far) = connected().await;
        wire.slows(Flow {
            slice: Some(2),
            ..Flow::default()
        });
        near.write_all(b"abcdef").await.unwrap();
        let mut bytes = [0; 6];
        let first = far.read(&mut bytes).await.unwrap();
        assert!(first < 6, "not all at once: {first}");
        far.read_exact(&mut bytes[first..]).await.unwrap();
        assert_eq!(&bytes, b"abcdef");
    });
}

#[test]
fn a_wire_that_holds_loses_nothing() {
    crate::play(async {
        let (wire, mut near, mut far) = connected().await;
        wire.holds();
        near.write_all(b"held").await.unwrap();
        assert!(timeout(MOMENT, far.read(&mut [0; 8])).await.is_err());
        wire.mend();
        let mut bytes = [0; 4];
        timeout(DEADLINE, far.read_exact(&mut bytes))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(&bytes, b"held");
    });
}

#[test]
fn a_reset_ends_what_is_open_and_a_cut_what_comes() {
    crate::play(async {
        let (wire, mut near, mut far) = connected().await;
        wire.reset_connections();
        assert!(near.read(&mut [0; 8]).await.is_err(), "no goodbye");
        assert!(far.read(&mut [0; 8]).await.is_err());
        let (_wire, mut near, mut far) = again(wire).await;
        passes(&mut near, &mut far, b"a new one").await;
        let (wire, mut near, _far) = connected().await;
        wire.cut();
        assert!(near.read(&mut [0; 8]).await.is_err());
        let refused = match TcpStream::connect(wire.address()).await {
            Ok(mut newcomer) => !matches!(newcomer.read(&mut [0; 8]).await, Ok(1..)),
            Err(_) => true,
        };
        assert!(refused, "as good as refused");
    });
}

#[test]
fn a_half_closed_wire_goes_on_the_other_way() {
    crate::play(async {
        let (wire, mut near, mut far) = connected().await;
        wire.half_close(Direction::Down);
        assert_eq!(near.read(&mut [0; 8]).await.unwrap(), 0);
        passes(&mut near, &mut far, b"still").await;
    });
}

#[test]
fn a_black_hole_takes_everything_and_stays_dark_for_those_who_met_it() {
    crate::play(async {
        let (wire, mut near, mut far) = connected().await;
        wire.black_hole();
        near.write_all(b"into the dark").await.unwrap();
        drop(near);
        assert!(
            timeout(MOMENT, far.read(&mut [0; 8])).await.is_err(),
            "not even the end"
        );
        let mut newcomer = TcpStream::connect(wire.address()).await.unwrap();
        newcomer.write_all(b"GET /healthz").await.unwrap();
        assert!(timeout(MOMENT, newcomer.read(&mut [0; 8])).await.is_err());
        wire.mend();
        assert!(timeout(MOMENT, newcomer.read(&mut [0; 8])).await.is_err());
        let (_wire, mut near, mut far) = again(wire).await;
        passes(&mut near, &mut far, b"light").await;
    });
}

#[test]
fn single_messages_of_a_redis_are_dropped_doubled_swapped_spoilt_and_forged() {
    crate::play(async {
        let redis = Redis::start();
        let wire = Wire::to_redis(redis.address());
        let mut subscriber = TcpStream::connect(wire.address()).await.unwrap();
        let subscription = request(&["SUBSCRIBE", "site:room:1", "site:node:a"]);
        subscriber.write_all(&subscription).await.unwrap();
        // Both answers are there before anything is published.
        let answers = "*3\r\n$9\r\nsubscribe\r\n$11\r\nsite:room:1\r\n:1\r\n";
        reads_exactly(&mut subscriber, 2 * answers.len()).await;

        redis.command(&["PUBLISH", "site:node:a", "a heartbeat"]);
        hears(&mut subscriber, &[("site:node:a", "a heartbeat")]).await;
        for (trick, said, heard) in [
            (Trick::Drop, ["lost", "kept"], vec!["kept"]),
            (
                Trick::Double,
                ["twice", "once"],
                vec!["twice", "twice", "once"],
            ),
            (Trick::Swap, ["second", "first"], vec!["first", "second"]),
            (Trick::Spoil, ["abc", "abc"], vec!["acc", "abc"]),
            (
                Trick::Follow(b"junk".to_vec()),
                ["true", "last"],
                vec!["true", "junk", "last"],
            ),
        ] {
            wire.meddles("room:", 1, trick);
            for text in said {
                redis.command(&["PUBLISH", "site:room:1", text]);
            }
            let expected: Vec<_> = heard.iter().map(|text| ("site:room:1", *text)).collect();
            hears(&mut subscriber, &expected).await;
        }
        assert_eq!(wire.meddled(), 5);
    });
}

/// A wire, its near end, and what arrives at its far end.
async fn connected() -> (Wire, TcpStream, TcpStream) {
    again(Wire::to("127.0.0.1:1".parse().unwrap())).await
}

async fn again(wire: Wire) -> (Wire, TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    wire.leads_to(listener.local_addr().unwrap());
    let mut near = TcpStream::connect(wire.address()).await.unwrap();
    // The wire looks at the first bytes before it connects.
    near.write_all(b"hello, w").await.unwrap();
    let (mut far, _) = timeout(DEADLINE, listener.accept()).await.unwrap().unwrap();
    reads_exactly(&mut far, 8).await;
    (wire, near, far)
}

async fn hears(subscriber: &mut TcpStream, messages: &[(&str, &str)]) {
    let expected: Vec<u8> = messages
        .iter()
        .flat_map(|(channel, text)| request(&["message", *channel, *text]))
        .collect();
    let came = reads_exactly(subscriber, expected.len()).await;
    assert_eq!(
        String::from_utf8_lossy(&came),
        String::from_utf8_lossy(&expected)
    );
}

async fn passes(from: &mut TcpStream, to: &mut TcpStream, bytes: &[u8]) {
    from.write_all(bytes).await.unwrap();
    assert_eq!(reads_exactly(to, bytes.len()).await, bytes);
}

async fn reads_exactly(from: &mut TcpStream, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    let read = timeout(DEADLINE, from.read_exact(&mut bytes)).await;
    read.expect("it came in time").unwrap();
    bytes
}
