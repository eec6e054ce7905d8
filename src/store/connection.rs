//! From a URL to a connection: SQLite or PostgreSQL, set up so that nothing waits without end and nothing committed is lost.

use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::pg::{Pg, PgConnection};
use diesel::prelude::*;
use diesel::sqlite::{Sqlite, SqliteConnection};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::folder::{self, FolderLock};
use super::{Opened, dialling, failure, settings, site};
use crate::error::{Error, Result};

/// A connection to either database.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// A server, shared by many nodes.
    Postgres(PgConnection),
    /// A file inside the data folder.
    Sqlite(SqliteConnection),
}

#[declare_sql_function]
extern "SQL" {
    /// A text in small letters. SQLite's own knows those of English alone, and is replaced by ours.
    fn lower(text: diesel::sql_types::Text) -> diesel::sql_types::Text;
}

const SQLITE_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES_MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// `synchronous=FULL` is the promise: a commit that returned is on disk. `busy_timeout` stands first, since the others may wait.
const SQLITE_SETTINGS: &str = "PRAGMA busy_timeout=2000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; \
     PRAGMA foreign_keys=ON; PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384; PRAGMA journal_size_limit=67108864;";
/// A larger write-ahead log means fewer checkpoints in the way of commits; 16 MiB of pages.
const SQLITE_WRITER_SETTINGS: &str = "PRAGMA wal_autocheckpoint=4096;";
const SQLITE_READING_SETTINGS: &str = "PRAGMA busy_timeout=2000; PRAGMA query_only=ON; PRAGMA temp_store=MEMORY; \
     PRAGMA cache_size=-65536;";
const POSTGRES_READING_SETTINGS: &str = "SET statement_timeout=0; SET idle_in_transaction_session_timeout=0; \
     SET default_transaction_read_only=on;";
/// How long another transaction that was in the way is given to go on.
const LETS_PASS: Duration = Duration::from_millis(100);
/// Nodes that start together bring the tables up to date one after the other; the number is adda's own.
const POSTGRES_MIGRATION_LOCK: &str = "SELECT pg_advisory_lock(2026112201)";

/// Opens connections to one database.
#[derive(Clone, Debug)]
pub(super) enum Opener {
    Sqlite(PathBuf),
    Postgres(String),
}

impl Opener {
    pub(super) fn new(url: &str) -> Result<Opener> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            return Ok(Opener::Sqlite(PathBuf::from(path)));
        }
        Ok(Opener::Postgres(dialling::completed(url)))
    }

    pub(super) fn is_sqlite(&self) -> bool {
        matches!(self, Opener::Sqlite(_))
    }

    /// Brings the tables up to date and makes the site's row where there is none.
    pub(super) fn prepare(
        &self,
        setup_token: Option<&str>,
    ) -> Result<(Option<FolderLock>, Opened)> {
        let lock = self.lock()?;
        let mut conn = self.connect()?;
        let applied = match &mut conn {
            Conn::Sqlite(sqlite) => {
                if let Opener::Sqlite(path) = self {
                    settle(sqlite, path)?;
                }
                migrate(sqlite, SQLITE_MIGRATIONS)?
            }
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
        let file = match self {
            Opener::Sqlite(path) => Some(folder::identity(path)?),
            Opener::Postgres(_) => None,
        };
        let (site, settings) = transaction(&mut conn, |conn| {
            site::make_where_missing(conn)?;
            if let Some(file) = &file {
                site::recognise(conn, file)?;
            }
            if let Some(token) = setup_token {
                site::choose_setup_token(conn, token)?;
            }
            Ok((site::load(conn)?, settings::load(conn)?))
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
                settings,
            },
        ))
    }

    /// A connection to a database that adda has been started on before.
    pub(super) fn existing(&self) -> Result<Conn> {
        if let Opener::Sqlite(path) = self {
            existing_file(path)?;
        }
        self.connect()
    }

    /// Keeps servers off a SQLite file for as long as it is held; PostgreSQL serves many.
    ///
    /// Errors: one is running on it.
    pub(super) fn lock(&self) -> Result<Option<FolderLock>> {
        match self {
            Opener::Sqlite(path) => FolderLock::take(path).map(Some),
            Opener::Postgres(_) => Ok(None),
        }
    }

    /// A connection that only reads, as long as it takes, and changes nothing, not even the tables.
    ///
    /// Errors: there is no database.
    pub(super) fn for_reading(&self) -> Result<Conn> {
        match self {
            Opener::Sqlite(path) => {
                existing_file(path)?;
                let mut conn = open_file(&file_name(path, "ro"), path)?;
                conn.batch_execute(SQLITE_READING_SETTINGS)?;
                Ok(Conn::Sqlite(conn))
            }
            Opener::Postgres(_) => {
                let mut conn = self.connect()?;
                conn.batch_execute(POSTGRES_READING_SETTINGS)?;
                Ok(conn)
            }
        }
    }

    /// A connection with its settings made.
    pub(super) fn connect(&self) -> Result<Conn> {
        match self {
            Opener::Sqlite(path) => {
                let mut conn = open_file(&path.to_string_lossy(), path)?;
                conn.batch_execute(SQLITE_SETTINGS)?;
                overwrites(&mut conn)?;
                Ok(Conn::Sqlite(conn))
            }
            Opener::Postgres(url) => {
                let url = url.clone();
                let connect = move || {
                    PgConnection::establish(&url).map_err(|cause| {
                        Error::Unavailable(format!("cannot reach PostgreSQL: {cause}"))
                    })
                };
                Ok(Conn::Postgres(dialling::in_time(connect)?))
            }
        }
    }

    /// A connection for a thread that reads.
    pub(super) fn connect_reader(&self) -> Result<Conn> {
        let mut conn = self.connect()?;
        if self.is_sqlite() {
            conn.batch_execute("PRAGMA query_only=ON;")?;
        }
        Ok(conn)
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

/// The same, once more where another transaction was in the way, which goes first: PostgreSQL wakes it for what it waited for, and
/// whoever came back sooner would take that again, and be in its way again.
pub(super) fn transaction_again<T>(
    conn: &mut Conn,
    mut statements: impl FnMut(&mut Conn) -> Result<T>,
) -> Result<T> {
    let first = transaction(conn, &mut statements);
    match first {
        Err(cause) if failure::is_of_another(&cause) => {
            log::info!("another transaction was in the way, once more: {cause}");
            thread::sleep(LETS_PASS);
            transaction(conn, &mut statements)
        }
        settled => settled,
    }
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
                let failure = failure::of_commit(conn, &cause);
                let _ = conn.batch_execute("ROLLBACK");
                Err(failure)
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

fn existing_file(path: &Path) -> Result<()> {
    if path.exists() {
        return Ok(());
    }
    Err(Error::Unavailable(format!(
        "there is no adda database at {}",
        path.display()
    )))
}

pub(super) fn open_file(name: &str, path: &Path) -> Result<SqliteConnection> {
    let mut conn = SqliteConnection::establish(name)
        .map_err(|cause| Error::Unavailable(format!("cannot open {}: {cause}", path.display())))?;
    lower_utils::register_impl(&mut conn, |text: String| text.to_lowercase())?;
    Ok(conn)
}

/// That what is deleted is overwritten: a SQLite that was built without that would say nothing.
fn overwrites(conn: &mut SqliteConnection) -> Result<()> {
    let setting: SecureDelete =
        diesel::sql_query("SELECT secure_delete FROM pragma_secure_delete").get_result(conn)?;
    match setting.secure_delete {
        1 => Ok(()),
        other => Err(Error::Unavailable(format!(
            "SQLite does not overwrite what is deleted: secure_delete is {other}"
        ))),
    }
}

#[derive(QueryableByName)]
struct SecureDelete {
    #[diesel(sql_type = diesel::sql_types::Integer)]
    secure_delete: i32,
}

/// The name under which SQLite opens a file in a mode: `ro` without writing to it, `rw` where it is there, `rwc` in any case.
pub(super) fn file_name(path: &Path, mode: &str) -> String {
    let escaped: String = path
        .to_string_lossy()
        .chars()
        .map(|character| match character {
            '%' => "%25".to_owned(),
            '?' => "%3f".to_owned(),
            '#' => "%23".to_owned(),
            other => other.to_string(),
        })
        .collect();
    format!("file:{escaped}?mode={mode}")
}

/// Brings what the write-ahead log holds into the file and to the disk. After a disk's failure the log may hold commits that
/// only the kernel's memory has: they look whole, and what is committed behind them would be lost with them.
fn settle(conn: &mut SqliteConnection, path: &Path) -> Result<()> {
    match conn.batch_execute("PRAGMA wal_checkpoint(TRUNCATE)") {
        Err(_) if folder::is_full(path) => {
            log::warn!("there is no space left for {}", path.display());
            Ok(())
        }
        settled => settled.map_err(|cause| {
            Error::Unavailable(format!(
                "what {} holds cannot be brought to the disk: {cause}",
                path.display()
            ))
        }),
    }
}

fn versions<B: diesel::backend::Backend>(migrations: &EmbeddedMigrations) -> Result<Vec<String>>
where
    EmbeddedMigrations: MigrationSource<B>,
{
    let migrations = MigrationSource::<B>::migrations(migrations).map_err(starting)?;
    Ok(migrations
        .iter()
        .map(|migration| migration.name().version().to_string())
        .collect())
}

/// The changes to the tables that this version knows of for the database behind a connection.
pub(super) fn known_versions(conn: &Conn) -> Result<Vec<String>> {
    match conn {
        Conn::Sqlite(_) => versions::<Sqlite>(&SQLITE_MIGRATIONS),
        Conn::Postgres(_) => versions::<Pg>(&POSTGRES_MIGRATIONS),
    }
}

pub(super) fn made_by_newer(version: &str) -> Error {
    Error::Unavailable(format!(
        "the database was made by a newer adda (its change {version} is not known here); start that one"
    ))
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
    let known = versions::<B>(&migrations)?;
    let before: Vec<String> = conn
        .applied_migrations()
        .map_err(starting)?
        .iter()
        .map(ToString::to_string)
        .collect();
    if let Some(newer) = before.iter().find(|version| !known.contains(version)) {
        return Err(made_by_newer(newer));
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
