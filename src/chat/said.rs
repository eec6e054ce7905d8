//! What was said, as far as those who are elsewhere are concerned.

use serde::{Deserialize, Serialize};

use crate::store::UserId;
use crate::store::messages::Message;
use crate::store::named::Called;

/// One message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// Its number.
    pub seq: i64,
    /// Who said it.
    pub author: UserId,
    /// Whom it names.
    pub called: Called,
    /// Whether it tells what happened to the room, and is nothing to be counted.
    pub is_notice: bool,
}

impl From<&Message> for Said {
    fn from(message: &Message) -> Said {
        Said {
            seq: message.seq,
            author: message.author,
            called: message.called.clone(),
            is_notice: message.kind.is_some(),
        }
    }
}
