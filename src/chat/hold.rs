//! One sender's messages keep their order: after one that is to be sent again, those behind it are refused alike.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::error::Error;
use crate::names::ClientId;

/// How long posts are refused after one that is to be sent again, unless it comes again.
const HOLD: Duration = Duration::from_secs(10);

/// Refused posts that are remembered behind the oldest; of more, those are forgotten that came last.
const BEHIND_MAX: usize = 256;

/// Posts are refused until the one that was refused first comes again: so one sender's messages keep their order.
pub struct Hold {
    oldest: ClientId,
    /// What was refused after it, in the order it came.
    behind: VecDeque<ClientId>,
    until: Instant,
    error: Error,
}

impl Hold {
    /// Begins with a refusal that is to be retried; without an id nobody could tell when it comes again.
    pub fn begin(client_id: Option<&ClientId>, error: &Error) -> Option<Hold> {
        error.retry_after()?;
        Some(Hold {
            oldest: client_id?.clone(),
            behind: VecDeque::new(),
            until: Instant::now() + HOLD,
            error: error.clone(),
        })
    }

    /// One more was refused.
    pub fn add(&mut self, client_id: Option<&ClientId>) {
        if let Some(client_id) = client_id
            && self.behind.len() < BEHIND_MAX
            && *client_id != self.oldest
            && !self.behind.contains(client_id)
        {
            self.behind.push_back(client_id.clone());
        }
    }

    /// What an earlier hold waits for comes behind what this one does.
    pub fn precede(&mut self, earlier: Hold) {
        self.add(Some(&earlier.oldest));
        for refused in &earlier.behind {
            self.add(Some(refused));
        }
    }

    /// A post that was refused is stored after all, and its sender is told: it will not come again, but those behind it will.
    pub fn is_stored(hold: &mut Option<Hold>, client_id: &str) {
        let Some(held) = hold else { return };
        if held.oldest.as_str() != client_id {
            held.behind.retain(|refused| refused.as_str() != client_id);
        } else if let Some(next) = held.behind.pop_front() {
            held.oldest = next;
        } else {
            *hold = None;
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u32) -> ClientId {
        ClientId::parse(&number.to_string()).unwrap()
    }

    fn held() -> Option<Hold> {
        let mut hold = Hold::begin(Some(&id(1)), &Error::Busy);
        for number in [2, 3, 2] {
            assert!(Hold::check(&mut hold, Some(&id(number))).is_err());
            hold.as_mut().unwrap().add(Some(&id(number)));
        }
        hold
    }

    #[test]
    fn posts_pass_when_the_oldest_comes_again() {
        let mut hold = held();
        assert!(Hold::check(&mut hold, Some(&id(2))).is_err());
        assert!(Hold::check(&mut hold, Some(&id(1))).is_ok());
        assert!(Hold::check(&mut hold, Some(&id(2))).is_ok());
    }

    #[test]
    fn when_the_oldest_is_stored_after_all_the_next_is_waited_for() {
        let mut hold = held();
        Hold::is_stored(&mut hold, "1");
        assert!(
            Hold::check(&mut hold, Some(&id(3))).is_err(),
            "it would overtake"
        );
        Hold::is_stored(&mut hold, "3");
        assert!(Hold::check(&mut hold, Some(&id(4))).is_err());
        Hold::is_stored(&mut hold, "2");
        assert!(
            Hold::check(&mut hold, Some(&id(4))).is_ok(),
            "nothing is missing any more"
        );
    }
}
