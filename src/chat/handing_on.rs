//! Rooms whose owner no longer can look after them pass to somebody who can.

use super::Chat;
use crate::error::{Error, Result};
use crate::store::users;
use crate::store::{Deed, UserId, What, memberships};

impl Chat {
    /// Passes on the rooms that only this person looked after, who became a guest or whose account is out of use.
    ///
    /// Errors: `Busy`, `Unavailable`: some may have been passed on then.
    pub async fn hand_on_rooms_of(&self, user: UserId) -> Result<()> {
        let read = self.store.read(move |conn| {
            let profile = users::profile(conn, user)?;
            Ok((profile.username, memberships::owned_by(conn, user)?))
        });
        let (username, rooms) = read.await?;
        for (room, slug) in rooms {
            let author = (user, username.clone());
            let handed_on = self
                .change_at(author, (room, &slug), None, What::Deed(Deed::HandOn))
                .await;
            match handed_on {
                // It was deleted in between.
                Ok(_) | Err(Error::NotFound) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }
}
