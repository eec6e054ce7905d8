//! How people are there: online while they use one of their devices, away while none was used for five minutes, on whichever
//! node; and not at all where they choose so.
//!
//! Once a second it is looked what has changed, here and elsewhere. Who is concerned is told in one frame: the people of the
//! rooms that somebody belongs to or came into, and every page that is in no room.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::prelude::*;

use super::{Active, Attendance, Hub, Person, ProfileChanged};
use crate::chat::outlet::Batch;
use crate::chat::protocol::Frame;
use crate::chat::relay::{Notice, Sighting};
use crate::chat::room::{self, SessionId};
use crate::store::users::{self, Profile};
use crate::store::{RoomId, Time, UserId, access};

pub(super) const TELL_EVERY: Duration = Duration::from_secs(1);
/// People told of in one frame; the others follow in the next.
const TOGETHER_MAX: usize = 500;

/// How somebody is there, all nodes together.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    away: bool,
    /// The rooms they have open, and whether by way of another node.
    rooms: BTreeMap<RoomId, bool>,
}

/// Somebody as they were last told of.
struct Known {
    seen: Seen,
    profile: Arc<Profile>,
}

/// What was told of everyone, and of whom something may be new.
#[derive(Default)]
pub(super) struct Presence {
    known: HashMap<UserId, Known>,
    /// Those connected here, as the other nodes were told.
    announced: HashMap<UserId, Attendance>,
    /// Of whom something may be new; and whether they show something else of themself in any case.
    touched: BTreeMap<UserId, bool>,
    telling: bool,
    /// Pages that are in no room and have come since the last look: between the drawing of a page and its socket somebody may
    /// have come or gone.
    arrived: Vec<(UserId, SessionId)>,
}

/// What was read of people of whom something is new.
struct Read {
    profiles: Vec<Profile>,
    rooms: HashMap<UserId, HashSet<RoomId>>,
}

/// What is to be told of them, and to whom.
#[derive(Default)]
struct News {
    by_room: HashMap<RoomId, Vec<room::Sight>>,
    /// Those who came, went, or show something else of themself.
    all: Vec<Arc<Profile>>,
}

impl Presence {
    /// Something of somebody may be new.
    pub(super) fn touch(&mut self, user: UserId) {
        self.touched.entry(user).or_default();
    }

    /// A page has come that is in no room.
    pub(super) fn arrives(&mut self, user: UserId, session: SessionId) {
        self.arrived.push((user, session));
    }

    /// Those here, in full, as the other nodes are to know them.
    pub(super) fn everyone_here(&self) -> Vec<Sighting> {
        let here = self.announced.iter();
        here.map(|(user, attendance)| Sighting(*user, attendance.clone()))
            .collect()
    }

    /// Who has a room open by way of other nodes.
    pub(super) fn elsewhere_in(&self, room: RoomId) -> Vec<Arc<Profile>> {
        let there = self
            .known
            .values()
            .filter(|known| known.seen.rooms.get(&room) == Some(&true));
        there
            .map(|known| as_seen_in(&known.profile, true))
            .collect()
    }

    /// What has changed of those here since the other nodes were told: who came, or is there in another way, and who left.
    pub(super) fn look(
        &mut self,
        people: &HashMap<UserId, Person>,
    ) -> (Vec<Sighting>, Vec<UserId>) {
        let now = Instant::now();
        let (mut came, mut here) = (Vec::new(), 0);
        for (user, person) in people {
            let Some(attendance) = person.attendance(now) else {
                continue;
            };
            here += 1;
            if self.announced.get(user) != Some(&attendance) {
                self.touch(*user);
                self.announced.insert(*user, attendance.clone());
                came.push(Sighting(*user, attendance));
            }
        }
        let mut left = Vec::new();
        if self.announced.len() > here {
            self.announced.retain(|user, _| {
                let stays = people.get(user).is_some_and(|person| !person.is_invisible);
                if !stays {
                    left.push(*user);
                }
                stays
            });
            for user in &left {
                self.touch(*user);
            }
        }
        (came, left)
    }
}

impl Hub {
    fn seen(&self, user: UserId) -> Option<Seen> {
        let here = self.presence.announced.get(&user);
        let mut ways = here
            .map(|attendance| (attendance, false))
            .into_iter()
            .chain(self.afar.of(user).map(|attendance| (attendance, true)))
            .peekable();
        ways.peek()?;
        let mut seen = Seen {
            away: true,
            rooms: BTreeMap::new(),
        };
        for (attendance, abroad) in ways {
            seen.away &= attendance.away;
            for room in &attendance.rooms {
                *seen.rooms.entry(*room).or_default() |= abroad;
            }
        }
        Some(seen)
    }

    /// Tells of those of whom something is new.
    pub(super) fn tell_presence(&mut self, ctx: &mut Context<Self>) {
        if self.presence.telling || self.stopping {
            return;
        }
        self.tell_arrived();
        for user in self.afar.take_touched() {
            self.presence.touch(user);
            self.turned_away(user, ctx);
        }
        let mut changed: BTreeMap<UserId, (Option<Seen>, bool)> = BTreeMap::new();
        while changed.len() < TOGETHER_MAX
            && let Some((user, shows_new)) = self.presence.touched.pop_first()
        {
            let seen = self.seen(user);
            let known = self.presence.known.get(&user).map(|known| &known.seen);
            if shows_new || seen.as_ref() != known {
                changed.insert(user, (seen, shows_new));
            }
        }
        if changed.is_empty() {
            return;
        }
        self.presence.telling = true;
        let (store, asked) = (
            self.store.clone(),
            changed.keys().copied().collect::<Vec<_>>(),
        );
        let read = async move {
            let read = store.read(move |conn| {
                Ok(Read {
                    profiles: users::profiles(conn, &asked)?,
                    rooms: access::rooms_of(conn, &asked)?,
                })
            });
            read.await
        };
        ctx.spawn(read.into_actor(self).map(move |read, hub, _| {
            hub.presence.telling = false;
            match read {
                Ok(read) => hub.tell_of_people(changed, read),
                Err(error) => {
                    log::warn!("who came and went cannot be told yet: {error}");
                    for (user, (_, shows_new)) in changed {
                        *hub.presence.touched.entry(user).or_default() |= shows_new;
                    }
                }
            }
        }));
    }

    /// Tells pages that have just come who is there: encoded once for all of them. A guest's page asks by itself.
    fn tell_arrived(&mut self) {
        let arrived = std::mem::take(&mut self.presence.arrived);
        if arrived.is_empty() {
            return;
        }
        let known = self.presence.known.values();
        let there: Vec<Arc<Profile>> = known
            .take(TOGETHER_MAX)
            .map(|known| known.profile.clone())
            .collect();
        let all = self.presence.known.len() <= TOGETHER_MAX;
        let batch = Batch::one(Frame::Presence { users: &there, all }.encode());
        for (user, session) in arrived {
            let person = self.people.get(&user).filter(|person| !person.is_guest);
            if let Some(session) = person.and_then(|person| person.sessions.get(&session)) {
                session.outlet.deliver_at_leisure(&batch);
            }
        }
    }

    fn tell_of_people(&mut self, mut changed: BTreeMap<UserId, (Option<Seen>, bool)>, read: Read) {
        let mut news = News::default();
        for profile in read.profiles {
            let Some((seen, shows_new)) = changed.remove(&profile.id) else {
                continue;
            };
            // Whoever has just become invisible is, whatever a node has still to learn.
            let seen = seen.filter(|_| !profile.discretion.invisible);
            let belongs = read.rooms.get(&profile.id);
            self.note(&mut news, profile, seen, shows_new, belongs);
        }
        for (room, people) in news.by_room {
            if let Some(open) = self.rooms.get(&room) {
                // A room that is overrun has more urgent things to tell.
                let _ = open.address.try_send(room::Presences(people));
            }
        }
        self.tell_lobby(&news.all, &read.rooms);
    }

    /// Remembers how somebody is there now, and to whom that is news.
    fn note(
        &mut self,
        news: &mut News,
        mut profile: Profile,
        seen: Option<Seen>,
        shows_new: bool,
        belongs: Option<&HashSet<RoomId>>,
    ) {
        let user = profile.id;
        let known = self.presence.known.remove(&user).map(|known| known.seen);
        let away = |seen: &Option<Seen>| seen.as_ref().map(|seen| seen.away);
        let is_news_to_all = shows_new || away(&known) != away(&seen);
        profile.online = seen.is_some();
        profile.away = away(&seen) == Some(true);
        if profile.online {
            profile.last_seen = None;
        } else if known.is_some() && !profile.discretion.hides_last_seen {
            // It is written once a minute.
            profile.last_seen = Some(Time::now());
        }
        let profile = Arc::new(profile);
        let none = BTreeMap::new();
        let rooms =
            |seen: &'_ Option<Seen>| seen.as_ref().map_or(none.clone(), |it| it.rooms.clone());
        let (before, now) = (rooms(&known), rooms(&seen));
        let mut concerned: BTreeSet<RoomId> = before
            .iter()
            .chain(&now)
            .filter(|(room, _)| before.get(room) != now.get(room))
            .map(|(room, _)| *room)
            .collect();
        if is_news_to_all {
            concerned.extend(belongs.into_iter().flatten());
            concerned.extend(now.keys());
            news.all.push(profile.clone());
        }
        concerned.retain(|room| self.rooms.contains_key(room));
        for room in concerned {
            let way = now.get(&room);
            news.by_room.entry(room).or_default().push(room::Sight {
                person: as_seen_in(&profile, way.is_some()),
                abroad: way == Some(&true),
            });
        }
        if let Some(seen) = seen {
            self.presence.known.insert(user, Known { seen, profile });
        }
    }

    /// Tells the pages that are in no room; a guest's only of the people of their own rooms.
    fn tell_lobby(&self, people: &[Arc<Profile>], rooms: &HashMap<UserId, HashSet<RoomId>>) {
        if people.is_empty() {
            return;
        }
        let of_all = Batch::one(
            Frame::Presence {
                users: people,
                all: false,
            }
            .encode(),
        );
        for (user, person) in &self.people {
            let mut in_lobby = person
                .sessions
                .values()
                .filter(|session| session.room.is_none())
                .peekable();
            if in_lobby.peek().is_none() {
                continue;
            }
            let batch = if person.is_guest {
                let known: Vec<Arc<Profile>> = people
                    .iter()
                    .filter(|it| {
                        let theirs = rooms.get(&it.id);
                        theirs.is_some_and(|theirs| self.belonging.shares_one(*user, theirs))
                    })
                    .cloned()
                    .collect();
                if known.is_empty() {
                    continue;
                }
                Batch::one(
                    Frame::Presence {
                        users: &known,
                        all: false,
                    }
                    .encode(),
                )
            } else {
                of_all.clone()
            };
            for session in in_lobby {
                session.outlet.deliver_at_leisure(&batch);
            }
        }
    }

    /// What somebody shows of themself has changed, here or on another node.
    pub(super) fn profile_changed(&mut self, user: UserId, ctx: &mut Context<Self>) {
        self.doubt(user, ctx);
        self.presence.touched.insert(user, true);
    }
}

impl Handler<Active> for Hub {
    type Result = ();

    fn handle(&mut self, Active { session, user, on }: Active, _: &mut Self::Context) {
        let person = self.people.get_mut(&user);
        if let Some(session) = person.and_then(|person| person.sessions.get_mut(&session)) {
            session.active_at = on.then(Instant::now);
        }
    }
}

impl Handler<ProfileChanged> for Hub {
    type Result = ();

    fn handle(&mut self, ProfileChanged(user): ProfileChanged, ctx: &mut Self::Context) {
        self.profile_changed(user, ctx);
        self.tell_others(Notice::Profile { user });
    }
}

fn as_seen_in(profile: &Arc<Profile>, here: bool) -> Arc<Profile> {
    if profile.here == here {
        return profile.clone();
    }
    Arc::new(Profile {
        here,
        ..Profile::clone(profile)
    })
}
