//! Which message was the first at a moment: looked for by numbers, since these are in order and times nearly are.

use diesel::prelude::*;

use super::head;
use crate::error::Result;
use crate::store::RoomId;
use crate::store::connection::{Conn, snapshot};
use crate::store::schema::messages;
use crate::store::time::Time;

/// The first message of a room that was stored at a moment or later; `None` where the newest is older.
///
/// Halving what is between takes some twenty looks at the primary key in a room of a million. Where a clock was set back, times are
/// in disorder for as long as it was ahead, and what is found is one of the places there at which the moment is passed.
pub fn first_since(conn: &mut Conn, room: RoomId, moment: Time) -> Result<Option<i64>> {
    snapshot(conn, |conn| {
        let (last_seq, _, first_seq) = head(conn, room)?;
        let (mut low, mut high) = (first_seq, last_seq.saturating_add(1));
        while low < high {
            let middle = low + (high - low) / 2;
            if sent_at(conn, room, middle)? < Some(moment) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        Ok((low <= last_seq).then_some(low))
    })
}

fn sent_at(conn: &mut Conn, room: RoomId, seq: i64) -> Result<Option<Time>> {
    Ok(messages::table
        .filter(messages::room_id.eq(room))
        .filter(messages::seq.eq(seq))
        .select(messages::sent_at)
        .first(conn)
        .optional()?)
}
