//! What was shown against what is stored, and one person's against another's.

use std::collections::{HashMap, HashSet};

use super::evidence::{Seen, What};
use super::index::{Connection, Index};
use super::{Findings, Kind, Limits};

pub(super) fn check(index: &Index<'_>, limits: Limits, findings: &mut Findings) {
    for (number, connection) in &index.connections {
        check_order(*number, connection, findings);
        check_gaps(index, *number, connection, findings);
        check_delay(index, connection, limits, findings);
        check_taken_back(index, connection, limits, findings);
        check_reworded(index, connection, limits, findings);
    }
    let mut states = States::default();
    for event in index.events {
        let who = event.person;
        match &event.what {
            What::Shown {
                connection,
                message,
            } => {
                if let Some(connection) = index.connections.get(connection) {
                    check_truth(index, connection.room, who, message, findings);
                    states.compare(connection.room, who, message, findings);
                }
            }
            What::Read {
                room,
                revision,
                messages,
            } => {
                for message in messages {
                    check_truth(index, *room, who, message, findings);
                    states.compare(*room, who, message, findings);
                }
                check_page(index, (*room, who), *revision, messages, findings);
            }
            What::Sampled {
                room,
                seq,
                stored: false,
            } => findings.add(
                Kind::ShownBeforeCommitted,
                format!(
                    "room {room}: number {seq} was shown to person {who} while the database did not have it"
                ),
            ),
            _ => {}
        }
    }
}

fn check_order(number: u32, connection: &Connection<'_>, findings: &mut Findings) {
    let Connection { person, room, .. } = connection;
    let mut last = connection.from;
    let mut seen = HashSet::new();
    for (_, message) in &connection.shown {
        let state = (message.seq, message.revision);
        if !seen.insert(state) {
            findings.add(
                Kind::Duplicate,
                format!(
                    "room {room}: number {} was shown twice to person {person} on connection {number}",
                    message.seq
                ),
            );
        } else if message.revision <= last {
            findings.add(
                Kind::Reordering,
                format!(
                    "room {room}: revision {} came to person {person} behind {last} on connection {number}",
                    message.revision
                ),
            );
        }
        last = last.max(message.revision);
    }
}

/// Between where a connection began and the last that came on it, everything has come; up to the end where that was awaited.
fn check_gaps(
    index: &Index<'_>,
    number: u32,
    connection: &Connection<'_>,
    findings: &mut Findings,
) {
    let Connection { person, room, .. } = connection;
    let shown: HashSet<(i64, i64)> = connection
        .shown
        .iter()
        .map(|(_, message)| (message.seq, message.revision))
        .collect();
    let last = connection
        .shown
        .iter()
        .map(|(_, message)| message.revision)
        .max();
    let up_to = match connection.settled {
        true => i64::MAX,
        false => last.unwrap_or(connection.from),
    };
    let missing: Vec<i64> = index
        .between(*room, connection.from, up_to)
        .iter()
        .map(|row| (row.message.seq, row.message.revision))
        .filter(|state| !shown.contains(state))
        .map(|(seq, _)| seq)
        .collect();
    if let (Some(first), Some(last)) = (missing.first(), missing.last()) {
        findings.add(
            Kind::Gap,
            format!(
                "room {room}: {} messages from number {first} to {last} never came to person {person} on connection {number}",
                missing.len()
            ),
        );
    }
}

/// What was stored while a connection was open comes on it within the time of a head check.
fn check_delay(
    index: &Index<'_>,
    connection: &Connection<'_>,
    limits: Limits,
    findings: &mut Findings,
) {
    let allowed = limits.showing.as_micros() as u64;
    for (at, message) in &connection.shown {
        let Some(stored) = index.stored_at(connection.room, message) else {
            continue;
        };
        let limit = index.limit(connection.node, stored.max(connection.opened), allowed);
        if *at > limit {
            findings.add(
                Kind::Late,
                format!(
                    "room {}: number {} came to person {} {} ms after it was stored",
                    connection.room,
                    message.seq,
                    connection.person,
                    at.saturating_sub(stored) / 1_000
                ),
            );
        }
    }
}

/// What its author knows to be taken back is shown to nobody any more, once every node has heard of it.
fn check_taken_back(
    index: &Index<'_>,
    connection: &Connection<'_>,
    limits: Limits,
    findings: &mut Findings,
) {
    let allowed = limits.showing.as_micros() as u64;
    for (at, message) in connection
        .shown
        .iter()
        .filter(|(_, message)| !message.deleted)
    {
        let Some(gone) = index.taken_back.get(&(connection.room, message.seq)) else {
            continue;
        };
        if *at > index.limit(connection.node, *gone, allowed) {
            findings.add(
                Kind::ShownAfterRemoval,
                format!(
                    "room {}: number {} was shown to person {} {} ms after it was taken back",
                    connection.room,
                    message.seq,
                    connection.person,
                    (at - gone) / 1_000
                ),
            );
        }
    }
}

/// What its author knows to say something else is shown to nobody any more as it was, once every node has heard of it.
fn check_reworded(
    index: &Index<'_>,
    connection: &Connection<'_>,
    limits: Limits,
    findings: &mut Findings,
) {
    let allowed = limits.showing.as_micros() as u64;
    for (at, message) in connection
        .shown
        .iter()
        .filter(|(_, message)| !message.deleted)
    {
        let Some(reworded) = index.reworded_at(connection.room, message) else {
            continue;
        };
        if *at > index.limit(connection.node, reworded, allowed) {
            findings.add(
                Kind::ShownAfterRemoval,
                format!(
                    "room {}: number {} was shown to person {} as it was {} ms before",
                    connection.room,
                    message.seq,
                    connection.person,
                    (at - reworded) / 1_000
                ),
            );
        }
    }
}

fn check_truth(index: &Index<'_>, room: u32, who: u32, message: &Seen, findings: &mut Findings) {
    let Seen { seq, revision, .. } = message;
    match index.by_seq.get(&(room, *seq)) {
        None => findings.add(
            Kind::ShownBeforeCommitted,
            format!("room {room}: number {seq} was shown to person {who} and is not stored"),
        ),
        Some(row) if row.message.revision < *revision => findings.add(
            Kind::ShownBeforeCommitted,
            format!(
                "room {room}: number {seq} was shown to person {who} at revision {revision}, which is not stored"
            ),
        ),
        Some(row) if row.message.revision == *revision && row.message != *message => findings.add(
            Kind::Disagreement,
            format!("room {room}: number {seq} was shown to person {who} as something else than is stored"),
        ),
        Some(_) => {}
    }
}

/// The newest page has no holes and ends where its revision says, but for what became another since and bears a later one.
fn check_page(
    index: &Index<'_>,
    (room, who): (u32, u32),
    revision: i64,
    messages: &[Seen],
    findings: &mut Findings,
) {
    let numbers: Vec<i64> = messages.iter().map(|message| message.seq).collect();
    let rows = index.between(room, 0, revision);
    let last = rows.iter().map(|row| row.message.seq).max();
    let whole = numbers.windows(2).all(|pair| pair[1] == pair[0] + 1);
    let is_later = |message: &&Seen| {
        let row = index.by_seq.get(&(room, message.seq));
        message.revision <= revision && row.is_some_and(|row| row.message.revision > revision)
    };
    let newest = messages.iter().rev().find(|message| !is_later(message));
    let newest = newest.map(|message| message.seq);
    let reaches = match (newest, last) {
        (Some(newest), last) => Some(newest) == last,
        (None, None) => true,
        (None, Some(last)) => numbers.last().is_some_and(|end| *end > last),
    };
    if !whole || !reaches {
        findings.add(
            Kind::Gap,
            format!("room {room}: the newest page that person {who} read at revision {revision} has {numbers:?}, not up to {last:?}"),
        );
    }
}

/// The first that anyone saw of each state of each message.
#[derive(Default)]
struct States<'a>(HashMap<(u32, i64, i64), (u32, &'a Seen)>);

impl<'a> States<'a> {
    fn compare(&mut self, room: u32, who: u32, message: &'a Seen, findings: &mut Findings) {
        let state = (room, message.seq, message.revision);
        let (first, seen) = *self.0.entry(state).or_insert((who, message));
        if seen != message {
            findings.add(
                Kind::Disagreement,
                format!(
                    "room {room}: persons {first} and {who} saw different things as number {}",
                    message.seq
                ),
            );
        }
    }
}
