//! Who is in this room, by way of whichever node: what a welcome names, and the frames that follow it.

use std::sync::Arc;

use actix::prelude::*;

use super::{Presences, Room, Sight};
use crate::chat::outlet::Batch;
use crate::chat::protocol::Frame;
use crate::store::users::Profile;

impl Room {
    /// Those who are here and let it be known, at most so many; and how many they are in all.
    pub(super) fn online(&self, most: usize) -> (Vec<Arc<Profile>>, usize) {
        let here = self.people.values().map(|here| &here.person);
        let elsewhere = self
            .elsewhere
            .values()
            .filter(|person| !self.people.contains_key(&person.id));
        let visible = here
            .chain(elsewhere)
            .filter(|person| !person.discretion.invisible);
        (
            visible.clone().take(most).cloned().collect(),
            visible.count(),
        )
    }
}

impl Handler<Presences> for Room {
    type Result = ();

    fn handle(&mut self, Presences(sights): Presences, _: &mut Self::Context) {
        let mut people = Vec::with_capacity(sights.len());
        for Sight { person, abroad } in sights {
            if let Some(here) = self.people.get_mut(&person.id) {
                here.person = person.clone();
            }
            if abroad {
                self.elsewhere.insert(person.id, person.clone());
            } else {
                self.elsewhere.remove(&person.id);
            }
            people.push(person);
        }
        let batch = Batch::one(
            Frame::Presence {
                users: &people,
                all: false,
            }
            .encode(),
        );
        self.tell_at_leisure(&batch, |_| true);
    }
}
