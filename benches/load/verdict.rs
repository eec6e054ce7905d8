//! Whether everybody got everything that was said, once, in one order.

use std::fmt::{self, Display, Formatter};

/// What went wrong in a whole run.
#[derive(Clone, Debug)]
pub struct Verdict {
    pub sent: u64,
    /// Deliveries: messages times people in their rooms.
    pub expected: u64,
    pub missing: u64,
    /// Those of them that no sender was told of: not even too much work excuses these, unless they were still under way.
    pub unexplained: u64,
    pub doubled: u64,
    pub disordered: u64,
    /// People who saw their room's messages in another order than the first there did.
    pub disagreeing: usize,
    /// Deliveries in a room that the message was not said in.
    pub astray: u64,
    /// Messages that the server answered with an error.
    pub refused: u64,
}

impl Verdict {
    /// Whether everybody got everything, once, in one order.
    pub fn is_clean(&self) -> bool {
        self.missing == 0 && self.is_sound()
    }

    /// Whether nothing happened that not even too much work excuses.
    pub fn is_sound(&self) -> bool {
        self.doubled == 0 && self.disordered == 0 && self.disagreeing == 0 && self.astray == 0
    }
}

impl Display for Verdict {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let Verdict {
            sent,
            expected,
            missing,
            unexplained,
            doubled,
            disordered,
            disagreeing,
            astray,
            refused,
        } = self;
        writeln!(
            to,
            "sent              {sent} messages, {expected} deliveries expected"
        )?;
        writeln!(
            to,
            "missing           {missing}, of these {unexplained} without an error for their sender"
        )?;
        writeln!(
            to,
            "doubled           {doubled}, out of order {disordered}, astray {astray}"
        )?;
        writeln!(to, "another order     {disagreeing} people")?;
        writeln!(to, "refused           {refused}")
    }
}
