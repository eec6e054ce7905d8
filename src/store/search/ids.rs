//! The order of an index: a row's number is when its message was said, and then the message's own, so that newest first is the
//! order of rows, whenever and in whatever order they were put in.

/// Bits for messages of one millisecond.
const BITS: u32 = 20;

/// The number of a message that was said at a moment, in milliseconds since 1970. It is the next free one from there on.
pub(super) fn of(sent_at: i64, seq: i64) -> i64 {
    first_at(sent_at) + (seq & ((1 << BITS) - 1))
}

/// The first number at a moment.
pub(super) fn first_at(moment: i64) -> i64 {
    moment.clamp(0, i64::MAX >> BITS) << BITS
}

/// When the message of a number was said.
pub(super) fn moment(id: i64) -> i64 {
    id >> BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_in_the_order_of_time_and_then_of_messages() {
        assert!(of(1_000, 9) < of(1_001, 1));
        assert!(of(1_000, 9) < of(1_000, 10));
        assert_eq!(moment(of(1_790_000_000_123, 77)), 1_790_000_000_123);
        assert!(of(i64::MAX, i64::MAX) > 0);
        assert_eq!(first_at(-5), 0);
    }
}
