//! What other nodes committed: it passes the same gate as what this one did. What comes too early waits a moment for what is
//! before it; then the gap is read from the database, once.

use std::collections::BTreeMap;
use std::time::Duration;

use actix::prelude::*;

use super::{FromAfar, Room};
use crate::chat::relay::Shown;

/// How long what came too early waits; two nodes' connections to Redis may differ by that.
const WAIT: Duration = Duration::from_millis(20);
/// What waits at most; beyond that the database has it.
const FRAMES_MAX: usize = 1_024;
const BYTES_MAX: usize = 1024 * 1024;

/// Changes above the gate that cannot be shown yet.
#[derive(Default)]
pub(super) struct Ahead {
    frames: BTreeMap<i64, Shown>,
    bytes: usize,
    waiting: bool,
}

impl Ahead {
    fn put(&mut self, shown: Shown) {
        let fits = self.frames.len() < FRAMES_MAX && self.bytes + shown.frame.len() <= BYTES_MAX;
        if fits && !self.frames.contains_key(&shown.revision) {
            self.bytes += shown.frame.len();
            self.frames.insert(shown.revision, shown);
        }
    }

    /// Takes what follows a revision without a gap, and forgets what is behind it.
    fn take_after(&mut self, mut gate: i64) -> Vec<Shown> {
        let mut taken = Vec::new();
        while let Some(entry) = self.frames.first_entry() {
            if *entry.key() > gate + 1 {
                break;
            }
            let shown = entry.remove();
            self.bytes -= shown.frame.len();
            if shown.revision == gate + 1 {
                gate = shown.revision;
                taken.push(shown);
            }
        }
        taken
    }
}

impl Room {
    /// Shows what has become next; what stays behind a gap is waited for.
    pub(super) fn show_ahead(&mut self, ctx: &mut Context<Self>) {
        let next = self.ahead.take_after(self.gate);
        if !next.is_empty() {
            self.show(next);
            self.tell_hub(ctx);
            self.tell_looks(ctx);
        }
        if self.ahead.frames.is_empty() || self.ahead.waiting {
            return;
        }
        self.ahead.waiting = true;
        ctx.run_later(WAIT, |room, ctx| {
            room.ahead.waiting = false;
            // Something may have come meanwhile, and something else be missing now: that waits anew.
            let missing = room.ahead.frames.keys().next().copied();
            room.show_ahead(ctx);
            if missing.is_some() && room.ahead.frames.keys().next().copied() == missing {
                room.metrics.gaps.one();
                room.read_head(ctx);
            }
        });
    }
}

impl Handler<FromAfar> for Room {
    type Result = ();

    fn handle(&mut self, FromAfar(frames): FromAfar, ctx: &mut Self::Context) {
        if !self.open {
            return;
        }
        for shown in frames {
            if shown.revision > self.gate {
                self.ahead.put(shown);
            }
        }
        self.show_ahead(ctx);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::said::Said;

    fn shown(revision: i64) -> Shown {
        Shown {
            revision,
            said: Said::tea(revision, 1),
            frame: "x".to_owned().into(),
        }
    }

    fn revisions(shown: &[Shown]) -> Vec<i64> {
        shown.iter().map(|shown| shown.revision).collect()
    }

    #[test]
    fn whatever_order_they_come_in_they_leave_in_theirs_and_once() {
        let mut ahead = Ahead::default();
        for revision in [5, 3, 5, 1, 2, 3] {
            ahead.put(shown(revision));
        }
        assert_eq!(revisions(&ahead.take_after(0)), [1, 2, 3]);
        assert_eq!(revisions(&ahead.take_after(3)), [] as [i64; 0]);
        ahead.put(shown(4));
        assert_eq!(revisions(&ahead.take_after(3)), [4, 5]);
        assert_eq!(ahead.bytes, 0);
    }

    #[test]
    fn what_the_database_showed_meanwhile_is_forgotten() {
        let mut ahead = Ahead::default();
        for revision in 2..10 {
            ahead.put(shown(revision));
        }
        assert_eq!(revisions(&ahead.take_after(7)), [8, 9]);
        assert_eq!((ahead.frames.len(), ahead.bytes), (0, 0));
    }

    #[test]
    fn what_waits_is_bounded() {
        let mut ahead = Ahead::default();
        for revision in 2..5_000 {
            ahead.put(shown(revision));
        }
        assert_eq!(ahead.frames.len(), FRAMES_MAX);
    }
}
