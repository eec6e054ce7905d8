//! The checker of the torture run is itself tried: one fault of each kind in a good history is found, and the good one passes.

use std::time::Duration;

use crate::checker::evidence::{Disturbance, Evidence, Footprint, Process, What};
use crate::checker::measure::measure;
use crate::checker::{Kind, Limits, check};
use crate::good_history::{HALF, MESSAGES, ROOM, STEP, event, good, row, sent, shown};

pub const LIMITS: Limits = Limits {
    removal: Duration::from_millis(500),
    showing: Duration::from_secs(6),
    answering: Duration::from_secs(5),
    stopping: Duration::from_secs(15),
    growth_kib: 1_000,
};

#[test]
fn a_good_history_passes() {
    let findings = check(&good(), LIMITS);
    assert!(findings.is_empty(), "{findings:?}");
}

#[test]
fn a_good_history_passes_when_it_was_written_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    good().write(folder.path()).unwrap();
    assert_eq!(Evidence::read(folder.path()).unwrap(), good());
}

#[test]
fn a_message_that_was_acknowledged_and_is_not_stored_is_lost() {
    // The last one: no number is missing without it.
    finds(Kind::Lost, |evidence| {
        evidence.rows.pop();
    });
}

#[test]
fn a_message_that_nobody_has_sent_is_unexpected() {
    finds(Kind::Unexpected, |evidence| {
        evidence.rows.push(row(MESSAGES + 1, "p0-99"));
    });
    finds(Kind::Unexpected, |evidence| {
        evidence.rows[4].message.text += 1;
    });
    finds(Kind::Unexpected, |evidence| {
        let mut of_nobody = row(MESSAGES + 1, "x");
        of_nobody.message.author = None;
        evidence.rows.push(of_nobody);
    });
}

#[test]
fn a_message_that_is_stored_or_shown_twice_is_a_duplicate() {
    finds(Kind::Duplicate, |evidence| {
        let mut again = evidence.rows[3].clone();
        again.message.seq = MESSAGES + 1;
        again.message.revision = MESSAGES + 1;
        evidence.rows.push(again);
    });
    finds(Kind::Duplicate, |evidence| {
        let place = shown(evidence, 10, 4);
        let again = evidence.events[place].clone();
        evidence.events.insert(place + 1, again);
    });
    finds(Kind::Duplicate, |evidence| {
        evidence.rows[5].message.revision = evidence.rows[6].message.revision;
    });
}

#[test]
fn a_message_that_never_came_is_a_gap() {
    for (connection, seq) in [(10, 4), (10, MESSAGES), (12, HALF + 1)] {
        finds(Kind::Gap, |evidence| {
            let place = shown(evidence, connection, seq);
            evidence.events.remove(place);
        });
    }
    finds(Kind::Gap, |evidence| {
        for number in &mut evidence.rows {
            number.message.seq += i64::from(number.message.seq > 5);
        }
    });
    finds(Kind::Gap, |evidence| {
        for event in &mut evidence.events {
            if let What::Read { messages, .. } = &mut event.what {
                messages.remove(2);
            }
        }
    });
    finds(Kind::Gap, |evidence| {
        for event in &mut evidence.events {
            if let What::Read { messages, .. } = &mut event.what {
                messages.pop();
            }
        }
    });
}

#[test]
fn what_two_people_saw_differently_is_a_disagreement() {
    finds(Kind::Disagreement, |evidence| {
        let place = shown(evidence, 11, 2);
        let What::Shown { message, .. } = &mut evidence.events[place].what else {
            unreachable!()
        };
        message.text += 1;
    });
    // The same where the message was changed since, and only the two of them know what it was.
    finds(Kind::Disagreement, |evidence| {
        evidence.rows[1].message.revision = MESSAGES + 1;
        let place = shown(evidence, 11, 2);
        let What::Shown { message, .. } = &mut evidence.events[place].what else {
            unreachable!()
        };
        message.text += 1;
    });
    finds(Kind::Disagreement, |evidence| {
        for event in &mut evidence.events {
            if let What::Acknowledged { id, seq, .. } = &mut event.what
                && id == "p0-4"
            {
                *seq += 1;
            }
        }
    });
}

#[test]
fn a_revision_that_does_not_rise_is_a_reordering() {
    finds(Kind::Reordering, |evidence| {
        let (first, second) = (shown(evidence, 10, 4), shown(evidence, 10, 5));
        let late = evidence.events[first].what.clone();
        evidence.events[first].what = std::mem::replace(&mut evidence.events[second].what, late);
    });
    finds(Kind::Reordering, |evidence| {
        for event in &mut evidence.events {
            if let What::Opened {
                connection: 12,
                from,
                ..
            } = &mut event.what
            {
                *from += 1;
            }
        }
    });
}

#[test]
fn one_senders_messages_in_another_order_than_sent_are_found() {
    finds(Kind::SenderOrder, |evidence| {
        let (first, later) = (sent(evidence, "p0-4"), sent(evidence, "p0-8"));
        let what = evidence.events[first].what.clone();
        evidence.events[first].what = std::mem::replace(&mut evidence.events[later].what, what);
    });
}

#[test]
fn a_message_that_is_shown_and_not_stored_is_found() {
    finds(Kind::ShownBeforeCommitted, |evidence| {
        let place = shown(evidence, 10, MESSAGES);
        let mut ghost = evidence.events[place].clone();
        if let What::Shown { message, .. } = &mut ghost.what {
            message.seq += 1;
            message.revision += 1;
        }
        evidence.events.insert(place + 1, ghost);
    });
    finds(Kind::ShownBeforeCommitted, |evidence| {
        let what = What::Sampled {
            room: ROOM,
            seq: 3,
            stored: false,
        };
        evidence.events.push(event(99 * STEP, 0, what));
    });
}

#[test]
fn who_signed_out_and_sees_more_or_stays_is_found() {
    finds(Kind::ShownAfterRemoval, |evidence| {
        for event in &mut evidence.events {
            if let What::SignedOut { .. } = event.what {
                event.at = 1;
            }
        }
    });
    finds(Kind::ShownAfterRemoval, |evidence| {
        evidence
            .events
            .retain(|event| !matches!(event.what, What::Ended { connection: 20, .. }));
    });
}

#[test]
fn a_send_without_an_answer_or_refused_for_good_is_found() {
    finds(Kind::Stuck, |evidence| {
        evidence
            .events
            .retain(|event| !matches!(&event.what, What::Acknowledged { id, .. } if id == "p0-4"));
    });
    finds(Kind::Stuck, |evidence| {
        let why = "never came back".to_owned();
        evidence
            .events
            .push(event(99 * STEP, 0, What::Stuck { why }));
    });
    finds(Kind::Refused, |evidence| {
        let what = What::Refused {
            room: ROOM,
            id: "p0-4".to_owned(),
            code: "conflict".to_owned(),
            retry: false,
        };
        evidence.events.push(event(99 * STEP, 0, what));
    });
}

#[test]
fn what_comes_later_than_the_head_check_allows_is_found_unless_a_fault_excuses_it() {
    finds(Kind::Late, |evidence| {
        for event in &mut evidence.events {
            if matches!(&event.what, What::Acknowledged { id, .. } if id == "p0-4") {
                event.at += 10_000_000;
            }
        }
    });
    let late = |evidence: &mut Evidence| {
        let place = shown(evidence, 10, MESSAGES);
        evidence.events[place].at += 10_000_000;
    };
    finds(Kind::Late, late);
    let mut excused = good();
    late(&mut excused);
    excused.disturbances.push(Disturbance {
        kind: "frozen".to_owned(),
        nodes: vec![0],
        began: MESSAGES as u64 * 2 * STEP,
        ended: 9_000_000,
        over: 9_000_000,
        excuses: true,
    });
    assert_eq!(check(&excused, LIMITS), []);
    excused.disturbances[0].nodes = vec![1];
    finds_in(Kind::Late, &excused);
}

#[test]
fn a_process_that_keeps_something_or_ends_badly_is_found() {
    let before = Footprint {
        open_files: 40,
        half_closed: 0,
        resident_kib: 50_000,
    };
    let left = |after: Footprint| Process::Left {
        node: 1,
        before,
        after,
    };
    for after in [
        Footprint {
            open_files: 90,
            ..before
        },
        Footprint {
            half_closed: 1,
            ..before
        },
        Footprint {
            resident_kib: 52_000,
            ..before
        },
    ] {
        finds(Kind::Leak, |evidence| evidence.processes.push(left(after)));
    }
    let stopped = |after: u64, code: i32| Process::Stopped {
        node: 1,
        after,
        code: Some(code),
    };
    for process in [
        stopped(16_000_000, 0),
        stopped(1_000_000, 1),
        Process::Said {
            node: 0,
            line: "panicked".to_owned(),
        },
    ] {
        finds(Kind::Process, |evidence| {
            evidence.processes.push(process.clone());
        });
    }
}

#[test]
fn times_are_taken_from_the_same_history() {
    let measured = measure(&good());
    assert_eq!(measured.sent, MESSAGES as usize);
    assert_eq!(measured.acknowledged, MESSAGES as usize);
    assert_eq!((measured.connections, measured.resumed), (5, 1));
    assert_eq!(measured.calm_here.percentile(50), Some(10.0));
    assert_eq!(measured.calm_elsewhere.percentile(99), Some(20.0));
    let mut troubled = good();
    troubled.disturbances.push(Disturbance {
        kind: "cut".to_owned(),
        nodes: vec![1],
        began: 1,
        ended: 1_000_000,
        over: 3_000_000,
        excuses: true,
    });
    let effect = &measure(&troubled).effects["cut"];
    assert_eq!((effect.times, effect.back.count()), (1, 1));
    assert_eq!(effect.back.percentile(50), Some(50.0));
    assert_eq!(effect.answered.count(), MESSAGES as usize);
}

/// Seeds a fault into the good history, and expects it to be found as what it is.
#[track_caller]
fn finds(kind: Kind, seed: impl Fn(&mut Evidence)) {
    let mut evidence = good();
    seed(&mut evidence);
    finds_in(kind, &evidence);
}

#[track_caller]
fn finds_in(kind: Kind, evidence: &Evidence) {
    let findings = check(evidence, LIMITS);
    assert!(
        findings.iter().any(|finding| finding.kind == kind),
        "{kind} was to be found, not {findings:?}"
    );
}
