//! A history as it should be: what three people and a fourth wrote down, and what the database holds afterwards.

use std::collections::BTreeSet;

use crate::checker::evidence::{Event, Evidence, Footprint, Process, Row, Seen, What, digest};

/// Between things that happen, in microseconds.
pub const STEP: u64 = 100_000;
pub const MESSAGES: i64 = 12;
/// After this message, one person's connection is lost, and a page is read.
pub const HALF: i64 = 6;
pub const ROOM: u32 = 3;

/// Three people and a fourth who signs out. Even numbers are sent by the first at node 0, the others by the second at node 1,
/// who loses the connection half way and goes on where it was.
pub fn good() -> Evidence {
    let (mut events, mut rows) = (Vec::new(), Vec::new());
    let mut add = |at: u64, person: u32, what: What| events.push(event(at, person, what));
    for (person, connection, node) in [(0, 10, 0), (1, 11, 1), (3, 20, 1)] {
        add(0, person, opened(connection, node, 0, false));
    }
    for seq in 1..=MESSAGES {
        let (sender, node) = if seq % 2 == 0 { (0, 0) } else { (1, 1) };
        let (id, at) = (format!("p{sender}-{seq}"), seq as u64 * 2 * STEP);
        let row = row(seq, &id);
        let sent = What::Sent {
            room: ROOM,
            node,
            id: id.clone(),
            text: row.message.text,
        };
        add(at, sender, sent);
        add(
            at + 5_000,
            sender,
            What::Acknowledged {
                room: ROOM,
                id,
                seq,
            },
        );
        let second = if seq <= HALF { 11 } else { 12 };
        let mut viewers = vec![(0, 10, 0), (1, second, 1)];
        if seq <= HALF {
            viewers.push((3, 20, 1));
        }
        viewers.sort_by_key(|(_, _, its_node)| *its_node != node);
        for (person, connection, its_node) in viewers {
            let after = if its_node == node { 10_000 } else { 20_000 };
            let message = row.message.clone();
            add(
                at + after,
                person,
                What::Shown {
                    connection,
                    message,
                },
            );
        }
        rows.push(row);
        if seq == HALF {
            let newest = rows.iter().map(|row: &Row| row.message.clone());
            let page = What::Read {
                room: ROOM,
                revision: HALF,
                messages: newest.collect(),
            };
            add(at + STEP, 0, page);
            let ended = |connection, code| What::Ended { connection, code };
            add(at + STEP, 1, ended(11, None));
            add(at + STEP + 50_000, 1, opened(12, 1, HALF, true));
            add(at + STEP + 60_000, 3, What::SignedOut { sign_in: 0 });
            add(at + STEP + 70_000, 3, ended(20, Some(4001)));
        }
    }
    add(90 * STEP, 2, opened(13, 1, MESSAGES, false));
    for (person, connection) in [(0, 10), (1, 12), (2, 13)] {
        add(91 * STEP, person, What::Settled { connection });
    }
    Evidence {
        events,
        rows,
        disturbances: Vec::new(),
        processes: vec![
            Process::Stopped {
                node: 0,
                after: 1_000_000,
                code: Some(0),
            },
            Process::Left {
                node: 0,
                before: Footprint {
                    open_files: 40,
                    half_closed: 0,
                    resident_kib: 50_000,
                },
                after: Footprint {
                    open_files: 45,
                    half_closed: 0,
                    resident_kib: 50_500,
                },
            },
        ],
    }
}

/// More happens before the third person comes, who begins at this revision.
pub fn goes_on(evidence: &mut Evidence, revision: i64, happened: Vec<Event>) {
    let mut events = evidence.events.iter();
    let place = events.position(|event| event.at >= 90 * STEP).unwrap();
    let What::Opened { from, .. } = &mut evidence.events[place].what else {
        panic!("nobody comes then");
    };
    *from = revision;
    evidence.events.splice(place..place, happened);
}

pub fn shown_again(connection: u32, message: &Seen) -> What {
    What::Shown {
        connection,
        message: message.clone(),
    }
}

pub fn event(at: u64, person: u32, what: What) -> Event {
    Event { at, person, what }
}

fn opened(connection: u32, node: u32, from: i64, resumed: bool) -> What {
    What::Opened {
        connection,
        room: ROOM,
        node,
        from,
        resumed,
        sign_in: 0,
    }
}

pub fn row(seq: i64, id: &str) -> Row {
    let author = id[1..].split('-').next().unwrap().parse().ok();
    Row {
        room: ROOM,
        notice: false,
        message: Seen {
            seq,
            revision: seq,
            author,
            id: id.to_owned(),
            text: digest(id),
            deleted: false,
            reactions: BTreeSet::new(),
        },
    }
}

pub fn shown(evidence: &Evidence, on: u32, number: i64) -> usize {
    let is_it = |event: &Event| matches!(&event.what, What::Shown { connection, message } if *connection == on && message.seq == number);
    evidence.events.iter().position(is_it).unwrap()
}

pub fn sent(evidence: &Evidence, wanted: &str) -> usize {
    let is_it = |event: &Event| matches!(&event.what, What::Sent { id, .. } if id == wanted);
    evidence.events.iter().position(is_it).unwrap()
}
