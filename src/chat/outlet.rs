//! The way to a session: bounded, so that a slow reader holds up nobody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use actix::dev::SendError;
use actix::{Message, Recipient};
use bytestring::ByteString;

use super::closing::CloseReason;

/// What may be queued for one session, in batches and in bytes.
pub const BATCHES_MAX: usize = 256;
const BYTES_MAX: usize = 1024 * 1024;

/// Frames that leave together; encoded once, shared by all who get them.
#[derive(Debug, Default)]
pub struct Batch {
    frames: Vec<ByteString>,
    bytes: usize,
    opening: bool,
}

impl Batch {
    /// Frames in the order they are to be read.
    pub fn new(frames: Vec<ByteString>) -> Arc<Batch> {
        Arc::new(Batch::of(frames, false))
    }

    /// A welcome and what follows it: a session writes nothing before.
    pub fn opening(frames: Vec<ByteString>) -> Arc<Batch> {
        Arc::new(Batch::of(frames, true))
    }

    fn of(frames: Vec<ByteString>, opening: bool) -> Batch {
        let bytes = frames.iter().map(|frame| frame.len()).sum();
        Batch {
            frames,
            bytes,
            opening,
        }
    }

    /// Whether it begins with the welcome.
    pub fn is_opening(&self) -> bool {
        self.opening
    }

    /// A single frame.
    pub fn one(frame: ByteString) -> Arc<Batch> {
        Batch::new(vec![frame])
    }

    /// The frames.
    pub fn frames(&self) -> &[ByteString] {
        &self.frames
    }
}

/// Write these frames.
#[derive(Message)]
#[rtype(result = "()")]
pub struct Deliver(pub Arc<Batch>);

/// The end of a session.
#[derive(Message, Debug, Clone, Copy, PartialEq, Eq)]
#[rtype(result = "()")]
pub enum End {
    /// Say that the server is about to close, and go on until it does.
    Soon(CloseReason),
    /// Say why and close.
    Now(CloseReason),
}

/// What waits in a session's mailbox: our own count, since a mailbox takes one more from every sender.
#[derive(Debug, Default)]
pub struct Gauge {
    batches: AtomicUsize,
    bytes: AtomicUsize,
}

impl Gauge {
    /// A batch was taken out of the mailbox.
    pub fn taken(&self, batch: &Batch) {
        self.batches.fetch_sub(1, Ordering::Relaxed);
        self.bytes.fetch_sub(batch.bytes, Ordering::Relaxed);
    }

    fn fits(&self) -> bool {
        self.batches.load(Ordering::Relaxed) < BATCHES_MAX
            && self.bytes.load(Ordering::Relaxed) < BYTES_MAX
    }

    fn is_at_leisure(&self) -> bool {
        self.batches.load(Ordering::Relaxed) < BATCHES_MAX / 4
            && self.bytes.load(Ordering::Relaxed) < BYTES_MAX / 4
    }

    /// A batch is put into the mailbox.
    pub fn added(&self, batch: &Batch) {
        self.batches.fetch_add(1, Ordering::Relaxed);
        self.bytes.fetch_add(batch.bytes, Ordering::Relaxed);
    }
}

/// A session, seen by those who send to it; one for all of them, since there may be many thousands.
pub struct Outlet {
    /// Takes frames.
    pub frames: Recipient<Deliver>,
    /// Takes the end.
    pub end: Recipient<End>,
    /// What waits there.
    pub gauge: Arc<Gauge>,
}

impl Outlet {
    /// Hands a batch over; false where the session is gone, or is let go now because too much waits for it.
    pub fn deliver(&self, batch: &Arc<Batch>) -> bool {
        if !self.gauge.fits() {
            self.let_go(CloseReason::TooSlow);
            return false;
        }
        self.gauge.added(batch);
        match self.frames.try_send(Deliver(batch.clone())) {
            Ok(()) => true,
            Err(SendError::Full(_)) => {
                self.gauge.taken(batch);
                self.let_go(CloseReason::TooSlow);
                false
            }
            Err(SendError::Closed(_)) => {
                self.gauge.taken(batch);
                false
            }
        }
    }

    /// Whether the session has ended.
    pub fn is_gone(&self) -> bool {
        !self.frames.connected()
    }

    /// Hands over what may be dropped: only to a session that keeps up.
    pub fn deliver_at_leisure(&self, batch: &Arc<Batch>) {
        if self.gauge.is_at_leisure() {
            self.deliver(batch);
        }
    }

    /// Tells the session to close. Never refused by a full mailbox: this is the one word that must get through, and it
    /// comes at most once from each who sends to it.
    pub fn let_go(&self, reason: CloseReason) {
        self.end.do_send(End::Now(reason));
    }

    /// Tells the session that it will be closed; once, and like that not refused.
    pub fn announce(&self, reason: CloseReason) {
        self.end.do_send(End::Soon(reason));
    }
}
