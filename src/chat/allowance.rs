//! How much one person may send: a bucket that fills with time, shared by all their sockets and requests.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use crate::config::Config;
use crate::error::{Error, Result};
use crate::store::UserId;

/// Frames a socket may send for each message its person may: reading, pinging and retrying need some.
const FRAMES_PER_MESSAGE: f64 = 4.0;
/// People remembered before those who left are forgotten.
const SWEEP_AT: usize = 1_024;

/// A rate with a burst; a rate of 0 lets everything pass.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    per_second: f64,
    burst: f64,
}

impl Rate {
    /// What one person may post.
    pub fn of_messages(config: &Config) -> Rate {
        Rate {
            per_second: config.messages_per_second,
            burst: config.messages_burst.max(1.0),
        }
    }

    /// What one socket may send of frames.
    pub fn of_frames(self) -> Rate {
        Rate {
            per_second: self.per_second * FRAMES_PER_MESSAGE,
            burst: self.burst * FRAMES_PER_MESSAGE,
        }
    }
}

/// A bucket that holds so many sends and fills with time.
#[derive(Debug)]
pub struct Bucket {
    rate: Rate,
    filled: f64,
    since: Instant,
}

impl Bucket {
    /// A full one.
    pub fn new(rate: Rate, now: Instant) -> Bucket {
        Bucket {
            rate,
            filled: rate.burst,
            since: now,
        }
    }

    /// Takes one send. Errors: how long until the next is there.
    pub fn take(&mut self, now: Instant) -> Result<(), Duration> {
        if self.rate.per_second <= 0.0 {
            return Ok(());
        }
        let passed = now.saturating_duration_since(self.since).as_secs_f64();
        self.filled = (self.filled + passed * self.rate.per_second).min(self.rate.burst);
        self.since = now;
        if self.filled >= 1.0 {
            self.filled -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64(
            (1.0 - self.filled) / self.rate.per_second,
        ))
    }
}

/// One person's share of what may be posted.
pub struct Allowance(Mutex<Bucket>);

impl Allowance {
    /// Takes one message. Errors: `RateLimited` with the time until the next.
    pub fn take(&self) -> Result<()> {
        let mut bucket = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        bucket.take(Instant::now()).map_err(Error::RateLimited)
    }
}

/// The allowances of everyone who has sent something lately.
#[derive(Clone)]
pub struct Allowances {
    rate: Rate,
    people: Arc<Mutex<People>>,
}

#[derive(Default)]
struct People {
    kept: HashMap<UserId, Kept>,
    /// Swept at this many, then at twice what is left: so that a sweep costs each newcomer little.
    sweep_at: usize,
}

struct Kept {
    allowance: Weak<Allowance>,
    /// Keeps a bucket until it would be full again, so that leaving and returning does not fill it.
    until: Instant,
    held: Option<Arc<Allowance>>,
}

impl Allowances {
    /// Nobody has sent anything yet.
    pub fn new(rate: Rate) -> Allowances {
        Allowances {
            rate,
            people: Arc::default(),
        }
    }

    /// The rate of each.
    pub fn rate(&self) -> Rate {
        self.rate
    }

    /// The one allowance of a person, the same for all their sockets.
    pub fn of(&self, user: UserId) -> Arc<Allowance> {
        let now = Instant::now();
        let refilled = now
            + Duration::from_secs_f64(
                (self.rate.burst / self.rate.per_second.max(0.001)).min(3_600.0),
            );
        let mut people = self.people.lock().unwrap_or_else(PoisonError::into_inner);
        if people.kept.len() >= people.sweep_at.max(SWEEP_AT) {
            people.kept.retain(|_, kept| {
                if kept.until < now {
                    kept.held = None;
                }
                kept.held.is_some() || kept.allowance.strong_count() > 0
            });
            people.sweep_at = people.kept.len() * 2;
        }
        if let Some(kept) = people.kept.get_mut(&user)
            && let Some(allowance) = kept.allowance.upgrade()
        {
            kept.until = refilled;
            kept.held = Some(allowance.clone());
            return allowance;
        }
        let allowance = Arc::new(Allowance(Mutex::new(Bucket::new(self.rate, now))));
        let kept = Kept {
            allowance: Arc::downgrade(&allowance),
            until: refilled,
            held: Some(allowance.clone()),
        };
        people.kept.insert(user, kept);
        allowance
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_and_then_the_rate_holds() {
        let start = Instant::now();
        let mut bucket = Bucket::new(
            Rate {
                per_second: 5.0,
                burst: 20.0,
            },
            start,
        );
        for _ in 0..20 {
            assert_eq!(bucket.take(start), Ok(()));
        }
        let wait = bucket.take(start).unwrap_err();
        assert!(
            wait > Duration::from_millis(150) && wait <= Duration::from_millis(200),
            "{wait:?}"
        );
        assert_eq!(bucket.take(start + Duration::from_millis(201)), Ok(()));
        assert!(bucket.take(start + Duration::from_millis(202)).is_err());
    }

    #[test]
    fn a_rate_of_zero_lets_everything_pass() {
        let start = Instant::now();
        let mut bucket = Bucket::new(
            Rate {
                per_second: 0.0,
                burst: 1.0,
            },
            start,
        );
        assert!((0..10_000).all(|_| bucket.take(start).is_ok()));
    }

    #[test]
    fn all_sockets_of_a_person_share_one_allowance() {
        let allowances = Allowances::new(Rate {
            per_second: 0.001,
            burst: 2.0,
        });
        assert!(allowances.of(1).take().is_ok());
        assert!(allowances.of(1).take().is_ok());
        assert!(allowances.of(1).take().is_err());
        assert!(allowances.of(2).take().is_ok());
    }
}
