//! Answering a message in a sign, and keeping one at hand: changes of it that leave its words as they are.

use super::Chat;
use super::room::Told;
use crate::error::{Error, Result};
use crate::names::ClientId;
use crate::reactions::Reacting;
use crate::store::What;
use crate::store::messages::Message;
use crate::store::rooms::Room as View;
use crate::store::users::Viewer;

impl Chat {
    /// Sets somebody's reaction to a message, or takes some away. The message as it is then.
    ///
    /// Errors: `NotFound` where there is no such message; `Forbidden`, `Refused` for what may not be; `Full`; else as those of
    /// a post.
    pub async fn react(
        &self,
        viewer: &Viewer,
        room: &View,
        client_id: Option<ClientId>,
        reacting: Reacting,
    ) -> Result<Message> {
        self.allowances.of(viewer.id).take()?;
        let what = What::React(reacting);
        one(self.change(viewer, room, client_id, what).await?)
    }

    /// Pins a message, or takes its pin away. The message as it is then.
    ///
    /// Errors: as those of [`Chat::react`].
    pub async fn pin(
        &self,
        viewer: &Viewer,
        room: &View,
        client_id: Option<ClientId>,
        seq: i64,
        on: bool,
    ) -> Result<Message> {
        self.allowances.of(viewer.id).take()?;
        let what = What::Pin { seq, on };
        one(self.change(viewer, room, client_id, what).await?)
    }
}

fn one(told: Told) -> Result<Message> {
    let message = match told {
        Told::Stored(message) | Told::Known(message) => Some(message),
        Told::Changed(mut messages) => messages.pop(),
        Told::Unchanged => None,
    };
    message.ok_or_else(|| Error::Internal("a message was changed and is not there".to_owned()))
}
