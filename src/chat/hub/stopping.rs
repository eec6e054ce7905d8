//! The end of a node: goodbye to everyone, the last commits and their frames, then every socket closes.

use std::time::Duration;

use actix::prelude::*;
use tokio::sync::oneshot;

use super::{CloseAll, Hub};
use crate::chat::closing::CloseReason;
use crate::chat::room::Drain;

/// How long rooms may take to finish what they are saving.
const DRAIN_MAX: Duration = Duration::from_secs(6);

impl Handler<CloseAll> for Hub {
    type Result = ResponseActFuture<Self, ()>;

    fn handle(&mut self, _: CloseAll, ctx: &mut Self::Context) -> Self::Result {
        self.stopping = true;
        self.write_last_seen(ctx);
        if let Some(line) = &self.line {
            line.fall_silent();
        }
        self.announce_everyone();
        for outlet in self.outlets() {
            outlet.announce(CloseReason::Restart);
        }
        let mut drained = Vec::new();
        for open in self.rooms.values() {
            let (done, finished) = oneshot::channel();
            open.address.do_send(Drain(done));
            drained.push(finished);
        }
        let line = self.line.clone();
        let finish = async move {
            let all = async {
                for finished in drained {
                    // A room that is gone has nothing left to finish.
                    let _ = finished.await;
                }
            };
            if tokio::time::timeout(DRAIN_MAX, all).await.is_err() {
                log::warn!(
                    "some rooms were still saving after {} s",
                    DRAIN_MAX.as_secs()
                );
            }
            if let Some(line) = line {
                line.flushed().await;
            }
        };
        Box::pin(finish.into_actor(self).map(|(), hub, _| {
            for outlet in hub.outlets() {
                outlet.let_go(CloseReason::Restart);
            }
        }))
    }
}
