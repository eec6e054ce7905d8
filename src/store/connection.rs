//! From a URL to a connection: SQLite or PostgreSQL, set up so that nothing waits without end and nothing committed is lost.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sqlite::SqliteConnection;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::{Opened, site};
use crate::error::{Error, Result};

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// A server, shared by many nodes.
    Postgres(PgConnection),
    /// A file inside the data folder.
    Sqlite(SqliteConnection),
}

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// `synchronous=FULL` is the promise: a commit that returned is on disk. `busy_timeout` stands first, since the others may wait.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout=2000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
     PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384; PRAGMA journal_size_limit=67108864;";
/// A larger write-ahead log means fewer checkpoints in the way of commits; 16 MiB of pages.
const SQLITE_WRITER_SETTINGS: &str = "PRAGMA wal_autocheckpoint=4096;";
const POSTGRES_SETTINGS: &str = "SET TIME ZONE 'UTC'; SET statement_timeout='2s'; SET lock_timeout='2s'; \
     SET idle_in_transaction_session_timeout='2s'; SET synchronous_commit=on;";
/// Nodes that start together bring the tables up to date one after the other; the number is adda's own.
const POSTGRES_MIGRATION_LOCK: &str = "SELECT pg_advisory_lock(2026112201)";

/// Opens connections to one database.
#[derive(Clone, Debug)]
pub(super) enum Opener {
    Sqlite(PathBuf),
    Postgres(String),
}

/// A connection of the pool of readers.
pub(super) struct Pooled {
    pub(super) conn: Conn,
    given_up: bool,
}

impl Pooled {
    /// Not to be used again: what state it is in is not known.
    pub(super) fn give_up(&mut self) {
        self.given_up = true;
    }
}

/// Held while a server runs on a SQLite file, so that a second one does not start on it.
pub(super) struct FolderLock {
    _file: File,
}

impl Opener {
    pub(super) fn new(url: &str) -> Result<Opener> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            return Ok(Opener::Sqlite(PathBuf::from(path)));
        }
        let mut url = url.to_owned();
        for (name, value) in [
            ("connect_timeout", "2"),
            ("tcp_user_timeout", "2000"),
            ("application_name", "adda"),
        ] {
            if !url.contains(name) {
                let separator = if url.contains('?') { '&' } else { '?' };
                url = format!("{url}{separator}{name}={value}");
            }
        }
        Ok(Opener::Postgres(url))
    }

    pub(super) fn is_sqlite(&self) -> bool {
        matches!(self, Opener::Sqlite(_))
    }

    /// Brings the tables up to date and makes the site's row where there is none.
    pub(super) fn prepare(
        &self,
        setup_token: Option<&str>,
    ) -> Result<(Option<FolderLock>, Opened)> {
        let lock = match self {
            Opener::Sqlite(path) => Some(FolderLock::take(path)?),
            Opener::Postgres(_) => None,
        };
        let mut conn = self.connect()?;
        let applied = match &mut conn {
            Conn::Sqlite(sqlite) => migrate(sqlite, SQLITE_MIGRATIONS)?,
            Conn::Postgres(postgres) => {
                postgres
                    .batch_execute("SET statement_timeout=0; SET lock_timeout='30s';")
                    .map_err(starting)?;
                postgres
                    .batch_execute(POSTGRES_MIGRATION_LOCK)
                    .map_err(starting)?;
                migrate(postgres, POSTGRES_MIGRATIONS)?
            }
        };
        let site = transaction(&mut conn, |conn| {
            site::make_where_missing(conn)?;
            if let Some(token) = setup_token {
                site::choose_setup_token(conn, token)?;
            }
            site::load(conn)
        })?;
        let folder = match self {
            Opener::Sqlite(path) => path.parent().map(Path::to_path_buf),
            Opener::Postgres(_) => None,
        };
        Ok((
            lock,
            Opened {
                folder,
                new: applied.first,
                site,
            },
        ))
    }

    /// A connection to a database that adda has been started on before.
    pub(super) fn existing(&self) -> Result<Conn> {
        if let Opener::Sqlite(path) = self
            && !path.exists()
        {
            return Err(Error::Unavailable(format!(
                "there is no adda database at {}",
                path.display()
            )));
        }
        self.connect()
    }

    /// A connection with its settings made.
    pub(super) fn connect(&self) -> Result<Conn> {
        match self {
            Opener::Sqlite(path) => {
                let mut conn =
                    SqliteConnection::establish(&path.to_string_lossy()).map_err(|cause| {
                        Error::Unavailable(format!("cannot open {}: {cause}", path.display()))
                    })?;
                conn.batch_execute(SQLITE_SETTINGS)?;
                Ok(Conn::Sqlite(conn))
            }
            Opener::Postgres(url) => {
                let mut conn = PgConnection::establish(url).map_err(|cause| {
                    Error::Unavailable(format!("cannot reach PostgreSQL: {cause}"))
                })?;
                conn.batch_execute(POSTGRES_SETTINGS)?;
                Ok(Conn::Postgres(conn))
            }
        }
    }

    /// A connection for a thread that writes.
    pub(super) fn connect_writer(&self) -> Result<Conn> {
        let mut conn = self.connect()?;
        if self.is_sqlite() {
            conn.batch_execute(SQLITE_WRITER_SETTINGS)?;
        }
        Ok(conn)
    }
}

impl r2d2::ManageConnection for Opener {
    type Connection = Pooled;
    type Error = Error;

    fn connect(&self) -> Result<Pooled> {
        let mut conn = Opener::connect(self)?;
        if self.is_sqlite() {
            conn.batch_execute("PRAGMA query_only=ON;")?;
        }
        Ok(Pooled {
            conn,
            given_up: false,
        })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<()> {
        Ok(pooled.conn.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.given_up
    }
}

impl FolderLock {
    fn take(database: &Path) -> Result<FolderLock> {
        let folder = match database.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let unavailable =
            |cause: std::io::Error| Error::Unavailable(format!("{}: {cause}", folder.display()));
        std::fs::create_dir_all(folder).map_err(unavailable)?;
        let path = database.with_extension("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(unavailable)?;
        file.try_lock().map_err(|_| {
            Error::Unavailable(format!(
                "another adda is already running on {}",
                database.display()
            ))
        })?;
        Ok(FolderLock { _file: file })
    }
}

/// Runs statements in one transaction: all of them take effect, or none.
///
/// On SQLite it takes the write lock at its start: one that turned from reading to writing would fail at once, whatever
/// the timeout.
pub(super) fn transaction<T>(
    conn: &mut Conn,
    statements: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<T> {
    let begin = match conn {
        Conn::Sqlite(_) => "BEGIN IMMEDIATE",
        Conn::Postgres(_) => "BEGIN",
    };
    enclose(conn, begin, statements)
}

/// Reads that all see the same moment.
pub(super) fn snapshot<T>(
    conn: &mut Conn,
    queries: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<T> {
    let begin = match conn {
        Conn::Sqlite(_) => "BEGIN",
        Conn::Postgres(_) => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
    };
    enclose(conn, begin, queries)
}

fn enclose<T>(
    conn: &mut Conn,
    begin: &str,
    statements: impl FnOnce(&mut Conn) -> Result<T>,
) -> Result<T> {
    conn.batch_execute(begin)?;
    let result = statements(conn);
    match result {
        Ok(value) => match conn.batch_execute("COMMIT") {
            Ok(()) => Ok(value),
            Err(cause) => {
                // Whether it was committed is not known; a transaction left open would poison the connection.
                let _ = conn.batch_execute("ROLLBACK");
                Err(Error::Unavailable(format!("commit: {cause}")))
            }
        },
        Err(refusal) => {
            if let Err(cause) = conn.batch_execute("ROLLBACK") {
                log::warn!("rolling back: {cause}");
            }
            Err(refusal)
        }
    }
}

struct Applied {
    first: bool,
}

fn migrate<C, B>(conn: &mut C, migrations: EmbeddedMigrations) -> Result<Applied>
where
    B: diesel::backend::Backend,
    C: MigrationHarness<B>,
    EmbeddedMigrations: MigrationSource<B>,
{
    let known: Vec<_> = MigrationSource::<B>::migrations(&migrations)
        .map_err(starting)?
        .iter()
        .map(|migration| migration.name().version().as_owned())
        .collect();
    let before = conn.applied_migrations().map_err(starting)?;
    if let Some(newer) = before.iter().find(|version| !known.contains(version)) {
        return Err(Error::Unavailable(format!(
            "the database was made by a newer adda (its change {newer} is not known here); start that one"
        )));
    }
    conn.run_pending_migrations(migrations).map_err(starting)?;
    Ok(Applied {
        first: before.is_empty(),
    })
}

fn starting(cause: impl std::fmt::Display) -> Error {
    Error::Unavailable(format!(
        "the database's tables cannot be brought up to date: {cause}"
    ))
}

impl From<DieselError> for Error {
    fn from(cause: DieselError) -> Error {
        match &cause {
            DieselError::NotFound => Error::NotFound,
            DieselError::DatabaseError(kind, information) => match kind {
                DatabaseErrorKind::UniqueViolation => Error::Conflict,
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::UnableToSendCommand
                | DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::ReadOnlyTransaction => Error::Unavailable(cause.to_string()),
                DatabaseErrorKind::Unknown if !is_of_data(information.message()) => {
                    Error::Unavailable(cause.to_string())
                }
                _ => Error::Internal(cause.to_string()),
            },
            DieselError::BrokenTransactionManager => Error::Unavailable(cause.to_string()),
            _ => Error::Internal(cause.to_string()),
        }
    }
}

/// Whether it is the statement or its data that cannot work, now or later. Everything else passes: a full disk, a lock, a
/// database that stops or starts, memory that ran out.
fn is_of_data(message: &str) -> bool {
    [
        "too big",
        "too long",
        "out of range",
        "invalid byte sequence",
        "invalid input syntax",
        "datatype mismatch",
        "syntax error",
        "no such",
        "does not exist",
    ]
    .iter()
    .any(|sign| message.contains(sign))
}
