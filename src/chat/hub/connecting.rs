//! Sessions come and go.

use std::time::Instant;

use actix::prelude::*;

use super::{Connect, Disconnect, Hub, SessionHere};
use crate::chat::closing::CloseReason;

impl Handler<Connect> for Hub {
    type Result = ();

    fn handle(&mut self, connect: Connect, ctx: &mut Self::Context) {
        let Connect {
            session,
            person: profile,
            attention,
            sign_in,
            room,
            muted,
            belongs,
            outlet,
        } = connect;
        let user = profile.id;
        if self.stopping {
            return outlet.let_go(CloseReason::Restart);
        }
        if !self.people.contains_key(&user) {
            self.belonging.arrive(user);
        }
        let person = self.people.entry(user).or_default();
        person.username.clone_from(&profile.username);
        person.is_invisible = profile.discretion.invisible;
        if person.sessions.is_empty() {
            person.muted = muted;
        } else if person.muted != muted {
            // Their other pages do not know of it yet.
            person.mutes(muted);
        }
        person.is_guest = profile.role == "guest";
        if let Some((room, _)) = room {
            // How it stands is read anew.
            person.marks.remove(&room);
            if belongs {
                self.belonging.join(user, room);
            }
        }
        person.sessions.insert(
            session,
            SessionHere {
                outlet,
                room: room.map(|(room, _)| room),
                wants: room.map(|(_, wants)| wants),
                is_watched: false,
                active_at: Some(Instant::now()),
                sign_in,
            },
        );
        if room.is_none() {
            self.presence.arrives(user, session);
        }
        self.attend(user, attention);
        self.doubt(user, ctx);
    }
}

impl Handler<Disconnect> for Hub {
    type Result = ();

    fn handle(&mut self, Disconnect { session, user }: Disconnect, ctx: &mut Self::Context) {
        if let Some(person) = self.people.get_mut(&user) {
            person.sessions.remove(&session);
            if person.sessions.is_empty() {
                if !person.is_invisible {
                    self.departed.insert(user);
                }
                let words = std::mem::take(&mut person.attention.keywords);
                for keyword in &words {
                    self.wanted.remove(user, keyword);
                }
                self.people.remove(&user);
                self.belonging.depart(user);
            }
        }
        self.turned_away(user, ctx);
    }
}
