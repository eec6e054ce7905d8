//! What the index has to do: which rooms it is behind with, and why.

use std::collections::HashMap;

use diesel::prelude::*;

use super::Known;
use crate::error::Result;
use crate::store::RoomId;
use crate::store::connection::Conn;
use crate::store::schema::{room_counters, rooms};

/// How far a room is, and what of it the index holds beside its messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) room: RoomId,
    pub(super) revision: i64,
    pub(super) first_seq: i64,
    pub(super) open: bool,
}

/// A room that the index is behind with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Due {
    pub(super) head: Head,
    /// Messages changed since this revision are to be read.
    pub(super) since: i64,
    /// Messages below this number are to go first.
    pub(super) remove_below: Option<i64>,
}

impl Due {
    /// What is to be done about a room; nothing where the index is where the room is.
    pub(super) fn of(head: Head, known: Option<Known>) -> Option<Due> {
        let Some(known) = known else {
            return Some(Due {
                head,
                since: 0,
                remove_below: None,
            });
        };
        if known.revision > head.revision {
            // It was put back: what the index holds beyond that was never said.
            return Some(Due {
                head,
                since: 0,
                remove_below: Some(i64::MAX),
            });
        }
        // Every row says whether its room is for everyone.
        let since = if known.open == head.open {
            known.revision
        } else {
            0
        };
        let is_behind = since < head.revision || known.open != head.open;
        let has_shrunk = known.first_seq < head.first_seq;
        (is_behind || has_shrunk).then_some(Due {
            head,
            since,
            remove_below: has_shrunk.then_some(head.first_seq),
        })
    }
}

/// All rooms, as far as they are; those that were deleted are not among them.
pub(super) fn heads(conn: &mut Conn) -> Result<Vec<Head>> {
    let rows: Vec<(RoomId, i64, i64, String)> = room_counters::table
        .inner_join(rooms::table)
        .filter(rooms::deleted_at.is_null())
        .select((
            room_counters::room_id,
            room_counters::revision,
            rooms::first_seq,
            rooms::kind,
        ))
        .load(conn)?;
    let head = |(room, revision, first_seq, kind): (RoomId, i64, i64, String)| Head {
        room,
        revision,
        first_seq,
        open: kind == "open",
    };
    Ok(rows.into_iter().map(head).collect())
}

/// The rooms with which the index is not where they are, those that are least behind first; and those of it that are gone.
pub(super) fn compared(
    heads: Vec<Head>,
    known: &HashMap<RoomId, Known>,
) -> (Vec<Due>, Vec<RoomId>) {
    let mut there: std::collections::HashSet<RoomId> =
        std::collections::HashSet::with_capacity(heads.len());
    let mut due = Vec::new();
    for head in heads {
        there.insert(head.room);
        due.extend(Due::of(head, known.get(&head.room).copied()));
    }
    due.sort_by_key(|due| (due.head.revision - due.since, due.head.room));
    let gone = known.keys().filter(|room| !there.contains(room));
    let gone = gone.copied().collect();
    (due, gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_follows_what_a_room_becomes() {
        let head = Head {
            room: 1,
            revision: 9,
            first_seq: 3,
            open: true,
        };
        let known = |revision, first_seq, open| {
            Some(Known {
                revision,
                first_seq,
                open,
            })
        };
        let due = |since, remove_below| {
            Some(Due {
                head,
                since,
                remove_below,
            })
        };
        for (known, expected) in [
            (None, due(0, None)),
            (known(9, 3, true), None),
            (known(7, 3, true), due(7, None)),
            (known(9, 3, false), due(0, None)),
            (known(9, 1, true), due(9, Some(3))),
            (known(10, 3, true), due(0, Some(i64::MAX))),
        ] {
            assert_eq!(Due::of(head, known), expected, "{known:?}");
        }
    }
}
