//! Reads what everyone has written down, and what the database holds, and says where the two disagree with the promise.
//!
//! It knows nothing of servers and sockets: histories go in, findings come out.

pub mod evidence;
pub mod measure;

mod index;
mod processes;
mod removal;
mod shown;
mod stored;

use std::fmt;
use std::time::Duration;

use evidence::Evidence;
use index::Index;

/// Something that must not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub kind: Kind,
    pub sentence: String,
}

/// What is wrong, in a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// Acknowledged, and not in the database.
    Lost,
    /// In the database, and never sent, or not so.
    Unexpected,
    /// Stored twice, or shown twice on one connection.
    Duplicate,
    /// Something between the first and the last was never shown, or a number is not taken.
    Gap,
    /// Two saw different things, or something else than is stored.
    Disagreement,
    /// A revision that does not rise.
    Reordering,
    /// One sender's messages in another order than they were sent.
    SenderOrder,
    ShownBeforeCommitted,
    ShownAfterRemoval,
    /// A send that failed for good.
    Refused,
    /// A send that had no answer, or somebody who did not get back, by the end.
    Stuck,
    /// Shown longer after it was stored than the head check allows, or answered longer after it was sent than anything excuses.
    Late,
    /// Something that a node keeps when everyone has left.
    Leak,
    /// A process that stopped too late or with an error, or panicked.
    Process,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Kind::Lost => "lost",
            Kind::Unexpected => "unexpected",
            Kind::Duplicate => "duplicate",
            Kind::Gap => "gap",
            Kind::Disagreement => "disagreement",
            Kind::Reordering => "reordering",
            Kind::SenderOrder => "sender order",
            Kind::ShownBeforeCommitted => "shown before committed",
            Kind::ShownAfterRemoval => "shown after removal",
            Kind::Refused => "refused for good",
            Kind::Stuck => "stuck",
            Kind::Late => "late",
            Kind::Leak => "leak",
            Kind::Process => "process",
        })
    }
}

/// How long things may take where nothing excuses more.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// From a sign-out to the last thing shown to whom it concerns.
    pub removal: Duration,
    /// From an acknowledgement to the showing.
    pub showing: Duration,
    /// From sending, or the end of a fault that excuses more, to the answer that it is stored.
    pub answering: Duration,
    /// From being asked to stop to the end of a process.
    pub stopping: Duration,
    /// What a process may grow by from when its people have come until they have left.
    pub growth_kib: usize,
}

/// Everything that is wrong; nothing, where the promise was kept.
pub fn check(evidence: &Evidence, limits: Limits) -> Vec<Finding> {
    let index = Index::of(evidence);
    let mut findings = Findings(Vec::new());
    stored::check(&index, limits, &mut findings);
    shown::check(&index, limits, &mut findings);
    removal::check(&index, limits, &mut findings);
    processes::check(&evidence.processes, limits, &mut findings);
    findings.0
}

/// Collects, and puts each into a sentence.
struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, kind: Kind, sentence: String) {
        self.0.push(Finding { kind, sentence });
    }
}
