//! The threads that may block in the database: who of them is inside, since when, and who is given up as stuck.
//!
//! Only the book-keeping, kept under the lock of the queue that they serve.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::DEADLINE;

/// A thread that is inside for longer is stuck. The database ends its own statements at the deadline: what outlasts that by
/// so much gets no answer at all.
pub(super) const STUCK_AFTER: Duration = DEADLINE.saturating_add(Duration::from_millis(500));

/// Between attempts to start a thread where the machine has none to give.
const FILL_EVERY: Duration = Duration::from_secs(1);

/// A thread that was given up so long ago will hardly come back: its connection is dark, and nothing ends it.
const LOST_AFTER: Duration = Duration::from_secs(60);
/// So many threads may be lost in all; each costs its stack and a connection.
const LOST_MAX: usize = 64;

/// A thread's number in its crew, never given twice.
pub(super) type Number = u64;

/// A fixed number of threads, and those that took the place of stuck ones.
pub(super) struct Crew {
    replaced_max: usize,
    recruited: Number,
    /// Threads that have not ended and were not given up.
    running: usize,
    inside: HashMap<Number, Instant>,
    given_up: HashMap<Number, Instant>,
    /// Places of threads that could not be started.
    vacant: usize,
    /// When the latest of them was to be started.
    failed: Option<Instant>,
}

impl Crew {
    /// A crew in which so many stuck threads at a time have a fresh one take their place.
    pub(super) fn new(replaced_max: usize) -> Crew {
        Crew {
            replaced_max,
            recruited: 0,
            running: 0,
            inside: HashMap::new(),
            given_up: HashMap::new(),
            vacant: 0,
            failed: None,
        }
    }

    /// A thread that is about to start.
    pub(super) fn recruit(&mut self) -> Number {
        self.recruited += 1;
        self.running += 1;
        self.recruited
    }

    /// A thread that ends.
    pub(super) fn retire(&mut self) {
        self.running -= 1;
    }

    /// A thread that could not be started: its place is to be filled later.
    pub(super) fn leave_vacant(&mut self, now: Instant) {
        self.retire();
        self.vacant += 1;
        self.failed = Some(now);
    }

    /// The numbers of the threads to start in vacant places, some time after it was last tried in vain.
    pub(super) fn fill(&mut self, now: Instant) -> Vec<Number> {
        let tried = self.failed;
        if tried.is_some_and(|tried| now.saturating_duration_since(tried) < FILL_EVERY) {
            return Vec::new();
        }
        self.failed = None;
        let vacant = std::mem::take(&mut self.vacant);
        (0..vacant).map(|_| self.recruit()).collect()
    }

    /// Threads that have not ended and were not given up.
    pub(super) fn running(&self) -> usize {
        self.running
    }

    /// A thread goes into the database; its time begins anew.
    pub(super) fn enter(&mut self, number: Number, now: Instant) {
        if !self.given_up.contains_key(&number) {
            self.inside.insert(number, now);
        }
    }

    /// A thread comes out; false where it was given up meanwhile and has to end.
    pub(super) fn leave(&mut self, number: Number) -> bool {
        self.inside.remove(&number);
        self.given_up.remove(&number).is_none()
    }

    /// Gives up those that are stuck, as far as may be; the numbers of the threads to start in their place.
    pub(super) fn relieve(&mut self, now: Instant) -> Vec<Number> {
        let mut stuck: Vec<Number> = self.overdue(now).collect();
        // The oldest first, so that what is left over is what may come back soonest.
        stuck.sort_unstable();
        stuck.truncate(self.places(now));
        stuck
            .into_iter()
            .map(|number| {
                self.inside.remove(&number);
                self.given_up.insert(number, now);
                self.retire();
                self.recruit()
            })
            .collect()
    }

    /// How many may be given up now. Those that are lost do not keep others from it for ever, or the second network that swallows
    /// connections would end what the first began.
    fn places(&self, now: Instant) -> usize {
        let is_recent = |since: &&Instant| now.saturating_duration_since(**since) < LOST_AFTER;
        let recent = self.given_up.values().filter(is_recent).count();
        let left = self.replaced_max.saturating_sub(recent);
        left.min(LOST_MAX.saturating_sub(self.given_up.len()))
    }

    /// How many are stuck, whether somebody took their place or not.
    pub(super) fn stuck(&self, now: Instant) -> usize {
        self.given_up.len() + self.overdue(now).count()
    }

    /// Whether every thread is stuck, and nobody may take a place any more.
    pub(super) fn is_exhausted(&self, now: Instant) -> bool {
        self.overdue(now).count() >= self.running
    }

    fn overdue(&self, now: Instant) -> impl Iterator<Item = Number> {
        self.inside
            .iter()
            .filter(move |(_, since)| now.saturating_duration_since(**since) > STUCK_AFTER)
            .map(|(number, _)| *number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stuck_threads_are_replaced_until_there_are_as_many_of_them_as_may_be() {
        let began = Instant::now();
        let late = began + STUCK_AFTER + Duration::from_millis(1);
        let mut crew = Crew::new(2);
        let (first, second) = (crew.recruit(), crew.recruit());
        crew.enter(first, began);
        crew.enter(second, began);
        assert!(crew.relieve(began + DEADLINE).is_empty(), "not yet");
        let fresh = crew.relieve(late);
        assert_eq!((fresh.len(), crew.running(), crew.stuck(late)), (2, 2, 2));
        assert!(!crew.is_exhausted(late));

        for number in &fresh {
            crew.enter(*number, late);
        }
        let later = late + STUCK_AFTER + Duration::from_millis(1);
        assert!(crew.relieve(later).is_empty(), "no more than two");
        assert!(crew.is_exhausted(later));
        assert_eq!(crew.stuck(later), 4);

        let much_later = later + LOST_AFTER;
        assert_eq!(crew.places(much_later), 2, "the lost are not waited for");
        assert!(!crew.leave(first), "whoever was given up has to end");
        assert_eq!(crew.relieve(later).len(), 1, "a place has become free");
        assert!(!crew.is_exhausted(later));
        assert!(!crew.leave(second));
    }

    #[test]
    fn a_thread_that_could_not_be_started_is_tried_again_after_a_while() {
        let began = Instant::now();
        let late = began + STUCK_AFTER + Duration::from_millis(1);
        let mut crew = Crew::new(1);
        let number = crew.recruit();
        crew.enter(number, began);
        assert_eq!(crew.relieve(late).len(), 1);
        crew.leave_vacant(late);
        assert!(crew.is_exhausted(late), "nobody is left");
        assert!(crew.fill(late).is_empty(), "not at once");
        let fresh = crew.fill(late + FILL_EVERY);
        assert_eq!((fresh.len(), crew.running()), (1, 1));
        assert!(!crew.is_exhausted(late + FILL_EVERY));
        assert!(crew.fill(late + 2 * FILL_EVERY).is_empty(), "one, once");
    }

    #[test]
    fn a_thread_that_comes_out_in_time_goes_on() {
        let began = Instant::now();
        let mut crew = Crew::new(0);
        let number = crew.recruit();
        crew.enter(number, began);
        let late = began + 2 * STUCK_AFTER;
        assert!(crew.relieve(late).is_empty(), "nobody takes its place");
        assert!(crew.is_exhausted(late));
        assert!(crew.leave(number));
        assert!(!crew.is_exhausted(late));
        assert_eq!(crew.stuck(late), 0);
    }
}
