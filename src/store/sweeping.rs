//! What was erased is overwritten where it lay, too: out of SQLite's log within seconds, out of PostgreSQL's tables within a day.
//!
//! SQLite overwrites what is deleted in the file itself (`secure_delete`); until the log is brought into the file and emptied, both
//! still hold the pages as they were. PostgreSQL keeps earlier states of rows until its tables are vacuumed: one node a day does.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use tokio::sync::{Notify, oneshot};

use super::connection::{self, Conn, Opener};
use super::schema::chores;
use super::time::Time;
use super::{Store, search};
use crate::error::{Error, Result};

/// So long what is erased is gathered, and before it is tried again where readers are in the way.
const GATHER: Duration = Duration::from_secs(2);
/// What follows the database, as the search index does, may be behind: it is swept again after this.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// How often it is looked whether the tables are to be vacuumed, and how long after the last time they are.
const LOOK_EVERY: Duration = Duration::from_secs(60 * 60);
const VACUUM_EVERY: Duration = Duration::from_secs(20 * 60 * 60);
const VACUUM: &str = "vacuum";
/// Writers wait no longer than this for readers who are in the way of it.
const SQLITE_SWEEP_SETTINGS: &str =
    "PRAGMA busy_timeout=100; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;";
const SQLITE_SWEEP: &str = "PRAGMA wal_checkpoint(TRUNCATE)";
/// It takes as long as it takes, and does not stand in line before those who write. The number of the lock is adda's own.
const POSTGRES_SWEEP_SETTINGS: &str = "SET statement_timeout=0; SET lock_timeout='5s';";
const POSTGRES_SWEEP_LOCK: &str = "SELECT pg_try_advisory_lock(2026112801) AS taken";

/// What is swept, and word that there is something to sweep.
#[derive(Clone)]
pub(super) struct Sweeper {
    opener: Opener,
    erased: Arc<Notify>,
}

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = BigInt)]
    busy: i64,
}

#[derive(QueryableByName)]
struct Lock {
    #[diesel(sql_type = Bool)]
    taken: bool,
}

impl Sweeper {
    pub(super) fn new(opener: Opener) -> Sweeper {
        Sweeper {
            opener,
            erased: Arc::default(),
        }
    }

    /// Something was erased.
    pub(super) fn have_erased(&self) {
        self.erased.notify_one();
    }

    /// Waits until there may be something to do.
    async fn wait(&self) {
        if self.opener.is_sqlite() {
            let erased = tokio::time::timeout(SWEEP_EVERY, self.erased.notified());
            if erased.await.is_ok() {
                tokio::time::sleep(GATHER).await;
            }
        } else {
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    /// Sweeps on a thread of its own, which nobody waits for at the end of adda.
    async fn sweep(&self) -> Result<()> {
        let opener = self.opener.clone();
        let (answer, answered) = oneshot::channel();
        std::thread::Builder::new()
            .name("adda-sweep".to_owned())
            .spawn(move || drop(answer.send(sweep(&opener))))
            .map_err(|cause| Error::Unavailable(format!("cannot start a thread: {cause}")))?;
        answered
            .await
            .unwrap_or_else(|_| Err(Error::Unavailable("sweeping ended in a panic".to_owned())))
    }
}

impl Store {
    /// Writes something that erases what people wrote; for the rest as [`Store::write`].
    pub async fn erase<T, Q>(&self, statement: Q) -> Result<T>
    where
        T: Send + 'static,
        Q: FnMut(&mut Conn) -> Result<T> + Send + 'static,
    {
        let erased = self.write(statement).await;
        self.sweeper.have_erased();
        erased
    }

    /// Sweeps whenever there is something to sweep, for as long as adda runs.
    pub async fn keep_swept(self) {
        loop {
            match self.sweeper.sweep().await {
                Ok(()) => {}
                Err(Error::Busy) => self.sweeper.have_erased(),
                Err(cause) => {
                    log::warn!("what was erased is not overwritten yet: {cause}");
                    self.sweeper.have_erased();
                }
            }
            self.sweeper.wait().await;
        }
    }
}

fn sweep(opener: &Opener) -> Result<()> {
    match opener {
        Opener::Sqlite(path) => {
            sweep_file(path)?;
            let index = search::path_beside(path);
            if index.exists() {
                sweep_file(&index)?;
            }
            Ok(())
        }
        Opener::Postgres(_) => {
            let Conn::Postgres(mut postgres) = opener.connect()? else {
                return Ok(());
            };
            postgres.batch_execute(POSTGRES_SWEEP_SETTINGS)?;
            let lock: Lock = diesel::sql_query(POSTGRES_SWEEP_LOCK).get_result(&mut postgres)?;
            let mut conn = Conn::Postgres(postgres);
            // The lock goes with the connection.
            if lock.taken && is_due(&mut conn)? {
                conn.batch_execute("VACUUM")?;
                diesel::update(chores::table.find(VACUUM))
                    .set(chores::done_at.eq(Time::now().sql()))
                    .execute(&mut conn)?;
                log::info!("the tables are vacuumed");
            }
            Ok(())
        }
    }
}

/// Brings the log of a SQLite file into it, and empties it. Errors: `Busy` where somebody reads what was so when they began.
fn sweep_file(path: &Path) -> Result<()> {
    let mut sqlite = connection::open_file(&connection::file_name(path, "rw"), path)?;
    sqlite.batch_execute(SQLITE_SWEEP_SETTINGS)?;
    let done: Checkpoint = diesel::sql_query(SQLITE_SWEEP).get_result(&mut sqlite)?;
    if done.busy == 0 {
        Ok(())
    } else {
        Err(Error::Busy)
    }
}

/// Whether a day has passed; the first begins when this is asked for the first time.
fn is_due(conn: &mut Conn) -> Result<bool> {
    let done_at: Option<chrono::NaiveDateTime> = chores::table
        .find(VACUUM)
        .select(chores::done_at)
        .first(conn)
        .optional()?;
    let Some(done_at) = done_at else {
        diesel::insert_into(chores::table)
            .values((
                chores::name.eq(VACUUM),
                chores::done_at.eq(Time::now().sql()),
            ))
            .execute(conn)?;
        return Ok(false);
    };
    Ok(done_at < Time::now().before(VACUUM_EVERY).sql())
}
