//! What can be asked for on the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::machine::{self, Cores};
use crate::plans::{
    ActivityPlan, AroundPlan, BurstPlan, LobbyPlan, PresencePlan, SearchPlan, UploadsPlan,
};
use crate::spread::over_nodes;
use crate::{Failure, Result};

/// Nearly the hour that a run may take.
const ENDLESS: f64 = 3_500.0;

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
    /// Requests a second for the lobby of a site with many rooms and people, signed in
    Lobby(LobbyPlan),
    /// How long it takes to open a room of very many messages around an old one, and on a day
    Around(AroundPlan),
    /// Find words among very many messages while people talk
    Search(SearchPlan),
    /// Frames a second that coming and going in a large room causes
    Presence(PresencePlan),
    /// Frames a second that somebody with many busy rooms gets
    Activity(ActivityPlan),
    /// Megabytes a second at which a file arrives, the memory that takes, and how long a large picture takes
    Uploads(UploadsPlan),
    /// Rows that a burst of messages in a room with many members writes
    Burst(BurstPlan),
    /// How long texts take to be drawn, those among them that are made to take long
    Draw,
    /// How long the disk takes to keep something
    Fsync,
    /// All figures of docs/performance.md, as a table in Markdown
    All(Thoroughness),
    /// Cut many sockets at once, and time how they come back
    Storm(StormPlan),
    /// Some people stop reading: what it does to the others and to memory, and when they are let go
    Stuck(StuckPlan),
    /// SIGTERM in the middle of a talk, with a stuck client and half a request
    Stop(StopPlan),
    /// Redis is killed under several nodes (two unless said otherwise), and comes back
    RedisKilled(OutagePlan),
    /// One of several nodes (two unless said otherwise) is killed, and its people go to another
    NodeKilled(OutagePlan),
    /// All figures of several nodes and of faults, as a table in Markdown
    Faults(FaultsPlan),
}

/// Where and on what to measure.
#[derive(Args, Clone)]
pub struct Setting {
    /// The database instead of SQLite: `postgres://…`, empty or used by this program only
    #[arg(long, global = true, value_name = "URL")]
    pub database: Option<String>,
    /// Measure on a throw-away PostgreSQL of this program's own
    #[arg(long, global = true, conflicts_with = "database")]
    pub postgresql: bool,
    /// The Redis of several nodes: `redis://…` [default: a throw-away one]
    #[arg(long, global = true, value_name = "URL")]
    pub redis: Option<String>,
    /// So many nodes, on PostgreSQL and Redis: throw-away ones where none are named
    #[arg(long, global = true, default_value_t = 1, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(1..=8))]
    pub nodes: u8,
    /// Let everything run on every core, this program too
    #[arg(long, global = true)]
    pub floating: bool,
    /// Where to make the throw-away data folder; it should be on a real disk [default: under target/]
    #[arg(long, global = true, value_name = "FOLDER", default_value = env!("CARGO_TARGET_TMPDIR"), hide_default_value = true)]
    pub folder: PathBuf,
    /// Accounts to sign up; connections share them in turn
    #[arg(long, global = true, default_value_t = 100, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=5_000))]
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
        self.cores = if self.floating {
            None
        } else {
            machine::two_cores()
        };
        if let Some(cores) = &self.cores {
            machine::pin_this_process(cores.generator)?;
        }
        eprintln!("{}", self.layout());
        Ok(self)
    }

    /// The same site with at least two nodes.
    pub fn several(&self) -> Setting {
        Setting {
            nodes: self.nodes.max(2),
            ..self.clone()
        }
    }

    /// The same site with at least so many people.
    pub fn of_people(&self, people: u16) -> Setting {
        Setting {
            accounts: self.accounts.max(people),
            ..self.clone()
        }
    }

    /// What runs where, as a sentence without its end.
    pub fn layout(&self) -> String {
        let served = match (self.nodes, self.database.is_some() || self.postgresql) {
            (1, false) => "server".to_owned(),
            (1, true) => "server and PostgreSQL".to_owned(),
            (nodes, _) => format!("{nodes} nodes, PostgreSQL and Redis"),
        };
        match &self.cores {
            Some(_) => format!("{served} on one core, generator on another"),
            None => format!("{served} and generator not kept apart"),
        }
    }

    /// The database, as a table says it.
    pub fn database_name(&self) -> &'static str {
        if self.nodes > 1 || self.postgresql || self.database.is_some() {
            "PostgreSQL, `synchronous_commit=on`"
        } else {
            "SQLite, `synchronous=FULL`"
        }
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
    /// Where there are several nodes: senders are on the first so many [default: on all]
    #[arg(long, value_name = "NUMBER")]
    pub speaking_nodes: Option<usize>,
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
            speaking_nodes: None,
        }
    }

    /// The same without an end; whoever asks for it says when.
    pub fn endless(self) -> Plan {
        Plan {
            seconds: ENDLESS,
            warm_up: 0.0,
            ..self
        }
    }

    /// The nodes of a room's people.
    pub fn homes(&self, nodes: usize) -> Vec<usize> {
        let speaking = self.speaking_nodes.unwrap_or(nodes);
        over_nodes(self.people, self.senders, speaking, nodes)
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

/// Many sockets that are cut at once.
#[derive(Args, Clone)]
pub struct StormPlan {
    /// How many sockets, people taking turns
    #[arg(long, default_value_t = 5_000, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=30_000))]
    pub sockets: u16,
    /// In so many rooms
    #[arg(long, default_value_t = 50, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..))]
    pub rooms: u16,
    /// Messages a second before, meanwhile and afterwards, all rooms together
    #[arg(long, default_value_t = 50.0, value_name = "NUMBER")]
    pub rate: f64,
}

/// People who stop reading.
#[derive(Args, Clone)]
pub struct StuckPlan {
    /// People in the room
    #[arg(long, default_value_t = 100, value_name = "NUMBER")]
    pub people: usize,
    /// How many of them stop reading
    #[arg(long, default_value_t = 20, value_name = "NUMBER")]
    pub stuck: usize,
    /// Messages a second
    #[arg(long, default_value_t = 1_000.0, value_name = "NUMBER")]
    pub rate: f64,
    /// Characters in each message
    #[arg(long, default_value_t = 1_000, value_name = "BYTES")]
    pub size: usize,
    /// How long to measure before and after
    #[arg(long, default_value_t = 5.0, value_name = "SECONDS")]
    pub seconds: f64,
}

/// A stop in the middle of a talk.
#[derive(Args, Clone)]
pub struct StopPlan {
    /// People in the room; one more does not read
    #[arg(long, default_value_t = 100, value_name = "NUMBER")]
    pub people: usize,
    /// Messages a second
    #[arg(long, default_value_t = 500.0, value_name = "NUMBER")]
    pub rate: f64,
}

/// Something that several nodes rely on goes away.
#[derive(Args, Clone)]
pub struct OutagePlan {
    /// People in the room, spread over the nodes
    #[arg(long, default_value_t = 200, value_name = "NUMBER")]
    pub people: usize,
    /// Messages a second
    #[arg(long, default_value_t = 100.0, value_name = "NUMBER")]
    pub rate: f64,
    /// How long each of before, meanwhile and afterwards lasts
    #[arg(long, default_value_t = 5.0, value_name = "SECONDS")]
    pub seconds: f64,
}

/// How much of the table of faults there is time for.
#[derive(Args, Clone)]
pub struct FaultsPlan {
    /// How long each run, or each part of one, measures
    #[arg(long, default_value_t = 5.0, value_name = "SECONDS")]
    pub seconds: f64,
    /// Sockets that are cut at once
    #[arg(long, default_value_t = 5_000, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(100..=30_000))]
    pub sockets: u16,
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
