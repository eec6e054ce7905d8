//! The load generator behind docs/performance.md: starts a release build of adda on a core of its own, signs people up
//! through the front door, has them talk, and checks what every one of them received.
//!
//! In reading order: `command` (what can be asked for), `stage` (a site with people and rooms, on a `server`), `crowd` (many
//! sockets on one thread), `throughput` (messages at a set rate, judged by the `ledger`), then one file per other scenario.

// A program of the command line: what it prints is what it is for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod command;
mod crowd;
mod disk;
mod everything;
mod frames;
mod highest;
mod histogram;
mod http;
mod idle;
mod ledger;
mod machine;
mod member;
mod numbers;
mod outcome;
mod page;
mod server;
mod speech;
mod stage;
mod start;
mod throughput;
mod token;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};
use command::{CommandLine, Scenario, Setting};
use stage::Stage;

/// What went wrong, as a sentence.
type Failure = Box<dyn std::error::Error + Send + Sync>;
type Result<T> = std::result::Result<T, Failure>;

fn main() -> ExitCode {
    let CommandLine {
        scenario, setting, ..
    } = CommandLine::parse();
    // Without a scenario, as in a plain `cargo bench`, nothing is measured: each takes a quiet machine for seconds or minutes.
    let Some(scenario) = scenario else {
        return match CommandLine::command().print_help() {
            Ok(()) => ExitCode::SUCCESS,
            Err(_) => ExitCode::FAILURE,
        };
    };
    match perform(&scenario, setting) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => {
            eprintln!("something was missing, doubled or out of order, or nothing was fast enough");
            ExitCode::FAILURE
        }
        Err(failure) => {
            eprintln!("load: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Whether everything arrived as it should.
fn perform(scenario: &Scenario, setting: Setting) -> Result<bool> {
    let setting = setting.prepare()?;
    match scenario {
        Scenario::Throughput(plan) | Scenario::Latency(plan) => {
            let mut stage = Stage::open(setting)?;
            let rooms = stage.rooms("load", plan.rooms)?;
            let outcome = throughput::run(&stage, plan, &rooms)?;
            print!("{outcome}");
            Ok(outcome.is_clean())
        }
        Scenario::Highest(search) => {
            let mut stage = Stage::open(setting)?;
            let rooms = stage.rooms("load", search.plan.rooms)?;
            let found = highest::find(&stage, search, &rooms)?;
            print!("{found}");
            Ok(found.is_sound())
        }
        Scenario::Idle(plan) => {
            let mut stage = Stage::open(setting)?;
            println!("{}", idle::run(&mut stage, plan)?);
            Ok(true)
        }
        Scenario::Start => {
            println!("{}", start::run(&setting)?);
            Ok(true)
        }
        Scenario::Page(plan) => {
            let mut stage = Stage::open(setting)?;
            println!("{}", page::run(&mut stage, plan)?);
            Ok(true)
        }
        Scenario::Fsync => {
            println!("{}", disk::run(&setting.folder)?);
            Ok(true)
        }
        Scenario::All(thoroughness) => everything::run(&setting, thoroughness),
    }
}
