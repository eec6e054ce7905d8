//! How long messages took, told apart by whether they had to go from one node to another.

use crate::histogram::{Histogram, Times};

/// Times between when messages were to be sent and when they were seen.
#[derive(Default)]
pub struct Delays {
    pub same_node: Histogram,
    pub other_node: Histogram,
}

impl Delays {
    #[inline]
    pub fn add(&mut self, same_node: bool, microseconds: u64) {
        if same_node {
            self.same_node.add(microseconds);
        } else {
            self.other_node.add(microseconds);
        }
    }

    /// All of them.
    pub fn all(&self) -> Times {
        let mut all = Histogram::default();
        all.merge(&self.same_node);
        all.merge(&self.other_node);
        all.times()
    }
}
