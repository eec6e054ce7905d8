//! The connections that are read with: opened, lent and given up by r2d2.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use diesel::connection::SimpleConnection;

use super::connection::{Conn, Opener};
use crate::error::{Error, Result};

/// Where the pool has its connections from.
pub(super) struct Source {
    opener: Opener,
    trust: Trust,
}

/// A connection of the pool.
pub(super) struct Pooled {
    pub(super) conn: Conn,
    made_in: u64,
    given_up: bool,
}

/// Which connections are trusted. When one hangs, those made before may hang too: whoever used them would find out one after
/// the other, and wait each time.
#[derive(Clone, Default)]
pub(super) struct Trust(Arc<AtomicU64>);

/// A pool of so many connections, and how to make it distrust them.
///
/// Errors: SQLite's file cannot be opened so often.
pub(super) fn open(
    opener: Opener,
    lent: u32,
    wait: Duration,
) -> Result<(r2d2::Pool<Source>, Trust)> {
    let trust = Trust::default();
    let is_sqlite = opener.is_sqlite();
    let source = Source {
        opener,
        trust: trust.clone(),
    };
    let builder = r2d2::Pool::builder()
        // Threads that are stuck keep theirs, and those in their place need some too.
        .max_size(2 * lent)
        // All from the start: a process that has run out of descriptors goes on reading.
        .min_idle(Some(lent))
        .connection_timeout(wait)
        .test_on_check_out(!is_sqlite)
        .error_handler(Box::new(LogErrors));
    let pool = if is_sqlite {
        builder
            .build(source)
            .map_err(|cause| Error::Unavailable(cause.to_string()))?
    } else {
        // It was reached just before; a busy one may take its time with so many.
        builder.build_unchecked(source)
    };
    Ok((pool, trust))
}

impl Pooled {
    /// Not to be used again: what state it is in is not known.
    pub(super) fn give_up(&mut self) {
        self.given_up = true;
    }
}

impl Trust {
    /// Nothing that was made until now is trusted any more.
    pub(super) fn withdraw(&self) {
        self.0.fetch_add(1, Ordering::AcqRel);
    }

    /// What a connection that is made now is marked with, and bears as long as it is trusted.
    pub(super) fn mark(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }
}

impl r2d2::ManageConnection for Source {
    type Connection = Pooled;
    type Error = Error;

    fn connect(&self) -> Result<Pooled> {
        let made_in = self.trust.mark();
        Ok(Pooled {
            conn: self.opener.connect_reader()?,
            made_in,
            given_up: false,
        })
    }

    fn is_valid(&self, pooled: &mut Pooled) -> Result<()> {
        if pooled.made_in != self.trust.mark() {
            return Err(Error::Unavailable(
                "a connection is as old as one that hangs".to_owned(),
            ));
        }
        Ok(pooled.conn.batch_execute("SELECT 1")?)
    }

    fn has_broken(&self, pooled: &mut Pooled) -> bool {
        pooled.given_up
    }
}

#[derive(Debug)]
struct LogErrors;

impl r2d2::HandleError<Error> for LogErrors {
    fn handle_error(&self, error: Error) {
        log::warn!("the pool of reading connections: {error}");
    }
}
