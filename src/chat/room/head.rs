//! Catching up with the database: after a save whose outcome is not known, over a gap, and when the room is said to be further.

use std::time::Duration;

use actix::prelude::*;

use super::{ChangedBeside, HEAD_CHECK_EVERY, HeadIs, OPENING_CHANGES, Room, encoded};
use crate::chat::hub::FoundBehind;
use crate::chat::relay::Word;
use crate::store::messages;

/// How long a room that is said to be further waits for what takes it there, before it reads.
const HEAD_WAIT: Duration = Duration::from_millis(50);
/// Changes are read so many times in a row before everyone is sent to load afresh.
const BITS_MAX: u32 = 10;

impl Room {
    /// Compares the gate with the database, again and again until it answers: after a save whose outcome is not known.
    pub(super) fn check_head(&mut self, ctx: &mut Context<Self>) {
        if std::mem::replace(&mut self.checking_head, true) {
            return;
        }
        ctx.run_later(HEAD_CHECK_EVERY, |room, ctx| {
            room.checking_head = false;
            room.read_head(ctx);
        });
    }

    /// Shows what the database has beyond the gate; where it does not answer, as soon as it does.
    pub(super) fn read_head(&mut self, ctx: &mut Context<Self>) {
        if std::mem::replace(&mut self.checking_head, true) {
            return;
        }
        let (store, id, gate) = (self.store.clone(), self.id, self.gate);
        let check = async move {
            store
                .read(move |conn| messages::changes(conn, id, gate, OPENING_CHANGES))
                .await
        };
        ctx.spawn(check.into_actor(self).map(|changes, room, ctx| {
            room.checking_head = false;
            match changes {
                Ok(changes) => {
                    room.catch_up(changes, ctx);
                    if std::mem::take(&mut room.beside_again) {
                        room.read_beside(ctx);
                    }
                }
                Err(_) => room.check_head(ctx),
            }
        }));
    }

    /// Reads what nobody else was told of.
    fn read_beside(&mut self, ctx: &mut Context<Self>) {
        self.is_unsure = true;
        self.read_head(ctx);
    }

    /// Shows what the database has beyond the gate. An answer that holds not all of it is its beginning, and the rest is read.
    pub(super) fn catch_up(&mut self, changes: messages::Changes, ctx: &mut Context<Self>) {
        self.stored_after_all(&changes.messages);
        let found = encoded(&changes.messages);
        if std::mem::take(&mut self.is_unsure)
            && let Some(line) = &self.line
            && !found.is_empty()
        {
            line.to_room(self.id, &Word::Frames(self.id, found.clone()));
        }
        self.show(found);
        if changes.complete {
            self.bits_read = 0;
            // Rows and head are of one moment: whatever is numbered up to there was shown or has a newer state.
            self.gate = self.gate.max(changes.head);
            self.last_seq = self.last_seq.max(changes.last_seq);
            if self.head_wanted > changes.head {
                // It was said of a later moment; the next comparison says it again.
                self.head_wanted = 0;
            }
        } else if self.bits_read < BITS_MAX {
            self.bits_read += 1;
            self.head_wanted = self.head_wanted.max(changes.head);
        } else {
            self.bits_read = 0;
            self.skip_to(changes.head, changes.last_seq);
        }
        self.tell_hub(ctx);
        self.tell_looks(ctx);
        self.show_ahead(ctx);
        self.reach_head(ctx);
    }

    /// Reads up to where the room is said to be, unless a save is under way, whose end comes here again.
    pub(super) fn reach_head(&mut self, ctx: &mut Context<Self>) {
        if self.head_wanted > self.gate && !self.head_due && !self.saving.is_running() {
            self.read_head(ctx);
        }
    }
}

impl Handler<HeadIs> for Room {
    type Result = ();

    fn handle(&mut self, HeadIs(head): HeadIs, ctx: &mut Self::Context) {
        if !self.open {
            // The database was away when it opened.
            return self.load(ctx);
        }
        if head.revision <= self.gate {
            return;
        }
        self.head_wanted = self.head_wanted.max(head.revision);
        if std::mem::replace(&mut self.head_due, true) {
            return;
        }
        // What was committed just now is most often on its way here.
        ctx.run_later(HEAD_WAIT, |room, ctx| {
            room.head_due = false;
            if room.head_wanted > room.gate {
                room.metrics.heads_behind.one();
                room.hub.do_send(FoundBehind);
                room.reach_head(ctx);
            }
        });
    }
}

impl Handler<ChangedBeside> for Room {
    type Result = ();

    fn handle(&mut self, _: ChangedBeside, ctx: &mut Self::Context) {
        if !self.open {
            // The database was away when it opened.
            return self.load(ctx);
        }
        self.beside_again = self.checking_head;
        self.read_beside(ctx);
    }
}
