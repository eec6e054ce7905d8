//! Keeping a message at hand for everyone in the room, up to a number that can still be looked through.

use super::counted::Counted;
use super::numbering::Numbering;
use super::{Change, Outcome};
use crate::error::{Error, Result};
use crate::rights::Action;
use crate::store::RoomId;
use crate::store::connection::Conn;
use crate::store::pins::{self, PINS_MAX, Pinned};

impl Numbering {
    /// Pins a message, or takes its pin away, if whoever wants it may.
    pub(super) fn pin(
        &self,
        conn: &mut Conn,
        id: RoomId,
        room: &mut Counted,
        change: &Change,
        (seq, on): (i64, bool),
    ) -> Result<Outcome> {
        let message = match self.beside(conn, id, room, change.author, (seq, &Action::Pin))? {
            Ok(message) => message,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        if message.pinned.is_some() == on {
            return Ok(Outcome::Known(message));
        }
        let pinned = if on {
            if pins::count(conn, id)? >= PINS_MAX {
                return Ok(Outcome::Refused(Error::Full("refusal-pins")));
            }
            let pinned = Pinned {
                at: self.now,
                username: change.username.clone(),
                name: self.byline(change).name,
            };
            Some((change.author, pinned))
        } else {
            None
        };
        let message = pins::set(conn, id, message, pinned, room.touch())?;
        Ok(Outcome::Changed(vec![message]))
    }
}
