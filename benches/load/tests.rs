//! The tests of the load generator's parts: a benchmark has no harness that would run them.

// Each part is here for its tests; what only the generator calls is not called.
#![allow(dead_code)]

mod backoff;
mod delays;
mod frames;
mod histogram;
mod ledger;
mod machine;
mod numbers;
mod returning;
mod rows;
mod sightings;
mod speech;
mod spread;
mod tally;
mod token;

use std::time::{Duration, Instant};

use backoff::Backoff;
use delays::Delays;
use frames::{Parsed, TEXT, parse, write};
use histogram::{Histogram, bucket, upper_edge};
use ledger::Ledger;
use machine::{connections_in, cores_in};
use numbers::{median, quantile, thousands};
use returning::{Returning, Step};
use rows::{Table, growth, read};
use sightings::Sightings;
use spread::over_nodes;
use tally::Tally;
use token::{Reader, Token};

type Failure = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Failure>;

#[test]
fn a_frame_is_read_when_all_of_it_is_there() {
    for size in [0, 5, 125, 126, 65_535, 65_536] {
        let payload = vec![b'a'; size];
        let mut masked = Vec::new();
        write(TEXT, &payload, 0, &mut masked);
        // A server's frame is the same without the mask and its bit.
        masked[1] &= 0x7f;
        let header = masked.len() - size - 4;
        let frame: Vec<u8> = masked[..header].iter().chain(&payload).copied().collect();
        let whole = Parsed::Frame {
            opcode: TEXT,
            payload: &payload,
            length: frame.len(),
        };
        assert_eq!(parse(&frame), whole);
        assert_eq!(parse(&frame[..frame.len() - 1]), Parsed::Partial);
    }
    assert_eq!(parse(&[0x01, 0x01, b'a']), Parsed::Broken);
}

#[test]
fn every_value_is_within_its_bucket() {
    for value in (0..100_000).chain([1 << 20, u64::from(u32::MAX)]) {
        let edge = upper_edge(bucket(value));
        assert!(
            edge >= value && edge as f64 <= value as f64 * 1.016 + 1.0,
            "{value} {edge}"
        );
    }
}

#[test]
fn quantiles_are_of_what_was_added() {
    let mut histogram = Histogram::default();
    for microseconds in 1..=1_000 {
        histogram.add(microseconds);
    }
    assert!((histogram.quantile(0.5) - 0.5).abs() < 0.01);
    assert!((histogram.quantile(0.99) - 0.99).abs() < 0.02);
    assert_eq!(histogram.longest(), 1.0);
}

#[test]
fn what_is_wrong_is_told_apart() {
    let mut ledger = Ledger::new(2, 2);
    let entered: Vec<bool> = [0, 1, 3, 1, 2]
        .map(|number| ledger.enter(1, 1, number))
        .to_vec();
    assert_eq!(entered, [true, true, true, false, true]);
    assert_eq!((ledger.doubled, ledger.disordered), (1, 1));
    assert_eq!(ledger.missing(1, |sender| [0, 6][sender]), 2);
    assert_eq!(ledger.missing(0, |_| 1), 2);
}

#[test]
fn people_in_a_room_see_one_order() {
    let mut ledger = Ledger::new(2, 2);
    for (sender, other) in [(0, 1), (1, 0)] {
        ledger.enter(0, sender, 0);
        ledger.enter(1, other, 0);
    }
    assert!(!ledger.agree(0, 1));
    assert_eq!(ledger.disordered, 0);
}

#[test]
fn a_list_of_cores_is_read() {
    assert_eq!(cores_in("0-2,5"), [0, 1, 2, 5]);
    assert_eq!(cores_in("7"), [7]);
}

#[test]
fn numbers_are_written_as_people_read_them() {
    assert_eq!(thousands(1_234_567.2), "1,234,567");
    assert_eq!(thousands(999.9), "1,000");
    assert_eq!(median([3.0, 1.0, 2.0].into_iter()), 2.0);
}

#[test]
fn a_token_is_found_again() {
    let token = Token {
        run: 7,
        sender: 0xabc,
        number: 0x12_3456,
        due: u32::MAX,
    };
    let mut frame = String::from(r#"{"type":"message","message":""#);
    token.write(&mut frame);
    frame.push_str(r#" and on"}"#);
    assert_eq!(Reader::new().find(frame.as_bytes()), Some(token));
    assert_eq!(Reader::new().find(b"^^ no token"), None);
}

#[test]
fn people_are_spread_evenly_and_senders_where_they_are_wanted() {
    assert_eq!(over_nodes(6, 2, 1, 2), [0, 0, 1, 1, 0, 1]);
    assert_eq!(over_nodes(6, 2, 2, 2), [0, 1, 0, 1, 0, 1]);
    assert_eq!(over_nodes(3, 1, 1, 1), [0, 0, 0]);
}

#[test]
fn a_page_waits_longer_after_each_attempt_up_to_a_cap() {
    let (mut backoff, begin) = (Backoff::default(), Instant::now());
    let at = |seconds| begin + Duration::from_secs(seconds);
    let first: Vec<u128> = (0..6)
        .map(|_| backoff.next(begin, 1.0).as_millis())
        .collect();
    assert_eq!(first, [250, 500, 1_000, 2_000, 4_000, 5_000]);
    assert_eq!(backoff.next(at(119), 0.5), Duration::from_millis(2_500));
    assert_eq!(backoff.next(at(120), 1.0), Duration::from_secs(20));
    backoff.reset();
    assert_eq!(backoff.next(at(141), 1.0), Duration::from_millis(250));
}

#[test]
fn the_share_that_did_not_exceed_a_value_is_counted() {
    let values = || (1..=200).map(f64::from);
    assert_eq!(quantile(values(), 0.99), 198.0);
    assert_eq!(quantile(values(), 1.0), 200.0);
    assert_eq!(quantile([].into_iter(), 0.5), 0.0);
}

#[test]
fn times_on_two_nodes_add_up() {
    let mut delays = Delays::default();
    delays.add(true, 1_000);
    delays.add(false, 9_000);
    assert_eq!(delays.same_node.longest(), 1.0);
    assert_eq!(delays.other_node.longest(), 9.0);
    assert_eq!(delays.all().longest, 9.0);
}

#[test]
fn only_connections_that_are_still_held_are_counted() {
    let table = "  sl  local_address rem_address   st tx_queue rx_queue\n\
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000\n\
   1: 0100007F:1F90 0100007F:9C40 01 00000000:00000000\n\
   2: 0100007F:1F90 0100007F:9C41 04 00000000:00000000\n\
   3: 0100007F:9C40 0100007F:1F90 01 00000000:00000000\n\
   4: 0100007F:1F90 0100007F:9C42 01 00000000:00000000\n";
    assert_eq!(connections_in(table, 8_080, &[40_000, 40_001]), 1);
}

#[test]
fn what_comes_is_counted_in_all_and_by_the_second() {
    let begin = Instant::now();
    let mut tally = Tally::from(begin);
    for (key, milliseconds) in [("a", 0), ("a", 999), ("a", 1_000), ("b", 1_500)] {
        tally.add(key, begin + Duration::from_millis(milliseconds));
    }
    assert_eq!((tally.all(), tally.keys()), (4, 2));
    assert_eq!(tally.most_in_a_second(), 2);
    assert_eq!(tally.highest_rate(Duration::from_secs(2)), 1.5);
}

#[test]
fn the_last_word_about_somebody_counts() {
    let mut sightings = Sightings::default();
    for frame in [
        r#"{"type":"presence","users":[{"username":"a","online":true},{"username":"b","online":true}]}"#,
        r#"{"type":"typing","username":"b"}"#,
        r#"{"type":"presence","users":[{"username":"a"}]}"#,
    ] {
        assert!(sightings.hear(frame.as_bytes()).is_ok());
    }
    let last = ["a", "b", "c"].map(|username| sightings.of(username));
    assert_eq!(last, [Some(false), Some(true), None]);
    assert_eq!(sightings.comings, 2);
    assert!(sightings.hear(br#"{"type":"presence","users":7}"#).is_err());
}

#[test]
fn only_what_was_written_is_told_of_tables() {
    let before = read("users|9|2\nmessages|5|0\n");
    let after = read("users|9|2\nmessages|8|0\nmentions|1|\nmemberships|4|6\n");
    let found = growth(&before, &after);
    let names: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(names, ["memberships", "mentions", "messages"]);
    let messages = Table {
        rows: 3,
        changes: Some(0),
    };
    assert_eq!(found["messages"], messages);
    assert_eq!(found["mentions"].changes, None);
}

/// Somebody on each of two nodes, both welcome.
fn two_who_are_here(now: Instant) -> Returning {
    let mut returning = Returning::new(vec![0, 1], 2);
    let welcome = br#"{"type":"welcome","epoch":"e1","revision":5,"resumed":false}"#;
    assert!(!returning.hear(0, welcome, now));
    assert!(!returning.hear(1, welcome, now));
    assert_eq!(returning.away(), 0);
    returning
}

fn connects(step: Option<Step>) -> (usize, usize, String) {
    match step {
        Some(Step::Connect {
            member,
            node,
            query,
        }) => (member, node, query),
        _ => panic!("somebody was to connect"),
    }
}

#[test]
fn whoever_loses_their_node_goes_to_another_and_says_what_they_have() {
    let begin = Instant::now();
    let mut returning = two_who_are_here(begin);
    let message = br#"{"type":"message","seq":8,"revision":9,"message":"\"revision\":70"}"#;
    assert!(!returning.hear(1, message, begin));
    returning.node_died(1);
    returning.lost(1, begin);
    assert_eq!(returning.away(), 1);
    assert!(returning.pause(begin) > Duration::ZERO);
    let step = returning.next_step(begin + Duration::from_millis(250));
    assert_eq!(connects(step), (1, 0, "?since=9&epoch=e1".to_owned()));
    let welcome = br#"{"type":"welcome","epoch":"e1","revision":12,"resumed":true}"#;
    assert!(returning.hear(1, welcome, begin + Duration::from_secs(1)));
    assert_eq!((returning.away(), returning.returns.len()), (0, 1));
    assert!(
        returning
            .next_step(begin + Duration::from_secs(60))
            .is_none()
    );
}

#[test]
fn whoever_the_server_sent_away_comes_back_when_it_said() {
    let begin = Instant::now();
    let mut returning = two_who_are_here(begin);
    let bye = br#"{"type":"bye","reason":"restart","reconnect_in_ms":3000}"#;
    returning.hear(0, bye, begin);
    returning.lost(0, begin);
    let at = |milliseconds| begin + Duration::from_millis(milliseconds);
    assert!(returning.next_step(at(2_999)).is_none());
    assert_eq!(connects(returning.next_step(at(3_000))).0, 0);
}

#[test]
fn a_page_that_is_not_made_welcome_gives_up_and_tries_again() {
    let begin = Instant::now();
    let mut returning = two_who_are_here(begin);
    let at = |milliseconds| begin + Duration::from_millis(milliseconds);
    returning.lost(0, begin);
    connects(returning.next_step(at(250)));
    assert!(returning.next_step(at(10_249)).is_none());
    assert!(matches!(
        returning.next_step(at(10_250)),
        Some(Step::GiveUp(0))
    ));
    returning.lost(0, at(10_250));
    assert_eq!(returning.failed, 1);
    connects(returning.next_step(at(10_750)));
}
