//! The relay: what this node commits goes to the others over Redis, and what they commit comes here.
//!
//! It carries news early and promises nothing: rooms and the hub compare themselves with the database (`hub/heads.rs`).
//! What leaves waits in a bounded queue that nobody waits for; when it is full the oldest is dropped.

mod envelope;
mod line;
mod link;
mod pulse;

use std::sync::Arc;
use std::time::Duration;

use actix::prelude::*;

pub use envelope::{Notice, Shown, Sighting, Word};
pub use line::Line;
pub use link::RedisAddress;

use super::hub::{Hub, RelayIs};
use link::Link;

/// How often a node asks itself whether it is heard, and looks whether it was.
const BEAT_EVERY: Duration = Duration::from_millis(200);

/// The actor that keeps the connections to Redis: one publishes, one listens.
pub struct Relay {
    link: Arc<Link>,
    hub: Addr<Hub>,
    well: bool,
}

impl Relay {
    /// A relay that has not started.
    pub fn new(address: RedisAddress, line: Line, hub: Addr<Hub>) -> Relay {
        Relay {
            link: Arc::new(Link::new(address, line)),
            hub,
            well: false,
        }
    }

    fn beat(&mut self) {
        let line = self.link.line();
        line.beat();
        let well = line.pulse().is_well();
        if std::mem::replace(&mut self.well, well) != well {
            line.metrics().relay_well.set(i64::from(well));
            // As often as it changes, at most five times a second.
            self.hub.do_send(RelayIs { well });
        }
    }
}

impl Actor for Relay {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Self::Context) {
        let (link, hub) = (self.link.clone(), self.hub.clone());
        ctx.spawn(async move { link.listen(&hub).await }.into_actor(self));
        let link = self.link.clone();
        ctx.spawn(async move { link.publish().await }.into_actor(self));
        ctx.run_interval(BEAT_EVERY, |relay, _| relay.beat());
    }
}
