//! What a run is made of, from the command line.

use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

#[derive(Debug, Clone)]
pub struct Settings {
    /// How long faults are made, each as long as outside tests, with a PostgreSQL that waits for the disk; else the short run.
    pub lasts: Option<Duration>,
    pub seed: u64,
    pub people: usize,
    pub rooms: usize,
    pub nodes: usize,
    /// Messages a second, all people together.
    pub rate: usize,
    /// Whether the evidence is written down although nothing was found.
    pub keep: bool,
    /// Evidence of an earlier run, to be judged again without a run.
    pub evidence: Option<PathBuf>,
}

/// People, rooms, and messages a second of the run that `cargo test` makes: for a machine of two cores that does other things too.
const SHORT: (usize, usize, usize) = (60, 6, 40);
/// The same of a run for as long as asked.
const LONG: (usize, usize, usize) = (200, 20, 100);

const USAGE: &str = "bin/torture [--minutes N | --seconds N] [--seed S] [--people 200] [--rooms 20] [--nodes 3] [--rate 100] [--keep] [--release]
bin/torture --check FOLDER      judges the evidence of an earlier run again";

impl Settings {
    /// Reads the command line; `None` where `cargo test` was asked for other tests.
    pub fn read(arguments: impl Iterator<Item = String>) -> Result<Option<Settings>, String> {
        let (mut people, mut rooms, mut rate) = (None, None, None);
        let mut settings = Settings {
            lasts: None,
            seed: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |time| time.subsec_nanos().into()),
            people: 0,
            rooms: 0,
            nodes: 3,
            rate: 0,
            keep: false,
            evidence: None,
        };
        let mut arguments = arguments;
        while let Some(argument) = arguments.next() {
            let mut value = || {
                arguments
                    .next()
                    .ok_or_else(|| format!("{argument} takes a value\n{USAGE}"))
            };
            match argument.as_str() {
                "--minutes" => settings.lasts = Some(Duration::from_secs(60 * number(&value()?)?)),
                "--seconds" => settings.lasts = Some(Duration::from_secs(number(&value()?)?)),
                "--seed" => settings.seed = number(&value()?)?,
                "--people" => people = Some(number(&value()?)? as usize),
                "--rooms" => rooms = Some(number(&value()?)? as usize),
                "--nodes" => settings.nodes = number(&value()?)? as usize,
                "--rate" => rate = Some(number(&value()?)? as usize),
                "--keep" => settings.keep = true,
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
        let usual = if settings.lasts.is_some() {
            LONG
        } else {
            SHORT
        };
        settings.people = people.unwrap_or(usual.0);
        settings.rooms = rooms.unwrap_or(usual.1);
        settings.rate = rate.unwrap_or(usual.2);
        if settings.people == 0 || settings.rooms == 0 || settings.nodes == 0 || settings.rate == 0
        {
            return Err(format!("there is to be one of each at least\n{USAGE}"));
        }
        Ok(Some(settings))
    }
}

fn number(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("{text} is not a number\n{USAGE}"))
}
