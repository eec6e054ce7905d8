//! How often something came, in all and within the busiest second.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::{Duration, Instant};

/// Counts what came for each of many.
pub struct Tally<K> {
    begin: Instant,
    counts: HashMap<K, Count>,
}

#[derive(Default)]
struct Count {
    all: u64,
    second: u64,
    in_second: u64,
    most: u64,
}

impl<K: Eq + Hash> Tally<K> {
    /// Whole seconds are counted from then.
    pub fn from(begin: Instant) -> Tally<K> {
        Tally {
            begin,
            counts: HashMap::new(),
        }
    }

    pub fn add(&mut self, key: K, at: Instant) {
        let second = at.saturating_duration_since(self.begin).as_secs();
        let count = self.counts.entry(key).or_default();
        if count.second != second {
            (count.second, count.in_second) = (second, 0);
        }
        count.all += 1;
        count.in_second += 1;
        count.most = count.most.max(count.in_second);
    }

    /// How much came for all of them.
    pub fn all(&self) -> u64 {
        self.counts.values().map(|count| count.all).sum()
    }

    /// For how many something came.
    pub fn keys(&self) -> usize {
        self.counts.len()
    }

    /// What came in a second for the one for whom most did, over that time.
    pub fn highest_rate(&self, over: Duration) -> f64 {
        let most = self.counts.values().map(|count| count.all).max();
        most.unwrap_or(0) as f64 / over.as_secs_f64()
    }

    /// What came for one of them within the busiest whole second.
    pub fn most_in_a_second(&self) -> u64 {
        let most = self.counts.values().map(|count| count.most).max();
        most.unwrap_or(0)
    }
}
