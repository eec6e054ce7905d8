//! The load generator behind docs/performance.md: starts a release build of adda on a core of its own, signs people up
//! through the front door, has them talk, and checks what every one of them received.
//!
//! In reading order: `command` (what can be asked for), `stage` (a site with people and rooms, on one `server` or several that
//! share `backends`), `crowd` (many sockets on one thread), `talk` (messages at a set rate, judged by the `ledger`),
//! `throughput` (what they cost), `conversation` (a talk of people who come back as pages do), then one file per scenario.

// A program of the command line: what it prints is what it is for.
#![allow(clippy::print_stdout, clippy::print_stderr)]

mod activity;
mod around;
mod asking;
mod backends;
mod backoff;
mod burst;
mod command;
mod conversation;
mod crowd;
mod delays;
mod disk;
mod drawing;
mod everything;
mod faults;
mod frames;
mod highest;
mod histogram;
mod http;
mod idle;
mod kept;
mod ledger;
mod lobby;
mod machine;
mod member;
mod numbers;
mod outages;
mod outcome;
mod page;
mod plans;
mod postgresql;
mod presence;
mod redis;
mod returning;
mod rows;
mod searching;
mod seeding;
mod server;
mod sightings;
mod speech;
mod spread;
mod stage;
mod start;
mod stopping;
mod storm;
mod stuck;
mod talk;
mod tally;
mod throughput;
mod token;
mod uploads;
mod verdict;

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
    let setting = match scenario {
        Scenario::RedisKilled(_) | Scenario::NodeKilled(_) => setting.several(),
        Scenario::Presence(plan) => setting.of_people(plan.people + plan.moving),
        Scenario::Lobby(plan) => setting.of_people(plan.people),
        Scenario::Burst(plan) => setting.of_people(plan.people),
        _ => setting,
    };
    let setting = setting.prepare()?;
    match scenario {
        Scenario::Throughput(plan) | Scenario::Latency(plan) => {
            let (mut stage, rooms) = stage_with_rooms(&setting, plan.rooms)?;
            let outcome = throughput::run(&stage, plan, &rooms)?;
            stage.stop()?;
            Ok(shown(&outcome, outcome.is_clean()))
        }
        Scenario::Highest(search) => {
            let (mut stage, rooms) = stage_with_rooms(&setting, search.plan.rooms)?;
            let found = highest::find(&stage, search, &rooms)?;
            stage.stop()?;
            Ok(shown(&found, found.is_sound()))
        }
        Scenario::Idle(plan) => {
            let idle = idle::run(&mut Stage::open(&setting)?, plan)?;
            Ok(shown(&format!("{idle}\n"), true))
        }
        Scenario::Start => Ok(shown(&format!("{}\n", start::run(&setting)?), true)),
        Scenario::Page(plan) => {
            let pages = page::run(&mut Stage::open(&setting)?, plan)?;
            Ok(shown(&format!("room page: {pages}\n"), true))
        }
        Scenario::Lobby(plan) => {
            let pages = lobby::run(&mut Stage::open(&setting)?, plan)?;
            Ok(shown(&format!("lobby: {pages}\n"), true))
        }
        Scenario::Around(plan) => {
            let around = around::run(&mut Stage::open(&setting)?, plan)?;
            Ok(shown(&around, true))
        }
        Scenario::Search(plan) => {
            let searched = searching::run(&mut Stage::open(&setting)?, plan)?;
            Ok(shown(&searched, searched.is_clean()))
        }
        Scenario::Presence(plan) => {
            let presence = presence::run(&mut Stage::open(&setting)?, plan)?;
            Ok(shown(&presence, presence.is_clean()))
        }
        Scenario::Activity(plan) => {
            let activity = activity::run(&mut Stage::open(&setting)?, plan)?;
            Ok(shown(&activity, activity.is_clean()))
        }
        Scenario::Uploads(plan) => {
            let uploads = uploads::run(&mut Stage::open(&setting)?, plan)?;
            Ok(shown(&format!("{uploads}\n"), true))
        }
        Scenario::Burst(plan) => {
            let burst = burst::run(&mut Stage::open(&setting)?, plan)?;
            Ok(shown(&burst, burst.is_clean()))
        }
        Scenario::Draw => {
            let drawings = drawing::run();
            Ok(shown(&drawings, drawings.is_clean()))
        }
        Scenario::Fsync => Ok(shown(&format!("{}\n", disk::run(&setting.folder)?), true)),
        Scenario::All(thoroughness) => everything::run(&setting, thoroughness),
        Scenario::Storm(plan) => {
            let storm = storm::run(&mut Stage::open(&setting)?, plan)?;
            Ok(shown(&storm, storm.is_clean()))
        }
        Scenario::Stuck(plan) => {
            let stuck = stuck::run(&mut Stage::open(&setting)?, plan)?;
            Ok(shown(&stuck, stuck.is_clean()))
        }
        Scenario::Stop(plan) => {
            let stopped = stopping::run(&mut Stage::open(&setting)?, plan)?;
            Ok(shown(&stopped, stopped.is_clean()))
        }
        Scenario::RedisKilled(plan) => {
            let killed = outages::redis(&mut Stage::open(&setting)?, plan)?;
            Ok(shown(&killed, killed.is_clean()))
        }
        Scenario::NodeKilled(plan) => {
            let killed = outages::node(&mut Stage::open(&setting)?, plan)?;
            Ok(shown(&killed, killed.is_clean()))
        }
        Scenario::Faults(plan) => faults::run(&setting, plan),
    }
}

fn stage_with_rooms(setting: &Setting, count: usize) -> Result<(Stage, Vec<String>)> {
    let mut stage = Stage::open(setting)?;
    let rooms = stage.rooms("load", count)?;
    Ok((stage, rooms))
}

/// Prints what was found. Returns whether it was good.
fn shown(found: &impl std::fmt::Display, good: bool) -> bool {
    print!("{found}");
    good
}
