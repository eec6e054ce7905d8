//! The checker finds what must not be of a message that was taken back, and nothing in a good history of one.

use crate::checker::evidence::{Event, Evidence, What, digest};
use crate::checker::{Kind, check};
use crate::good_history::{MESSAGES, ROOM, STEP, event, goes_on, good, row, shown_again};
use crate::seeded_faults::LIMITS;

/// The last message is taken back, which the first two people see; the third comes later.
fn taken_back() -> Evidence {
    let mut evidence = good();
    let mut gone = evidence.rows[MESSAGES as usize - 1].message.clone();
    (gone.revision, gone.text, gone.deleted) = (MESSAGES + 1, digest(""), true);
    evidence.rows[MESSAGES as usize - 1].message = gone.clone();
    let (room, seq) = (ROOM, MESSAGES);
    let of_all = [
        (80, 0, What::TakingBack { room, seq }),
        (81, 0, What::TakenBack { room, seq }),
        (82, 0, shown_again(10, &gone)),
        (82, 1, shown_again(12, &gone)),
    ];
    let happened = of_all.map(|(at, person, what)| event(at * STEP, person, what));
    goes_on(&mut evidence, MESSAGES + 1, happened.into());
    evidence
}

#[test]
fn what_is_taken_back_is_gone_and_everyone_hears_of_it() {
    let findings = check(&taken_back(), LIMITS);
    assert!(findings.is_empty(), "{findings:?}");
    let finds = |kind: Kind, spoil: &dyn Fn(&mut Evidence)| {
        let mut evidence = taken_back();
        spoil(&mut evidence);
        let findings = check(&evidence, LIMITS);
        assert!(
            findings.iter().any(|found| found.kind == kind),
            "{kind}: {findings:?}"
        );
    };
    // Its words are there still.
    finds(Kind::Lost, &|evidence| {
        let row = &mut evidence.rows[MESSAGES as usize - 1];
        row.message.deleted = false;
    });
    // Nobody asked for it.
    finds(Kind::Unexpected, &|evidence| {
        evidence
            .events
            .retain(|event| !matches!(event.what, What::TakingBack { .. }));
    });
    // Somebody never hears of it.
    finds(Kind::Gap, &|evidence| {
        let hears = |event: &Event| matches!(&event.what, What::Shown { connection: 12, message } if message.deleted);
        evidence.events.retain(|event| !hears(event));
    });
    // Somebody who comes later is shown what it said.
    finds(Kind::ShownAfterRemoval, &|evidence| {
        let said = row(MESSAGES, "p0-12").message;
        let late = event(160 * STEP, 2, shown_again(13, &said));
        evidence.events.push(late);
    });
}
