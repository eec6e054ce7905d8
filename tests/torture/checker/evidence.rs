//! What is written down: by everyone as it happens, of the faults as they are made, of the database at the end.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Result, Write};
use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// In microseconds since the run began.
pub type Moment = u64;

/// One thing that happened to one person.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub at: Moment,
    pub person: u32,
    #[serde(flatten)]
    pub what: What,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum What {
    /// Handed to a socket or a request, for the first time or again.
    Sent {
        room: u32,
        node: u32,
        id: String,
        text: u64,
    },
    /// Said to be stored, in whatever way.
    Acknowledged { room: u32, id: String, seq: i64 },
    Refused {
        room: u32,
        id: String,
        code: String,
        retry: bool,
    },
    /// Handed to a socket, for the first time or again: one's own message is to say something else.
    Editing { room: u32, seq: i64, text: u64 },
    /// Said to be edited so.
    Edited { room: u32, seq: i64, text: u64 },
    /// Handed to a socket, for the first time or again: one's own message is to be taken back.
    TakingBack { room: u32, seq: i64 },
    /// Said to be taken back.
    TakenBack { room: u32, seq: i64 },
    /// Handed to a socket, for the first time or again: this person's reaction is to be there, or not.
    Reacting {
        room: u32,
        seq: i64,
        kind: String,
        on: bool,
    },
    /// Said to be so, at this revision.
    Reacted {
        room: u32,
        seq: i64,
        kind: String,
        on: bool,
        revision: i64,
    },
    /// Refused for good.
    NotReacted { room: u32, seq: i64, code: String },
    /// A socket was welcomed. Everything above `from` is to follow on it.
    Opened {
        connection: u32,
        room: u32,
        node: u32,
        from: i64,
        resumed: bool,
        sign_in: u32,
    },
    /// A message came on a socket.
    Shown {
        connection: u32,
        #[serde(flatten)]
        message: Seen,
    },
    /// The newest page, or what changed, was read by a request.
    Read {
        room: u32,
        /// What it goes up to.
        revision: i64,
        messages: Vec<Seen>,
    },
    /// A socket was closed, or lost where there is no code.
    Ended { connection: u32, code: Option<u16> },
    /// The server has answered a sign-out.
    SignedOut { sign_in: u32 },
    /// Whether the database had a message at once after it was shown.
    Sampled { room: u32, seq: i64, stored: bool },
    /// What this person lacks is settled: the socket is open, and all that was ever stored is to have come.
    Settled { connection: u32 },
    /// This person is not back, or waits for an answer, at the end.
    Stuck { why: String },
}

/// A message as somebody got it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Seen {
    pub seq: i64,
    pub revision: i64,
    /// `None` for whoever is none of the people.
    pub author: Option<u32>,
    pub id: String,
    pub text: u64,
    /// Whether it was taken back.
    #[serde(default)]
    pub deleted: bool,
    /// Who reacted to it with what.
    #[serde(default)]
    pub reactions: BTreeSet<(String, u32)>,
}

/// A message as the database holds it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    pub room: u32,
    /// What happened to the room, which nobody has sent.
    pub notice: bool,
    #[serde(flatten)]
    pub message: Seen,
}

/// A fault, from when it is made until it is mended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Disturbance {
    pub kind: String,
    pub nodes: Vec<u32>,
    pub began: Moment,
    pub ended: Moment,
    /// From when what is delayed is no longer its doing.
    pub over: Moment,
    /// Whether people of these nodes may have to wait for it to end; they never may for Redis.
    pub excuses: bool,
}

/// What was seen of a node's process.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Process {
    /// It was asked to stop, and ended: after so long, with this exit code.
    Stopped {
        node: u32,
        after: Moment,
        code: Option<i32>,
    },
    /// What it held when people had come and talked for a while, and what it holds when everyone has left.
    Left {
        node: u32,
        before: Footprint,
        after: Footprint,
    },
    /// It said something that a good process never says.
    Said { node: u32, line: String },
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Footprint {
    /// Without those of people.
    pub open_files: usize,
    /// Connections that a peer has closed and the process has not.
    pub half_closed: usize,
    pub resident_kib: usize,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    /// In the order they happened.
    pub events: Vec<Event>,
    pub rows: Vec<Row>,
    pub disturbances: Vec<Disturbance>,
    pub processes: Vec<Process>,
}

impl Evidence {
    /// Reads what `write` has written.
    pub fn read(folder: &Path) -> Result<Evidence> {
        Ok(Evidence {
            events: lines(&folder.join("people.jsonl"))?,
            rows: lines(&folder.join("database.jsonl"))?,
            disturbances: lines(&folder.join("faults.jsonl"))?,
            processes: lines(&folder.join("processes.jsonl"))?,
        })
    }

    /// Writes all of it, one thing a line.
    pub fn write(&self, folder: &Path) -> Result<()> {
        write(&folder.join("people.jsonl"), &self.events)?;
        write(&folder.join("database.jsonl"), &self.rows)?;
        write(&folder.join("faults.jsonl"), &self.disturbances)?;
        write(&folder.join("processes.jsonl"), &self.processes)
    }
}

/// A text in eight bytes (FNV-1a), the same on every machine.
pub fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

fn lines<T: DeserializeOwned>(file: &Path) -> Result<Vec<T>> {
    BufReader::new(File::open(file)?)
        .lines()
        .map(|line| Ok(serde_json::from_str(&line?)?))
        .collect()
}

fn write(file: &Path, things: &[impl Serialize]) -> Result<()> {
    let mut file = BufWriter::new(File::create(file)?);
    for thing in things {
        serde_json::to_writer(&mut file, thing)?;
        file.write_all(b"\n")?;
    }
    file.flush()
}
