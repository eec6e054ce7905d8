//! What is stored against what was sent and acknowledged.

use std::collections::{BTreeMap, HashSet};

use super::evidence::{Row, Seen, What, digest};
use super::index::Index;
use super::{Findings, Kind, Limits};

pub(super) fn check(index: &Index<'_>, limits: Limits, findings: &mut Findings) {
    check_acknowledged(index, findings);
    check_edited(index, findings);
    check_taken_back(index, findings);
    check_reactions(index, findings);
    check_answers(index, limits, findings);
    check_sent(index, findings);
    check_rows(index, findings);
    check_numbers(index, findings);
    check_sender_order(index, findings);
}

fn check_acknowledged(index: &Index<'_>, findings: &mut Findings) {
    for (name @ (room, person, id), answers) in &index.acknowledged {
        let Some(rows) = index.by_name.get(name) else {
            findings.add(
                Kind::Lost,
                format!("room {room}: {id} of person {person} was acknowledged and is not stored"),
            );
            continue;
        };
        for (_, seq) in answers {
            if rows.iter().all(|row| row.message.seq != *seq) {
                findings.add(Kind::Disagreement, format!(
                    "room {room}: {id} of person {person} was acknowledged as number {seq} and is stored as {}",
                    rows[0].message.seq
                ));
            }
        }
    }
}

/// What somebody was told their message says now it says, or what they wanted after that.
fn check_edited(index: &Index<'_>, findings: &mut Findings) {
    for ((room, seq), edits) in &index.edits {
        let Some(known) = edits.iter().rposition(|edit| edit.edited.is_some()) else {
            continue;
        };
        let row = index.by_seq.get(&(*room, *seq));
        let says_it = |row: &Row| {
            let mut wanted = edits[known..].iter();
            row.message.deleted || wanted.any(|edit| edit.text == row.message.text)
        };
        if row.is_some_and(|row| !says_it(row)) {
            findings.add(
                Kind::Lost,
                format!("room {room}: number {seq} was edited, and says what it said before"),
            );
        }
    }
}

/// What somebody was told is taken back is so in the database.
fn check_taken_back(index: &Index<'_>, findings: &mut Findings) {
    for (room, seq) in index.taken_back.keys() {
        let row = index.by_seq.get(&(*room, *seq));
        if row.is_some_and(|row| !row.message.deleted) {
            findings.add(
                Kind::Lost,
                format!("room {room}: number {seq} was taken back, and its words are stored"),
            );
        }
    }
}

/// A reaction is there or not as its person was told last, or as they wanted after that; what was taken back has none.
fn check_reactions(index: &Index<'_>, findings: &mut Findings) {
    for ((room, seq, person, kind), wanted) in &index.reactions {
        let Some(row) = index.by_seq.get(&(*room, *seq)) else {
            continue;
        };
        let is_there = row
            .message
            .reactions
            .contains(&((*kind).to_owned(), *person));
        let known = wanted.iter().rposition(|reaction| reaction.reacted);
        let mut since = wanted[known.unwrap_or(0)..].iter();
        let mut may_be = since.any(|reaction| reaction.on == is_there);
        may_be |= known.is_none() && !is_there;
        if !may_be && !row.message.deleted {
            findings.add(
                Kind::Lost,
                format!("room {room}: the reaction {kind} of person {person} to number {seq} is not as they were told"),
            );
        }
    }
    for row in index.rooms.values().flatten() {
        for (kind, person) in &row.message.reactions {
            let name = (row.room, row.message.seq, *person, kind.as_str());
            let was_wanted = index
                .reactions
                .get(&name)
                .is_some_and(|wanted| wanted.iter().any(|reaction| reaction.on));
            if row.message.deleted || !was_wanted {
                findings.add(
                    Kind::Unexpected,
                    format!(
                        "room {}: number {} has a reaction {kind} of person {person}",
                        row.room, row.message.seq
                    ),
                );
            }
        }
    }
    for event in index.events {
        let What::NotReacted { room, seq, code } = &event.what else {
            continue;
        };
        let row = index.by_seq.get(&(*room, *seq));
        if row.is_none_or(|row| !row.message.deleted) {
            findings.add(
                Kind::Refused,
                format!("room {room}: a reaction of person {} to number {seq} was refused for good ({code})", event.person),
            );
        }
    }
}

/// However it was refused in between, and wherever its sender went, a send is answered soon after the last fault that excuses it.
fn check_answers(index: &Index<'_>, limits: Limits, findings: &mut Findings) {
    let allowed = limits.answering.as_micros() as u64;
    for (name @ (room, person, id), sent) in &index.sent {
        let Some(answered) = index.acknowledged_at(*name) else {
            continue;
        };
        let nodes = index.disturbances.iter().flat_map(|fault| &fault.nodes);
        let limit = nodes
            .map(|node| index.limit(*node, sent.at, allowed))
            .max()
            .unwrap_or(sent.at + allowed);
        if answered > limit {
            findings.add(
                Kind::Late,
                format!(
                    "room {room}: {id} of person {person} was answered {} ms after it was sent",
                    (answered - sent.at) / 1_000
                ),
            );
        }
    }
}

fn check_sent(index: &Index<'_>, findings: &mut Findings) {
    for (name @ (room, person, id), code) in &index.refused {
        let stored = if index.by_name.contains_key(name) {
            ", and is stored"
        } else {
            ""
        };
        findings.add(
            Kind::Refused,
            format!("room {room}: {id} of person {person} was refused for good ({code}){stored}"),
        );
    }
    for name @ (room, person, id) in index.sent.keys() {
        if !index.acknowledged.contains_key(name) && !index.refused.contains_key(name) {
            findings.add(
                Kind::Stuck,
                format!("room {room}: {id} of person {person} had no answer by the end"),
            );
        }
    }
    for event in index.events {
        if let What::Stuck { why } = &event.what {
            findings.add(Kind::Stuck, format!("person {}: {why}", event.person));
        }
    }
}

fn check_rows(index: &Index<'_>, findings: &mut Findings) {
    for (name @ (room, person, id), rows) in &index.by_name {
        if rows.len() > 1 {
            let numbers: Vec<i64> = rows.iter().map(|row| row.message.seq).collect();
            findings.add(
                Kind::Duplicate,
                format!("room {room}: {id} of person {person} is stored as {numbers:?}"),
            );
        }
        match index.sent.get(name) {
            None => findings.add(
                Kind::Unexpected,
                format!("room {room}: {id} of person {person} is stored and was never sent"),
            ),
            Some(sent) if rows.iter().any(|row| !says(index, row, sent.text)) => findings.add(
                Kind::Unexpected,
                format!("room {room}: {id} of person {person} is stored with another text"),
            ),
            Some(_) => {}
        }
    }
    for row in index.rooms.values().flatten() {
        if row.message.author.is_none() && !row.notice {
            findings.add(
                Kind::Unexpected,
                format!("room {}: number {} is of nobody", row.room, row.message.seq),
            );
        }
    }
}

/// Whether a row says what was sent, or what its author wanted it to say; or nothing, where they wanted it taken back.
fn says(index: &Index<'_>, row: &Row, text: u64) -> bool {
    let Seen { seq, deleted, .. } = row.message;
    if deleted {
        row.message.text == digest("") && index.taking_back.contains(&(row.room, seq))
    } else {
        let mut edits = index.edits_of(row.room, seq).iter();
        row.message.text == text || edits.any(|edit| edit.text == row.message.text)
    }
}

fn check_numbers(index: &Index<'_>, findings: &mut Findings) {
    for (room, rows) in &index.rooms {
        let mut numbers: Vec<i64> = rows.iter().map(|row| row.message.seq).collect();
        numbers.sort_unstable();
        for (expected, number) in (1..).zip(&numbers) {
            if *number != expected {
                findings.add(
                    Kind::Gap,
                    format!("room {room}: number {expected} is not stored, {number} is"),
                );
                break;
            }
        }
        let mut revisions = HashSet::new();
        for row in rows {
            if !revisions.insert(row.message.revision) {
                findings.add(
                    Kind::Duplicate,
                    format!(
                        "room {room}: revision {} was given twice",
                        row.message.revision
                    ),
                );
            }
        }
    }
}

fn check_sender_order(index: &Index<'_>, findings: &mut Findings) {
    let mut senders: BTreeMap<(u32, u32), Vec<_>> = BTreeMap::new();
    for (name @ (room, person, id), rows) in &index.by_name {
        if let Some(sent) = index.sent.get(name) {
            let entry = (rows[0].message.seq, sent.place, *id);
            senders.entry((*room, *person)).or_default().push(entry);
        }
    }
    for ((room, person), mut messages) in senders {
        messages.sort_unstable();
        for pair in messages.windows(2) {
            if pair[0].1 > pair[1].1 {
                findings.add(
                    Kind::SenderOrder,
                    format!(
                        "room {room}: person {person} sent {} before {}, and it is stored behind it",
                        pair[1].2, pair[0].2
                    ),
                );
            }
        }
    }
}
