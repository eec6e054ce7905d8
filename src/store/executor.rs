//! Threads that may block, for reads, with a bounded queue before them. One that is stuck in the database is replaced, with a
//! connection of its own, so that the others go on.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Instant;

use tokio::sync::oneshot;

use super::DEADLINE;
use super::connection::{Conn, Opener};
use super::crew::{Crew, Number, STUCK_AFTER};
use super::pool::{self, Pooled, Source, Trust};
use crate::error::{Error, Result};

/// Reads that may wait; at some 100 µs a read this is far less than the deadline.
const QUEUE_MAX: usize = 2_048;
const SQLITE_THREADS: u32 = 4;
const POSTGRES_THREADS: u32 = 8;

type Job = Box<dyn FnOnce(Result<&mut Pooled>) + Send>;

/// The pool of reading connections and their threads.
pub(super) struct Readers {
    queue: Arc<Queue>,
    pool: r2d2::Pool<Source>,
    trust: Trust,
}

struct Queue {
    state: Mutex<State>,
    filled: Condvar,
}

struct State {
    jobs: VecDeque<Job>,
    crew: Crew,
    stopping: bool,
}

impl Readers {
    pub(super) fn start(opener: Opener) -> Result<Readers> {
        let threads = if opener.is_sqlite() {
            SQLITE_THREADS
        } else {
            POSTGRES_THREADS
        };
        let (pool, trust) = pool::open(opener, threads, DEADLINE)?;
        let mut crew = Crew::new(threads as usize);
        let numbers: Vec<Number> = (0..threads).map(|_| crew.recruit()).collect();
        let readers = Readers {
            queue: Arc::new(Queue {
                state: Mutex::new(State {
                    jobs: VecDeque::new(),
                    crew,
                    stopping: false,
                }),
                filled: Condvar::new(),
            }),
            pool,
            trust,
        };
        for number in numbers {
            readers.start_thread(number)?;
        }
        Ok(readers)
    }

    /// Queues a read.
    ///
    /// Errors: `Busy` when too many wait, `Unavailable` when every thread is stuck.
    pub(super) fn run<T, Q>(&self, query: Q) -> Result<oneshot::Receiver<Result<T>>>
    where
        T: Send + 'static,
        Q: FnOnce(&mut Conn) -> Result<T> + Send + 'static,
    {
        let (answer, receiver) = oneshot::channel();
        let job: Job = Box::new(move |conn: Result<&mut Pooled>| {
            // Nobody waits for it any more: the deadline passed while it was queued.
            if answer.is_closed() {
                return;
            }
            let _ = answer.send(conn.and_then(|pooled| query(&mut pooled.conn)));
        });
        self.relieve();
        let mut state = self.queue.lock();
        if state.crew.is_exhausted(Instant::now()) {
            return Err(Error::Unavailable(
                "every reading thread is stuck in the database".to_owned(),
            ));
        }
        if state.jobs.len() >= QUEUE_MAX {
            return Err(Error::Busy);
        }
        state.jobs.push_back(job);
        drop(state);
        self.queue.filled.notify_one();
        Ok(receiver)
    }

    /// Starts a thread in the place of each that is stuck, and of each that could not be started before.
    pub(super) fn relieve(&self) {
        let (mut state, now) = (self.queue.lock(), Instant::now());
        if state.stopping {
            return;
        }
        let (filling, replacing) = (state.crew.fill(now), state.crew.relieve(now));
        drop(state);
        if !replacing.is_empty() {
            self.trust.withdraw();
            log::error!(
                "{} reading threads have been in the database for more than {STUCK_AFTER:?}; others take their places",
                replacing.len()
            );
        }
        for number in filling.into_iter().chain(replacing) {
            if let Err(error) = self.start_thread(number) {
                log::error!("{error}");
                self.queue.lock().crew.leave_vacant(now);
            }
        }
    }

    /// How many reads wait, and how many threads are stuck.
    pub(super) fn health(&self) -> (usize, usize) {
        let state = self.queue.lock();
        (state.jobs.len(), state.crew.stuck(Instant::now()))
    }

    fn start_thread(&self, number: Number) -> Result<()> {
        let (queue, pool) = (self.queue.clone(), self.pool.clone());
        thread::Builder::new()
            .name(format!("adda-read-{number}"))
            .spawn(move || serve(&queue, &pool, number))
            .map(drop)
            .map_err(|cause| Error::Unavailable(format!("cannot start a thread: {cause}")))
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue.lock().stopping = true;
        self.queue.filled.notify_all();
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a read; `None` where there will be none any more.
    fn take(&self, number: Number) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                state.crew.enter(number, Instant::now());
                return Some(job);
            }
            if state.stopping {
                state.crew.retire();
                return None;
            }
            state = self
                .filled
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn serve(queue: &Queue, pool: &r2d2::Pool<Source>, number: Number) {
    while let Some(job) = queue.take(number) {
        let mut pooled = pool.get();
        match &mut pooled {
            Ok(conn) => {
                if catch_unwind(AssertUnwindSafe(|| job(Ok(conn)))).is_err() {
                    log::error!("a read ended in a panic; its connection is given up");
                    conn.give_up();
                }
            }
            Err(cause) => job(Err(Error::Unavailable(cause.to_string()))),
        }
        if !queue.lock().crew.leave(number) {
            log::info!("a reading thread that was stuck has come back, and ends");
            if let Ok(conn) = &mut pooled {
                conn.give_up();
            }
            return;
        }
    }
}
