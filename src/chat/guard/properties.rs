//! Any bytes in any pieces: the guard says what a plain reading of the whole says, and keeps nothing back.

use std::task::Waker;

use futures_util::stream;
use proptest::prelude::*;

use super::*;

/// What section 5 of RFC 6455 and our limit say of all the bytes at once: those of frames that may be, and why the next may
/// not.
fn read(bytes: &[u8]) -> (usize, Option<CloseReason>) {
    let (mut good, mut message) = (0, None::<u64>);
    loop {
        let rest = &bytes[good..];
        let [first, second, ..] = *rest else {
            return (good, None);
        };
        let (last, opcode, short) = (first >= 128, first % 16, u64::from(second % 128));
        let refused = match opcode {
            _ if first / 16 % 8 != 0 || second < 128 => Some(CloseReason::ProtocolError),
            0 if message.is_none() => Some(CloseReason::ProtocolError),
            1 | 2 if message.is_some() => Some(CloseReason::ProtocolError),
            2 => Some(CloseReason::NotText),
            0 | 1 => None,
            8..=10 if last && short < 126 => None,
            _ => Some(CloseReason::ProtocolError),
        };
        if refused.is_some() {
            return (good, refused);
        }
        let extended = match short {
            126 => 2,
            127 => 8,
            _ => 0,
        };
        let header = 2 + extended + 4;
        if rest.len() < header {
            return (good, None);
        }
        let length = match extended {
            0 => short,
            _ => rest[2..2 + extended]
                .iter()
                .fold(0, |length, byte| length << 8 | u64::from(*byte)),
        };
        if opcode < 8 {
            let total = u128::from(message.unwrap_or(0)) + u128::from(length);
            if total > FRAME_BYTES_MAX as u128 {
                return (good, Some(CloseReason::TooBig));
            }
            message = (!last).then_some(total as u64);
        }
        if length > (rest.len() - header) as u64 {
            return (good, None);
        }
        good += header + length as usize;
    }
}

/// What the guard lets through of some pieces, and what it says.
fn guarded(pieces: Vec<Bytes>) -> (Vec<Bytes>, Option<CloseReason>) {
    let verdict = Verdict::default();
    let bytes = stream::iter(pieces.into_iter().map(Ok::<_, PayloadError>));
    let mut guard = Guarded::new(bytes, verdict.clone());
    let mut task = Context::from_waker(Waker::noop());
    let mut passed = Vec::new();
    loop {
        match Pin::new(&mut guard).poll_next(&mut task) {
            Poll::Ready(Some(piece)) => passed.push(piece.unwrap()),
            Poll::Ready(None) => return (passed, verdict.get()),
            Poll::Pending => panic!("nothing is waited for that is there"),
        }
    }
}

fn cut(bytes: &[u8], places: &[prop::sample::Index]) -> Vec<Bytes> {
    let mut places: Vec<usize> = places
        .iter()
        .map(|place| place.index(bytes.len() + 1))
        .collect();
    places.sort_unstable();
    let starts = std::iter::once(0).chain(places.iter().copied());
    let ends = places.iter().copied().chain(std::iter::once(bytes.len()));
    let pieces = starts
        .zip(ends)
        .map(|(start, end)| Bytes::copy_from_slice(&bytes[start..end]));
    pieces.filter(|piece| !piece.is_empty()).collect()
}

/// Lengths at which something changes.
fn length() -> impl Strategy<Value = u64> {
    prop_oneof![
        8 => 0..200_u64,
        1 => Just(125),
        1 => Just(126),
        1 => Just(127),
        1 => Just(65_535),
        1 => Just(65_536),
        1 => FRAME_BYTES_MAX as u64 - 2..FRAME_BYTES_MAX as u64 + 3,
        1 => Just(1 << 40),
        1 => any::<u64>(),
    ]
}

/// A frame with its length in as many bytes as somebody chose, mostly one that may be, with its payload where that is short.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let opcode =
        prop_oneof![4 => Just(TEXT), 4 => Just(CONTINUATION), 3 => 8..11_u8, 1 => 0..16_u8];
    let reserved = prop_oneof![15 => Just(0_u8), 1 => 0..8_u8];
    let masked = prop::bool::weighted(0.95);
    (any::<bool>(), reserved, opcode, masked, length(), 0..4_u8).prop_map(
        |(last, reserved, opcode, masked, length, wide)| {
            let mut bytes = vec![u8::from(last) << 7 | reserved << 4 | opcode];
            let mask = u8::from(masked) << 7;
            match length {
                0..126 if wide != 1 => bytes.push(mask | length as u8),
                0..65_536 if wide != 2 => {
                    bytes.push(mask | 126);
                    bytes.extend((length as u16).to_be_bytes());
                }
                _ => {
                    bytes.push(mask | 127);
                    bytes.extend(length.to_be_bytes());
                }
            }
            bytes.extend([0x11; 4]);
            // The payload looks like headers, so that a guard that lost its place would not be right by chance.
            bytes.extend((0..length.min(70_000)).map(|number| (number % 256) as u8));
            bytes
        },
    )
}

fn check(bytes: &[u8], places: &[prop::sample::Index]) -> Result<(), TestCaseError> {
    let (good, expected) = read(bytes);
    let pieces = cut(bytes, places);
    let (passed, verdict) = guarded(pieces.clone());
    prop_assert_eq!(verdict, expected);
    let through = passed.concat();
    prop_assert!(bytes.starts_with(&through), "bytes pass as they are");
    if verdict.is_none() {
        prop_assert_eq!(passed, pieces, "nothing is kept back");
    } else {
        prop_assert!(through.len() >= good, "every frame that may be has passed");
        prop_assert!(
            through.len() < good + HEADER_BYTES_MAX,
            "no more than the begun header of the one that may not"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(200) })]

    #[test]
    fn frames_in_any_pieces_get_one_verdict(
        frames in prop::collection::vec(frame(), 0..8),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        check(&frames.concat(), &places)?;
    }

    #[test]
    fn any_bytes_in_any_pieces_get_one_verdict(
        bytes in prop::collection::vec(any::<u8>(), 0..64),
        places in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        check(&bytes, &places)?;
    }
}
