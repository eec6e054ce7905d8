//! People who keep others away: every page of theirs, on every node, hears of it at once.

use super::Chat;
use crate::error::Result;
use crate::names;
use crate::store::UserId;
use crate::store::muted::{self, Distance};
use crate::store::users::Viewer;

impl Chat {
    /// Keeps somebody away from the viewer, who alone is told of it.
    ///
    /// Errors: those of [`muted::keep_away`]; `RateLimited`, `Busy`, `Unavailable`.
    pub async fn keep_away(&self, viewer: &Viewer, whom: UserId, distance: Distance) -> Result<()> {
        self.allowances.of(viewer.id).take()?;
        let keeper = viewer.clone();
        let write = self
            .store
            .write(move |conn| muted::keep_away(conn, &keeper, whom, distance));
        write.await?;
        self.access_changed(viewer.id);
        Ok(())
    }

    /// Lets somebody near again whom the viewer kept away just so far; nobody else.
    ///
    /// Errors: `RateLimited`, `Busy`, `Unavailable`.
    pub async fn let_near(
        &self,
        viewer: &Viewer,
        username: &str,
        distance: Distance,
    ) -> Result<()> {
        self.allowances.of(viewer.id).take()?;
        let (user, username) = (viewer.id, username.to_owned());
        let write = self.store.write(move |conn| {
            let named = (username.as_str(), &*names::skeleton(&username));
            muted::let_near(conn, user, named, distance)
        });
        write.await?;
        self.access_changed(viewer.id);
        Ok(())
    }
}
