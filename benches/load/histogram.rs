//! Times, counted in buckets that are 1.6 % wide, so that millions take no room.

/// Buckets to each power of two, as a power of two.
const FINENESS: u32 = 6;
const PER_POWER: u64 = 1 << FINENESS;

/// How often which time was seen, in microseconds.
pub struct Histogram {
    counts: Vec<u64>,
    total: u64,
    longest: u64,
}

impl Histogram {
    pub fn new() -> Histogram {
        Histogram {
            counts: vec![0; bucket(u64::from(u32::MAX)) + 1],
            total: 0,
            longest: 0,
        }
    }

    #[inline]
    pub fn add(&mut self, microseconds: u64) {
        let microseconds = microseconds.min(u64::from(u32::MAX));
        self.counts[bucket(microseconds)] += 1;
        self.total += 1;
        self.longest = self.longest.max(microseconds);
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
