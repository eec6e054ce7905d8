//! Numbers and rights inside the transaction: each room's counters under lock, who may still post, and the rows themselves.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::inserting::Inserts;
use super::{Batch, Committed, Drawing, Outcome, Post};
use crate::error::{Error, Result};
use crate::store::connection::Conn;
use crate::store::schema::{room_counters, rooms, users};
use crate::store::time::Time;
use crate::store::users::raise_access_revision;
use crate::store::{RoomId, UserId};
use crate::store::{memberships, messages as stored};

/// Changes of others that a room shows at once; beyond that everyone loads afresh.
const BETWEEN_MAX: i64 = 1_000;
/// Ids in one query; SQLite and PostgreSQL both take far more binds.
const CHUNK: usize = 500;

/// The rooms of one transaction, locked.
pub(super) struct Numbering {
    rooms: HashMap<RoomId, Counted>,
    authors: HashMap<UserId, Author>,
    members: HashMap<(RoomId, UserId), bool>,
    /// Who became a member.
    joined: BTreeSet<UserId>,
    now: Time,
}

/// A room's counters under lock, and what matters of the room itself.
pub(super) struct Counted {
    pub(super) last_seq: i64,
    pub(super) revision: i64,
    first_seq: i64,
    open: bool,
    archived: bool,
    changed: bool,
    /// Whether more was shown than it counts: it was put back under those who serve it.
    went_back: bool,
}

struct Author {
    active: bool,
    guest: bool,
}

impl Counted {
    /// Counters never go back in one history: where they are behind what was shown, another copy of the database has taken
    /// its place, as after a failover that lost something. What was numbered by it would bear numbers that people know as
    /// those of other messages.
    fn compare(&mut self, batch: &Batch) {
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
    fn refuse(&self, batch: &Batch) -> Committed {
        let refused =
            || Outcome::Refused(Error::Unavailable("the database was put back".to_owned()));
        Committed {
            between: Some(Vec::new()),
            outcomes: batch.changes.iter().map(|_| refused()).collect(),
            // Not what is counted: what follows is held against what was shown.
            revision: batch.gate,
            last_seq: self.last_seq,
        }
    }

    /// One more message.
    pub(super) fn advance(&mut self) {
        self.last_seq += 1;
        self.revision += 1;
        self.changed = true;
    }
}

impl Numbering {
    /// Locks the counters of all rooms, in the order of their ids, and reads who may do what.
    pub(super) fn lock(conn: &mut Conn, batches: &[Batch]) -> Result<Numbering> {
        let ids: Vec<RoomId> = batches
            .iter()
            .map(|batch| batch.room)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let places: Vec<(RoomId, UserId)> = batches
            .iter()
            .flat_map(|batch| batch.changes.iter().map(|post| (batch.room, post.author)))
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let people: Vec<UserId> = places
            .iter()
            .map(|(_, person)| *person)
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let mut rooms = locked_rooms(conn, &ids)?;
        for batch in batches {
            if let Some(room) = rooms.get_mut(&batch.room) {
                room.compare(batch);
            }
        }
        Ok(Numbering {
            rooms,
            authors: authors(conn, &people)?,
            members: memberships::at(conn, &places)?,
            joined: BTreeSet::new(),
            now: Time::now(),
        })
    }

    /// Numbers and inserts a batch's changes.
    pub(super) fn apply(
        &mut self,
        conn: &mut Conn,
        drawing: Drawing,
        batch: &Batch,
    ) -> Result<Committed> {
        let mut room = self.rooms.remove(&batch.room).ok_or(Error::NotFound)?;
        if room.went_back {
            let refused = room.refuse(batch);
            self.rooms.insert(batch.room, room);
            return Ok(refused);
        }
        let between = if room.revision > batch.gate {
            // Not up to the stored counter, which is behind where an earlier batch of this transaction is the room's too.
            let (messages, complete) =
                stored::changed_after(conn, batch.room, batch.gate, BETWEEN_MAX)?;
            complete.then_some(messages)
        } else {
            Some(Vec::new())
        };
        let mut inserts = Inserts::begin(conn, drawing, self.now, batch)?;
        let mut outcomes = Vec::with_capacity(batch.changes.len());
        for post in &batch.changes {
            let outcome = match self.permit(conn, batch.room, &room, post)? {
                Some(refusal) => Outcome::Refused(refusal),
                None => inserts.insert(conn, &mut room, post)?,
            };
            outcomes.push(outcome);
        }
        inserts.finish(conn)?;
        let committed = Committed {
            between,
            outcomes,
            revision: room.revision,
            last_seq: room.last_seq,
        };
        self.rooms.insert(batch.room, room);
        Ok(committed)
    }

    /// Writes the counters back.
    pub(super) fn store(self, conn: &mut Conn) -> Result<()> {
        for (id, room) in self.rooms.into_iter().filter(|(_, room)| room.changed) {
            diesel::update(room_counters::table.find(id))
                .set((
                    room_counters::last_seq.eq(room.last_seq),
                    room_counters::revision.eq(room.revision),
                ))
                .execute(conn)?;
        }
        // Last and in order: rooms by number, then people by number, is the order in which every transaction locks.
        for user in self.joined {
            raise_access_revision(conn, user)?;
        }
        Ok(())
    }

    /// Whether somebody may post now; who posts in an open room for the first time joins it.
    fn permit(
        &mut self,
        conn: &mut Conn,
        id: RoomId,
        room: &Counted,
        post: &Post,
    ) -> Result<Option<Error>> {
        let Some(author) = self
            .authors
            .get(&post.author)
            .filter(|author| author.active)
        else {
            return Ok(Some(Error::SignedOut));
        };
        let joined = self.members.get(&(id, post.author)).copied();
        let welcome = joined == Some(true) || (room.open && !author.guest);
        if !welcome {
            return Ok(Some(Error::NotFound));
        }
        if room.archived {
            return Ok(Some(Error::Forbidden));
        }
        if post
            .reply_to
            .is_some_and(|seq| seq < room.first_seq || seq > room.last_seq)
        {
            return Ok(Some(Error::BadRequest("bad-reply")));
        }
        if joined != Some(true) {
            memberships::join_locked(conn, id, post.author, room.last_seq)?;
            self.members.insert((id, post.author), true);
            self.joined.insert(post.author);
        }
        Ok(None)
    }
}

/// The counters of some rooms, locked until the transaction ends, and what the rooms are.
fn locked_rooms(conn: &mut Conn, ids: &[RoomId]) -> Result<HashMap<RoomId, Counted>> {
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
        let kinds: Vec<(RoomId, i64, String, Option<chrono::NaiveDateTime>)> = rooms::table
            .filter(rooms::id.eq_any(ids.to_vec()))
            .select((rooms::id, rooms::first_seq, rooms::kind, rooms::archived_at))
            .load(conn)?;
        let mut kinds: HashMap<RoomId, _> = kinds
            .into_iter()
            .map(|(id, first, kind, archived)| (id, (first, kind, archived)))
            .collect();
        for (id, last_seq, revision) in counters {
            let Some((first_seq, kind, archived)) = kinds.remove(&id) else {
                continue;
            };
            let room = Counted {
                last_seq,
                revision,
                first_seq,
                open: kind == "open",
                archived: archived.is_some(),
                changed: false,
                went_back: false,
            };
            found.insert(id, room);
        }
    }
    Ok(found)
}

fn authors(conn: &mut Conn, people: &[UserId]) -> Result<HashMap<UserId, Author>> {
    let mut found = HashMap::with_capacity(people.len());
    for people in people.chunks(CHUNK) {
        let rows: Vec<(UserId, String, Option<chrono::NaiveDateTime>)> = users::table
            .filter(users::id.eq_any(people.to_vec()))
            .select((users::id, users::role, users::deactivated_at))
            .load(conn)?;
        found.extend(rows.into_iter().map(|(id, role, deactivated)| {
            (
                id,
                Author {
                    active: deactivated.is_none(),
                    guest: role == "guest",
                },
            )
        }));
    }
    Ok(found)
}
