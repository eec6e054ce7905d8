//! What is kept for a time and no longer.

use std::time::Duration;

use actix::prelude::*;

use super::Hub;
use crate::store::reports;

pub(super) const EVERY: Duration = Duration::from_secs(60 * 60);

impl Hub {
    /// Forgets the reports whose time is over; each node does, and whoever is first.
    pub(super) fn forget(&mut self, ctx: &mut Context<Self>) {
        let store = self.store.clone();
        let write = async move { store.write(reports::forget_old).await };
        ctx.spawn(write.into_actor(self).map(|forgotten, _, _| {
            if let Err(error) = forgotten {
                log::warn!("old reports are not forgotten yet: {error}");
            }
        }));
    }
}
