//! Taking back what was said: one message, or all that somebody said who deleted their account.

use super::Chat;
use super::room::Told;
use crate::error::{Error, Result};
use crate::names::ClientId;
use crate::rights::{self, Action};
use crate::store::messages::Message;
use crate::store::rooms::Room as View;
use crate::store::users::Viewer;
use crate::store::users::erasing::{self, Remains};
use crate::store::{RoomId, What};

/// Messages of one change: a room shows others what they say in between.
const TOGETHER: usize = 200;

impl Chat {
    /// Takes back a message: one's own, or somebody else's in a room that one looks after. As it is then.
    ///
    /// Errors: `NotFound` where there is no such message; `Forbidden` for who may not; else as those of a post.
    pub async fn take_back(
        &self,
        viewer: &Viewer,
        room: &View,
        client_id: Option<ClientId>,
        seq: i64,
    ) -> Result<Message> {
        self.allowances.of(viewer.id).take()?;
        let reported = false;
        let what = What::TakeBack { seq, reported };
        taken_back(self.change(viewer, room, client_id, what).await?)
    }

    /// The same for an administrator who selected many messages: how many those are is bounded by whoever asks, and not by what one
    /// person may say.
    ///
    /// Errors: as those of [`Chat::take_back`], but for `RateLimited`.
    pub async fn take_back_selected(
        &self,
        administrator: &Viewer,
        room: &View,
        seq: i64,
    ) -> Result<Message> {
        rights::may(administrator.as_person(), Action::Administer)?;
        let reported = false;
        let what = What::TakeBack { seq, reported };
        taken_back(self.change(administrator, room, None, what).await?)
    }

    /// Takes back a message that was reported, in a room that whoever does it need not belong to. As it is then.
    ///
    /// Errors: as those of [`Chat::take_back`]; `Forbidden` for who is no administrator.
    pub async fn take_back_reported(
        &self,
        administrator: &Viewer,
        (room, slug): (RoomId, &str),
        seq: i64,
    ) -> Result<Message> {
        let author = (administrator.id, administrator.username.clone());
        let reported = true;
        let what = What::TakeBack { seq, reported };
        taken_back(self.change_at(author, (room, slug), None, what).await?)
    }

    /// Takes back, room by room, what those said who deleted their accounts and wanted it to go; also what an earlier run left.
    pub fn forget_the_words_of_those_who_left(&self) {
        let chat = self.clone();
        actix::spawn(async move {
            loop {
                match chat.forget_some().await {
                    Ok(true) => {}
                    Ok(false) => return,
                    // Begun again with the next account, or at the next start.
                    Err(error) => return log::warn!("what somebody said is not gone yet: {error}"),
                }
            }
        });
    }

    /// Takes back some of it; false where nothing is left.
    async fn forget_some(&self) -> Result<bool> {
        let Some(remains) = self.store.read(erasing::remains).await? else {
            return Ok(false);
        };
        let Remains {
            user,
            username,
            room,
            seqs,
        } = remains;
        let Some((room, slug)) = room else {
            let forgotten = self
                .store
                .write(move |conn| erasing::is_forgotten(conn, user));
            forgotten.await?;
            return Ok(true);
        };
        for seqs in seqs.chunks(TOGETHER) {
            let author = (user, username.as_str().into());
            let what = What::Forget(seqs.to_vec());
            self.change_at(author, (room, &slug), None, what).await?;
        }
        Ok(true)
    }
}

fn taken_back(told: Told) -> Result<Message> {
    let message = match told {
        Told::Stored(message) | Told::Known(message) => Some(message),
        Told::Changed(mut messages) => messages.pop(),
        Told::Unchanged => None,
    };
    message.ok_or_else(|| Error::Internal("a message was taken back and is not there".to_owned()))
}
