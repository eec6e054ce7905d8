//! Texts are drawn before they are queued: on the spot where that is quick, on threads of their own where it is not, so that
//! nobody's code or quotes hold up what others say. A room has one batch under way at a time, so the order of its changes stays.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::{Batch, Change, Shared, Waiting};
use crate::error::{Error, Result};
use crate::markup::{self, Draft};
use crate::mentions::Mention;

/// Bytes of a batch's texts that are drawn on the spot.
const QUICK_BYTES_MAX: usize = 4 * 1024;
/// Batches that may wait to be drawn; a room has one.
const QUEUE_MAX: usize = 1_024;
const THREADS: usize = 2;

/// The threads that draw, and the queue before them.
pub(super) struct Drafters {
    queue: Mutex<Option<SyncSender<Waiting>>>,
}

impl Drafters {
    pub(super) fn start(shared: &Arc<Shared>) -> Result<Drafters> {
        let (queue, batches) = sync_channel(QUEUE_MAX);
        let batches = Arc::new(Mutex::new(batches));
        for number in 0..THREADS {
            let (shared, batches) = (shared.clone(), batches.clone());
            thread::Builder::new()
                .name(format!("adda-draw-{number}"))
                .spawn(move || run(&shared, &batches))
                .map_err(|cause| Error::Unavailable(format!("cannot start a thread: {cause}")))?;
        }
        Ok(Drafters {
            queue: Mutex::new(Some(queue)),
        })
    }

    /// Draws what is quick; what is not is queued behind its drawing, and not given back.
    ///
    /// Errors: `Busy` when too many wait for that.
    pub(super) fn draw(&self, mut waiting: Waiting) -> Result<Option<Waiting>> {
        if !is_slow(&waiting.batch) {
            draw_all(&mut waiting.batch);
            return Ok(Some(waiting));
        }
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        match queue.as_ref().map(|queue| queue.try_send(waiting)) {
            Some(Ok(())) => Ok(None),
            Some(Err(TrySendError::Full(_))) => Err(Error::Busy),
            Some(Err(TrySendError::Disconnected(_))) | None => {
                Err(Error::Unavailable("adda is stopping".to_owned()))
            }
        }
    }

    /// Lets the threads end once nothing waits.
    pub(super) fn close(&self) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        *queue = None;
    }
}

impl Change {
    /// Its text drawn, with whom it names.
    pub(super) fn html(&self, mentions: &[Mention]) -> Option<String> {
        if markup::is_plain(self.text()) && mentions.is_empty() {
            return None;
        }
        let draft = self.draft();
        catch_unwind(AssertUnwindSafe(|| draft.html(self.text(), mentions))).unwrap_or_else(|_| {
            log::error!("a message's drawing ended in a panic");
            None
        })
    }

    /// Its text's drawing, but for whom it names: made ahead, or now. A text at which that fails is shown as it is, rather than
    /// refused again and again.
    pub(super) fn draft(&self) -> Arc<Draft> {
        self.draft.clone().unwrap_or_else(|| {
            let draft = catch_unwind(AssertUnwindSafe(|| markup::draft(self.text())))
                .unwrap_or_else(|_| {
                    log::error!("a message's drawing ended in a panic");
                    Draft::default()
                });
            Arc::new(draft)
        })
    }
}

fn run(shared: &Shared, batches: &Mutex<Receiver<Waiting>>) {
    let next = || {
        let batches = batches.lock().unwrap_or_else(PoisonError::into_inner);
        batches.recv()
    };
    while let Ok(mut waiting) = next() {
        // The room gave it up.
        if waiting.answer.is_closed() {
            continue;
        }
        draw_all(&mut waiting.batch);
        shared.enqueue(waiting);
    }
}

fn is_slow(batch: &Batch) -> bool {
    let texts = || batch.changes.iter().map(Change::text);
    let marked = texts().filter(|text| !markup::is_plain(text));
    marked.map(str::len).sum::<usize>() > QUICK_BYTES_MAX || texts().any(markup::is_slow)
}

fn draw_all(batch: &mut Batch) {
    for change in &mut batch.changes {
        if !markup::is_plain(change.text()) {
            change.draft = Some(change.draft());
        }
    }
}
