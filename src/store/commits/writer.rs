//! One writing thread: takes what waits, saves it, and looks after its connection.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use super::{Batch, Committed, Shared, Statement, Waiting, writing};
use crate::error::{Error, Result};
use crate::store::connection::{Conn, Opener};
use crate::store::crew::Number;

/// Between attempts to reach a database that is away.
const RECONNECT_EVERY: Duration = Duration::from_millis(250);

/// One writing thread.
pub(super) struct Writer {
    number: Number,
    shared: Arc<Shared>,
    opener: Opener,
    conn: Option<Conn>,
    /// What the connection was marked with when it was made.
    made_in: u64,
}

impl Writer {
    pub(super) fn new(number: Number, shared: Arc<Shared>, opener: Opener) -> Writer {
        Writer {
            number,
            shared,
            opener,
            conn: None,
            made_in: 0,
        }
    }

    pub(super) fn run(mut self) {
        // Before it is needed: descriptors may have run out by then. Whoever is stuck with it is replaced like any other.
        self.shared.lock().crew.enter(self.number, Instant::now());
        let _ = self.connection();
        if !self.shared.lock().crew.leave(self.number) {
            return;
        }
        while let Some((batches, statement)) = self.shared.take(self.number) {
            if self.made_in != self.shared.trust.mark() {
                self.conn = None;
            }
            if !batches.is_empty() {
                self.save(batches);
            }
            if let Some(statement) = statement {
                self.shared.lock().crew.enter(self.number, Instant::now());
                self.execute(statement);
            }
            if !self.shared.lock().crew.leave(self.number) {
                return log::info!("a writing thread that was stuck has come back, and ends");
            }
        }
        self.empty_log();
        self.shared.lock().crew.retire();
        self.shared.ended.notify_all();
    }

    /// Leaves SQLite's log empty, so that the file alone is everything: a copy of another time that takes its place would
    /// be taken for what the log continues.
    fn empty_log(&mut self) {
        if let Some(conn @ Conn::Sqlite(_)) = &mut self.conn
            && let Err(cause) = conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)")
        {
            log::warn!("the write-ahead log stays as it is: {cause}");
        }
    }

    fn execute(&mut self, statement: Statement) {
        if matches!(self.conn, Some(Conn::Postgres(_))) {
            // Statements are rare, and one cannot be tried again: better to know before.
            self.gave_up_broken();
        }
        if catch_unwind(AssertUnwindSafe(|| statement(self))).is_err() {
            log::error!("a statement ended in a panic; its connection is given up");
            self.conn = None;
        }
    }

    fn save(&mut self, waiting: Vec<Waiting>) {
        let (mut batches, answers): (Vec<_>, Vec<_>) = waiting
            .into_iter()
            .map(|waiting| (waiting.batch, waiting.answer))
            .unzip();
        let mut saved = self.attempt(&batches);
        if saved.is_err() && self.gave_up_broken() {
            // Once more on a new connection. If the commit went through after all, its messages are found by their ids.
            for post in batches.iter_mut().flat_map(|batch| &mut batch.changes) {
                post.fresh = false;
            }
            saved = self.attempt(&batches);
        }
        match saved {
            Ok(saved) => {
                for (answer, committed) in answers.into_iter().zip(saved) {
                    // A room that no longer waits finds out by comparing heads.
                    let _ = answer.send(committed);
                }
            }
            Err(error) => {
                log::error!("saving {} batches: {error}", batches.len());
                for answer in answers {
                    let _ = answer.send(Err(error.clone()));
                }
                self.gave_up_broken();
            }
        }
    }

    fn attempt(&mut self, batches: &[Batch]) -> Result<Vec<Result<Committed>>> {
        let save = |conn: Result<&mut Conn>| conn.and_then(|conn| writing::save_all(conn, batches));
        catch_unwind(AssertUnwindSafe(|| save(self.connection()))).unwrap_or_else(|_| {
            self.conn = None;
            Err(Error::Unavailable("saving ended in a panic".to_owned()))
        })
    }

    pub(super) fn connection(&mut self) -> Result<&mut Conn> {
        if self.conn.is_none() {
            self.made_in = self.shared.trust.mark();
            self.conn = Some(
                self.opener
                    .connect_writer()
                    .inspect_err(|_| thread::sleep(RECONNECT_EVERY))?,
            );
        }
        self.conn
            .as_mut()
            .ok_or_else(|| Error::Unavailable("no connection".to_owned()))
    }

    /// Drops a connection that answers nothing any more; true where it did.
    fn gave_up_broken(&mut self) -> bool {
        let broken = self
            .conn
            .as_mut()
            .is_some_and(|conn| conn.batch_execute("SELECT 1").is_err());
        if broken {
            self.conn = None;
        }
        broken
    }
}
