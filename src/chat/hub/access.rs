//! Sockets live by a sign-in, and in a room by the right to be there. Between the look at these and the socket's arrival here
//! they may have ended, and they may end while the socket is open: so each is looked at once more after it came, whenever
//! somebody's access changes, and from time to time.
//!
//! What other nodes say only prompts a look: the database decides.

use std::collections::HashSet;
use std::time::Duration;

use actix::prelude::*;

use super::{AccessChanged, CutOff, Doubt, Hub, RoomGone, SignOut};
use crate::chat::closing::CloseReason;
use crate::chat::relay::Notice;
use crate::store::access::{self, Question, Standing};
use crate::store::{RoomId, UserId};

/// Sockets that come within this time are looked at together: a storm of them costs a few queries.
const LOOK_WITHIN: Duration = Duration::from_millis(50);
/// Until the next attempt where the database could not be asked.
const LOOK_AGAIN: Duration = Duration::from_secs(1);
pub(super) const LOOK_EVERY: Duration = Duration::from_secs(10 * 60);

/// The people whose sockets are to be looked at.
#[derive(Default)]
pub(super) struct Doubted {
    users: HashSet<UserId>,
    looking: bool,
}

impl Hub {
    /// Has a person's sockets looked at soon.
    pub(super) fn doubt(&mut self, user: UserId, ctx: &mut Context<Self>) {
        if !self.people.contains_key(&user) {
            return;
        }
        self.doubted.users.insert(user);
        if !std::mem::replace(&mut self.doubted.looking, true) {
            ctx.run_later(LOOK_WITHIN, |hub, ctx| hub.look(ctx));
        }
    }

    /// Has all sockets looked at.
    pub(super) fn doubt_all(&mut self, ctx: &mut Context<Self>) {
        let everyone: Vec<UserId> = self.people.keys().copied().collect();
        for user in everyone {
            self.doubt(user, ctx);
        }
    }

    /// Has the sockets looked at of whoever is in a room.
    pub(super) fn doubt_all_in(&mut self, room: RoomId, ctx: &mut Context<Self>) {
        let is_there = |person: &super::Person| {
            let mut sessions = person.sessions.values();
            sessions.any(|session| session.room == Some(room))
        };
        let there: Vec<UserId> = self
            .people
            .iter()
            .filter(|(_, person)| is_there(person))
            .map(|(user, _)| *user)
            .collect();
        for user in there {
            self.doubt(user, ctx);
        }
    }

    /// Has the people looked at whose sign-ins these are.
    pub(super) fn doubt_sign_ins(&mut self, sign_ins: &[i64], ctx: &mut Context<Self>) {
        let sign_ins: HashSet<i64> = sign_ins.iter().copied().collect();
        let theirs: Vec<UserId> = self
            .people
            .iter()
            .filter(|(_, person)| {
                let mut sessions = person.sessions.values();
                sessions.any(|session| sign_ins.contains(&session.sign_in))
            })
            .map(|(user, _)| *user)
            .collect();
        for user in theirs {
            self.doubt(user, ctx);
        }
    }

    fn look(&mut self, ctx: &mut Context<Self>) {
        let doubted = std::mem::take(&mut self.doubted.users);
        let question = self.question(&doubted);
        let (store, asked) = (self.store.clone(), question.clone());
        let read = async move { store.read(move |conn| access::standing(conn, &asked)).await };
        ctx.spawn(read.into_actor(self).map(move |standing, hub, ctx| {
            let wait = match standing {
                Ok(standing) => {
                    let changed = hub.hold_against(&question, standing);
                    hub.read_rooms_of(changed, ctx);
                    LOOK_WITHIN
                }
                Err(error) => {
                    log::warn!("whether sockets may stay cannot be looked at: {error}");
                    hub.doubted.users.extend(doubted);
                    LOOK_AGAIN
                }
            };
            hub.doubted.looking = !hub.doubted.users.is_empty();
            if hub.doubted.looking {
                ctx.run_later(wait, |hub, ctx| hub.look(ctx));
            }
        }));
    }

    fn question(&self, doubted: &HashSet<UserId>) -> Question {
        let mut question = Question::default();
        for user in doubted {
            let Some(person) = self.people.get(user) else {
                continue;
            };
            question.users.push(*user);
            for session in person.sessions.values() {
                question.sign_ins.push(session.sign_in);
                question
                    .places
                    .extend(session.room.map(|room| (room, *user)));
            }
        }
        question.places.sort_unstable();
        question.places.dedup();
        question
    }

    /// Closes the sockets that were asked about and may not stay, and notes who belongs where. Returns whose access has changed
    /// since the last look: joining and leaving change it too.
    fn hold_against(&mut self, question: &Question, mut standing: Standing) -> Vec<UserId> {
        let asked: HashSet<i64> = question.sign_ins.iter().copied().collect();
        let places: HashSet<_> = question.places.iter().copied().collect();
        let mut changed = Vec::new();
        for user in &question.users {
            if let Some(attention) = standing.attention.remove(user) {
                self.attend(*user, attention);
            }
            let Some(person) = self.people.get_mut(user) else {
                continue;
            };
            person.is_invisible = standing.invisible.contains(user);
            person.is_guest = standing.guests.contains(user);
            let revision = standing.revisions.get(user).copied().unwrap_or_default();
            let known = person.access_revision.replace(revision);
            if known.is_some_and(|known| known != revision) {
                changed.push(*user);
            }
            let muted = standing.muted.remove(user).unwrap_or_default();
            if person.muted != muted {
                person.mutes(muted);
                changed.push(*user);
            }
            for session in person.sessions.values() {
                let place = session.room.map(|room| (room, *user));
                if asked.contains(&session.sign_in) && !standing.living.contains(&session.sign_in) {
                    session.outlet.let_go(CloseReason::SignedOut);
                } else if place.is_some_and(|place| {
                    places.contains(&place) && !standing.places.contains(&place)
                }) {
                    session.outlet.let_go(CloseReason::Removed);
                }
            }
            if known != Some(revision) || self.belonging.is_unplaced(*user) {
                let rooms = standing.rooms.remove(user).unwrap_or_default();
                person.marks.retain(|room, _| rooms.contains(room));
                person.heard.retain(|room, _| rooms.contains(room));
                self.belonging.place(*user, rooms);
            }
        }
        changed
    }

    /// Closes sockets here at once, and prompts the other nodes.
    fn cut(&self, sign_ins: Vec<i64>, users: Vec<UserId>) {
        for (user, person) in &self.people {
            for session in person.sessions.values() {
                if users.contains(user) || sign_ins.contains(&session.sign_in) {
                    session.outlet.let_go(CloseReason::SignedOut);
                }
            }
        }
        self.tell_others(Notice::Access { sign_ins, users });
    }
}

impl Handler<AccessChanged> for Hub {
    type Result = ();

    fn handle(&mut self, AccessChanged(users): AccessChanged, ctx: &mut Self::Context) {
        for user in &users {
            self.doubt(*user, ctx);
        }
        self.tell_others(Notice::Access {
            sign_ins: Vec::new(),
            users,
        });
    }
}

impl Handler<RoomGone> for Hub {
    type Result = ();

    fn handle(&mut self, RoomGone(room): RoomGone, ctx: &mut Self::Context) {
        self.doubt_all_in(room, ctx);
    }
}

impl Handler<Doubt> for Hub {
    type Result = ();

    fn handle(&mut self, Doubt(users): Doubt, ctx: &mut Self::Context) {
        for user in users {
            self.doubt(user, ctx);
        }
    }
}

impl Handler<SignOut> for Hub {
    type Result = ();

    fn handle(&mut self, SignOut(sign_in): SignOut, _: &mut Self::Context) {
        self.cut(vec![sign_in], Vec::new());
    }
}

impl Handler<CutOff> for Hub {
    type Result = ();

    fn handle(&mut self, CutOff(user): CutOff, _: &mut Self::Context) {
        self.cut(Vec::new(), vec![user]);
    }
}
