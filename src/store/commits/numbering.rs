//! Numbers and rights inside the transaction: each room's counters under lock, who may still post, and the rows themselves.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use diesel::prelude::*;
use serde_json::Value;

use super::counted::{Counted, locked_rooms};
use super::deeds::{Deed, Scene};
use super::inserting::{Byline, Content, Inserts};
use super::{Batch, Change, Committed, Outcome, What};
use crate::error::{Error, Result};
use crate::rights::{Person, Place, Role};
use crate::store::connection::Conn;
use crate::store::reading::read_by_saying;
use crate::store::rooms;
use crate::store::schema::{room_counters, users};
use crate::store::time::Time;
use crate::store::uploads::Wanted;
use crate::store::users::{raise_access_revision, suspended};
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
    pub(super) places: HashMap<(RoomId, UserId), Place>,
    /// Whose rooms are others now.
    pub(super) moved: BTreeSet<UserId>,
    /// Who said something, and what last.
    said: BTreeMap<(RoomId, UserId), i64>,
    pub(super) now: Time,
}

/// Who does something, as they are in this transaction.
#[derive(Clone)]
struct Author {
    person: Person,
    name: Arc<str>,
    avatar: Option<Arc<str>>,
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
    pub(super) fn apply(&mut self, conn: &mut Conn, batch: &Batch) -> Result<Committed> {
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
        let mut inserts = Inserts::begin(conn, self.now, batch)?;
        let mut outcomes = Vec::with_capacity(batch.changes.len());
        for change in &batch.changes {
            let outcome = match &change.what {
                What::Post {
                    reply_to,
                    attachments,
                    ..
                } => {
                    let place = (batch.room, &mut room);
                    self.post(conn, &mut inserts, place, change, (*reply_to, attachments))?
                }
                What::Edit(edit) => {
                    inserts.flush(conn)?;
                    self.edit(conn, (batch.room, &mut room), change, edit)?
                }
                What::TakeBack { seq, reported } => {
                    inserts.flush(conn)?;
                    self.take_back(
                        conn,
                        batch.room,
                        &mut room,
                        change.author,
                        (*seq, *reported),
                    )?
                }
                What::React(reacting) => {
                    inserts.flush(conn)?;
                    self.react(conn, batch.room, &mut room, change.author, reacting)?
                }
                What::Pin { seq, on } => {
                    inserts.flush(conn)?;
                    self.pin(conn, batch.room, &mut room, change, (*seq, *on))?
                }
                What::Forget(seqs) => {
                    inserts.flush(conn)?;
                    self.forget(conn, batch.room, &mut room, change.author, seqs)?
                }
                What::Deed(deed) => {
                    self.happen(conn, (batch.room, &mut room), &mut inserts, change, deed)?
                }
            };
            outcomes.push(outcome);
        }
        inserts.flush(conn)?;
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

    /// Does something to a room, and numbers the notice of it.
    fn happen<'a>(
        &mut self,
        conn: &mut Conn,
        (id, room): (RoomId, &mut Counted),
        inserts: &mut Inserts<'a>,
        change: &'a Change,
        deed: &Deed,
    ) -> Result<Outcome> {
        match self.carry_out(conn, id, room, change.author, deed)? {
            Ok(Some(event)) => {
                let happened = Content::Happened(event);
                inserts.insert(conn, room, change, self.byline(change), happened)
            }
            Ok(None) => Ok(Outcome::Unchanged),
            Err(refusal) => Ok(Outcome::Refused(refusal)),
        }
    }

    /// Stores what somebody says, if all of it is in order and it is their turn.
    fn post<'a>(
        &mut self,
        conn: &mut Conn,
        inserts: &mut Inserts<'a>,
        (id, room): (RoomId, &mut Counted),
        change: &'a Change,
        (reply_to, attachments): (Option<i64>, &[Wanted]),
    ) -> Result<Outcome> {
        if reply_to.is_some() {
            // What is answered may be one of the batch.
            inserts.flush(conn)?;
        }
        let quote = match self.permit(conn, id, room, change, reply_to)? {
            Ok(quote) => quote,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let claimed = match inserts.claim(conn, change, attachments)? {
            Ok(claimed) => claimed,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        if let Some(refusal) = self.give_the_floor(conn, id, room, change)? {
            return Ok(Outcome::Refused(refusal));
        }
        let answered = quote.as_ref().map(|quote| quote.author);
        let naming = self.names(conn, id, room, change, answered)?;
        let said = Content::Said(naming, quote, claimed);
        let outcome = inserts.insert(conn, room, change, self.byline(change), said)?;
        if let Outcome::Stored(message) = &outcome {
            self.said.insert((id, change.author), message.seq);
        }
        Ok(outcome)
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

    pub(super) fn place(&self, room: RoomId, user: UserId) -> Place {
        let known = self.places.get(&(room, user)).copied();
        known.unwrap_or(Place::Stranger)
    }

    pub(super) fn person(&self, user: UserId) -> Person {
        let nobody = Person {
            role: Role::Guest,
            active: false,
        };
        self.authors
            .get(&user)
            .map_or(nobody, |author| author.person)
    }

    /// What somebody is called and looks like now, whatever it was when they came.
    pub(super) fn byline(&self, change: &Change) -> Byline {
        let author = self.authors.get(&change.author);
        Byline {
            name: author.map_or_else(|| change.username.clone(), |author| author.name.clone()),
            avatar: author.and_then(|author| author.avatar.clone()),
        }
    }
}

fn authors(conn: &mut Conn, people: &[UserId]) -> Result<HashMap<UserId, Author>> {
    type Moment = Option<chrono::NaiveDateTime>;
    type Columns = (UserId, String, String, Option<String>, Moment, Moment);
    let mut found = HashMap::with_capacity(people.len());
    for people in people.chunks(CHUNK) {
        let rows: Vec<Columns> = users::table
            .filter(users::id.eq_any(people.to_vec()))
            .select((
                users::id,
                users::name,
                users::role,
                users::avatar,
                users::deactivated_at,
                users::suspended_until,
            ))
            .load(conn)?;
        found.extend(
            rows.into_iter()
                .map(|(id, name, role, avatar, deactivated, until)| {
                    let person = Person {
                        role: Role::parse(&role).unwrap_or(Role::Guest),
                        active: deactivated.is_none() && suspended(until).is_none(),
                    };
                    let author = Author {
                        person,
                        name: name.into(),
                        avatar: avatar.map(Into::into),
                    };
                    (id, author)
                }),
        );
    }
    Ok(found)
}
