//! Numbers and rights inside the transaction: each room's counters under lock, who may still post, and the rows themselves.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use diesel::prelude::*;
use serde_json::Value;

use super::deeds::{Deed, Scene};
use super::inserting::Inserts;
use super::{Batch, Change, Committed, Drawing, Outcome, What};
use crate::error::{Error, Result};
use crate::rights::{self, Action, Person, Place, Role};
use crate::store::connection::Conn;
use crate::store::reading::read_by_saying;
use crate::store::rooms::{self, State};
use crate::store::schema::{room_counters, rooms as table, users};
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
    authors: HashMap<UserId, Person>,
    places: HashMap<(RoomId, UserId), Place>,
    /// Whose rooms are others now.
    moved: BTreeSet<UserId>,
    /// Who said something, and what last.
    said: BTreeMap<(RoomId, UserId), i64>,
    now: Time,
}

/// A room's counters under lock, and what matters of the room itself.
pub(super) struct Counted {
    pub(super) last_seq: i64,
    pub(super) revision: i64,
    first_seq: i64,
    state: State,
    changed: bool,
    /// Whether more was shown than it counts: it was put back under those who serve it.
    went_back: bool,
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
            moved: Vec::new(),
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
            .flat_map(|batch| {
                batch
                    .changes
                    .iter()
                    .map(|change| (batch.room, change.author))
            })
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
            places: memberships::at(conn, &places)?,
            moved: BTreeSet::new(),
            said: BTreeMap::new(),
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
        for change in &batch.changes {
            let outcome = match &change.what {
                What::Post { reply_to, .. } => {
                    match self.permit(conn, batch.room, &room, change, *reply_to)? {
                        Some(refusal) => Outcome::Refused(refusal),
                        None => {
                            let outcome = inserts.insert(conn, &mut room, change, None)?;
                            if let Outcome::Stored(message) = &outcome {
                                self.said.insert((batch.room, change.author), message.seq);
                            }
                            outcome
                        }
                    }
                }
                What::Deed(deed) => {
                    match self.carry_out(conn, batch.room, &mut room, change.author, deed)? {
                        Ok(Some(event)) => inserts.insert(conn, &mut room, change, Some(event))?,
                        Ok(None) => Outcome::Unchanged,
                        Err(refusal) => Outcome::Refused(refusal),
                    }
                }
            };
            outcomes.push(outcome);
        }
        inserts.finish(conn)?;
        let committed = Committed {
            between,
            outcomes,
            revision: room.revision,
            last_seq: room.last_seq,
            moved: self.moved.iter().copied().collect(),
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
        let said: Vec<(RoomId, UserId, i64)> = self
            .said
            .into_iter()
            .map(|((room, user), seq)| (room, user, seq))
            .collect();
        read_by_saying(conn, &said)?;
        // Last and in order: rooms by number, then people by number, is the order in which every transaction locks.
        for user in self.moved {
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
        change: &Change,
        reply_to: Option<i64>,
    ) -> Result<Option<Error>> {
        let author = change.author;
        let place = self.place(id, author);
        if let Err(refusal) = rights::may(
            self.person(author),
            Action::Post(room.state.seen_from(place)),
        ) {
            return Ok(Some(refusal));
        }
        if reply_to.is_some_and(|seq| seq < room.first_seq || seq > room.last_seq) {
            return Ok(Some(Error::BadRequest("bad-reply")));
        }
        if !place.belongs() {
            memberships::join_locked(conn, id, author, room.last_seq)?;
            self.places.insert((id, author), Place::Member);
            self.moved.insert(author);
        }
        if room.state.slow_mode > 0 && !self.looks_after(id, room, author) {
            return self.wait_their_turn(conn, id, room, change);
        }
        Ok(None)
    }

    fn looks_after(&self, id: RoomId, room: &Counted, author: UserId) -> bool {
        let seen = room.state.seen_from(self.place(id, author));
        rights::may(self.person(author), Action::Change(seen)).is_ok()
    }

    /// Refuses what comes too soon in a slow room, and else notes when its author's turn comes again.
    fn wait_their_turn(
        &self,
        conn: &mut Conn,
        id: RoomId,
        room: &Counted,
        change: &Change,
    ) -> Result<Option<Error>> {
        let author = change.author;
        let client_ids = [change.client_id.as_str()];
        if !change.fresh && !stored::by_client_ids(conn, id, author, &client_ids)?.is_empty() {
            // It was stored when it was their turn.
            return Ok(None);
        }
        let slow_mode = Duration::from_secs(room.state.slow_mode.unsigned_abs());
        if let Some(again) = memberships::posts_again_at(conn, id, author)? {
            // The clock may have been set back: nobody waits for longer than once.
            let wait = again.since(self.now).min(slow_mode);
            if !wait.is_zero() {
                return Ok(Some(Error::RateLimited(wait)));
            }
        }
        memberships::set_posts_again_at(conn, id, author, self.now.after(slow_mode))?;
        Ok(None)
    }

    /// Does something to a room: what happened, `None` where it was so already, or why it is refused.
    fn carry_out(
        &mut self,
        conn: &mut Conn,
        id: RoomId,
        room: &mut Counted,
        author: UserId,
        deed: &Deed,
    ) -> Result<Result<Option<Value>, Error>> {
        let scene = Scene {
            room: id,
            rights: room.state.seen_from(self.place(id, author)),
            last_seq: room.last_seq,
            author,
            person: self.person(author),
            now: self.now,
        };
        let done = match scene.carry_out(conn, deed) {
            Ok(Some(done)) => done,
            Ok(None) => return Ok(Ok(None)),
            Err(fault @ (Error::Unavailable(_) | Error::Internal(_))) => return Err(fault),
            Err(refusal) => return Ok(Err(refusal)),
        };
        for (user, place) in done.places {
            self.places.insert((id, user), place);
            self.moved.insert(user);
        }
        room.state = rooms::state(conn, id)?;
        Ok(Ok(Some(done.event)))
    }

    fn place(&self, room: RoomId, user: UserId) -> Place {
        let known = self.places.get(&(room, user)).copied();
        known.unwrap_or(Place::Stranger)
    }

    fn person(&self, user: UserId) -> Person {
        let nobody = Person {
            role: Role::Guest,
            active: false,
        };
        self.authors.get(&user).copied().unwrap_or(nobody)
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
        let states: Vec<(RoomId, i64, State)> = table::table
            .filter(table::id.eq_any(ids.to_vec()))
            .select((table::id, table::first_seq, State::as_select()))
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

fn authors(conn: &mut Conn, people: &[UserId]) -> Result<HashMap<UserId, Person>> {
    let mut found = HashMap::with_capacity(people.len());
    for people in people.chunks(CHUNK) {
        let rows: Vec<(UserId, String, Option<chrono::NaiveDateTime>)> = users::table
            .filter(users::id.eq_any(people.to_vec()))
            .select((users::id, users::role, users::deactivated_at))
            .load(conn)?;
        found.extend(rows.into_iter().map(|(id, role, deactivated)| {
            let person = Person {
                role: Role::parse(&role).unwrap_or(Role::Guest),
                active: deactivated.is_none(),
            };
            (id, person)
        }));
    }
    Ok(found)
}
