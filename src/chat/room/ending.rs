//! The end of a room: only with nothing in flight, and never of its own accord.

use actix::prelude::*;

use super::{Drain, Retire, Room};

impl Room {
    pub(super) fn is_idle(&self) -> bool {
        self.present.is_empty()
            && self.saving.is_idle()
            && self.saving.is_known()
            && self.reading.is_idle()
            && !self.checking_head
    }

    pub(super) fn finish_draining(&mut self) {
        if self.saving.is_idle()
            && self.reading.is_stored()
            && let Some(drained) = self.draining.take()
        {
            let _ = drained.send(());
        }
    }
}

impl Handler<Drain> for Room {
    type Result = ();

    fn handle(&mut self, Drain(done): Drain, ctx: &mut Self::Context) {
        self.drained = true;
        self.draining = Some(done);
        self.store_marks(ctx);
        self.finish_draining();
    }
}

impl Handler<Retire> for Room {
    type Result = bool;

    fn handle(&mut self, _: Retire, ctx: &mut Self::Context) -> bool {
        let ends = self.is_idle();
        if ends {
            ctx.stop();
        }
        ends
    }
}
