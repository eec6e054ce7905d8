//! Times, counted in buckets that are 1.6 % wide, so that millions take no room.

use std::fmt::{self, Display, Formatter};

/// Buckets to each power of two, as a power of two.
const FINENESS: u32 = 6;
const PER_POWER: u64 = 1 << FINENESS;

/// How often which time was seen, in microseconds.
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    longest: u64,
}

/// What is said of many times, in milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    pub p50: f64,
    pub p99: f64,
    pub longest: f64,
}

impl Display for Times {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let Times { p50, p99, longest } = self;
        write!(to, "p50 {p50:.2} ms, p99 {p99:.2} ms, max {longest:.2} ms")
    }
}

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram {
            counts: vec![0; bucket(u64::from(u32::MAX)) + 1],
            total: 0,
            longest: 0,
        }
    }
}

impl Histogram {
    #[inline]
    pub fn add(&mut self, microseconds: u64) {
        let microseconds = microseconds.min(u64::from(u32::MAX));
        self.counts[bucket(microseconds)] += 1;
        self.total += 1;
        self.longest = self.longest.max(microseconds);
    }

    /// Adds what another has seen.
    pub fn merge(&mut self, other: &Histogram) {
        for (own, others) in self.counts.iter_mut().zip(&other.counts) {
            *own += others;
        }
        self.total += other.total;
        self.longest = self.longest.max(other.longest);
    }

    pub fn times(&self) -> Times {
        Times {
            p50: self.quantile(0.5),
            p99: self.quantile(0.99),
            longest: self.longest(),
        }
    }

    /// The time that this share of all did not exceed, in milliseconds; 0 where nothing was seen.
    pub fn quantile(&self, share: f64) -> f64 {
        let rank = ((self.total as f64 * share).ceil() as u64).max(1);
        let mut seen = 0;
        for (index, count) in self.counts.iter().enumerate() {
            seen += count;
            if seen >= rank {
                return upper_edge(index).min(self.longest) as f64 / 1_000.0;
            }
        }
        0.0
    }

    /// The longest time, in milliseconds.
    pub fn longest(&self) -> f64 {
        self.longest as f64 / 1_000.0
    }
}

/// The bucket that a value falls into.
#[inline]
pub fn bucket(value: u64) -> usize {
    // Small values have a bucket each; above, the topmost bits choose.
    let shift = (u64::BITS - (value | PER_POWER).leading_zeros()) - FINENESS - 1;
    (u64::from(shift) * PER_POWER + (value >> shift)) as usize
}

/// The largest value that falls into a bucket.
pub fn upper_edge(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let shift = (bucket / PER_POWER).saturating_sub(1);
    ((bucket - shift * PER_POWER + 1) << shift) - 1
}
