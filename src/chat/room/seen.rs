//! Who has seen what: told to the people of a room that shows it, once a second at most, all together.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use actix::prelude::*;

use super::{HaveRead, Room, elapsed};
use crate::chat::outlet::Batch;
use crate::chat::protocol::Frame;
use crate::store::UserId;
use crate::store::reading::{self, SeenBy};

const TELL_EVERY: Duration = Duration::from_secs(1);

/// Whose reading is still to be told.
#[derive(Default)]
pub(super) struct Readers {
    people: BTreeSet<UserId>,
    telling: bool,
    told_at: Option<Instant>,
    /// The room does not show it; until something happens to the room nobody asks again.
    is_off: bool,
}

impl Readers {
    /// Something happened to the room.
    pub(super) fn may_be_shown(&mut self) {
        self.is_off = false;
    }
}

impl Room {
    /// At once, or with who else reads on within a second.
    fn tell_seen_soon(&mut self, ctx: &mut Context<Self>) {
        if self.seen.telling || self.seen.people.is_empty() {
            return;
        }
        self.seen.telling = true;
        let passed = elapsed(self.seen.told_at).min(TELL_EVERY);
        ctx.run_later(TELL_EVERY - passed, |room, ctx| room.tell_seen(ctx));
    }

    fn tell_seen(&mut self, ctx: &mut Context<Self>) {
        self.seen.told_at = Some(Instant::now());
        let people = std::mem::take(&mut self.seen.people);
        let (store, id) = (self.store.clone(), self.id);
        let read = async move { store.read(move |conn| reading::seen(conn, id)).await };
        ctx.spawn(read.into_actor(self).map(move |seen, room, ctx| {
            room.seen.telling = false;
            match seen {
                Ok(Some(SeenBy {
                    mut reads,
                    shown_to,
                })) => {
                    reads.retain(|seen| people.contains(&seen.user) && !seen.is_invisible);
                    if !reads.is_empty() {
                        let batch = Batch::one(Frame::Read { reads: &reads }.encode());
                        room.tell_at_leisure(&batch, |user| shown_to.contains(&user));
                    }
                }
                Ok(None) => room.seen.is_off = true,
                // The next who reads on is told of, and a page that comes anew asks.
                Err(error) => log::warn!("room {}: who has seen what: {error}", room.id),
            }
            room.tell_seen_soon(ctx);
        }));
    }
}

impl Handler<HaveRead> for Room {
    type Result = ();

    fn handle(&mut self, HaveRead(people): HaveRead, ctx: &mut Self::Context) {
        if self.seen.is_off || self.present.is_empty() {
            return;
        }
        self.seen.people.extend(people);
        self.tell_seen_soon(ctx);
    }
}
