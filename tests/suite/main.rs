//! adda as people and their programs meet it: a real server, real sockets, real databases.
//!
//! Each scenario is an `async fn` that is named for what it shows. Those that touch what is kept run on both databases.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    unreachable_pub
)]

/// Makes a test of each scenario on SQLite and one on PostgreSQL.
macro_rules! on_both_databases {
    ($($scenario:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[test] fn $scenario() { crate::play(super::$scenario(crate::site::Database::Sqlite)); })+
        }
        mod on_postgresql {
            $(#[test] fn $scenario() { crate::play(super::$scenario(crate::site::Database::Postgresql)); })+
        }
    };
}

/// Makes one test of each scenario in which the database has no part.
macro_rules! whatever_the_database {
    ($($scenario:ident),+ $(,)?) => {
        mod on_either_database {
            $(#[test] fn $scenario() { crate::play(super::$scenario(crate::site::Database::Sqlite)); })+
        }
    };
}

// The vocabulary.
mod people;
mod raw;
mod sending;
#[allow(dead_code, reason = "the browser's tests use more of it")]
#[path = "../site/mod.rs"]
mod site;
mod socket;

// What the torture run is judged by.
#[path = "../torture/checker/mod.rs"]
mod checker;
mod good_history;
mod negative_control;
mod seeded_deletions;
mod seeded_edits;
mod seeded_faults;
mod seeded_reactions;
mod seen_by;

// What is said.
mod access;
mod attachments;
mod attention;
mod commands;
mod contention;
mod conversation;
mod crash;
mod deletion;
mod editing;
mod erasing;
mod faults;
mod getting_along;
mod leaving;
mod limits;
mod markup;
mod mentions;
mod notifications;
mod order;
mod pins;
mod presence;
mod reactions;
mod redis_away;
mod relay;
mod replies;
mod reports;
mod resume;
mod room_changes;
mod room_switches;
mod rooms;
mod search;
mod several_nodes;
mod storms;
mod suspension;
mod taking_back;
mod unread;
mod uploads;
mod versions;
mod wires;

// What a machine and a database do to it.
mod check;
mod clock;
mod directory;
mod directs;
mod disk;
mod exhaustion;
mod outages;
mod restores;
mod space;

// How it is reached.
mod accounts;
mod adding;
mod administration;
mod api;
mod avatars;
mod history;
mod in_process;
mod invitations;
mod joining;
mod logo;
mod newcomers;
mod pages;
mod passwords;
mod pictures;
mod profiles;
mod proxies;
mod room_administration;
mod site_settings;

// What is refused.
mod conformance;
mod frames;
mod inputs;
mod membership;
mod methods;
mod origins;
mod own_account;
mod own_lists;
mod refusals;
mod regressions;
mod security;

// What it is made of.
mod architecture;
mod attendance;
mod colours;
mod reliability;
mod settings;

use std::time::{Duration, Instant};

/// No scenario takes longer, whatever it waits for.
const SCENARIO_DEADLINE: Duration = Duration::from_secs(120);

fn play(scenario: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let ended = runtime.block_on(async { tokio::time::timeout(SCENARIO_DEADLINE, scenario).await });
    ended.expect("the scenario took longer than two minutes");
}

/// Waits until something is so that nobody announces.
async fn eventually(what: &str, is_so: impl AsyncFn() -> bool) {
    let began = Instant::now();
    while !is_so().await {
        assert!(
            began.elapsed() < site::DEADLINE,
            "{what} did not come in time"
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
