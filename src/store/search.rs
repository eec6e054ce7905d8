//! Finding messages: an index that is derived from them, and the messages themselves, which decide. Whatever the index says, what is
//! found is read again, as it is now and as far as whoever looks may read it now.

mod audience;
mod changed;
pub(in crate::store) mod checking;
mod due;
mod expression;
mod file;
mod finding;
mod ids;
mod indexer;
mod postgres;
mod sqlite;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use tokio::sync::Semaphore;

use super::connection::{Conn, Opener, snapshot};
use super::messages::Message;
use super::rooms::Room;
use super::users::Viewer;
use super::{DEADLINE, RoomId, Store};
use crate::error::{Error, Result};
use crate::search::query::Query;
use crate::search::snippet::Piece;
use file::IndexFile;
pub(super) use file::path_beside;
use indexer::Indexer;

/// Searches at a time: most readers stay free for everybody else.
const AT_A_TIME: usize = 2;
/// Searches that may wait for others.
const WAITING_MAX: usize = 32;

/// What is looked for, where, and which page of it.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// What was typed.
    pub query: Query,
    /// The one room that is looked through; all that may be read, where there is none.
    pub room: Option<RoomId>,
    /// What comes first.
    pub order: Order,
    /// Where the page before ended.
    pub after: Option<Cursor>,
    /// Messages on a page.
    pub limit: usize,
    /// Whether rooms for everyone alone are looked through, whoever is muted.
    pub only_open: bool,
}

/// What comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// What was said last.
    Newest,
    /// What fits best; of very many, the newest ten thousand are compared.
    Best,
}

/// Where a page ended: the place of its last message in the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Cursor {
    /// How well it fits; 0 where the newest come first.
    score: i64,
    id: i64,
}

/// A message that was found.
#[derive(Debug)]
pub struct Hit {
    /// Where it was said, as whoever looks sees it; what they have not read there is not counted.
    pub room: Arc<Room>,
    /// The message as it is now.
    pub message: Message,
    /// A piece of it, with what was looked for.
    pub snippet: Vec<Piece>,
}

/// What was found.
#[derive(Debug, Default)]
pub struct Found {
    /// In the order that was asked for.
    pub hits: Vec<Hit>,
    /// Where the next page goes on, where there may be one.
    pub next: Option<Cursor>,
    /// Whether everything was looked through: an index that is being made lacks some.
    pub complete: bool,
}

/// The index, who keeps it, and how many may look into it.
#[derive(Clone)]
pub(super) struct Search {
    index: Index,
    indexer: Arc<Indexer>,
    turns: Arc<Semaphore>,
    waiting: Arc<AtomicUsize>,
}

/// Where the index is.
#[derive(Clone)]
enum Index {
    /// In a file beside SQLite's.
    File(Arc<IndexFile>),
    /// In PostgreSQL.
    Table,
}

/// A message as the index holds it.
struct Document {
    seq: i64,
    /// In milliseconds since 1970.
    sent_at: i64,
    /// Its words and marks; none where it is not to be found.
    line: Option<String>,
}

/// How far the index is with a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Known {
    revision: i64,
    first_seq: i64,
    open: bool,
}

/// A row of the index that fits.
#[derive(QueryableByName, Debug, Clone, Copy)]
struct Candidate {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    room_id: RoomId,
    #[diesel(sql_type = BigInt)]
    seq: i64,
}

/// The same with its words.
#[derive(QueryableByName, Debug)]
struct Ranked {
    #[diesel(embed)]
    candidate: Candidate,
    #[diesel(sql_type = Text)]
    line: String,
}

impl Search {
    /// Opens the index, and starts the thread that keeps it.
    pub(super) fn start(opener: Opener) -> Result<Search> {
        let index = match &opener {
            Opener::Sqlite(path) => Index::File(Arc::new(IndexFile::beside(path))),
            Opener::Postgres(_) => Index::Table,
        };
        Ok(Search {
            indexer: Arc::new(Indexer::start(opener, index.clone())?),
            index,
            turns: Arc::new(Semaphore::new(AT_A_TIME)),
            waiting: Arc::default(),
        })
    }

    /// Ends the thread. Blocks.
    pub(super) fn close(&self) {
        self.indexer.close();
    }
}

/// One who waits for a turn, until this is dropped: whoever asked may have gone meanwhile.
struct Waiting(Arc<AtomicUsize>);

impl Waiting {
    /// Errors: `Busy` where too many wait.
    fn begin(count: &Arc<AtomicUsize>) -> Result<Waiting> {
        let waiting = Waiting(count.clone());
        if count.fetch_add(1, Ordering::Relaxed) >= WAITING_MAX {
            return Err(Error::Busy);
        }
        Ok(waiting)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Store {
    /// Finds messages that somebody may read.
    ///
    /// Errors: `Busy` where too many search already; as those of [`Store::read`].
    pub async fn search(&self, viewer: &Viewer, wanted: Wanted) -> Result<Found> {
        let search = &self.search;
        let waiting = Waiting::begin(&search.waiting)?;
        let turn = tokio::time::timeout(DEADLINE, search.turns.clone().acquire_owned()).await;
        drop(waiting);
        let Ok(Ok(turn)) = turn else {
            return Err(Error::Busy);
        };
        let (index, viewer) = (search.index.clone(), viewer.clone());
        self.read(move |conn| {
            // It ends with the search, and not with whoever waits for it.
            let _turn = turn;
            finding::find(conn, &index, &viewer, &wanted)
        })
        .await
    }
}

impl Index {
    fn is_complete(&self, conn: &mut Conn) -> Result<bool> {
        match (self, conn) {
            (Index::File(file), _) => Ok(file.is_complete()),
            (Index::Table, Conn::Postgres(postgres)) => postgres::is_complete(postgres),
            (Index::Table, Conn::Sqlite(_)) => Ok(false),
        }
    }

    /// The newest that fit, from one id on and below another, with their words where those are wanted; and down to which id that is
    /// all of them: fewer than were asked for may be the newest of more.
    fn newest(
        &self,
        conn: &mut Conn,
        expression: &expression::Expression,
        between: (i64, i64),
        limit: i64,
        with_words: bool,
    ) -> Result<(Vec<Ranked>, i64)> {
        match self {
            Index::File(file) => {
                let found = file
                    .read(|index| sqlite::newest(index, expression, between, limit, with_words))?;
                let is_all = (found.len() as i64) < limit;
                let last = found.last().filter(|_| !is_all);
                let reached = last.map_or(between.0, |last| last.candidate.id);
                Ok((found, reached))
            }
            Index::Table => snapshot(conn, |conn| match conn {
                Conn::Postgres(postgres) => {
                    postgres::newest(postgres, expression, between, limit, with_words)
                }
                Conn::Sqlite(_) => Ok((Vec::new(), between.0)),
            }),
        }
    }
}

impl Cursor {
    /// What was written by [`Cursor`]'s `Display`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Cursor> {
        let (score, id) = text.split_once('.')?;
        let (score, id) = (score.parse().ok()?, id.parse().ok()?);
        (id > 0).then_some(Cursor { score, id })
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}.{}", self.score, self.id)
    }
}
