//! Who has received what: finds whatever is missing, came twice or came out of order.

use std::collections::{BTreeSet, HashMap};

/// What every receiver has got of every sender in their room.
///
/// A receiver is a socket, a sender is counted within its room. As long as all goes well only a counter is kept for each pair.
pub struct Ledger {
    senders: usize,
    /// For each pair, the number that comes next.
    next: Vec<u32>,
    /// For each pair that had a gap, the numbers below `next` that have not come.
    holes: HashMap<usize, BTreeSet<u32>>,
    /// For each receiver, a digest of all it got, in the order it came.
    orders: Vec<u64>,
    pub doubled: u64,
    /// One sender's messages in another order than they were sent.
    pub disordered: u64,
}

impl Ledger {
    pub fn new(receivers: usize, senders: usize) -> Ledger {
        Ledger {
            senders,
            next: vec![0; receivers * senders],
            holes: HashMap::new(),
            orders: vec![0; receivers],
            doubled: 0,
            disordered: 0,
        }
    }

    /// Enters a message. Returns whether it is new to this receiver.
    #[inline]
    pub fn enter(&mut self, receiver: usize, sender: usize, number: u32) -> bool {
        let pair = receiver * self.senders + sender;
        let next = self.next[pair];
        if number == next {
            self.next[pair] = next + 1;
        } else if !self.enter_unexpected(pair, number) {
            return false;
        }
        let order = &mut self.orders[receiver];
        *order = (order.rotate_left(5) ^ ((sender as u64) << 32 | u64::from(number)))
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        true
    }

    fn enter_unexpected(&mut self, pair: usize, number: u32) -> bool {
        let next = self.next[pair];
        let holes = self.holes.entry(pair).or_default();
        if number > next {
            holes.extend(next..number);
            self.next[pair] = number + 1;
            true
        } else if holes.remove(&number) {
            self.disordered += 1;
            true
        } else {
            self.doubled += 1;
            false
        }
    }

    /// How many messages a receiver lacks, where `sent(sender)` says how many each sender of its room has sent.
    pub fn missing(&self, receiver: usize, sent: impl Fn(usize) -> u32) -> u64 {
        (0..self.senders)
            .map(|sender| {
                let pair = receiver * self.senders + sender;
                let holes = self.holes.get(&pair).map_or(0, BTreeSet::len) as u64;
                holes + u64::from(sent(sender).saturating_sub(self.next[pair]))
            })
            .sum()
    }

    /// Whether two receivers got the same messages in the same order.
    pub fn agree(&self, one: usize, other: usize) -> bool {
        self.orders[one] == self.orders[other]
    }
}
