//! What a run is made of, from the command line.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[derive(Debug, Clone)]
pub struct Settings {
    /// How long faults are made.
    pub lasts: Duration,
    pub seed: u64,
    pub people: usize,
    pub rooms: usize,
    pub nodes: usize,
    /// Messages a second, all people together.
    pub rate: usize,
    /// Whether faults take as long as outside tests, and PostgreSQL waits for the disk.
    pub long: bool,
    /// Evidence of an earlier run, to be judged again without a run.
    pub evidence: Option<PathBuf>,
}

/// What is run with `cargo test`: short enough for every time, on a machine of two cores that does other things too.
const SHORT: Settings = Settings {
    lasts: Duration::from_secs(70),
    seed: 0,
    people: 60,
    rooms: 6,
    nodes: 3,
    rate: 40,
    long: false,
    evidence: None,
};

const USAGE: &str = "bin/torture [--minutes N | --seconds N] [--seed S] [--people 200] [--rooms 20] [--nodes 3] [--rate 100] [--release]
bin/torture --check FOLDER      judges the evidence of an earlier run again";

impl Settings {
    /// Reads the command line; `None` where `cargo test` was asked for other tests.
    pub fn read(arguments: impl Iterator<Item = String>) -> Result<Option<Settings>, String> {
        let mut settings = Settings {
            seed: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |time| time.subsec_nanos().into()),
            ..SHORT
        };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .ok_or_else(|| format!("{argument} takes a value\n{USAGE}"))
            };
            match argument.as_str() {
                "--minutes" => settings.is_long(Duration::from_secs(60 * number(&value()?)?)),
                "--seconds" => settings.is_long(Duration::from_secs(number(&value()?)?)),
                "--seed" => settings.seed = number(&value()?)?,
                "--people" => settings.people = number(&value()?)? as usize,
                "--rooms" => settings.rooms = number(&value()?)? as usize,
                "--nodes" => settings.nodes = number(&value()?)? as usize,
                "--rate" => settings.rate = number(&value()?)? as usize,
                "--check" => settings.evidence = Some(value()?.into()),
                "--help" => return Err(USAGE.to_owned()),
                // What cargo hands to every test binary; a word chooses among them.
                "--list" => return Ok(None),
                "--test-threads" | "--skip" | "--color" | "--format" | "-Z" => drop(value()?),
                flag if flag.starts_with('-') => {}
                word if "torture".contains(word) => {}
                _ => return Ok(None),
            }
        }
        if settings.people == 0 || settings.rooms == 0 || settings.nodes == 0 || settings.rate == 0
        {
            return Err(format!("there is to be one of each at least\n{USAGE}"));
        }
        Ok(Some(settings))
    }

    fn is_long(&mut self, lasts: Duration) {
        self.lasts = lasts;
        if !self.long {
            self.long = true;
            (self.people, self.rooms, self.rate) = (200, 20, 100);
        }
    }
}

fn number(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("{text} is not a number\n{USAGE}"))
}
