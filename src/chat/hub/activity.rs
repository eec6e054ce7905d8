//! Word of what happens in rooms for those who are connected and elsewhere: how much there is to read.
//!
//! Told together, at most four times a second: somebody in many busy rooms gets a few batches and not hundreds of frames.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::prelude::*;
use bytestring::ByteString;

use super::{Hub, Person};
use crate::chat::outlet::Batch;
use crate::chat::protocol::{Activity, Frame};
use crate::chat::relay::Notice;
use crate::store::heads::Head;
use crate::store::unread::{self, Mark, UNREAD_MAX};
use crate::store::{RoomId, UserId};

const TELL_EVERY: Duration = Duration::from_millis(250);

/// Something was said in a room.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct Moved {
    /// Which room.
    pub room: RoomId,
    /// Its name in URLs.
    pub slug: Arc<str>,
    /// Its newest message's number.
    pub last_seq: i64,
    /// Its change counter.
    pub revision: i64,
    /// What was said: each message's number and author.
    pub said: Vec<(i64, UserId)>,
    /// More was said than is named here.
    pub overflown: bool,
}

/// Somebody's read mark moved.
#[derive(Message, Clone)]
#[rtype(result = "()")]
pub struct ReadMoved {
    /// In which room.
    pub room: RoomId,
    /// Its name in URLs.
    pub slug: Arc<str>,
    /// Whose.
    pub user: UserId,
    /// To which message.
    pub seq: i64,
}

/// What is still to be told.
#[derive(Default)]
pub(super) struct Untold {
    rooms: HashMap<UserId, BTreeMap<RoomId, Arc<str>>>,
    told_at: Option<Instant>,
    telling: bool,
    /// The rooms whose marks are being read, and for whom they are to be read after that.
    reading: HashMap<RoomId, HashSet<UserId>>,
}

impl Person {
    fn is_elsewhere(&self, room: RoomId) -> bool {
        self.sessions
            .values()
            .any(|session| session.room != Some(room))
    }

    /// Tells this person's sessions how rooms stand, each of the rooms it is not in.
    fn tell(&mut self, rooms: &BTreeMap<RoomId, Arc<str>>) {
        let frames: Vec<(RoomId, ByteString)> = rooms
            .iter()
            .filter_map(|(room, slug)| {
                let mark = self.marks.get(room).copied().flatten()?;
                let (last_seq, unread) = (mark.last_seq, mark.unread);
                let activity = Activity {
                    slug,
                    last_seq,
                    unread,
                    mentions: 0,
                    notice: None,
                };
                Some((*room, Frame::Activity(activity).encode()))
            })
            .collect();
        let mut batches: HashMap<Option<RoomId>, Arc<Batch>> = HashMap::new();
        // One that is let go here is told so once.
        self.sessions.retain(|_, session| {
            let without = session.room.filter(|room| rooms.contains_key(room));
            let batch = batches.entry(without).or_insert_with(|| {
                let others = frames.iter().filter(|(room, _)| Some(*room) != without);
                Batch::new(others.map(|(_, frame)| frame.clone()).collect())
            });
            batch.frames().is_empty() || session.outlet.deliver(batch)
        });
    }
}

impl Hub {
    /// Tells of a room, at once or with what else is to be told within a quarter of a second.
    fn tell_of(&mut self, user: UserId, room: RoomId, slug: &Arc<str>, ctx: &mut Context<Self>) {
        self.untold
            .rooms
            .entry(user)
            .or_default()
            .insert(room, slug.clone());
        if self.untold.telling {
            return;
        }
        self.untold.telling = true;
        let passed = self
            .untold
            .told_at
            .map_or(TELL_EVERY, |told| told.elapsed().min(TELL_EVERY));
        ctx.run_later(TELL_EVERY - passed, |hub, _| {
            hub.untold.telling = false;
            hub.untold.told_at = Some(Instant::now());
            for (user, rooms) in std::mem::take(&mut hub.untold.rooms) {
                if let Some(person) = hub.people.get_mut(&user) {
                    person.tell(&rooms);
                }
            }
        });
    }

    /// Reads the marks of some people, remembers and tells them; one read a room at a time.
    fn read_marks(
        &mut self,
        room: RoomId,
        slug: Arc<str>,
        people: Vec<UserId>,
        ctx: &mut Context<Self>,
    ) {
        if people.is_empty() {
            return;
        }
        if let Some(waiting) = self.untold.reading.get_mut(&room) {
            return waiting.extend(people);
        }
        self.untold.reading.insert(room, HashSet::new());
        let (store, asked) = (self.store.clone(), people.clone());
        let read = async move {
            store
                .read(move |conn| unread::marks(conn, room, &asked))
                .await
        };
        ctx.spawn(read.into_actor(self).map(move |marks, hub, ctx| {
            let waiting = hub.untold.reading.remove(&room).unwrap_or_default();
            match marks {
                Ok(marks) => hub.remember(room, &slug, people, marks, ctx),
                Err(error) => log::warn!("unread counts of room {room} cannot be read: {error}"),
            }
            hub.read_marks(room, slug, waiting.into_iter().collect(), ctx);
        }));
    }

    /// Reads how all rooms of somebody stand, who may have joined or left some on another node, and tells them what is new.
    pub(super) fn read_rooms_of(&mut self, user: UserId, ctx: &mut Context<Self>) {
        let store = self.store.clone();
        let read = async move { store.read(move |conn| unread::of_person(conn, user)).await };
        ctx.spawn(read.into_actor(self).map(move |rooms, hub, ctx| {
            let Some(person) = hub.people.get_mut(&user) else {
                return;
            };
            let before = std::mem::take(&mut person.marks);
            let rooms = match rooms {
                Ok(rooms) => rooms,
                // Each is read when it is next needed.
                Err(error) => return log::warn!("somebody's rooms cannot be read: {error}"),
            };
            let mut news = Vec::new();
            for (room, slug, mark) in rooms {
                person.marks.insert(room, Some(mark));
                if before.get(&room).copied().flatten() != Some(mark) {
                    news.push((room, slug));
                }
            }
            for (room, slug) in news {
                hub.tell_of(user, room, &slug.into(), ctx);
            }
        }));
    }

    fn remember(
        &mut self,
        room: RoomId,
        slug: &Arc<str>,
        people: Vec<UserId>,
        marks: Vec<Mark>,
        ctx: &mut Context<Self>,
    ) {
        let mut marks: HashMap<UserId, Mark> =
            marks.into_iter().map(|mark| (mark.user, mark)).collect();
        for user in people {
            let Some(person) = self.people.get_mut(&user) else {
                continue;
            };
            let mark = marks.remove(&user);
            person.marks.insert(room, mark);
            if mark.is_some() {
                self.tell_of(user, room, slug, ctx);
            }
        }
    }
}

impl Hub {
    /// Something was said in a room, here or on another node: counts it for those who are elsewhere.
    pub(super) fn room_moved(&mut self, moved: Moved, ctx: &mut Context<Self>) {
        let Moved {
            room,
            slug,
            last_seq,
            revision,
            said,
            mut overflown,
        } = moved;
        if let Some(known) = self.heads.last_seq(room) {
            // Two nodes' words may cross, or one be lost: where not every number is named, what was said is not all.
            let named = said.iter().filter(|(seq, _)| *seq > known).count();
            overflown |= (named as i64) < last_seq - known;
        }
        self.heads.advance(Head {
            room,
            last_seq,
            revision,
        });
        let authors: HashSet<UserId> = said.iter().map(|(_, author)| *author).collect();
        let (mut unknown, mut told) = (Vec::new(), Vec::new());
        for (user, person) in &mut self.people {
            // Who says something for the first time has become a member by it.
            let joined = authors.contains(user) && person.marks.get(&room) == Some(&None);
            // For who is here alone it is counted when it is next needed.
            if overflown || joined || !person.is_elsewhere(room) {
                person.marks.remove(&room);
            }
            if !person.is_elsewhere(room) {
                continue;
            }
            match person.marks.get_mut(&room) {
                None => unknown.push(*user),
                Some(None) => {}
                Some(Some(mark)) => {
                    let news = said
                        .iter()
                        .filter(|(seq, author)| *seq > mark.last_seq && author != user)
                        .count();
                    mark.unread = (mark.unread + news as i64).min(UNREAD_MAX);
                    mark.last_seq = mark.last_seq.max(last_seq);
                    told.push(*user);
                }
            }
        }
        for user in told {
            self.tell_of(user, room, &slug, ctx);
        }
        self.read_marks(room, slug, unknown, ctx);
    }
}

impl Hub {
    /// Somebody's read mark moved, here or on another node: their other devices are told.
    pub(super) fn mark_moved(&mut self, moved: ReadMoved, ctx: &mut Context<Self>) {
        let ReadMoved {
            room,
            slug,
            user,
            seq,
        } = moved;
        let Some(person) = self.people.get_mut(&user) else {
            return;
        };
        let known = person.marks.get(&room).copied().flatten();
        if known.is_some_and(|mark| mark.read_seq >= seq) {
            return;
        }
        person.marks.remove(&room);
        if person.is_elsewhere(room) {
            self.read_marks(room, slug, vec![user], ctx);
        }
    }
}

impl Handler<Moved> for Hub {
    type Result = ();

    fn handle(&mut self, moved: Moved, ctx: &mut Self::Context) {
        self.room_moved(moved, ctx);
    }
}

impl Handler<ReadMoved> for Hub {
    type Result = ();

    fn handle(&mut self, moved: ReadMoved, ctx: &mut Self::Context) {
        self.tell_others(Notice::ReadMoved {
            room: moved.room,
            slug: moved.slug.to_string(),
            user: moved.user,
            seq: moved.seq,
        });
        self.mark_moved(moved, ctx);
    }
}
