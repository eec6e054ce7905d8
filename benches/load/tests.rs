//! The tests of the load generator's parts: a benchmark has no harness that would run them.

// Each part is here for its tests; what only the generator calls is not called.
#![allow(dead_code)]

mod frames;
mod histogram;
mod ledger;
mod machine;
mod numbers;
mod token;

use frames::{Parsed, TEXT, parse, write};
use histogram::{Histogram, bucket, upper_edge};
use ledger::Ledger;
use machine::cores_in;
use numbers::{median, thousands};
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
    let mut histogram = Histogram::new();
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
