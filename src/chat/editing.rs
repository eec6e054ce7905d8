//! Saying what was said in other words.

use super::Chat;
use super::room::Told;
use crate::error::{Error, Result};
use crate::names::ClientId;
use crate::store::messages::Message;
use crate::store::rooms::Room as View;
use crate::store::users::Viewer;
use crate::store::{Edit, What};

impl Chat {
    /// Says one's own message in other words. As it is then.
    ///
    /// Errors: `NotFound` where there is no such message; `Refused` with why it cannot be edited; `Stale` where it is another
    /// than the edit was based on; else as those of a post.
    pub async fn edit(
        &self,
        viewer: &Viewer,
        room: &View,
        client_id: Option<ClientId>,
        edit: Edit,
    ) -> Result<Message> {
        self.allowances.of(viewer.id).take()?;
        let told = self
            .change(viewer, room, client_id, What::Edit(edit))
            .await?;
        let message = match told {
            Told::Stored(message) | Told::Known(message) => Some(message),
            Told::Changed(mut messages) => messages.pop(),
            Told::Unchanged => None,
        };
        message.ok_or_else(|| Error::Internal("a message was edited and is not there".to_owned()))
    }
}
