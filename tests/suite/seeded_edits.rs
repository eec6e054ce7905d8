//! The checker finds what must not be of a message that was edited, and nothing in a good history of one.

use crate::checker::evidence::{Event, Evidence, What, digest};
use crate::checker::{Kind, check};
use crate::good_history::{MESSAGES, ROOM, STEP, event, goes_on, good, row, shown_again};
use crate::seeded_faults::LIMITS;

/// The last message is edited twice, which the first two people see; the third comes later.
fn edited() -> Evidence {
    let mut evidence = good();
    let last = MESSAGES as usize - 1;
    let mut happened = Vec::new();
    for (turn, words) in (0..).zip(["once", "twice"]) {
        let (room, seq, text) = (ROOM, MESSAGES, digest(words));
        let message = &mut evidence.rows[last].message;
        (message.revision, message.text) = (MESSAGES + 1 + turn, text);
        let message = message.clone();
        let at = (80 + 3 * turn as u64) * STEP;
        let of_all = [
            (at, 0, What::Editing { room, seq, text }),
            (at + STEP, 0, What::Edited { room, seq, text }),
            (at + 2 * STEP, 0, shown_again(10, &message)),
            (at + 2 * STEP, 1, shown_again(12, &message)),
        ];
        happened.extend(of_all.map(|(at, person, what)| event(at, person, what)));
    }
    goes_on(&mut evidence, MESSAGES + 2, happened);
    evidence
}

#[test]
fn what_is_edited_says_so_and_everyone_hears_of_it() {
    let findings = check(&edited(), LIMITS);
    assert!(findings.is_empty(), "{findings:?}");
    let finds = |kind: Kind, spoil: &dyn Fn(&mut Evidence)| {
        let mut evidence = edited();
        spoil(&mut evidence);
        let findings = check(&evidence, LIMITS);
        assert!(
            findings.iter().any(|found| found.kind == kind),
            "{kind}: {findings:?}"
        );
    };
    // It says what it said before.
    finds(Kind::Lost, &|evidence| {
        evidence.rows[MESSAGES as usize - 1].message.text = digest("once");
    });
    // It says what nobody wanted it to say.
    finds(Kind::Unexpected, &|evidence| {
        evidence.rows[MESSAGES as usize - 1].message.text = digest("thrice");
    });
    // Somebody never hears of it.
    finds(Kind::Gap, &|evidence| {
        let hears = |event: &Event| matches!(&event.what, What::Shown { connection: 12, message } if message.revision == MESSAGES + 2);
        evidence.events.retain(|event| !hears(event));
    });
    // Two see different winners.
    finds(Kind::Disagreement, &|evidence| {
        let newest = |event: &&mut Event| matches!(&event.what, What::Shown { connection: 12, message } if message.revision == MESSAGES + 2);
        let event = evidence.events.iter_mut().find(newest).unwrap();
        if let What::Shown { message, .. } = &mut event.what {
            message.text = digest("once");
        }
    });
    // Somebody who comes later is shown what it said.
    finds(Kind::ShownAfterRemoval, &|evidence| {
        let said = row(MESSAGES, "p0-12").message;
        let late = event(200 * STEP, 2, shown_again(13, &said));
        evidence.events.push(late);
    });
}
