//! What people want to be told of, in a room and in all of them: set for all of their devices, on every node.

use super::Chat;
use super::hub::{AttentionChanged, MarkChanged};
use crate::error::Result;
use crate::store::attention::{self, Attention, Changes};
use crate::store::rooms::Room;
use crate::store::users::Viewer;
use crate::store::{Time, wants};
use crate::telling::Level;

impl Chat {
    /// Sets what a person wants to be told of in a room they belong to; `None` for the level is what the room's kind suggests.
    ///
    /// Errors: `Forbidden` for who does not belong to it; `RateLimited`, `Busy`, `Unavailable`.
    pub async fn set_wants(
        &self,
        viewer: &Viewer,
        room: &Room,
        level: Option<Level>,
        muted_until: Option<Time>,
    ) -> Result<()> {
        self.allowances.of(viewer.id).take()?;
        let (id, user) = (room.id, viewer.id);
        let set = self
            .store
            .write(move |conn| wants::set(conn, id, user, level, muted_until));
        set.await?;
        // As often as one person may post.
        self.hub.do_send(MarkChanged {
            room: id,
            slug: room.slug.as_str().into(),
            user,
            turn: room.read_turn,
        });
        Ok(())
    }

    /// Changes what gets somebody's attention in all of their rooms, on every node.
    ///
    /// Errors: `RateLimited`, and those of the store.
    pub async fn change_attention(&self, viewer: &Viewer, changes: Changes) -> Result<Attention> {
        self.allowances.of(viewer.id).take()?;
        let user = viewer.id;
        let change = self
            .store
            .write(move |conn| attention::change(conn, user, &changes));
        let attention = change.await?;
        // As often as one person may post.
        self.hub.do_send(AttentionChanged {
            user,
            attention: attention.clone(),
        });
        Ok(attention)
    }
}
