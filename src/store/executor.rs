//! Threads that may block, for reads: so many as there are connections, with a bounded queue before them.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

use tokio::sync::oneshot;

use super::DEADLINE;
use super::connection::{Conn, Opener, Pooled};
use crate::error::{Error, Result};

/// Reads that may wait; at some 100 µs a read this is far less than the deadline.
const QUEUE_MAX: usize = 2_048;
const SQLITE_THREADS: u32 = 4;
const POSTGRES_THREADS: u32 = 8;

type Job = Box<dyn FnOnce(Result<&mut Pooled>) + Send>;

/// The pool of reading connections and their threads.
pub(super) struct Readers {
    queue: Arc<Queue>,
}

#[derive(Default)]
struct Queue {
    state: Mutex<State>,
    filled: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    stopping: bool,
}

impl Readers {
    pub(super) fn start(opener: Opener) -> Result<Readers> {
        let threads = if opener.is_sqlite() {
            SQLITE_THREADS
        } else {
            POSTGRES_THREADS
        };
        let pool = r2d2::Pool::builder()
            .max_size(threads)
            .min_idle(Some(1))
            .connection_timeout(DEADLINE)
            .test_on_check_out(!opener.is_sqlite())
            .error_handler(Box::new(LogPoolErrors))
            .build(opener)
            .map_err(|cause| Error::Unavailable(cause.to_string()))?;
        let queue = Arc::new(Queue::default());
        for number in 0..threads {
            let (queue, pool) = (queue.clone(), pool.clone());
            thread::Builder::new()
                .name(format!("adda-read-{number}"))
                .spawn(move || serve(&queue, &pool))
                .map_err(|cause| Error::Unavailable(format!("cannot start a thread: {cause}")))?;
        }
        Ok(Readers { queue })
    }

    /// Queues a read. Errors: `Busy` when too many wait.
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
        let mut state = self
            .queue
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if state.jobs.len() >= QUEUE_MAX {
            return Err(Error::Busy);
        }
        state.jobs.push_back(job);
        drop(state);
        self.queue.filled.notify_one();
        Ok(receiver)
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.queue
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .stopping = true;
        self.queue.filled.notify_all();
    }
}

fn serve(queue: &Queue, pool: &r2d2::Pool<Opener>) {
    loop {
        let mut state = queue.state.lock().unwrap_or_else(PoisonError::into_inner);
        let job = loop {
            match state.jobs.pop_front() {
                Some(job) => break job,
                None if state.stopping => return,
                None => {
                    state = queue
                        .filled
                        .wait(state)
                        .unwrap_or_else(PoisonError::into_inner)
                }
            }
        };
        drop(state);
        match pool.get() {
            Ok(mut conn) => {
                if catch_unwind(AssertUnwindSafe(|| job(Ok(&mut conn)))).is_err() {
                    log::error!("a read ended in a panic; its connection is given up");
                    conn.give_up();
                }
            }
            Err(cause) => job(Err(Error::Unavailable(cause.to_string()))),
        }
    }
}

#[derive(Debug)]
struct LogPoolErrors;

impl r2d2::HandleError<Error> for LogPoolErrors {
    fn handle_error(&self, error: Error) {
        log::warn!("the pool of reading connections: {error}");
    }
}
