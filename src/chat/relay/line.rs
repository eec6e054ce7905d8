//! The way to the other nodes, for rooms and the hub: nobody who speaks into it waits.

use std::collections::{BTreeSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use super::envelope::{BYTES_MAX, Notice, Seal, Word};
use super::pulse::Pulse;
use crate::error::Result;
use crate::metrics::Metrics;
use crate::secrets;
use crate::store::RoomId;
use crate::store::site::Site;

/// What may wait for Redis; the oldest makes room.
const MESSAGES_MAX: usize = 4_096;
const QUEUE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// What could not be sent is tried again for so long; after that the database has told it.
const WORTH_SENDING: Duration = Duration::from_secs(2);
/// How long the end of adda waits for what is still to be sent.
const FLUSH_MAX: Duration = Duration::from_secs(1);

/// Publishes, and says which rooms this node wants to hear of. Clones lead to the same.
#[derive(Clone)]
pub struct Line(Arc<Shared>);

struct Shared {
    seal: Seal,
    prefix: String,
    pulse: Pulse,
    metrics: Arc<Metrics>,
    queue: Mutex<Queue>,
    filled: Notify,
    emptied: Notify,
    wanted: Mutex<BTreeSet<RoomId>>,
    wants_changed: Notify,
    silent: AtomicBool,
}

#[derive(Default)]
struct Queue {
    messages: VecDeque<Outgoing>,
    bytes: usize,
    /// Taken out and not yet known to have arrived.
    sending: bool,
}

/// A message on its way to Redis.
pub struct Outgoing {
    /// Where it is published.
    pub channel: String,
    /// What is published.
    pub message: Vec<u8>,
    queued_at: Instant,
}

impl Line {
    /// The line of a node of this site. Errors: `Unavailable`, `Internal` without random bytes or a key.
    pub fn new(site: &Site, metrics: Arc<Metrics>) -> Result<Line> {
        let node = secrets::random_word(12)?;
        Ok(Line(Arc::new(Shared {
            seal: Seal::new(&site.secret_key, &node)?,
            prefix: format!("adda:{}:{}", site.site_id, site.epoch),
            pulse: Pulse::default(),
            metrics,
            queue: Mutex::default(),
            filled: Notify::new(),
            emptied: Notify::new(),
            wanted: Mutex::default(),
            wants_changed: Notify::new(),
            silent: AtomicBool::new(false),
        })))
    }

    /// Tells the nodes that have the room open.
    pub fn to_room(&self, room: RoomId, word: &Word) {
        self.send(self.room_channel(room), word);
    }

    /// Tells every node of the site.
    pub fn to_all(&self, notice: Notice) {
        self.send(self.site_channel(), &Word::Notice(notice));
    }

    /// Hears of a room from now on.
    pub fn subscribe(&self, room: RoomId) {
        self.wanted().insert(room);
        self.0.wants_changed.notify_one();
    }

    /// No longer hears of a room.
    pub fn unsubscribe(&self, room: RoomId) {
        self.wanted().remove(&room);
        self.0.wants_changed.notify_one();
    }

    /// Waits until what was to be sent is sent, or for a second.
    pub async fn flushed(&self) {
        let empty = async {
            loop {
                let emptied = self.0.emptied.notified();
                if self.queue().is_empty() {
                    return;
                }
                emptied.await;
            }
        };
        if tokio::time::timeout(FLUSH_MAX, empty).await.is_err() {
            log::warn!("Redis did not take the last words to the other nodes");
        }
    }

    /// Beats no more: this node is about to end, and nobody is to miss it.
    pub fn fall_silent(&self) {
        self.0.silent.store(true, Ordering::Relaxed);
    }

    pub(super) fn beat(&self) {
        if self.0.silent.load(Ordering::Relaxed) {
            return;
        }
        let number = self.0.pulse.send();
        self.send(self.beat_channel(), &Word::Notice(Notice::Beat { number }));
    }

    /// A node said goodbye.
    pub fn forget(&self, node: &str) {
        self.0.pulse.forget(node);
    }

    pub(super) fn pulse(&self) -> &Pulse {
        &self.0.pulse
    }

    pub(super) fn seal(&self) -> &Seal {
        &self.0.seal
    }

    pub(super) fn metrics(&self) -> &Metrics {
        &self.0.metrics
    }

    pub(super) fn room_channel(&self, room: RoomId) -> String {
        format!("{}:room:{room}", self.0.prefix)
    }

    pub(super) fn site_channel(&self) -> String {
        format!("{}:site", self.0.prefix)
    }

    pub(super) fn beat_channel(&self) -> String {
        format!("{}:beat", self.0.prefix)
    }

    /// The rooms to hear of.
    pub(super) fn wanted(&self) -> std::sync::MutexGuard<'_, BTreeSet<RoomId>> {
        self.0.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until the rooms to hear of are others.
    pub(super) async fn wants_changed(&self) {
        self.0.wants_changed.notified().await;
    }

    /// Waits for messages and takes them, at most so many.
    pub(super) async fn take(&self, most: usize) -> Vec<Outgoing> {
        loop {
            let filled = self.0.filled.notified();
            {
                let mut queue = self.queue();
                if !queue.messages.is_empty() {
                    let count = most.min(queue.messages.len());
                    let taken: Vec<Outgoing> = queue.messages.drain(..count).collect();
                    queue.bytes -= taken.iter().map(|sent| sent.message.len()).sum::<usize>();
                    queue.sending = true;
                    return taken;
                }
            }
            filled.await;
        }
    }

    /// What was taken may not have arrived: it goes first when next there is a connection, unless it is old by then.
    pub(super) fn give_back(&self, outgoing: Vec<Outgoing>) {
        let mut queue = self.queue();
        queue.sending = false;
        for sent in outgoing.into_iter().rev() {
            if sent.queued_at.elapsed() < WORTH_SENDING {
                queue.bytes += sent.message.len();
                queue.messages.push_front(sent);
            } else {
                self.0.metrics.relay_unsent.one();
            }
        }
        self.0.metrics.relay_unsent.add(queue.trim());
        drop(queue);
        self.0.filled.notify_one();
    }

    /// What was taken has arrived.
    pub(super) fn taken_is_done(&self) {
        let mut queue = self.queue();
        queue.sending = false;
        if queue.is_empty() {
            self.0.emptied.notify_waiters();
        }
    }

    fn send(&self, channel: String, word: &Word) {
        let message = match self.0.seal.close(&channel, word) {
            Ok(message) => message,
            Err(error) => return log::error!("a word to other nodes cannot be written: {error}"),
        };
        if message.len() > BYTES_MAX {
            return self.0.metrics.relay_unsent.one();
        }
        let mut queue = self.queue();
        queue.bytes += message.len();
        queue.messages.push_back(Outgoing {
            channel,
            message,
            queued_at: Instant::now(),
        });
        self.0.metrics.relay_unsent.add(queue.trim());
        drop(queue);
        self.0.filled.notify_one();
    }

    fn queue(&self) -> std::sync::MutexGuard<'_, Queue> {
        self.0.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    /// Drops the oldest until the rest fits; how many.
    fn trim(&mut self) -> usize {
        let mut dropped = 0;
        while self.messages.len() > MESSAGES_MAX || self.bytes > QUEUE_BYTES_MAX {
            let Some(oldest) = self.messages.pop_front() else {
                break;
            };
            self.bytes -= oldest.message.len();
            dropped += 1;
        }
        dropped
    }

    fn is_empty(&self) -> bool {
        self.messages.is_empty() && !self.sending
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_redis_does_not_take_is_dropped_from_the_oldest_on() {
        let site = Site {
            site_id: "s".to_owned(),
            epoch: "e".to_owned(),
            secret_key: vec![7; 32],
            setup_token: None,
            members_invite: true,
        };
        let line = Line::new(&site, Arc::default()).unwrap();
        for number in 0..MESSAGES_MAX as u64 + 10 {
            line.to_all(Notice::Beat { number });
        }
        let queue = line.queue();
        assert_eq!(queue.messages.len(), MESSAGES_MAX);
        assert_eq!(line.metrics().relay_unsent.get(), 10);
        let bytes: usize = queue.messages.iter().map(|sent| sent.message.len()).sum();
        assert_eq!(queue.bytes, bytes);
        let oldest = line
            .seal()
            .open(&queue.messages[0].channel, &queue.messages[0].message);
        let (_, word) = oldest.unwrap();
        assert_eq!(word, Word::Notice(Notice::Beat { number: 10 }));
    }
}
