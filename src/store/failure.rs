//! What the database's errors mean: whether it is the data, the moment, or the disk.

use std::path::Path;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use diesel::sql_types::Text;

use super::connection::Conn;
use super::folder;
use crate::error::{Error, Result};

/// The exit code when the disk failed: `EX_IOERR` of sysexits.
const DISK_FAILED: i32 = 74;

/// What a failed commit means: whether it took effect is not known, and a retry finds out.
///
/// Does not return where SQLite's file could not be brought to the disk though there is space. The kernel takes pages that
/// it failed to write for written; what is committed behind them could be lost with them, so nothing more is.
pub(super) fn of_commit(conn: &mut Conn, cause: &DieselError) -> Error {
    if matches!(conn, Conn::Sqlite(_)) && cause.to_string().contains("disk I/O error") {
        match file_of(conn) {
            Ok(file) if folder::is_full(Path::new(&file)) => {
                return Error::Unavailable(format!("there is no space left for {file}"));
            }
            file => stop(&file.unwrap_or_default(), cause),
        }
    }
    Error::Unavailable(format!("commit: {cause}"))
}

fn stop(file: &str, cause: &DieselError) -> ! {
    log::error!(
        "the disk did not keep what was written to {file} ({cause}): adda stops at once rather than acknowledge what may be \
         lost. Everything acknowledged so far is there. Look at the disk, then start adda again"
    );
    std::process::exit(DISK_FAILED);
}

#[derive(QueryableByName)]
struct Attached {
    #[diesel(sql_type = Text)]
    file: String,
}

/// The file behind a connection to SQLite; asking for it touches no disk.
fn file_of(conn: &mut Conn) -> Result<String> {
    let Conn::Sqlite(sqlite) = conn else {
        return Err(Error::Internal("PostgreSQL is not one file".to_owned()));
    };
    let attached: Attached =
        diesel::sql_query("SELECT file FROM pragma_database_list WHERE name = 'main'")
            .get_result(sqlite)?;
    Ok(attached.file)
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

/// Whether PostgreSQL rolled a transaction back because another was in its way: nothing of it is stored, and the same
/// succeeds once the other is done.
pub(super) fn is_of_another(error: &Error) -> bool {
    error.cause().is_some_and(|cause| {
        ["deadlock detected", "could not serialize access"]
            .iter()
            .any(|sign| cause.contains(sign))
    })
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
