//! Whether nodes hear each other through Redis, and how late: the one question that covers every way Redis can be away.
//!
//! Every node beats five times a second where all hear it. That it hears its own beats shows that it publishes and listens;
//! that it hears the others' shows that they do.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Redis is well while what is heard now was sent no longer ago than this.
const LATE: Duration = Duration::from_millis(500);
/// A listener that has heard nothing for so long is deaf, whatever its connection looks like.
const DEAF: Duration = Duration::from_secs(3);
/// A node that was heard and no longer is may still commit, and not be able to say so; after so long it is taken for gone.
const GONE: Duration = Duration::from_secs(45);
/// Beats whose times are kept; five a second.
const KEPT: usize = 64;

/// The beats sent, and the newest that came back.
#[derive(Default)]
pub struct Pulse(Mutex<State>);

#[derive(Default)]
struct State {
    number: u64,
    sent: VecDeque<(u64, Instant)>,
    /// When the newest beat that was heard had been sent, and when it was heard.
    heard: Option<(Instant, Instant)>,
    /// When each of the others was last heard.
    others: HashMap<String, Instant>,
}

impl Pulse {
    /// A new beat's number.
    pub fn send(&self) -> u64 {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.number += 1;
        let beat = (state.number, Instant::now());
        state.sent.push_back(beat);
        if state.sent.len() > KEPT {
            state.sent.pop_front();
        }
        beat.0
    }

    /// Another node's beat came.
    pub fn hear_other(&self, node: &str) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match state.others.get_mut(node) {
            Some(heard) => *heard = Instant::now(),
            None => drop(state.others.insert(node.to_owned(), Instant::now())),
        }
    }

    /// Another node said goodbye: its silence is no longer a sign.
    pub fn forget(&self, node: &str) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.others.remove(node);
    }

    /// A beat came back.
    pub fn hear(&self, number: u64) {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(place) = state.sent.iter().position(|(sent, _)| *sent == number) else {
            return;
        };
        let sent_at = state.sent[place].1;
        state.sent.drain(..=place);
        state.heard = Some((sent_at, Instant::now()));
    }

    /// Whether this node hears itself without delay, and everyone it has heard of late.
    pub fn is_well(&self) -> bool {
        let mut state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        state.others.retain(|_, heard| heard.elapsed() < GONE);
        state.others.values().all(|heard| heard.elapsed() <= LATE)
            && state
                .heard
                .is_some_and(|(sent_at, _)| sent_at.elapsed() <= LATE)
    }

    /// Whether nothing was heard for so long that listening anew is the better bet; `since` is when listening began.
    pub fn is_deaf(&self, since: Instant) -> bool {
        let state = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let last = state.heard.map_or(since, |(_, heard)| heard.max(since));
        last.elapsed() > DEAF
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_came_back_in_time_counts() {
        let pulse = Pulse::default();
        assert!(!pulse.is_well(), "nothing was heard yet");
        let (first, second) = (pulse.send(), pulse.send());
        pulse.hear(second);
        assert!(pulse.is_well());
        pulse.hear(first);
        assert!(pulse.is_well(), "an older beat takes nothing away");
        pulse.hear(99);
        assert!(!pulse.is_deaf(Instant::now()));
    }

    #[test]
    fn a_node_that_falls_silent_is_missed_unless_it_said_goodbye() {
        let pulse = Pulse::default();
        pulse.hear(pulse.send());
        pulse.hear_other("b");
        assert!(pulse.is_well());
        let silent = Instant::now().checked_sub(2 * LATE).unwrap();
        pulse
            .0
            .lock()
            .unwrap()
            .others
            .insert("b".to_owned(), silent);
        assert!(!pulse.is_well());
        pulse.forget("b");
        assert!(pulse.is_well());
    }
}
