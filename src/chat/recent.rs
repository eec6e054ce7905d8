//! A room's newest frames, kept so that whoever returns after a short while costs the database nothing.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytestring::ByteString;

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

    /// Keeps one more frame, of the message with that number; the oldest make room for it.
    pub fn push(&mut self, revision: i64, seq: i64, frame: ByteString) {
        self.bytes += frame.len();
        let node_bytes = self.node.0.fetch_add(frame.len(), Ordering::Relaxed) + frame.len();
        self.frames.push_back(Kept {
            revision,
            seq,
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
            recent.push(revision, revision, ByteString::from(revision.to_string()));
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
            recent.push(revision, revision, format!("said {revision}").into());
        }
        recent.forget(&HashMap::from([(2, 4)]));
        recent.push(4, 2, "gone".into());
        assert_eq!(recent.since(0).unwrap(), ["said 1", "said 3", "gone"]);
        assert_eq!(recent.since(3).unwrap(), ["gone"]);
        drop(recent);
        assert_eq!(node.0.load(Ordering::Relaxed), 0);
    }

    #[test]
    fn large_frames_are_bounded_by_their_bytes() {
        let mut recent = Recent::new(0, NodeBytes::default());
        for revision in 1..=100 {
            recent.push(revision, revision, "x".repeat(64 * 1024).into());
        }
        assert!(recent.bytes <= BYTES_MAX);
        assert_eq!(recent.floor, 100 - 16);
    }
}
