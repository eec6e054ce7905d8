//! The database itself, without a node between: what it holds, and whether it holds what somebody was just shown.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use crate::checker::evidence::{Row, Seen, What, digest};
use crate::people::number_of;
use crate::record::Record;

/// More than this waiting to be looked up are not.
const SAMPLES_QUEUED: usize = 64;
/// Longer than any fault of the database lasts.
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(QueryableByName)]
struct Stored {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = BigInt)]
    seq: i64,
    #[diesel(sql_type = BigInt)]
    revision: i64,
    #[diesel(sql_type = Text)]
    username: String,
    #[diesel(sql_type = Text)]
    client_id: String,
    #[diesel(sql_type = Text)]
    text: String,
    #[diesel(sql_type = Nullable<Text>)]
    kind: Option<String>,
    #[diesel(sql_type = Bool)]
    deleted: bool,
    /// A line for each: what, and whose.
    #[diesel(sql_type = Nullable<Text>)]
    reactions: Option<String>,
}

#[derive(QueryableByName)]
struct Head {
    #[diesel(sql_type = Text)]
    slug: String,
    #[diesel(sql_type = BigInt)]
    revision: i64,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

pub struct Database {
    url: String,
    connection: PgConnection,
    slugs: Vec<String>,
}

/// Something that was shown this moment.
pub struct Sample {
    pub person: u32,
    pub room: u32,
    pub seq: i64,
}

impl Database {
    /// Connects, for the rooms with these slugs.
    pub fn open(url: &str, slugs: &[String]) -> Database {
        Database {
            url: url.to_owned(),
            connection: PgConnection::establish(url).unwrap(),
            slugs: slugs.to_vec(),
        }
    }

    /// All messages of the rooms.
    pub fn rows(&mut self) -> Vec<Row> {
        let all = diesel::sql_query(
            "SELECT r.slug, m.seq, m.revision, u.username, m.client_id, m.text, m.kind, m.deleted_at IS NOT NULL AS deleted, \
                 (SELECT string_agg(o.text || ' ' || p.username, chr(10)) FROM reactions o JOIN users p ON p.id = o.user_id \
                     WHERE o.room_id = m.room_id AND o.seq = m.seq) AS reactions \
             FROM messages m JOIN rooms r ON r.id = m.room_id JOIN users u ON u.id = m.author_id",
        );
        let rooms = self.numbers();
        let stored: Vec<Stored> = self.asks(|connection| all.clone().load(connection));
        stored
            .into_iter()
            .filter_map(|row| {
                Some(Row {
                    room: *rooms.get(&row.slug)?,
                    notice: row.kind.is_some(),
                    message: Seen {
                        seq: row.seq,
                        revision: row.revision,
                        author: number_of(&row.username),
                        id: row.client_id,
                        text: digest(&row.text),
                        deleted: row.deleted,
                        reactions: reactions(row.reactions.as_deref()).collect(),
                    },
                })
            })
            .collect()
    }

    /// Each room's change counter.
    pub fn heads(&mut self) -> HashMap<u32, i64> {
        let all = diesel::sql_query(
            "SELECT r.slug, c.revision FROM room_counters c JOIN rooms r ON r.id = c.room_id",
        );
        let rooms = self.numbers();
        let heads: Vec<Head> = self.asks(|connection| all.clone().load(connection));
        heads
            .into_iter()
            .filter_map(|head| Some((*rooms.get(&head.slug)?, head.revision)))
            .collect()
    }

    fn has(&mut self, sample: &Sample) -> bool {
        let slug = self.slugs[sample.room as usize].clone();
        let one = diesel::sql_query(
            "SELECT count(*) FROM messages m JOIN rooms r ON r.id = m.room_id WHERE r.slug = $1 AND m.seq = $2",
        );
        let bound = || {
            one.clone()
                .bind::<Text, _>(&slug)
                .bind::<BigInt, _>(sample.seq)
        };
        let found: Count = self.asks(|connection| bound().get_result(connection));
        found.count == 1
    }

    /// Some of the faults are the database's own: this waits for them to be over.
    fn asks<T>(&mut self, question: impl Fn(&mut PgConnection) -> QueryResult<T>) -> T {
        let began = Instant::now();
        loop {
            match question(&mut self.connection) {
                Ok(answer) => return answer,
                Err(failure) => assert!(began.elapsed() < PATIENCE, "{failure}"),
            }
            std::thread::sleep(Duration::from_millis(100));
            if let Ok(connection) = PgConnection::establish(&self.url) {
                self.connection = connection;
            }
        }
    }

    fn numbers(&self) -> HashMap<String, u32> {
        self.slugs.iter().cloned().zip(0..).collect()
    }
}

fn reactions(lines: Option<&str>) -> impl Iterator<Item = (String, u32)> {
    let lines = lines.unwrap_or_default().lines();
    lines.filter_map(|line| {
        let (text, name) = line.rsplit_once(' ')?;
        Some((text.to_owned(), number_of(name)?))
    })
}

/// Looks up what is handed in, on a thread of its own, until all senders are gone.
pub fn sampler(mut database: Database, record: Arc<Record>) -> SyncSender<Sample> {
    let (sender, samples): (_, Receiver<Sample>) = sync_channel(SAMPLES_QUEUED);
    std::thread::spawn(move || {
        for sample in samples {
            let stored = database.has(&sample);
            let (room, seq) = (sample.room, sample.seq);
            record.add(sample.person, What::Sampled { room, seq, stored });
        }
    });
    sender
}
