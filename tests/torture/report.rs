//! What a run has shown, for whoever ran it.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::checker::Finding;
use crate::checker::evidence::{Evidence, What};
use crate::checker::measure::{Measured, Times, measure};

/// Of one kind, so many are told in full.
const TOLD: usize = 10;

/// Prints everything that was measured, and what was found.
pub fn print(evidence: &Evidence, findings: &[Finding], lasted: Duration) {
    let measured = measure(evidence);
    println!();
    print_counts(evidence, &measured, lasted);
    print_effects(&measured);
    print_findings(findings);
}

fn print_counts(evidence: &Evidence, measured: &Measured, lasted: Duration) {
    let sampled = evidence
        .events
        .iter()
        .filter(|event| matches!(event.what, What::Sampled { .. }))
        .count();
    println!("lasted                    {} s", lasted.as_secs());
    println!("messages sent             {}", measured.sent);
    println!("messages acknowledged     {}", measured.acknowledged);
    println!("messages edited           {}", measured.edited);
    println!("reactions                 {}", measured.reacted);
    println!("messages taken back       {}", measured.taken_back);
    println!("messages stored           {}", evidence.rows.len());
    println!("messages shown            {}", measured.shown);
    println!("looked up when shown      {sampled}");
    println!(
        "sockets opened            {}, of which {} went on where they were",
        measured.connections, measured.resumed
    );
    println!("faults made               {}", evidence.disturbances.len());
    println!();
    println!("from sending to showing, in ms    p50      p99      max   (count)");
    println!("calm, on one node            {}", row(&measured.calm_here));
    println!(
        "calm, between nodes          {}",
        row(&measured.calm_elsewhere)
    );
    println!("from signing out to the end of a socket, in ms");
    println!("                             {}", row(&measured.removed));
}

fn print_effects(measured: &Measured) {
    println!();
    println!("under each fault, in ms: p50 p99 max (count)");
    println!(
        "{:<38} {:>5} | {:^34} | {:^34} | {:^34}",
        "fault", "times", "lost socket to welcome", "answered after its end", "sent to shown"
    );
    for (kind, effect) in &measured.effects {
        println!(
            "{kind:<38} {:>5} | {} | {} | {}",
            effect.times,
            row(&effect.back),
            row(&effect.answered),
            row(&effect.shown)
        );
    }
}

fn print_findings(findings: &[Finding]) {
    println!();
    let mut kinds: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for finding in findings {
        kinds
            .entry(finding.kind)
            .or_default()
            .push(&finding.sentence);
    }
    for (kind, sentences) in &kinds {
        println!("{kind}: {}", sentences.len());
        for sentence in sentences.iter().take(TOLD) {
            println!("    {sentence}");
        }
    }
    println!("findings                  {}", findings.len());
}

fn row(times: &Times) -> String {
    let part = |percent| match times.percentile(percent) {
        Some(time) => format!("{time:>8.0}"),
        None => format!("{:>8}", "-"),
    };
    let count = format!("({})", times.count());
    format!("{} {} {} {count:>7}", part(50), part(99), part(100))
}
