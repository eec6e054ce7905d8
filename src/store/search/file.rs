//! The index of a site on SQLite: a file of its own beside the database's. It is derived, so whatever is wrong with it, it is made anew.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use diesel::connection::SimpleConnection;

use super::sqlite;
use crate::error::{Error, Result};
use crate::store::connection::{self, Conn};

/// What is deleted leaves no trace in it. A power cut may cost the newest rows, which are then made again, and never the file.
const WRITING_SETTINGS: &str = "PRAGMA busy_timeout=2000; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; \
     PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-16384; PRAGMA wal_autocheckpoint=4096; \
     PRAGMA journal_size_limit=67108864;";
/// Ten thousand hits lie on as many pages: those are read where the kernel keeps them. The file never shrinks while it is read.
const READING_SETTINGS: &str = "PRAGMA busy_timeout=2000; PRAGMA query_only=ON; PRAGMA temp_store=MEMORY; PRAGMA cache_size=-4096; \
     PRAGMA mmap_size=1073741824;";
/// What SQLite says of a file that is no index, or no longer one.
const SIGNS_OF_DAMAGE: [&str; 6] = [
    "malformed",
    "not a database",
    "corrupt",
    "no such table",
    "vtable constructor failed",
    "unsupported file format",
];

/// The file, and what it is read through.
pub(super) struct IndexFile {
    path: PathBuf,
    idle: Mutex<Idle>,
    damaged: AtomicBool,
    complete: AtomicBool,
}

/// Connections that nobody reads through just now. Those of an earlier file are not used again.
#[derive(Default)]
struct Idle {
    generation: u64,
    connections: Vec<Conn>,
}

impl IndexFile {
    /// That which belongs to a database: `search.db` beside `adda.db`.
    pub(super) fn beside(database: &Path) -> IndexFile {
        IndexFile {
            path: path_beside(database),
            idle: Mutex::default(),
            damaged: AtomicBool::new(false),
            complete: AtomicBool::new(false),
        }
    }

    /// Whether everything that was said is in it, or was a moment ago.
    pub(super) fn is_complete(&self) -> bool {
        self.complete.load(Ordering::Relaxed)
    }

    pub(super) fn set_complete(&self, complete: bool) {
        self.complete.store(complete, Ordering::Relaxed);
    }

    /// Reads from it.
    ///
    /// Errors: `Unavailable` where it is not there yet, or damaged; then it is soon made anew.
    pub(super) fn read<T>(&self, query: impl FnOnce(&mut Conn) -> Result<T>) -> Result<T> {
        let (generation, idle) = {
            let mut idle = self.idle();
            (idle.generation, idle.connections.pop())
        };
        let read = match idle {
            Some(conn) => Ok(conn),
            None => self.open("rw", READING_SETTINGS),
        }
        .and_then(|mut conn| Ok((query(&mut conn)?, conn)));
        match read {
            Ok((answer, conn)) => {
                let mut idle = self.idle();
                if idle.generation == generation {
                    idle.connections.push(conn);
                }
                Ok(answer)
            }
            Err(error) => {
                self.suspect(&error);
                let cause = error.cause().unwrap_or_default();
                Err(Error::Unavailable(format!("the search index: {cause}")))
            }
        }
    }

    /// A connection that writes to it: to what is there, if that is of this version and history, and else to a new file.
    pub(super) fn writer(&self, epoch: &str) -> Result<Conn> {
        if self.damaged.load(Ordering::Relaxed) {
            self.discard()?;
        }
        match self.existing(epoch) {
            Ok(Some(conn)) => return Ok(conn),
            Ok(None) => {}
            Err(error) => {
                if !is_damage(&error) {
                    return Err(error);
                }
                log::warn!("the search index is damaged and is made anew: {error}");
            }
        }
        self.discard()?;
        let mut conn = self.open("rwc", WRITING_SETTINGS)?;
        sqlite::create(&mut conn, epoch)?;
        // Whoever looked meanwhile found a file without tables.
        self.damaged.store(false, Ordering::Relaxed);
        Ok(conn)
    }

    /// Remembers it where an error says that the file is damaged.
    pub(super) fn suspect(&self, error: &Error) {
        if is_damage(error) {
            self.damaged.store(true, Ordering::Relaxed);
        }
    }

    /// Whether it was found to be damaged, and not made anew since.
    pub(super) fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }

    fn existing(&self, epoch: &str) -> Result<Option<Conn>> {
        if !self.path.exists() {
            return Ok(None);
        }
        let mut conn = self.open("rw", WRITING_SETTINGS)?;
        Ok(sqlite::is_of(&mut conn, epoch)?.then_some(conn))
    }

    fn open(&self, mode: &str, settings: &str) -> Result<Conn> {
        let name = connection::file_name(&self.path, mode);
        let mut conn = connection::open_file(&name, &self.path)?;
        conn.batch_execute(settings)?;
        Ok(Conn::Sqlite(conn))
    }

    /// Removes the file. Whoever still reads from it reads what nobody finds any more.
    fn discard(&self) -> Result<()> {
        let mut idle = self.idle();
        idle.generation += 1;
        idle.connections.clear();
        self.set_complete(false);
        for ending in ["", "-wal", "-shm"] {
            let mut path = self.path.clone().into_os_string();
            path.push(ending);
            if let Err(cause) = std::fs::remove_file(&path)
                && cause.kind() != std::io::ErrorKind::NotFound
            {
                return Err(Error::Unavailable(format!(
                    "the search index cannot be made anew: {}: {cause}",
                    path.display()
                )));
            }
        }
        self.damaged.store(false, Ordering::Relaxed);
        Ok(())
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where the index of a database is.
pub(in crate::store) fn path_beside(database: &Path) -> PathBuf {
    match database.file_stem().and_then(|stem| stem.to_str()) {
        None | Some("adda") => database.with_file_name("search.db"),
        Some(other) => database.with_file_name(format!("{other}-search.db")),
    }
}

fn is_damage(error: &Error) -> bool {
    error
        .cause()
        .is_some_and(|cause| SIGNS_OF_DAMAGE.iter().any(|sign| cause.contains(sign)))
}
