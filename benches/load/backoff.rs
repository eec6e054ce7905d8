//! How long a page waits before it connects again, as static/js/backoff.js has it: anything up to a limit that doubles, so
//! that many who lost the server at once do not come back at once.

use std::time::{Duration, Instant};

const FIRST: Duration = Duration::from_millis(250);
const CAP_AT_FIRST: Duration = Duration::from_secs(5);
const CAP_LATER: Duration = Duration::from_secs(20);
const AT_FIRST: Duration = Duration::from_secs(120);
const DOUBLINGS_MAX: u32 = 16;

/// What one page remembers of its attempts.
#[derive(Default)]
pub struct Backoff {
    attempts: u32,
    since: Option<Instant>,
}

impl Backoff {
    /// The next wait, for a share between 0 and 1 that chance has picked.
    pub fn next(&mut self, now: Instant, share: f64) -> Duration {
        let since = *self.since.get_or_insert(now);
        let cap = if now.saturating_duration_since(since) < AT_FIRST {
            CAP_AT_FIRST
        } else {
            CAP_LATER
        };
        let limit = (FIRST * 2_u32.pow(self.attempts)).min(cap);
        self.attempts = (self.attempts + 1).min(DOUBLINGS_MAX);
        limit.mul_f64(share.clamp(0.0, 1.0))
    }

    /// Forgets what was, once a connection has lasted.
    pub fn reset(&mut self) {
        *self = Backoff::default();
    }
}
