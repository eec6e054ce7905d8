//! Who is typing: told to the others and forgotten. It has no number, is not stored, and is dropped before all else.

use std::time::{Duration, Instant};

use actix::prelude::*;

use super::{Room, Typing, TypingAfar, elapsed};
use crate::chat::outlet::Batch;
use crate::chat::protocol::{Frame, Typed};
use crate::chat::relay::{Notice, Word};
use crate::store::UserId;

/// Once in so long somebody is told of, whatever they send.
const TELL_EVERY: Duration = Duration::from_secs(3);

impl Room {
    /// Tells everyone here but the person who types, at whichever of their devices.
    fn tell_typing(&self, user: UserId, username: &str, name: &str, what: Typed) {
        let frame = Frame::Typing {
            username,
            name,
            what,
        };
        let batch = Batch::one(frame.encode());
        self.tell_at_leisure(&batch, |other| other != user);
    }

    /// Whether what is typed there can be said there, as far as it was known when they came and is known of the room since.
    fn may_type(&self, session: super::SessionId) -> bool {
        let present = self.present.get(&session);
        let could = present.is_some_and(|present| present.can_post);
        self.looks.is_quiet().map_or(could, |quiet| !quiet)
    }
}

impl Handler<Typing> for Room {
    type Result = ();

    fn handle(&mut self, Typing { session, what }: Typing, _: &mut Self::Context) {
        if !self.may_type(session) {
            return;
        }
        let Some(present) = self.present.get(&session) else {
            return;
        };
        let person = present.person.clone();
        let Some(here) = self.people.get_mut(&person.id) else {
            return;
        };
        if here.person.discretion.invisible || elapsed(here.typed_at) < TELL_EVERY {
            return;
        }
        here.typed_at = Some(Instant::now());
        self.tell_typing(person.id, &person.username, &person.name, what);
        if let Some(line) = &self.line {
            let typing = Notice::Typing {
                room: self.id,
                user: person.id,
                username: person.username.to_string(),
                name: person.name.to_string(),
                what,
            };
            line.to_room(self.id, &Word::Notice(typing));
        }
    }
}

impl Handler<TypingAfar> for Room {
    type Result = ();

    fn handle(&mut self, typing: TypingAfar, _: &mut Self::Context) {
        self.tell_typing(typing.user, &typing.username, &typing.name, typing.what);
    }
}
