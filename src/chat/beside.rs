//! Rooms that are changed beside their actor, as part of something larger.

use super::Chat;
use super::hub::Enter;
use super::room::ChangedBeside;
use crate::error::Result;
use crate::store::RoomId;

impl Chat {
    /// Has rooms look at what was done to them by a statement of a larger whole, at once and for all nodes, instead of when they
    /// next compare themselves with the database.
    ///
    /// Errors: what the statement returns; `Busy`, `Unavailable` before it was begun.
    pub async fn beside<T>(
        &self,
        rooms: &[(RoomId, &str)],
        statement: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let mut handles = Vec::with_capacity(rooms.len());
        for (room, slug) in rooms {
            let enter = Enter {
                room: *room,
                slug: (*slug).into(),
            };
            // Before the statement, so that what it does is news to the room.
            handles.push(self.ask(self.hub.send(enter)).await??);
        }
        let done = statement.await;
        for handle in handles {
            // Also where it is not known what came of it. A room that has no time finds it when it compares itself.
            let _ = handle.address().try_send(ChangedBeside);
        }
        done
    }
}
