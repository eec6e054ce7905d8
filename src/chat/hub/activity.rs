//! Word of what happens in rooms for those who are connected and elsewhere: how much there is to read.
//!
//! Told together, at most four times a second: somebody in many busy rooms gets a few batches and not hundreds of frames.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::prelude::*;
use bytestring::ByteString;

use super::afar::Afar;
use super::marks::Taken;
use super::withheld::Withheld;
use super::{Hub, Person};
use crate::chat::outlet::Batch;
use crate::chat::protocol::{self, Activity, Frame};
use crate::chat::said::Said;
use crate::error::Result;
use crate::store::heads::Head;
use crate::store::unread::{self, Mark};
use crate::store::{RoomId, UserId};

const TELL_EVERY: Duration = Duration::from_millis(250);
/// People of whom a room's marks are read together, and until they are read again where that failed.
const MARKS_TOGETHER: usize = 200;
const READ_AGAIN: Duration = Duration::from_secs(1);
/// People of whom all rooms are read together.
const CHANGED_TOGETHER: usize = 10;

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
    /// What was said.
    pub said: Vec<Said>,
    /// More was said than is named here.
    pub overflown: bool,
}

/// What is still to be told.
#[derive(Default)]
pub(super) struct Untold {
    rooms: HashMap<UserId, BTreeMap<RoomId, Arc<str>>>,
    told_at: Option<Instant>,
    telling: bool,
    /// The rooms whose marks are being read, and for whom they are to be read after that.
    reading: HashMap<RoomId, HashSet<UserId>>,
    /// Whose rooms are all to be read.
    changed: BTreeSet<UserId>,
    reading_changed: bool,
}

impl Person {
    pub(super) fn is_elsewhere(&self, room: RoomId) -> bool {
        self.sessions
            .values()
            .any(|session| session.room != Some(room))
    }

    /// They turned out not to belong to a room.
    fn forget(&mut self, room: RoomId) {
        self.marks.remove(&room);
        self.heard.remove(&room);
        self.own.remove(&room);
    }

    /// Tells this person's sessions how rooms stand: each of the rooms it is not in, and of its own where their mark
    /// moved, or they are told of a message.
    fn tell(&mut self, rooms: &BTreeMap<RoomId, Arc<str>>, afar: &Afar, withheld: &mut Withheld) {
        let moved = rooms.keys().copied();
        let mut own: HashSet<RoomId> = moved.filter(|room| self.own.remove(room)).collect();
        let mut frames: Vec<(RoomId, ByteString)> = Vec::with_capacity(rooms.len());
        for (room, slug) in rooms {
            let Some(mark) = self.marks.get(room).copied() else {
                // It is being read; with it they are told of what was heard meanwhile.
                if own.remove(room) {
                    self.own.insert(*room);
                }
                continue;
            };
            let deleted = self.taken_back(*room);
            let told = self.notice(*room, slug, &mark, afar, withheld);
            if told.is_some() {
                own.insert(*room);
            }
            let activity = Activity {
                slug,
                last_seq: mark.last_seq,
                read_seq: mark.read_seq,
                unread: mark.unread,
                mentions: mark.mentions,
                muted: mark.wants.is_muted(),
                deleted: &deleted,
                notice: told.as_ref().map(|(said, reason)| protocol::Notice {
                    seq: said.seq,
                    username: &said.username,
                    name: &said.name,
                    excerpt: &said.excerpt,
                    reason: reason.word(),
                }),
            };
            frames.push((*room, Frame::Activity(activity).encode()));
        }
        let mut batches: HashMap<Option<RoomId>, Arc<Batch>> = HashMap::new();
        // One that is let go here is told so once.
        self.sessions.retain(|_, session| {
            let without = session
                .room
                .filter(|room| rooms.contains_key(room) && !own.contains(room));
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
                    person.tell(&rooms, &hub.afar, &mut hub.withheld);
                }
            }
        });
    }

    /// Reads the marks of some people, remembers and tells them; one read a room at a time.
    pub(super) fn read_marks(
        &mut self,
        room: RoomId,
        slug: Arc<str>,
        mut people: Vec<UserId>,
        ctx: &mut Context<Self>,
    ) {
        if people.is_empty() {
            return;
        }
        if let Some(waiting) = self.untold.reading.get_mut(&room) {
            return waiting.extend(people);
        }
        let later = people.split_off(people.len().min(MARKS_TOGETHER));
        self.untold
            .reading
            .insert(room, later.into_iter().collect());
        let (store, asked) = (self.store.clone(), people.clone());
        let read = async move {
            store
                .read(move |conn| unread::marks(conn, room, &asked))
                .await
        };
        ctx.spawn(
            read.into_actor(self)
                .map(move |marks, hub, ctx| match marks {
                    Ok(marks) => {
                        hub.remember(room, &slug, people, marks, ctx);
                        hub.read_waiting_marks(room, slug, ctx);
                    }
                    Err(error) => {
                        log::warn!("unread counts of room {room} cannot be read: {error}");
                        hub.untold.reading.entry(room).or_default().extend(people);
                        ctx.run_later(READ_AGAIN, move |hub, ctx| {
                            hub.read_waiting_marks(room, slug, ctx);
                        });
                    }
                }),
        );
    }

    fn read_waiting_marks(&mut self, room: RoomId, slug: Arc<str>, ctx: &mut Context<Self>) {
        let waiting = self.untold.reading.remove(&room).unwrap_or_default();
        // Whoever has gone meanwhile need not be told.
        let here = waiting
            .into_iter()
            .filter(|user| self.people.contains_key(user));
        let here: Vec<UserId> = here.collect();
        self.read_marks(room, slug, here, ctx);
    }

    /// Reads how all rooms of some people stand, who may have joined or left some on another node, and tells them what is new:
    /// a few people at a time, since each may have many rooms.
    pub(super) fn read_rooms_of(&mut self, changed: Vec<UserId>, ctx: &mut Context<Self>) {
        self.untold.changed.extend(changed);
        if self.untold.reading_changed {
            return;
        }
        let mut some = Vec::new();
        while some.len() < CHANGED_TOGETHER
            && let Some(user) = self.untold.changed.pop_first()
        {
            some.push(user);
        }
        if some.is_empty() {
            return;
        }
        self.untold.reading_changed = true;
        let store = self.store.clone();
        let read = async move {
            let stands = store.read(move |conn| {
                let of_each = some
                    .into_iter()
                    .map(|user| Ok((user, unread::of_person(conn, user)?)));
                of_each.collect::<Result<Vec<_>>>()
            });
            stands.await
        };
        ctx.spawn(read.into_actor(self).map(move |stands, hub, ctx| {
            hub.untold.reading_changed = false;
            match stands {
                Ok(stands) => {
                    for (user, rooms) in stands {
                        hub.tell_of_news(user, rooms, ctx);
                    }
                }
                // Each is read when it is next needed.
                Err(error) => log::warn!("somebody's rooms cannot be read: {error}"),
            }
            hub.read_rooms_of(Vec::new(), ctx);
        }));
    }

    fn tell_of_news(
        &mut self,
        user: UserId,
        rooms: Vec<(RoomId, String, Mark)>,
        ctx: &mut Context<Self>,
    ) {
        let Some(person) = self.people.get_mut(&user) else {
            return;
        };
        let (mut news, mut again) = (Vec::new(), Vec::new());
        for (room, slug, mark) in rooms {
            match person.take(room, mark) {
                Taken::News => news.push((room, slug)),
                Taken::Outrun => again.push((room, slug)),
                Taken::Known => {}
            }
        }
        for (room, slug) in news {
            self.tell_of(user, room, &slug.into(), ctx);
        }
        for (room, slug) in again {
            self.read_marks(room, slug.into(), vec![user], ctx);
        }
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
        let mut again = Vec::new();
        for user in people {
            let Some(person) = self.people.get_mut(&user) else {
                continue;
            };
            match marks.remove(&user) {
                Some(mark) => match person.take(room, mark) {
                    Taken::Outrun => again.push(user),
                    Taken::News | Taken::Known => self.tell_of(user, room, slug, ctx),
                },
                None => {
                    person.forget(room);
                    self.belonging.leave(user, room);
                }
            }
        }
        self.read_marks(room, slug.clone(), again, ctx);
    }

    /// Something was said in a room, here or on another node: counts it for those of its people who are elsewhere.
    pub(super) fn room_moved(&mut self, moved: Moved, ctx: &mut Context<Self>) {
        let Moved {
            room,
            slug,
            last_seq,
            revision,
            mut said,
            overflown,
        } = moved;
        self.heads.advance(Head {
            room,
            last_seq,
            revision,
        });
        for said in &mut said {
            said.look_for(&self.wanted);
        }
        self.withheld.follow(room, &said, overflown);
        let said: Arc<[Said]> = said.into();
        if !overflown && !said.is_empty() && !said.iter().any(Said::is_counted) {
            return;
        }
        for said in said.iter().filter(|said| !said.is_changed) {
            // Who says something for the first time has become a member by it.
            self.belonging.join(said.author, room);
        }
        self.forget_who_is_out(room, &said, ctx);
        let (mut unknown, mut told) = (Vec::new(), Vec::new());
        for user in self.belonging.concerned(room) {
            let Some(person) = self.people.get_mut(&user) else {
                continue;
            };
            if !overflown && person.hears_nothing_of(&said) {
                // It moves the room's newest number, and nobody is told of it.
                let mark = person.marks.get_mut(&room);
                if mark.is_some_and(|mark| !mark.count(&said, last_seq, &person.muted)) {
                    unknown.push(user);
                }
                continue;
            }
            let is_elsewhere = person.is_elsewhere(room);
            // For who is here alone it is counted when it is next needed.
            if overflown || !is_elsewhere {
                person.marks.remove(&room);
            }
            let (afar, withheld) = (&self.afar, &mut self.withheld);
            if !is_elsewhere && !person.is_told_here(user, room, &slug, &said, afar, withheld) {
                continue;
            }
            person.hears(room, &said);
            let mark = person.marks.get_mut(&room);
            if mark.is_some_and(|mark| mark.count(&said, last_seq, &person.muted)) {
                told.push(user);
            } else {
                unknown.push(user);
            }
        }
        for user in told {
            self.tell_of(user, room, &slug, ctx);
        }
        self.read_marks(room, slug, unknown, ctx);
    }
}

impl Hub {
    /// Whoever was put out of a room is told nothing of it any more; the look at their access that follows says all the rest.
    fn forget_who_is_out(&mut self, room: RoomId, said: &[Said], ctx: &mut Context<Self>) {
        let out: HashSet<&str> = said
            .iter()
            .filter_map(|said| said.puts_out.as_ref()?.person())
            .collect();
        if out.is_empty() {
            return;
        }
        for user in self.belonging.concerned(room) {
            let Some(person) = self.people.get_mut(&user) else {
                continue;
            };
            if out.contains(&*person.username) {
                person.forget(room);
                // They may have been let in again since: the database says where they belong.
                self.belonging.doubt(user, room);
                self.doubt(user, ctx);
            }
        }
    }
}

impl Handler<Moved> for Hub {
    type Result = ();

    fn handle(&mut self, moved: Moved, ctx: &mut Self::Context) {
        self.room_moved(moved, ctx);
    }
}
