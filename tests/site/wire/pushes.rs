//! What Redis sends to subscribers, message by message, so that a single one can be lost, doubled, swapped or forged.

use std::sync::{Arc, Mutex};

use crate::site::redis;

/// What is done to one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Trick {
    Drop,
    Double,
    /// It comes behind the next one of those channels.
    Swap,
    /// One of its bytes becomes another.
    Spoil,
    /// It comes, and behind it on the same channel something that no node has sent.
    Follow(Vec<u8>),
}

/// What is still to be done, and how much was done.
#[derive(Debug, Default)]
pub struct Meddling {
    orders: Vec<Order>,
    done: usize,
}

#[derive(Debug)]
struct Order {
    channel: String,
    left: usize,
    trick: Trick,
}

impl Meddling {
    pub(super) fn ask(&mut self, channel: &str, times: usize, trick: Trick) {
        self.orders.push(Order {
            channel: channel.to_owned(),
            left: times,
            trick,
        });
    }

    pub(super) fn done(&self) -> usize {
        self.done
    }

    pub(super) fn stop(&mut self) {
        self.orders.clear();
    }

    fn next(&mut self, channel: &[u8]) -> Option<Trick> {
        let name = String::from_utf8_lossy(channel);
        let place = self
            .orders
            .iter()
            .position(|order| name.contains(&order.channel))?;
        let order = &mut self.orders[place];
        order.left -= 1;
        self.done += 1;
        let trick = order.trick.clone();
        if order.left == 0 {
            self.orders.remove(place);
        }
        Some(trick)
    }
}

/// One subscriber's side: what is not whole yet, and what waits for the next message.
pub(super) struct Filter {
    meddling: Arc<Mutex<Meddling>>,
    partial: Vec<u8>,
    kept_back: Vec<u8>,
}

impl Filter {
    pub(super) fn new(meddling: Arc<Mutex<Meddling>>) -> Filter {
        Filter {
            meddling,
            partial: Vec::new(),
            kept_back: Vec::new(),
        }
    }

    /// Takes what came, and returns what goes on.
    pub(super) fn pass(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.partial.extend_from_slice(bytes);
        let mut passed = Vec::new();
        let mut start = 0;
        while let Some(end) = value_end(&self.partial, start) {
            let value = self.partial[start..end].to_vec();
            match push(&value) {
                Some(push) => self.meddle(&value, push, &mut passed),
                None => passed.extend_from_slice(&value),
            }
            start = end;
        }
        self.partial.drain(..start);
        passed
    }

    fn meddle(&mut self, value: &[u8], push: Push<'_>, passed: &mut Vec<u8>) {
        let trick = self.meddling.lock().unwrap().next(push.channel);
        let held = std::mem::take(&mut self.kept_back);
        match trick {
            Some(Trick::Drop) => {}
            Some(Trick::Swap) => self.kept_back = value.to_vec(),
            Some(Trick::Spoil) => {
                let mut payload = push.payload.to_vec();
                let middle = payload.len() / 2;
                if let Some(byte) = payload.get_mut(middle) {
                    *byte ^= 1;
                }
                passed.extend(message(push.channel, &payload));
            }
            Some(Trick::Double) => {
                passed.extend_from_slice(value);
                passed.extend_from_slice(value);
            }
            Some(Trick::Follow(payload)) => {
                passed.extend_from_slice(value);
                passed.extend(message(push.channel, &payload));
            }
            None => passed.extend_from_slice(value),
        }
        passed.extend(held);
    }
}

struct Push<'a> {
    channel: &'a [u8],
    payload: &'a [u8],
}

fn message(channel: &[u8], payload: &[u8]) -> Vec<u8> {
    redis::request(&[b"message".as_slice(), channel, payload])
}

/// Reads a message to a subscriber; `None` where the value is something else.
fn push(value: &[u8]) -> Option<Push<'_>> {
    let rest = value
        .strip_prefix(b"*3\r\n")
        .or_else(|| value.strip_prefix(b">3\r\n"))?;
    let (kind, rest) = text(rest)?;
    let (channel, rest) = text(rest)?;
    let (payload, _) = text(rest)?;
    (kind == b"message").then_some(Push { channel, payload })
}

fn text(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, begin) = header(bytes, 0)?;
    let end = begin + usize::try_from(length).ok()?;
    (bytes.first() == Some(&b'$')).then_some((bytes.get(begin..end)?, bytes.get(end + 2..)?))
}

/// Where the value that begins at `start` ends; `None` while it is not all there.
fn value_end(bytes: &[u8], start: usize) -> Option<usize> {
    match bytes.get(start)? {
        b'$' | b'=' => {
            let (length, begin) = header(bytes, start)?;
            let Ok(length) = usize::try_from(length) else {
                return Some(begin);
            };
            let end = begin + length + 2;
            (end <= bytes.len()).then_some(end)
        }
        kind @ (b'*' | b'>' | b'~' | b'%') => {
            let (count, mut end) = header(bytes, start)?;
            let values = if *kind == b'%' { 2 * count } else { count };
            for _ in 0..values {
                end = value_end(bytes, end)?;
            }
            Some(end)
        }
        _ => line_end(bytes, start),
    }
}

/// The number behind a kind, and where its line ends.
fn header(bytes: &[u8], start: usize) -> Option<(i64, usize)> {
    let end = line_end(bytes, start)?;
    let number = std::str::from_utf8(&bytes[start + 1..end - 2]).ok()?;
    Some((number.parse().ok()?, end))
}

fn line_end(bytes: &[u8], start: usize) -> Option<usize> {
    let length = bytes[start..].windows(2).position(|two| two == b"\r\n")?;
    Some(start + length + 2)
}
