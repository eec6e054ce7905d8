//! adda in a real browser: Chromium, driven by its own driver, with nothing on the way that a person would not have.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    unreachable_pub
)]

mod driver;
#[allow(dead_code, reason = "the other tests use more of it")]
#[path = "../site/mod.rs"]
mod site;
mod window;

mod accessibility;
mod company;
mod deleting;
mod editing;
mod files;
mod getting_along;
mod history;
mod hostile;
mod letting_in;
mod notifying;
mod outage;
mod reacting;
mod scrolling;
mod searching;
mod several_nodes;
mod talk;
mod unsent;
mod voice;
mod waiting;
mod without_scripts;
mod writing;

use std::time::Duration;

/// No journey takes longer, whatever it waits for.
const JOURNEY_DEADLINE: Duration = Duration::from_secs(180);

fn play(journey: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let ended = runtime.block_on(async { tokio::time::timeout(JOURNEY_DEADLINE, journey).await });
    ended.expect("the journey took longer than three minutes");
}
