//! What one person has said, edited, taken back or reacted to, and not yet heard to be stored: sent in order, as often as it takes.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Under way at once, as long as all goes well; one after a refusal, and one more with each that is stored.
const TOGETHER_MAX: usize = 16;
const PATIENCE: Duration = Duration::from_secs(1);

/// What is to be done.
#[derive(Debug, Clone)]
pub(super) enum Wish {
    /// Say this.
    Say(String),
    /// Let the message with this number say this instead.
    Edit(i64, String),
    /// Take back the message with this number.
    TakeBack(i64),
    /// React to the message with this number so, or no longer.
    React(i64, &'static str, bool),
}

pub(super) struct Entry {
    id: String,
    wish: Wish,
    sent_at: Option<Instant>,
}

pub(super) struct Outbox {
    entries: VecDeque<Entry>,
    together: usize,
    held_until: Option<Instant>,
}

impl Default for Outbox {
    fn default() -> Outbox {
        Outbox {
            entries: VecDeque::new(),
            together: TOGETHER_MAX,
            held_until: None,
        }
    }
}

impl Outbox {
    pub fn add(&mut self, id: String, wish: Wish) {
        self.entries.push_back(Entry {
            id,
            wish,
            sent_at: None,
        });
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn holds_a_reaction(&self) -> bool {
        let mut wishes = self.entries.iter().map(|entry| &entry.wish);
        wishes.any(|wish| matches!(wish, Wish::React(..)))
    }

    /// When the next may go, where something waits and is held back.
    pub fn held_until(&self) -> Option<Instant> {
        let waits = self.entries.iter().any(|entry| entry.sent_at.is_none());
        self.held_until.filter(|_| waits)
    }

    /// The next that may be sent now; it counts as sent.
    pub fn next(&mut self) -> Option<(String, Wish)> {
        if self.held_until.is_some_and(|until| until > Instant::now()) {
            return None;
        }
        self.held_until = None;
        let under_way = self.entries.iter().filter(|entry| entry.sent_at.is_some());
        if under_way.count() >= self.together {
            return None;
        }
        let entry = self
            .entries
            .iter_mut()
            .find(|entry| entry.sent_at.is_none())?;
        entry.sent_at = Some(Instant::now());
        Some((entry.id.clone(), entry.wish.clone()))
    }

    /// What was still waited for under that id.
    pub fn stored(&mut self, id: &str) -> Option<Wish> {
        let place = self.entries.iter().position(|entry| entry.id == id);
        self.together = (self.together + 1).min(TOGETHER_MAX);
        let entry = place.and_then(|place| self.entries.remove(place))?;
        Some(entry.wish)
    }

    /// It is to be sent again, and with it all that was sent behind it.
    pub fn refused_for_now(&mut self, id: &str, wait: Option<Duration>) {
        let Some(place) = self
            .entries
            .iter()
            .position(|entry| entry.id == id && entry.sent_at.is_some())
        else {
            return;
        };
        for entry in self.entries.range_mut(place..) {
            entry.sent_at = None;
        }
        self.together = 1;
        let until = Instant::now() + wait.unwrap_or(PATIENCE);
        self.held_until = Some(self.held_until.map_or(until, |held| held.max(until)));
    }

    /// What will never be done.
    pub fn refused_for_good(&mut self, id: &str) -> Option<Wish> {
        let place = self.entries.iter().position(|entry| entry.id == id)?;
        self.entries.remove(place).map(|entry| entry.wish)
    }

    /// Whether something was sent so long ago that the connection is to be doubted.
    pub fn doubts(&self, patience: Duration) -> bool {
        let oldest = self.entries.iter().filter_map(|entry| entry.sent_at).min();
        oldest.is_some_and(|at| at.elapsed() > patience)
    }

    pub fn lose_connection(&mut self) {
        self.held_until = None;
        for entry in &mut self.entries {
            entry.sent_at = None;
        }
    }
}
