//! The counters of rooms under lock, from which numbers are given out.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Batch, Committed, Outcome};
use crate::error::{Error, Result};
use crate::store::RoomId;
use crate::store::connection::Conn;
use crate::store::rooms::State;
use crate::store::schema::{room_counters, rooms};

/// Ids in one query; SQLite and PostgreSQL both take far more binds.
const CHUNK: usize = 500;

/// A room's counters under lock, and what matters of the room itself.
pub(super) struct Counted {
    pub(super) last_seq: i64,
    pub(super) revision: i64,
    pub(super) first_seq: i64,
    pub(super) state: State,
    pub(super) changed: bool,
    /// Whether more was shown than it counts: it was put back under those who serve it.
    pub(super) went_back: bool,
}

impl Counted {
    /// Counters never go back in one history: where they are behind what was shown, another copy of the database has taken
    /// its place, as after a failover that lost something. What was numbered by it would bear numbers that people know as
    /// those of other messages.
    pub(super) fn compare(&mut self, batch: &Batch) {
        if self.revision >= batch.gate {
            return;
        }
        self.went_back = true;
        log::error!(
            "room number {} takes no messages: the database counts {} changes there, and {} were shown. It was put back; stop \
             every node, run `adda epoch renew` and start them again",
            batch.room,
            self.revision,
            batch.gate
        );
    }

    /// Nothing of a batch is stored, and nothing is shown.
    pub(super) fn refuse(&self, batch: &Batch) -> Committed {
        let refused =
            || Outcome::Refused(Error::Unavailable("the database was put back".to_owned()));
        Committed {
            between: Some(Vec::new()),
            outcomes: batch.changes.iter().map(|_| refused()).collect(),
            // Not what is counted: what follows is held against what was shown.
            revision: batch.gate,
            last_seq: self.last_seq,
            moved: Vec::new(),
        }
    }

    /// One more change of what is there; the revision it bears.
    pub(super) fn touch(&mut self) -> i64 {
        self.revision += 1;
        self.changed = true;
        self.revision
    }

    /// One more message.
    pub(super) fn advance(&mut self) {
        self.last_seq += 1;
        self.revision += 1;
        self.changed = true;
    }
}

/// The counters of some rooms, locked until the transaction ends, and what the rooms are.
pub(super) fn locked_rooms(conn: &mut Conn, ids: &[RoomId]) -> Result<HashMap<RoomId, Counted>> {
    let mut found = HashMap::with_capacity(ids.len());
    for ids in ids.chunks(CHUNK) {
        let counters = room_counters::table.filter(room_counters::room_id.eq_any(ids.to_vec()));
        let counters: Vec<(RoomId, i64, i64)> = match conn {
            // The one writing transaction of SQLite is lock enough.
            Conn::Sqlite(sqlite) => counters.load(sqlite)?,
            Conn::Postgres(postgres) => counters
                .order(room_counters::room_id.asc())
                .for_update()
                .load(postgres)?,
        };
        let states: Vec<(RoomId, i64, State)> = rooms::table
            .filter(rooms::id.eq_any(ids.to_vec()))
            .select((rooms::id, rooms::first_seq, State::as_select()))
            .load(conn)?;
        let mut states: HashMap<RoomId, _> = states
            .into_iter()
            .map(|(id, first, state)| (id, (first, state)))
            .collect();
        for (id, last_seq, revision) in counters {
            let Some((first_seq, state)) = states.remove(&id) else {
                continue;
            };
            let room = Counted {
                last_seq,
                revision,
                first_seq,
                state,
                changed: false,
                went_back: false,
            };
            found.insert(id, room);
        }
    }
    Ok(found)
}
