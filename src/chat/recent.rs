//! A room's newest frames, kept so that whoever returns after a short while costs the database nothing.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytestring::ByteString;

use super::said::{Answered, Said};

/// Bounds of one room, and of all rooms of a node together.
const FRAMES_MAX: usize = 1_024;
const BYTES_MAX: usize = 1024 * 1024;
const NODE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// What a room keeps where the node's bound is reached.
const BYTES_WHEN_SHORT: usize = 16 * 1024;

/// The bytes that all rooms of a node keep together.
#[derive(Clone, Default)]
pub struct NodeBytes(Arc<AtomicUsize>);

struct Kept {
    revision: i64,
    seq: i64,
    answers: Option<Answered>,
    frame: ByteString,
}

/// The frames above `floor`, ascending by revision, each message's newest alone.
pub struct Recent {
    frames: VecDeque<Kept>,
    bytes: usize,
    floor: i64,
    node: NodeBytes,
}

impl Recent {
    /// Nothing kept: every change up to `floor` is in the database alone.
    pub fn new(floor: i64, node: NodeBytes) -> Recent {
        Recent {
            frames: VecDeque::new(),
            bytes: 0,
            floor,
            node,
        }
    }

    /// Forgets everything; as after a stretch that was never shown.
    pub fn restart(&mut self, floor: i64) {
        while self.drop_oldest() {}
        self.floor = floor;
    }

    /// Forgets earlier frames of messages that are others now, by their numbers: who comes back is shown each as it is, and
    /// nothing that was taken back.
    pub fn forget(&mut self, changed: &HashMap<i64, i64>) {
        if changed.is_empty() {
            return;
        }
        let mut gone = 0;
        self.frames.retain(|kept| {
            let stays = !changed.contains_key(&kept.seq);
            gone += if stays { 0 } else { kept.frame.len() };
            stays
        });
        self.bytes -= gone;
        self.node.0.fetch_sub(gone, Ordering::Relaxed);
    }

    /// Keeps one more frame, of what was said; the oldest make room for it, and those that show an answered message as it was.
    pub fn push(&mut self, revision: i64, said: &Said, frame: ByteString) {
        if said.is_changed {
            self.drop_quotes_of(said);
        }
        self.bytes += frame.len();
        let node_bytes = self.node.0.fetch_add(frame.len(), Ordering::Relaxed) + frame.len();
        self.frames.push_back(Kept {
            revision,
            seq: said.seq,
            answers: said.answers,
            frame,
        });
        let bytes_max = if node_bytes > NODE_BYTES_MAX {
            BYTES_WHEN_SHORT
        } else {
            BYTES_MAX
        };
        while self.frames.len() > FRAMES_MAX || self.bytes > bytes_max {
            if !self.drop_oldest() {
                break;
            }
        }
    }

    /// The frames above a revision; `None` where some of them are no longer here.
    pub fn since(&self, revision: i64) -> Option<Vec<ByteString>> {
        if revision < self.floor {
            return None;
        }
        let first = self
            .frames
            .partition_point(|kept| kept.revision <= revision);
        Some(
            self.frames
                .range(first..)
                .map(|kept| kept.frame.clone())
                .collect(),
        )
    }

    /// A frame that shows something as it was is in nobody's hands again: it is in the database alone, and so is all before it.
    pub fn drop_quotes_of(&mut self, said: &Said) {
        let quote = said.quote();
        let is_outdated = |kept: &Kept| {
            kept.answers
                .is_some_and(|one| one.seq == said.seq && one.quote != quote)
        };
        if let Some(newest) = self.frames.iter().rposition(is_outdated) {
            for _ in 0..=newest {
                self.drop_oldest();
            }
        }
    }

    fn drop_oldest(&mut self) -> bool {
        let Some(Kept {
            revision, frame, ..
        }) = self.frames.pop_front()
        else {
            return false;
        };
        self.bytes -= frame.len();
        self.node.0.fetch_sub(frame.len(), Ordering::Relaxed);
        self.floor = revision;
        true
    }
}

impl Drop for Recent {
    fn drop(&mut self) {
        self.node.0.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_complete_above_its_floor() {
        let node = NodeBytes::default();
        let mut recent = Recent::new(10, node.clone());
        for revision in 11..=2_000 {
            let frame = ByteString::from(revision.to_string());
            recent.push(revision, &Said::tea(revision, 1), frame);
        }
        assert_eq!(recent.floor, 2_000 - FRAMES_MAX as i64);
        assert_eq!(recent.since(recent.floor - 1), None);
        assert_eq!(recent.since(recent.floor).unwrap().len(), FRAMES_MAX);
        assert_eq!(recent.since(1_999).unwrap(), ["2000"]);
        assert_eq!(recent.since(2_000).unwrap(), Vec::<ByteString>::new());
        drop(recent);
        assert_eq!(node.0.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn what_was_taken_back_is_shown_to_nobody_who_returns() {
        let node = NodeBytes::default();
        let mut recent = Recent::new(0, node.clone());
        for revision in 1..=3 {
            let frame = format!("said {revision}").into();
            recent.push(revision, &Said::tea(revision, 1), frame);
        }
        recent.forget(&HashMap::from([(2, 4)]));
        recent.push(4, &Said::tea(2, 1), "gone".into());
        assert_eq!(recent.since(0).unwrap(), ["said 1", "said 3", "gone"]);
        assert_eq!(recent.since(3).unwrap(), ["gone"]);
        drop(recent);
        assert_eq!(node.0.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn what_an_answer_shows_is_shown_to_nobody_once_it_is_another() {
        let tea = Said::tea(1, 1);
        let answer = Said {
            answers: Some(Answered {
                seq: 1,
                author: 1,
                quote: tea.quote(),
            }),
            ..Said::tea(2, 2)
        };
        let changed = Said {
            is_changed: true,
            ..tea.clone()
        };
        let mut recent = Recent::new(0, NodeBytes::default());
        recent.push(1, &tea, "tea".into());
        recent.push(2, &answer, "an answer to tea".into());
        recent.push(3, &Said::tea(3, 1), "more".into());
        // A reaction, say.
        recent.push(4, &changed, "tea".into());
        assert!(recent.since(0).is_some());
        let deleted = Said {
            is_deleted: true,
            ..changed
        };
        recent.push(5, &deleted, "gone".into());
        assert_eq!(recent.since(1), None);
        assert_eq!(recent.since(2).unwrap(), ["more", "tea", "gone"]);
    }

    #[test]
    fn large_frames_are_bounded_by_their_bytes() {
        let mut recent = Recent::new(0, NodeBytes::default());
        for revision in 1..=100 {
            let frame = "x".repeat(64 * 1024).into();
            recent.push(revision, &Said::tea(revision, 1), frame);
        }
        assert!(recent.bytes <= BYTES_MAX);
        assert_eq!(recent.floor, 100 - 16);
    }
}
