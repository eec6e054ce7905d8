//! Deeds that are part of a larger change: numbered in its transaction, so that both are stored or neither.

use std::sync::Arc;

use diesel::prelude::*;

use super::numbering::Numbering;
use super::{Batch, Change, Deed, Outcome, What};
use crate::error::Result;
use crate::names::ClientId;
use crate::store::connection::Conn;
use crate::store::schema::room_counters;
use crate::store::{RoomId, UserId, memberships};

/// Does something to a room in somebody's name. Whoever calls it has the room look afterwards: it was not asked.
///
/// Errors: what the first deed is refused with that is; then the whole transaction is to be given up.
pub(in crate::store) fn carry_out(
    conn: &mut Conn,
    room: RoomId,
    (author, username): (UserId, &Arc<str>),
    deeds: impl IntoIterator<Item = Deed>,
) -> Result<()> {
    memberships::locked_last_seq(conn, room)?;
    let gate = room_counters::table
        .find(room)
        .select(room_counters::revision)
        .first(conn)?;
    let change = |deed| {
        Ok(Change {
            author,
            username: username.clone(),
            client_id: ClientId::fresh()?,
            fresh: true,
            what: What::Deed(deed),
            draft: None,
        })
    };
    let batches = [Batch {
        room,
        gate,
        changes: deeds.into_iter().map(change).collect::<Result<Vec<_>>>()?,
    }];
    let mut numbering = Numbering::lock(conn, &batches)?;
    let [batch] = &batches;
    let committed = numbering.apply(conn, batch)?;
    numbering.store(conn)?;
    for outcome in committed.outcomes {
        if let Outcome::Refused(refusal) = outcome {
            return Err(refusal);
        }
    }
    Ok(())
}
