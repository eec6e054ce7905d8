//! The group commit: everything that waits, of all rooms, numbered and written in one transaction with one fsync.
//!
//! Numbers come from the room's row inside the transaction. On SQLite one thread writes everything; on PostgreSQL a few do,
//! and the lock on the room's row makes the order of commits the order of numbers. There a thread that is stuck is replaced;
//! SQLite's one is waited for, since another could only wait for its lock.

pub(super) mod content;
mod counted;
mod deeds;
mod drafting;
mod editing;
mod inserting;
mod naming;
mod numbering;
mod outcome;
mod permitting;
mod pinning;
mod reacting;
mod taking_back;
pub(super) mod within;
mod writer;
mod writing;

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

pub use deeds::Deed;
use drafting::Drafters;
use outcome::Claim;
pub use outcome::{Batch, Change, Committed, Edit, Ended, Late, Outcome, Saved, What};
use writer::Writer;

use super::connection::{Conn, Opener, transaction_again};
use super::crew::{Crew, Number, STUCK_AFTER};
use super::pool::Trust;
use crate::error::{Error, Result};

/// Changes of one transaction, and the bytes of their texts.
const CHANGES_MAX: usize = 1_024;
const BYTES_MAX: usize = 1024 * 1024;
/// What may wait before more is refused as `busy`.
const QUEUE_MAX: usize = 8_192;
const POSTGRES_THREADS: usize = 4;
/// How long the end of adda waits for what is being written.
const CLOSE_MAX: Duration = Duration::from_secs(4);

/// How long a room waits for the outcome of a save on PostgreSQL once it is late. A server that hangs acknowledges packets
/// and answers none: without an end its rooms would be closed to everyone for as long.
const LATE_MAX: Duration = Duration::from_secs(2);

/// The queue before the threads that write.
pub(super) struct CommitQueue {
    shared: Arc<Shared>,
    drafters: Drafters,
    opener: Opener,
}

struct Shared {
    state: Mutex<State>,
    filled: Condvar,
    ended: Condvar,
    trust: Trust,
}

struct State {
    batches: VecDeque<Waiting>,
    statements: VecDeque<Statement>,
    crew: Crew,
    stopping: bool,
}

struct Waiting {
    batch: Batch,
    answer: oneshot::Sender<Result<Committed>>,
    claim: Claim,
}

type Statement = Box<dyn FnOnce(&mut Writer) + Send>;

impl CommitQueue {
    pub(super) fn start(opener: Opener) -> Result<CommitQueue> {
        let (count, replaced_max) = if opener.is_sqlite() {
            (1, 0)
        } else {
            (POSTGRES_THREADS, POSTGRES_THREADS)
        };
        let mut crew = Crew::new(replaced_max);
        let numbers: Vec<Number> = (0..count).map(|_| crew.recruit()).collect();
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                batches: VecDeque::new(),
                statements: VecDeque::new(),
                crew,
                stopping: false,
            }),
            filled: Condvar::new(),
            ended: Condvar::new(),
            trust: Trust::default(),
        });
        let queue = CommitQueue {
            drafters: Drafters::start(&shared)?,
            shared,
            opener,
        };
        for number in numbers {
            queue.start_thread(number)?;
        }
        Ok(queue)
    }

    pub(super) fn save(&self, batch: Batch) -> Result<Late> {
        let (answer, receiver) = oneshot::channel();
        let claim = Claim::default();
        let late_max = (!self.opener.is_sqlite()).then_some(LATE_MAX);
        let late = Late::new(receiver, claim.clone(), late_max);
        let waiting = self.drafters.draw(Waiting {
            batch,
            answer,
            claim,
        })?;
        if let Some(waiting) = waiting {
            self.push(|state| state.batches.push_back(waiting))?;
        }
        Ok(late)
    }

    pub(super) fn run<T, Q>(&self, statement: Q) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        Q: FnMut(&mut Conn) -> Result<T> + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        let statement: Statement = Box::new(move |writer| {
            // Nobody waits for it any more: a database that is away is not asked for each in turn.
            if answer.is_closed() {
                return;
            }
            let _ = answer.send(
                writer
                    .connection()
                    .and_then(|conn| transaction_again(conn, statement)),
            );
        });
        self.push(|state| state.statements.push_back(statement))?;
        Ok(receiver)
    }

    pub(super) fn close(&self) {
        self.drafters.close();
        let (mut state, end) = (self.shared.lock(), Instant::now() + CLOSE_MAX);
        state.stopping = true;
        self.shared.filled.notify_all();
        while state.crew.running() > 0 {
            let Some(left) = end.checked_duration_since(Instant::now()) else {
                return log::error!("{} writing threads did not end", state.crew.running());
            };
            state = self
                .shared
                .ended
                .wait_timeout(state, left)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Starts a thread in the place of each that is stuck, and of each that could not be started before.
    pub(super) fn relieve(&self) {
        let (mut state, now) = (self.shared.lock(), Instant::now());
        if state.stopping {
            return;
        }
        let (filling, replacing) = (state.crew.fill(now), state.crew.relieve(now));
        drop(state);
        if !replacing.is_empty() {
            self.shared.trust.withdraw();
            log::error!(
                "{} writing threads have been in the database for more than {STUCK_AFTER:?}; others take their places",
                replacing.len()
            );
        }
        for number in filling.into_iter().chain(replacing) {
            if let Err(error) = self.start_thread(number) {
                log::error!("{error}");
                self.shared.lock().crew.leave_vacant(now);
            }
        }
    }

    /// How many batches and statements wait, how many threads are stuck, and whether one is left that is not.
    pub(super) fn health(&self) -> (usize, usize, bool) {
        let (state, now) = (self.shared.lock(), Instant::now());
        let waiting = state.batches.len() + state.statements.len();
        (
            waiting,
            state.crew.stuck(now),
            !state.crew.is_exhausted(now),
        )
    }

    fn push(&self, add: impl FnOnce(&mut State)) -> Result<()> {
        self.relieve();
        let mut state = self.shared.lock();
        state.may_take_more()?;
        add(&mut state);
        drop(state);
        self.shared.filled.notify_one();
        Ok(())
    }

    fn start_thread(&self, number: Number) -> Result<()> {
        let writer = Writer::new(number, self.shared.clone(), self.opener.clone());
        thread::Builder::new()
            .name(format!("adda-write-{number}"))
            .spawn(move || writer.run())
            .map(drop)
            .map_err(|cause| Error::Unavailable(format!("cannot start a thread: {cause}")))
    }
}

impl State {
    fn may_take_more(&self) -> Result<()> {
        if self.stopping {
            return Err(Error::Unavailable("adda is stopping".to_owned()));
        }
        if self.crew.is_exhausted(Instant::now()) {
            return Err(Error::Unavailable(
                "every writing thread is stuck in the database".to_owned(),
            ));
        }
        if self.batches.len() + self.statements.len() >= QUEUE_MAX {
            return Err(Error::Busy);
        }
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Queues a batch that was drawn; where that cannot be, whoever waits for it is told.
    fn enqueue(&self, waiting: Waiting) {
        let mut state = self.lock();
        match state.may_take_more() {
            Ok(()) => state.batches.push_back(waiting),
            Err(error) => drop(waiting.answer.send(Err(error))),
        }
        drop(state);
        self.filled.notify_one();
    }

    /// Waits for work and takes as many batches as go into one transaction, and one statement. `None` where there will be
    /// no work any more.
    fn take(&self, number: Number) -> Option<(Vec<Waiting>, Option<Statement>)> {
        let mut state = self.lock();
        while state.batches.is_empty() && state.statements.is_empty() {
            if state.stopping {
                return None;
            }
            state = self
                .filled
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.crew.enter(number, Instant::now());
        let (mut changes, mut bytes, mut taken) = (0, 0, Vec::new());
        while let Some(next) = state.batches.front() {
            changes += next.batch.changes.len();
            bytes += next
                .batch
                .changes
                .iter()
                .map(|change| change.text().len())
                .sum::<usize>();
            if !taken.is_empty() && (changes > CHANGES_MAX || bytes > BYTES_MAX) {
                break;
            }
            let next = state.batches.pop_front();
            // Of a room that is gone, or that no longer waits, nobody was told that anything is stored.
            taken.extend(next.filter(|next| !next.answer.is_closed() && next.claim.take()));
        }
        // One statement a turn: under full load neither kind of work starves the other.
        Some((taken, state.statements.pop_front()))
    }
}
