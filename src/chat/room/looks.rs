//! What the room looks like: told to everyone in it whenever something happened to it, here or on another node.

use std::time::Duration;

use actix::prelude::*;

use super::Room;
use crate::chat::hub::Doubt;
use crate::chat::outlet::Batch;
use crate::chat::protocol::Frame;
use crate::error::Error;
use crate::store::rooms;

/// Until the next attempt where the database could not be asked.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// Whether people are to be told.
#[derive(Default)]
pub(super) struct Looks {
    changed: bool,
    reading: bool,
    /// Whether it was made, or is no more, one where few write, since this node opened it.
    quiet: Option<bool>,
    /// Whether those who were there when it was known to be closed have been looked at.
    is_closed: bool,
}

impl Looks {
    /// Something happened to the room, and was shown.
    pub(super) fn have_changed(&mut self) {
        self.changed = true;
    }

    /// Whether hardly anybody writes there; `None` where that has not changed of late.
    pub(super) fn is_quiet(&self) -> Option<bool> {
        self.quiet
    }
}

impl Room {
    /// Reads what the room looks like now, and tells everyone. What happens meanwhile is told of after that.
    pub(super) fn tell_looks(&mut self, ctx: &mut Context<Self>) {
        if !self.looks.changed || self.looks.reading {
            return;
        }
        self.looks.changed = false;
        self.looks.reading = true;
        let (store, id) = (self.store.clone(), self.id);
        let read = async move { store.read(move |conn| rooms::looks(conn, id)).await };
        ctx.spawn(read.into_actor(self).map(|looks, room, ctx| {
            room.looks.reading = false;
            match looks {
                Ok(looks) => {
                    room.slug = looks.slug.as_str().into();
                    room.seen.may_be_shown();
                    room.looks.quiet = Some(looks.archived || looks.read_only);
                    room.close_to_strangers(&looks);
                    room.tell_everyone(&Batch::one(Frame::Room(&looks).encode()));
                    room.tell_looks(ctx);
                }
                // It was deleted.
                Err(Error::NotFound) => room.doubt_everyone(),
                Err(error) => {
                    log::warn!("room {}: its looks cannot be read: {error}", room.id);
                    room.looks.changed = true;
                    ctx.run_later(AGAIN_AFTER, |room, ctx| room.tell_looks(ctx));
                }
            }
        }));
    }

    /// Whoever previewed an open room has no right to be there once it is closed.
    fn close_to_strangers(&mut self, looks: &rooms::Looks) {
        let is_closed = looks.kind != "open";
        if is_closed && !std::mem::replace(&mut self.looks.is_closed, is_closed) {
            self.doubt_everyone();
        }
    }

    fn doubt_everyone(&self) {
        // Once in a room's life.
        self.hub
            .do_send(Doubt(self.people.keys().copied().collect()));
    }
}
