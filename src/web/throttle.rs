//! How often somebody may try: failed sign-ins per account and address, per account, and per address; rooms per person.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};
use crate::store::UserId;

const MINUTE: Duration = Duration::from_secs(60);
const PER_ACCOUNT: u32 = 10;
const PER_ADDRESS: u32 = 6;
const ROOMS_PER_MINUTE: u32 = 10;
const REPORTS_PER_MINUTE: u32 = 10;
const SEARCHES_PER_MINUTE: u32 = 120;
/// Saved up at most, which is forty searches at once.
const SEARCHES_AHEAD: Duration = Duration::from_secs(20);
/// Saved up at most, which makes twenty rooms at once.
const ROOMS_AHEAD: Duration = Duration::from_secs(120);
/// What is remembered at most, some 100 bytes each.
const ENTRIES_MAX: usize = 65_536;

/// Counts attempts. Each is counted when it begins, so that a hundred at once are no way around, and given back when it succeeds.
pub(super) struct Throttle {
    /// Attempts a minute, in sign-ins per account and address; 0: no limit.
    allowed: u32,
    /// How far ahead of now an entry may be: how much can be done at once.
    ahead: Duration,
    entries: Mutex<HashMap<Key, Instant>>,
}

/// What failures are counted by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    AccountAt(Box<str>, IpAddr),
    Account(Box<str>),
    Address(IpAddr),
    Maker(UserId),
}

/// An attempt that began. It counts as failed unless it is taken back.
#[derive(Debug)]
#[must_use]
pub(super) struct Attempt(Vec<(Key, Duration)>);

impl Throttle {
    /// So many failures a minute per account and address; 0 lifts the limits.
    pub(super) fn new(allowed: u32) -> Throttle {
        Throttle {
            allowed,
            ahead: MINUTE,
            entries: Mutex::default(),
        }
    }

    /// For making rooms, where that is limited.
    pub(super) fn of_rooms(limited: bool) -> Throttle {
        Throttle {
            allowed: if limited { ROOMS_PER_MINUTE } else { 0 },
            ahead: ROOMS_AHEAD,
            entries: Mutex::default(),
        }
    }

    /// For reporting messages, where that is limited: ten a minute.
    pub(super) fn of_reports(limited: bool) -> Throttle {
        Throttle {
            allowed: if limited { REPORTS_PER_MINUTE } else { 0 },
            ahead: MINUTE,
            entries: Mutex::default(),
        }
    }

    /// For searching, where that is limited: two a second, and some at once.
    pub(super) fn of_searches(limited: bool) -> Throttle {
        Throttle {
            allowed: if limited { SEARCHES_PER_MINUTE } else { 0 },
            ahead: SEARCHES_AHEAD,
            entries: Mutex::default(),
        }
    }

    /// Begins a sign-in. `known`: the browser has signed in to the account before; others cannot keep it out by failing.
    ///
    /// Errors: `RateLimited` with the time until the next attempt.
    pub(super) fn sign_in(&self, skeleton: &str, address: IpAddr, known: bool) -> Result<Attempt> {
        self.sign_in_at(Instant::now(), skeleton, address, known)
    }

    /// Begins the use of a link's token, which may be a guess. Errors: as above.
    pub(super) fn token(&self, address: IpAddr) -> Result<Attempt> {
        self.begin(
            Instant::now(),
            vec![(Key::Address(network(address)), PER_ADDRESS)],
        )
    }

    /// Begins a report, which counts. Errors: as above.
    pub(super) fn report(&self, reporter: UserId) -> Result<()> {
        self.begin(Instant::now(), vec![(Key::Maker(reporter), 1)])
            .map(drop)
    }

    /// Begins a search, which counts. Errors: as above.
    pub(super) fn search(&self, who: UserId) -> Result<()> {
        self.begin(Instant::now(), vec![(Key::Maker(who), 1)])
            .map(drop)
    }

    /// Begins a room, which counts unless it is taken back. Errors: as above.
    pub(super) fn room(&self, maker: UserId) -> Result<Attempt> {
        self.begin(Instant::now(), vec![(Key::Maker(maker), 1)])
    }

    /// An attempt that did not fail, or that was not made after all.
    pub(super) fn take_back(&self, attempt: Attempt) {
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, cost) in attempt.0 {
            if let Some(free_at) = entries.get_mut(&key)
                && let Some(earlier) = free_at.checked_sub(cost)
            {
                *free_at = earlier;
            }
        }
    }

    fn sign_in_at(
        &self,
        now: Instant,
        skeleton: &str,
        address: IpAddr,
        known: bool,
    ) -> Result<Attempt> {
        // A name that nobody can have is still counted, but not kept at any length.
        let account: Box<str> = skeleton.chars().take(64).collect::<String>().into();
        let address = network(address);
        let mut limits = vec![
            (Key::AccountAt(account.clone(), address), 1),
            (Key::Address(address), PER_ADDRESS),
        ];
        if !known {
            limits.push((Key::Account(account), PER_ACCOUNT));
        }
        self.begin(now, limits)
    }

    /// Each entry is the moment at which all failures are forgiven. A failure puts it off, as far ahead as the limit lets it.
    fn begin(&self, now: Instant, limits: Vec<(Key, u32)>) -> Result<Attempt> {
        if self.allowed == 0 {
            return Ok(Attempt(Vec::new()));
        }
        let mut entries = self.entries.lock().unwrap_or_else(PoisonError::into_inner);
        let mut costs = Vec::with_capacity(limits.len());
        let mut wait = Duration::ZERO;
        for (key, times) in limits {
            let cost = MINUTE / self.allowed.saturating_mul(times);
            let free_at = entries.get(&key).map_or(now, |free_at| (*free_at).max(now)) + cost;
            wait = wait.max(free_at.saturating_duration_since(now + self.ahead));
            costs.push((key, cost));
        }
        if wait > Duration::ZERO {
            return Err(Error::RateLimited(wait));
        }
        if entries.len() + costs.len() > ENTRIES_MAX {
            forget(&mut entries, now);
        }
        for (key, cost) in &costs {
            let free_at = entries.entry(key.clone()).or_insert(now);
            *free_at = (*free_at).max(now) + *cost;
        }
        Ok(Attempt(costs))
    }
}

/// Makes room: whatever is forgiven goes, and if that is not enough, an eighth of the rest, the soonest forgiven first.
fn forget(entries: &mut HashMap<Key, Instant>, now: Instant) {
    entries.retain(|_, free_at| *free_at > now);
    if entries.len() > ENTRIES_MAX / 8 * 7 {
        let mut moments: Vec<Instant> = entries.values().copied().collect();
        let (_, limit, _) = moments.select_nth_unstable(ENTRIES_MAX / 8);
        let limit = *limit;
        entries.retain(|_, free_at| *free_at > limit);
    }
}

/// Whom an address stands for: one for IPv4, the network that one household gets for IPv6.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() & !u128::from(u64::MAX)).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u32) -> IpAddr {
        IpAddr::V4((0x0A00_0000 + last).into())
    }

    fn allowed(
        throttle: &Throttle,
        now: Instant,
        tries: u32,
        who: impl Fn(u32) -> (String, IpAddr, bool),
    ) -> u32 {
        (0..tries)
            .filter(|number| {
                let (account, address, known) = who(*number);
                throttle.sign_in_at(now, &account, address, known).is_ok()
            })
            .count() as u32
    }

    #[test]
    fn failures_are_limited_per_account_and_address() {
        let (throttle, now) = (Throttle::new(10), Instant::now());
        assert_eq!(
            allowed(&throttle, now, 30, |_| ("ada".into(), address(1), false)),
            10
        );
        assert_eq!(
            allowed(&throttle, now, 30, |_| ("ben".into(), address(1), false)),
            10,
            "another account"
        );
        let refusal = throttle
            .sign_in_at(now, "ada", address(1), true)
            .unwrap_err();
        assert!(
            matches!(refusal, Error::RateLimited(wait) if wait <= Duration::from_secs(6)),
            "{refusal:?}"
        );
        assert_eq!(
            allowed(&throttle, now + Duration::from_secs(12), 30, |_| (
                "ada".into(),
                address(1),
                false
            )),
            2
        );
        assert_eq!(
            allowed(&throttle, now + Duration::from_secs(120), 30, |_| (
                "ada".into(),
                address(1),
                false
            )),
            10
        );
    }

    #[test]
    fn an_account_is_guarded_from_many_addresses_but_not_against_its_own_browser() {
        let (throttle, now) = (Throttle::new(10), Instant::now());
        assert_eq!(
            allowed(&throttle, now, 300, |number| (
                "ada".into(),
                address(number),
                false
            )),
            100
        );
        assert!(
            throttle
                .sign_in_at(now, "ada", address(9_999), false)
                .is_err()
        );
        assert!(
            throttle
                .sign_in_at(now, "ada", address(9_999), true)
                .is_ok()
        );
    }

    #[test]
    fn an_address_is_limited_over_all_accounts_and_ipv6_by_network() {
        let (throttle, now) = (Throttle::new(10), Instant::now());
        let host = |number: u32| IpAddr::V6(((0x2001_0db8_u128 << 96) + u128::from(number)).into());
        assert_eq!(
            allowed(&throttle, now, 300, |number| (
                format!("name{number}"),
                host(number),
                false
            )),
            60
        );
        let tokens = (0..300)
            .filter(|_| throttle.token(address(7)).is_ok())
            .count();
        assert_eq!(tokens, 60);
    }

    #[test]
    fn what_succeeds_does_not_count() {
        let (throttle, now) = (Throttle::new(10), Instant::now());
        for _ in 0..100 {
            let attempt = throttle.sign_in_at(now, "ada", address(1), false).unwrap();
            throttle.take_back(attempt);
        }
        assert_eq!(
            allowed(&throttle, now, 30, |_| ("ada".into(), address(1), false)),
            10
        );
        let lifted = Throttle::new(0);
        assert_eq!(
            allowed(&lifted, now, 1_000, |_| ("ada".into(), address(1), false)),
            1_000
        );
    }

    #[test]
    fn a_person_makes_twenty_rooms_at_once_and_then_ten_a_minute() {
        let (throttle, now) = (Throttle::of_rooms(true), Instant::now());
        let made = |now: Instant, maker: UserId| {
            (0..50)
                .filter(|_| throttle.begin(now, vec![(Key::Maker(maker), 1)]).is_ok())
                .count()
        };
        assert_eq!(made(now, 1), 20);
        assert_eq!(made(now, 2), 20, "somebody else");
        assert_eq!(made(now + MINUTE, 1), 10);
        let lifted = Throttle::of_rooms(false);
        assert!((0..1_000).all(|_| lifted.room(1).is_ok()));
    }

    #[test]
    fn memory_is_bounded() {
        let (throttle, now) = (Throttle::new(10), Instant::now());
        for number in 0..60_000 {
            let _ = throttle.sign_in_at(now, &format!("name{number}"), address(number), false);
        }
        assert!(throttle.entries.lock().unwrap().len() <= ENTRIES_MAX);
    }
}
