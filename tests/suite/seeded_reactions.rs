//! The checker finds what must not be of a message that was reacted to, and nothing in a good history of one.

use crate::checker::evidence::{Event, Evidence, What, digest};
use crate::checker::{Kind, check};
use crate::good_history::{MESSAGES, ROOM, STEP, event, goes_on, good, shown_again};
use crate::seeded_faults::LIMITS;

const TEA: &str = "🍵";

/// To the last message, the second person reacts, no longer does, and does again, long after it was said; the first two see it.
fn reacted() -> Evidence {
    let mut evidence = good();
    let last = MESSAGES as usize - 1;
    let mut happened = Vec::new();
    for (turn, on) in (0..).zip([true, false, true]) {
        let (room, seq, revision) = (ROOM, MESSAGES, MESSAGES + 1 + turn);
        let message = &mut evidence.rows[last].message;
        message.revision = revision;
        message.reactions.clear();
        message.reactions.extend(on.then(|| (TEA.to_owned(), 1)));
        let message = message.clone();
        let kind = || TEA.to_owned();
        let at = (60 + 10 * turn as u64) * STEP;
        let reacting = What::Reacting {
            room,
            seq,
            kind: kind(),
            on,
        };
        let reacted = What::Reacted {
            room,
            seq,
            kind: kind(),
            on,
            revision,
        };
        let of_all = [
            (at, 1, reacting),
            (at + STEP, 1, reacted),
            (at + 2 * STEP, 0, shown_again(10, &message)),
            (at + 2 * STEP, 1, shown_again(12, &message)),
        ];
        happened.extend(of_all.map(|(at, person, what)| event(at, person, what)));
    }
    goes_on(&mut evidence, MESSAGES + 3, happened);
    evidence
}

/// The last that somebody is shown of it.
fn newest(event: &Event) -> bool {
    matches!(&event.what, What::Shown { connection: 12, message } if message.revision == MESSAGES + 3)
}

#[test]
fn a_reaction_is_as_its_person_was_told_and_everyone_hears_of_it() {
    let findings = check(&reacted(), LIMITS);
    assert!(findings.is_empty(), "{findings:?}");
    let finds = |kind: Kind, spoil: &dyn Fn(&mut Evidence)| {
        let mut evidence = reacted();
        spoil(&mut evidence);
        let findings = check(&evidence, LIMITS);
        assert!(
            findings.iter().any(|found| found.kind == kind),
            "{kind}: {findings:?}"
        );
    };
    let last = MESSAGES as usize - 1;
    // It is gone again.
    finds(Kind::Lost, &|evidence| {
        evidence.rows[last].message.reactions.clear();
    });
    // It is there, though it was taken away.
    finds(Kind::Lost, &|evidence| {
        evidence.events.retain(|event| {
            !matches!(
                &event.what,
                What::Reacting { on: true, .. } | What::Reacted { on: true, .. }
            ) || event.at < 70 * STEP
        });
    });
    // It is of somebody who never reacted.
    finds(Kind::Unexpected, &|evidence| {
        let reactions = &mut evidence.rows[last].message.reactions;
        reactions.insert((TEA.to_owned(), 2));
    });
    // What was taken back still has it.
    finds(Kind::Unexpected, &|evidence| {
        let message = &mut evidence.rows[last].message;
        (message.deleted, message.text) = (true, digest(""));
    });
    // Somebody never hears of it.
    finds(Kind::Gap, &|evidence| {
        evidence.events.retain(|event| !newest(event));
    });
    // Two see different ones.
    finds(Kind::Disagreement, &|evidence| {
        let event = evidence.events.iter_mut().find(|event| newest(event));
        if let What::Shown { message, .. } = &mut event.unwrap().what {
            message.reactions.clear();
        }
    });
    // It comes long after it was stored.
    finds(Kind::Late, &|evidence| {
        let event = evidence.events.iter_mut().find(|event| newest(event));
        event.unwrap().at += 300 * STEP;
    });
    // It was refused, though the message is there.
    finds(Kind::Refused, &|evidence| {
        let (room, seq, code) = (ROOM, MESSAGES, "not_found".to_owned());
        let refused = What::NotReacted { room, seq, code };
        evidence.events.push(event(95 * STEP, 2, refused));
    });
}
