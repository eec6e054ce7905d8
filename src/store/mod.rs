//! The durable part: everything that is kept, and the only place that knows the database.
//!
//! Reads go through a pool and a bounded executor; writes of every kind pass the commit queue.

pub mod blobs;
mod commits;
mod connection;
mod crew;
mod dialling;
mod executor;
mod failure;
mod folder;
mod pool;
mod schema;
pub mod site;
#[cfg(test)]
mod stuck_tests;
mod sweeping;
mod time;
pub mod users;

pub mod access;
pub mod additions;
pub mod administration;
pub mod attention;
pub mod audit;
pub mod heads;

pub mod check;

pub mod deletion;
pub mod directory;
pub mod directs;
pub mod invitations;
pub mod lists;
pub mod memberships;
pub mod messages;
pub mod muted;
pub mod named;
pub mod newcomers;
pub mod own_data;
pub mod password_resets;
pub mod pins;
pub mod quotes;
pub mod reactions;
pub mod reading;
pub mod reports;
pub mod room_administration;
pub mod rooms;
pub mod search;
pub mod settings;
pub mod sign_ins;
pub mod unread;
pub mod uploads;
pub mod versions;
pub mod wants;

use std::collections::HashSet;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

pub use commits::{Batch, Change, Committed, Deed, Edit, Ended, Late, Outcome, Saved, What};
pub use connection::Conn;
pub use time::Time;

use tokio::sync::Notify;

use crate::config::Config;
use crate::error::{Error, Result};
use blobs::Blobs;
use commits::CommitQueue;
use connection::Opener;
use executor::Readers;
use sweeping::Sweeper;

/// How long anyone waits for the database before they are told that it is not available.
pub const DEADLINE: Duration = Duration::from_secs(2);

/// A user's number in the database; people see the username.
pub type UserId = i64;
/// A room's number in the database; people see the slug.
pub type RoomId = i64;

/// The database of one site. Clones share it.
#[derive(Clone)]
pub struct Store {
    readers: Arc<Readers>,
    commits: Arc<CommitQueue>,
    /// Rooms whose counters contradict what is stored: a number given out by them could be one that is taken.
    unsound: Arc<Mutex<HashSet<RoomId>>>,
    settings: settings::Known,
    search: search::Search,
    blobs: Blobs,
    /// Told when files have gone whose bytes are still there.
    files_gone: Arc<Notify>,
    sweeper: Sweeper,
    _folder: Option<Arc<folder::FolderLock>>,
}

/// How the store does: what waits for a thread, and which threads the database does not let go of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Health {
    /// Reads that no thread has begun with.
    pub reads_waiting: usize,
    /// Batches and statements that no thread has begun with.
    pub writes_waiting: usize,
    /// Reading threads that have been in the database for longer than it may take.
    pub readers_stuck: usize,
    /// Writing threads likewise.
    pub writers_stuck: usize,
    /// Whether a writing thread is left that is not stuck.
    pub can_write: bool,
}

/// What opening the database found.
pub struct Opened {
    /// The folder of the SQLite file; `None` on PostgreSQL.
    pub folder: Option<PathBuf>,
    /// Whether there was nothing before.
    pub new: bool,
    /// The site's row.
    pub site: site::Site,
    /// What administrators chose.
    pub settings: settings::Settings,
}

impl Store {
    /// Opens the database that the settings name, brings its tables up to date, and starts the threads that serve it.
    ///
    /// Blocks; call it before the server starts. Errors: `Unavailable` with a sentence for whoever started adda.
    pub fn open(config: &Config) -> Result<(Store, Opened)> {
        let opener = Opener::new(&config.database())?;
        let (folder, opened) = opener.prepare(config.setup_token.as_deref())?;
        let search = search::Search::start(opener.clone())?;
        let store = Store {
            sweeper: Sweeper::new(opener.clone()),
            readers: Arc::new(Readers::start(opener.clone())?),
            commits: Arc::new(CommitQueue::start(opener)?),
            unsound: Arc::default(),
            settings: settings::Known::new(opened.settings.clone()),
            search,
            blobs: Blobs::new(config.uploads()),
            files_gone: Arc::default(),
            _folder: folder.map(Arc::new),
        };
        Ok((store, opened))
    }

    /// What this node knows of the site's settings, for whoever looks at them again and again.
    pub fn known_settings(&self) -> settings::Known {
        self.settings.clone()
    }

    /// Reads with a connection of the pool, on a thread that may block.
    ///
    /// Errors: what `query` returns; `Busy` when too many reads wait, `Unavailable` after [`DEADLINE`].
    pub async fn read<T, Q>(&self, query: Q) -> Result<T>
    where
        T: Send + 'static,
        Q: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let answer = self.readers.run(query)?;
        within_deadline(answer, || self.readers.relieve()).await
    }

    /// Writes in a transaction of its own, in turn with everything else that is written.
    ///
    /// Errors: what `statement` returns (then nothing is written); `Busy` when too much waits; `Unavailable` after
    /// [`DEADLINE`], when it may or may not have been written. `statement` runs a second time where another transaction was
    /// in the way of the first.
    pub async fn write<T, Q>(&self, statement: Q) -> Result<T>
    where
        T: Send + 'static,
        Q: FnMut(&mut Conn) -> Result<T> + Send + 'static,
    {
        let answer = self.commits.run(statement)?;
        within_deadline(answer, || self.commits.relieve()).await
    }

    /// What a room begins with: its newest changes, at most so many. Where its counters contradict them nothing new is
    /// taken there from then on.
    ///
    /// Errors: as those of [`Store::read`].
    pub async fn open_room(&self, room: RoomId, limit: i64) -> Result<messages::Changes> {
        let newest = self
            .read(move |conn| messages::newest_changes(conn, room, limit))
            .await?;
        let mut unsound = self.unsound.lock().unwrap_or_else(PoisonError::into_inner);
        match newest.fault {
            Some(fault) => {
                log::error!(
                    "room number {room} takes no messages: {fault}. `adda check` says more; restart adda once it is mended"
                );
                unsound.insert(room);
            }
            None => {
                unsound.remove(&room);
            }
        }
        Ok(newest.changes)
    }

    /// Saves a room's changes in one transaction with whatever else waits, and numbers them.
    pub async fn commit(&self, batch: Batch) -> Saved {
        if self.is_unsound(batch.room) {
            return Saved::Failed(Error::Unavailable(
                "the room's counters contradict what is stored".to_owned(),
            ));
        }
        let erases = batch.changes.iter().any(|change| change.what.erases());
        let late = match self.commits.save(batch) {
            Ok(late) => late,
            Err(error) => return Saved::Failed(error),
        };
        let saved = late.within(DEADLINE).await;
        match &saved {
            Saved::Late(_) => self.commits.relieve(),
            Saved::Done(committed) if committed.lets_files_go() => self.files_are_gone(),
            _ => {}
        }
        if erases {
            self.sweeper.have_erased();
        }
        saved
    }

    fn is_unsound(&self, room: RoomId) -> bool {
        let unsound = self.unsound.lock().unwrap_or_else(PoisonError::into_inner);
        unsound.contains(&room)
    }

    /// Where the bytes of files lie.
    pub fn blobs(&self) -> &Blobs {
        &self.blobs
    }

    /// How the store does just now.
    pub fn health(&self) -> Health {
        let (reads_waiting, readers_stuck) = self.readers.health();
        let (writes_waiting, writers_stuck, can_write) = self.commits.health();
        Health {
            reads_waiting,
            writes_waiting,
            readers_stuck,
            writers_stuck,
            can_write,
        }
    }

    /// Writes what waits, then ends the writing threads. Blocks.
    pub fn close(&self) {
        self.commits.close();
        self.search.close();
    }
}

/// Runs one statement on the database beside a server that may be running: for the command line.
pub fn write_beside<T>(
    config: &Config,
    statement: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<T> {
    let opener = Opener::new(&config.database())?;
    let mut conn = opener.existing()?;
    connection::transaction(&mut conn, statement)
}

/// Begins another history, for a database that was put back from a copy: everyone's page loads afresh.
///
/// Errors: a sentence for whoever asked, above all where a server runs on the file.
pub fn renew_epoch(config: &Config) -> Result<()> {
    let opener = Opener::new(&config.database())?;
    let mut conn = opener.existing()?;
    let _lock = opener.lock()?;
    connection::transaction(&mut conn, site::renew_epoch)
}

/// Waits for an answer; where none comes, a thread may be stuck, and others wait behind it.
async fn within_deadline<T>(
    answer: tokio::sync::oneshot::Receiver<Result<T>>,
    relieve: impl FnOnce(),
) -> Result<T> {
    match tokio::time::timeout(DEADLINE, answer).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(Error::Unavailable(
            "the database's thread gave no answer".to_owned(),
        )),
        Err(_) => {
            relieve();
            Err(Error::Unavailable(format!(
                "the database took longer than {} s",
                DEADLINE.as_secs()
            )))
        }
    }
}
