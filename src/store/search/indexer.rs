//! The thread that keeps the index: it looks what changed in each room since it looked last, and puts that in. What it has seen is
//! noted with it in one transaction, so that it goes on from there whatever happens. On PostgreSQL the nodes take turns.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::changed::{self, Changed};
use super::due::{self, Due, Head};
use super::file::IndexFile;
use super::{Index, Known, postgres, sqlite};
use crate::error::{Error, Result};
use crate::store::connection::{Conn, Opener, transaction};
use crate::store::{RoomId, site};

/// Between looks; with what a look takes, what is said is found well within a second.
const EVERY: Duration = Duration::from_millis(250);
/// Where people talk: little is put in at a time, so that nobody who shares the processor waits long for it; but not message by
/// message, which would cost as much as to keep them.
const WHILE_TALKING: Duration = Duration::from_millis(100);
/// Where a look takes long, it is one part in so many of the time, as long as that keeps what is said found within a second.
const SHARE: u32 = 10;
const EVERY_AT_LEAST: Duration = Duration::from_millis(600);
/// After something failed.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Messages of one transaction, and the bytes of their texts.
const TOGETHER: i64 = 2_000;
const BYTES_MAX: usize = 4 * 1024 * 1024;
/// How long the end of adda waits for what is being put in.
const CLOSE_MAX: Duration = Duration::from_secs(2);

/// The thread, which ends with this.
pub(in crate::store) struct Indexer {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    stopping: bool,
    ended: bool,
}

impl Indexer {
    /// Starts it. Errors: `Unavailable` where no thread can be started.
    pub(in crate::store) fn start(opener: Opener, index: Index) -> Result<Indexer> {
        let shared: Arc<Shared> = Arc::default();
        let worker = Worker {
            shared: shared.clone(),
            opener,
            index,
            at_hand: None,
        };
        thread::Builder::new()
            .name("adda-index".to_owned())
            .spawn(move || worker.run())
            .map_err(|cause| Error::Unavailable(format!("cannot start a thread: {cause}")))?;
        Ok(Indexer { shared })
    }

    /// Ends it, and waits for that as long as it may take.
    pub(in crate::store) fn close(&self) {
        self.stop();
        let (mut state, end) = (self.shared.lock(), Instant::now() + CLOSE_MAX);
        while !state.ended {
            let Some(left) = end.checked_duration_since(Instant::now()) else {
                return log::warn!(
                    "the search index did not come to an end; it goes on with the next start"
                );
            };
            let waited = self.shared.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn stop(&self) {
        self.shared.lock().stopping = true;
        self.shared.changed.notify_all();
    }
}

impl Drop for Indexer {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits; false where it is time to end.
    fn wait(&self, time: Duration) -> bool {
        let state = self.lock();
        let waited = self
            .changed
            .wait_timeout_while(state, time, |state| !state.stopping);
        !waited.unwrap_or_else(PoisonError::into_inner).0.stopping
    }
}

struct Worker {
    shared: Arc<Shared>,
    opener: Opener,
    index: Index,
    at_hand: Option<AtHand>,
}

/// What the thread works with.
struct AtHand {
    database: Conn,
    /// Where the index is a file: that, and what it holds.
    file: Option<Filled>,
}

struct Filled {
    conn: Conn,
    known: HashMap<RoomId, Known>,
    /// What SQLite counted when it was looked last: it counts on with everything that others commit.
    looked_at: Option<i64>,
}

/// What came of a look.
enum Looked {
    /// There was more to be put in than goes into one transaction.
    More,
    /// All that there was is put in.
    CaughtUp,
    /// There was nothing, or another node is at it.
    Nothing,
}

impl Worker {
    fn run(mut self) {
        let mut failure = String::new();
        loop {
            let began = Instant::now();
            let wait = match self.look() {
                Ok(Looked::More) => Duration::ZERO,
                Ok(looked) => {
                    failure.clear();
                    let every = match looked {
                        Looked::CaughtUp => WHILE_TALKING,
                        _ => EVERY,
                    };
                    every.max((began.elapsed() * SHARE).min(EVERY_AT_LEAST))
                }
                Err(error) => {
                    let error = error.to_string();
                    // A database that is away is not told of every second.
                    if error != failure {
                        log::warn!("the search index stands still: {error}");
                    }
                    failure = error;
                    self.at_hand = None;
                    AGAIN_AFTER
                }
            };
            if !self.shared.wait(wait) {
                break;
            }
        }
        self.at_hand = None;
        self.shared.lock().ended = true;
        self.shared.changed.notify_all();
    }

    fn look(&mut self) -> Result<Looked> {
        match self.index.clone() {
            Index::File(file) => {
                if file.is_damaged() {
                    self.at_hand = None;
                }
                let looked = self.look_into_file(&file);
                if let Err(error) = &looked {
                    file.suspect(error);
                }
                looked
            }
            Index::Table => self.look_into_table(),
        }
    }

    fn look_into_file(&mut self, index: &IndexFile) -> Result<Looked> {
        let at_hand = match &mut self.at_hand {
            Some(at_hand) => at_hand,
            none => none.insert(open(&self.opener, index)?),
        };
        let AtHand {
            database,
            file: Some(file),
        } = at_hand
        else {
            return Err(Error::Internal("an index without its file".to_owned()));
        };
        let counted = Some(data_version(database)?);
        if file.looked_at == counted {
            return Ok(Looked::Nothing);
        }
        let (due, gone) = due::compared(due::heads(database)?, &file.known);
        if due.is_empty() && gone.is_empty() {
            file.looked_at = counted;
            index.set_complete(true);
            return Ok(Looked::Nothing);
        }
        let (changed, mut is_all) = read(database, due)?;
        let noted = transaction(&mut file.conn, |conn| {
            let Conn::Sqlite(sqlite) = conn else {
                return Ok(Vec::new());
            };
            let mut left = TOGETHER;
            for room in &gone {
                left -= sqlite::remove_below(sqlite, *room, i64::MAX, left)? as i64;
                if left > 0 {
                    sqlite::forget(sqlite, *room)?;
                }
                is_all &= left > 0;
            }
            let mut noted = Vec::with_capacity(changed.len());
            for (due, changed) in &changed {
                if let Some(seq) = due.remove_below {
                    while sqlite::remove_below(sqlite, due.head.room, seq, TOGETHER)? > 0 {}
                }
                sqlite::put(sqlite, due.head.room, &changed.documents)?;
                let known = Known::after(due, changed);
                sqlite::note(sqlite, due.head.room, known)?;
                noted.push((due.head.room, known));
            }
            Ok(noted)
        })?;
        file.known.extend(noted);
        if !gone.is_empty() {
            file.known = sqlite::known(&mut file.conn)?;
        }
        if !is_all {
            return Ok(Looked::More);
        }
        file.looked_at = counted;
        index.set_complete(true);
        Ok(Looked::CaughtUp)
    }

    fn look_into_table(&mut self) -> Result<Looked> {
        let at_hand = match &mut self.at_hand {
            Some(at_hand) => at_hand,
            none => none.insert(AtHand {
                database: self.opener.connect()?,
                file: None,
            }),
        };
        transaction(&mut at_hand.database, |conn| {
            let rows = match due_on_postgres(conn)? {
                Some(rows) => rows,
                None => return Ok(Looked::Nothing),
            };
            let are_all_rooms = (rows.len() as i64) < postgres::ROOMS;
            let due: Vec<Due> = rows
                .into_iter()
                .filter_map(|(head, known)| Due::of(head, known))
                .collect();
            let is_none = due.is_empty();
            let (changed, is_all) = read(conn, due)?;
            let Conn::Postgres(postgres) = conn else {
                return Ok(Looked::Nothing);
            };
            for (due, changed) in &changed {
                if let Some(seq) = due.remove_below {
                    while postgres::remove_below(postgres, due.head.room, seq, TOGETHER)? > 0 {}
                }
                postgres::put(postgres, due.head.room, &changed.documents)?;
                postgres::note(postgres, due.head.room, Known::after(due, changed))?;
            }
            if !is_all || !(are_all_rooms || is_none) {
                return Ok(Looked::More);
            }
            postgres::set_complete(postgres, true)?;
            Ok(if is_none {
                Looked::Nothing
            } else {
                Looked::CaughtUp
            })
        })
    }
}

impl Known {
    fn after(due: &Due, changed: &Changed) -> Known {
        Known {
            revision: changed.reached,
            first_seq: due.head.first_seq,
            open: due.head.open,
        }
    }
}

fn open(opener: &Opener, index: &IndexFile) -> Result<AtHand> {
    let mut database = opener.connect_reader()?;
    let epoch = site::load(&mut database)?.epoch;
    let mut conn = index.writer(&epoch)?;
    let known = sqlite::known(&mut conn)?;
    Ok(AtHand {
        database,
        file: Some(Filled {
            conn,
            known,
            looked_at: None,
        }),
    })
}

/// Reads what changed in rooms, as much as goes into one transaction; and whether that is all.
fn read(conn: &mut Conn, due: Vec<Due>) -> Result<(Vec<(Due, Changed)>, bool)> {
    let (mut left, mut bytes) = (TOGETHER, 0);
    let mut read = Vec::new();
    for due in due {
        if left <= 0 || bytes > BYTES_MAX {
            return Ok((read, false));
        }
        let changed = changed::since(conn, &due, left)?;
        left -= changed.documents.len() as i64;
        bytes += changed.bytes;
        read.push((due, changed));
    }
    Ok((read, left > 0))
}

/// How far some rooms are, and the index with each.
type Heads = Vec<(Head, Option<Known>)>;

/// What is due where it is this node's turn.
fn due_on_postgres(conn: &mut Conn) -> Result<Option<Heads>> {
    let is_my_turn = match conn {
        Conn::Postgres(postgres) => postgres::take_turn(postgres)?,
        Conn::Sqlite(_) => false,
    };
    if !is_my_turn {
        return Ok(None);
    }
    let epoch = site::load(conn)?.epoch;
    let Conn::Postgres(postgres) = conn else {
        return Ok(None);
    };
    if !postgres::keep_up(postgres, &epoch)? {
        return Ok(None);
    }
    postgres::remove_gone(postgres, TOGETHER)?;
    postgres::due(postgres).map(Some)
}

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = BigInt)]
    data_version: i64,
}

/// Another number after each commit of another connection.
fn data_version(conn: &mut Conn) -> Result<i64> {
    let query = diesel::sql_query("SELECT data_version FROM pragma_data_version");
    let version: Version = match conn {
        Conn::Sqlite(sqlite) => query.get_result(sqlite)?,
        Conn::Postgres(_) => return Ok(0),
    };
    Ok(version.data_version)
}
