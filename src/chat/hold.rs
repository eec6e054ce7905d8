//! One sender's messages keep their order: after one that is to be sent again, those behind it are refused alike.

use std::time::{Duration, Instant};

use crate::error::Error;
use crate::names::ClientId;

/// How long posts are refused after one that is to be sent again, unless it comes again.
const HOLD: Duration = Duration::from_secs(10);

/// Posts are refused until the one that was refused first comes again: so one sender's messages keep their order.
pub struct Hold {
    oldest: ClientId,
    until: Instant,
    error: Error,
}

impl Hold {
    /// Begins with a refusal that is to be retried; without an id nobody could tell when it comes again.
    pub fn begin(client_id: Option<&ClientId>, error: &Error) -> Option<Hold> {
        error.retry_after()?;
        Some(Hold {
            oldest: client_id?.clone(),
            until: Instant::now() + HOLD,
            error: error.clone(),
        })
    }

    /// Whether a post passes; `Err` with what it is refused with.
    pub fn check(hold: &mut Option<Hold>, client_id: Option<&ClientId>) -> Result<(), Error> {
        match hold {
            Some(held) if client_id != Some(&held.oldest) && Instant::now() < held.until => {
                Err(held.error.clone())
            }
            Some(_) => {
                *hold = None;
                Ok(())
            }
            None => Ok(()),
        }
    }
}
