//! Where somebody stopped reading, further up than the page reaches.

use serde::Serialize;

use crate::store::Time;

/// The first of the messages that somebody has not read.
#[derive(Serialize)]
pub struct EarlierUnread {
    /// Its number.
    pub seq: i64,
    /// When it was said.
    pub sent_at: Time,
    /// The time of day in UTC.
    pub time: String,
}

impl From<(i64, Time)> for EarlierUnread {
    fn from((seq, sent_at): (i64, Time)) -> EarlierUnread {
        EarlierUnread {
            seq,
            sent_at,
            time: sent_at.clock(),
        }
    }
}
