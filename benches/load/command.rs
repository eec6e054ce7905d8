//! What can be asked for on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::machine::{self, Cores};
use crate::{Failure, Result};

/// Measures a release build of adda: speed, latency, memory, and whether all that is said arrives.
#[derive(Parser)]
#[command(name = "load", bin_name = "cargo bench --bench load --")]
pub struct CommandLine {
    #[command(subcommand)]
    pub scenario: Option<Scenario>,
    #[command(flatten)]
    pub setting: Setting,
    /// Said by `cargo bench` to every benchmark.
    #[arg(long, hide = true, global = true)]
    bench: bool,
}

#[derive(Subcommand)]
pub enum Scenario {
    /// Send at a set rate and check what everyone receives
    Throughput(Plan),
    /// The same, for one room of 100 people with 100 messages a second unless said otherwise
    Latency(Plan),
    /// Find the highest rate with nothing missing and p99 within a limit
    Highest(Search),
    /// Memory of sockets that only listen
    Idle(IdlePlan),
    /// Memory of a fresh process, and how soon it is ready
    Start,
    /// Requests a second for a room's page with 50 messages, signed in
    Page(PagePlan),
    /// How long the disk takes to keep something
    Fsync,
    /// All figures of docs/performance.md, as a table in Markdown
    All(Thoroughness),
}

/// Where and on what to measure.
#[derive(Args, Clone)]
pub struct Setting {
    /// The database instead of SQLite: `postgres://…`, empty or used by this program only
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// Where to make the throw-away data folder; it should be on a real disk [default: under target/]
    #[arg(long, global = true, value_name = "FOLDER", default_value = env!("CARGO_TARGET_TMPDIR"), hide_default_value = true)]
    pub folder: PathBuf,
    /// Accounts to sign up; connections share them in turn
    #[arg(long, global = true, default_value_t = 100, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=100))]
    pub accounts: u16,
    /// The cores that the server and this program run on; none where they share what there is.
    #[arg(skip)]
    pub cores: Option<Cores>,
}

impl Setting {
    /// Puts this program on its core and makes the folder.
    pub fn prepare(mut self) -> Result<Setting> {
        std::fs::create_dir_all(&self.folder).map_err(|cause| -> Failure {
            format!("cannot make {}: {cause}", self.folder.display()).into()
        })?;
        self.cores = machine::two_cores();
        match &self.cores {
            Some(cores) => {
                machine::pin_this_process(cores.generator)?;
                eprintln!(
                    "server on core {}, generator on core {}",
                    cores.server, cores.generator
                );
            }
            None => eprintln!(
                "no taskset or a single core: server and generator are not kept apart, the figures are lower"
            ),
        }
        Ok(self)
    }
}

/// Messages at a set rate.
#[derive(Args, Clone)]
pub struct Plan {
    /// How many rooms
    #[arg(long, default_value_t = 1, value_name = "NUMBER")]
    pub rooms: usize,
    /// People in each room, senders included
    #[arg(long, default_value_t = 100, value_name = "NUMBER")]
    pub people: usize,
    /// Senders in each room
    #[arg(long, default_value_t = 10, value_name = "NUMBER")]
    pub senders: usize,
    /// Messages a second, all rooms together
    #[arg(long, default_value_t = 100.0, value_name = "NUMBER")]
    pub rate: f64,
    /// How long to measure
    #[arg(long, default_value_t = 5.0, value_name = "SECONDS")]
    pub seconds: f64,
    /// How long to send before that; checked like the rest, but not timed
    #[arg(long, default_value_t = 1.0, value_name = "SECONDS")]
    pub warm_up: f64,
    /// Characters in each message
    #[arg(long, default_value_t = 128, value_name = "BYTES")]
    pub size: usize,
}

impl Plan {
    /// One room with one kind of crowd, otherwise as the defaults say.
    pub fn of(rooms: usize, people: usize, senders: usize, rate: f64) -> Plan {
        Plan {
            rooms,
            people,
            senders,
            rate,
            seconds: 5.0,
            warm_up: 1.0,
            size: 128,
        }
    }

    /// Errors: what cannot be asked for, as a sentence.
    pub fn check(&self) -> Result<()> {
        let total = (self.seconds + self.warm_up) * self.rate;
        if self.rooms == 0 || self.senders == 0 || self.senders > self.people {
            Err("there is at least one room, and in each at least one sender and no more senders than people".into())
        } else if self.rooms * self.senders > usize::from(u16::MAX) {
            Err("at most 65,535 senders".into())
        } else if !(self.rate > 0.0
            && self.seconds > 0.0
            && self.warm_up >= 0.0
            && self.seconds + self.warm_up <= 3_600.0)
        {
            Err("the rate and the seconds are above 0, and a run takes an hour at most".into())
        } else if total / (self.rooms * self.senders) as f64 >= f64::from(1 << 24) {
            Err("at most 16,777,215 messages of each sender".into())
        } else if !(crate::token::LENGTH..=16_000).contains(&self.size) {
            Err(format!(
                "a message has {} to 16,000 characters",
                crate::token::LENGTH
            )
            .into())
        } else {
            Ok(())
        }
    }
}

/// The search for the highest rate.
#[derive(Args, Clone)]
pub struct Search {
    #[command(flatten)]
    pub plan: Plan,
    /// The rate to begin with; doubled while it is kept, then the middle is tried
    #[arg(long, default_value_t = 500.0, value_name = "NUMBER")]
    pub from: f64,
    /// No rate above this
    #[arg(long, default_value_t = 64_000.0, value_name = "NUMBER")]
    pub most: f64,
    /// 99 of 100 deliveries take no longer
    #[arg(long, default_value_t = 100.0, value_name = "MILLISECONDS")]
    pub p99: f64,
    /// How near, as a share of the rate, the answer is to be
    #[arg(long, default_value_t = 0.05, value_name = "SHARE")]
    pub precision: f64,
}

/// Sockets that only listen.
#[derive(Args, Clone)]
pub struct IdlePlan {
    /// How many
    #[arg(long, default_value_t = 10_000, value_name = "NUMBER")]
    pub sockets: usize,
    /// Spread over this many rooms
    #[arg(long, default_value_t = 100, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    pub rooms: u16,
    /// How long to wait before looking
    #[arg(long, default_value_t = 2.0, value_name = "SECONDS")]
    pub hold: f64,
}

/// The room's page.
#[derive(Args, Clone)]
pub struct PagePlan {
    /// How long to ask
    #[arg(long, default_value_t = 5.0, value_name = "SECONDS")]
    pub seconds: f64,
    /// Over how many kept connections
    #[arg(long, default_value_t = 8, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub connections: u16,
}

/// How much time the whole table may take.
#[derive(Args, Clone)]
pub struct Thoroughness {
    /// Each figure is the median of so many runs
    #[arg(long, default_value_t = 3, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=99))]
    pub repeat: u16,
    /// How long each run measures
    #[arg(long, default_value_t = 4.0, value_name = "SECONDS")]
    pub seconds: f64,
}
