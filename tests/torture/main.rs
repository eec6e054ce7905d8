//! Torture: several nodes, one PostgreSQL, one Redis, many people, and faults at random from a seed. Afterwards everything
//! that anyone saw is held against the database. `bin/torture` runs it for as long as asked.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::print_stderr,
    unreachable_pub
)]

mod checker;
mod database;
mod faults;
mod people;
mod place;
mod plan;
mod record;
mod report;
mod run;
mod settings;
#[allow(dead_code, reason = "other tests use more of it")]
#[path = "../site/mod.rs"]
mod site;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use checker::Limits;
use checker::evidence::Evidence;
use run::Outcome;
use settings::Settings;

/// What may take how long, and what a process may keep.
const LIMITS: Limits = Limits {
    // 5 s where the others are not told, and what a busy machine adds.
    removal: Duration::from_secs(6),
    showing: Duration::from_secs(6),
    // A client doubts its socket 20 s after a send, and needs some seconds for another.
    answering: Duration::from_secs(25),
    stopping: Duration::from_secs(15),
    growth_kib: 128 * 1024,
};

fn main() -> ExitCode {
    let settings = match Settings::read(std::env::args().skip(1)) {
        Ok(Some(settings)) => settings,
        Ok(None) => return ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            return ExitCode::from(2);
        }
    };
    let outcome = match &settings.evidence {
        Some(folder) => judged_again(folder),
        None => run::run(&settings),
    };
    let findings = checker::check(&outcome.evidence, LIMITS);
    report::print(&outcome.evidence, &findings, outcome.lasted);
    if settings.evidence.is_none() && (settings.keep || !findings.is_empty()) {
        println!("the evidence is in {}", keep(&outcome).display());
    }
    if findings.is_empty() {
        return ExitCode::SUCCESS;
    }
    println!("the same faults again: --seed {}", settings.seed);
    ExitCode::FAILURE
}

fn judged_again(folder: &Path) -> Outcome {
    let evidence = Evidence::read(folder).unwrap();
    let last = evidence.events.last().map_or(0, |event| event.at);
    Outcome {
        evidence,
        lasted: Duration::from_micros(last),
        logs: Vec::new(),
    }
}

/// Writes everything where it stays when this process has ended.
fn keep(outcome: &Outcome) -> PathBuf {
    let folder = tempfile::Builder::new()
        .prefix("adda-torture-")
        .tempdir()
        .unwrap()
        .keep();
    outcome.evidence.write(&folder).unwrap();
    for (node, log) in outcome.logs.iter().enumerate() {
        std::fs::write(folder.join(format!("node-{node}.log")), log).unwrap();
    }
    folder
}
