//! What people do to a room, whichever way it is asked for: by a program or by a form.

use super::refusals::Shared;
use crate::error::{Error, Result};
use crate::names::{self, Slug};
use crate::rights::{self, Action};
use crate::store::messages::Message;
use crate::store::rooms::{self, Room};
use crate::store::users::{self, Viewer, acquaintance};
use crate::store::{Deed, UserId, memberships};

/// No username is longer; what is asked for beyond it is nobody's.
const NAME_BYTES_MAX: usize = 256;

/// Whether somebody is made an owner, a member, or just one that stays what they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    /// Whatever they are already.
    Any,
    /// Looks after the room.
    Owner,
    /// Does not look after it.
    Member,
}

/// The room that a path names, as somebody sees it.
pub(super) async fn room(services: &Shared, viewer: &Viewer, slug: &str) -> Result<Room> {
    let slug = Slug::from_address(slug).ok_or(Error::NotFound)?;
    let viewer = viewer.clone();
    services
        .store
        .read(move |conn| rooms::by_slug(conn, &viewer, &slug))
        .await
}

/// Whose username that is, of those whom somebody may know of. Errors: `NotFound`.
pub(super) async fn person(services: &Shared, viewer: &Viewer, username: &str) -> Result<UserId> {
    let (skeleton, viewer) = (skeleton(username)?, viewer.clone());
    let find = services.store.read(move |conn| {
        let found = users::by_skeleton(conn, &skeleton)?;
        acquaintance::knows(conn, &viewer, found)?
            .then_some(found)
            .ok_or(Error::NotFound)
    });
    find.await
}

/// What a username is looked up by. Errors: `NotFound` where nobody can have it.
pub(super) fn skeleton(username: &str) -> Result<String> {
    let typed = username.trim().trim_start_matches('@');
    if typed.is_empty() || typed.len() > NAME_BYTES_MAX || typed.contains('\0') {
        return Err(Error::NotFound);
    }
    Ok(names::skeleton(typed))
}

/// Makes somebody a member, or an owner: oneself by joining, others by adding them.
pub(super) async fn bring_in(
    services: &Shared,
    viewer: &Viewer,
    room: &Room,
    whom: UserId,
    role: As,
) -> Result<()> {
    if whom == viewer.id && !room.joined {
        join(services, viewer, room).await?;
    } else if whom != viewer.id {
        services.chat.act(viewer, room, Deed::Add(whom)).await?;
    }
    if role != As::Any {
        let deed = Deed::Appoint {
            person: whom,
            owner: role == As::Owner,
        };
        services.chat.act(viewer, room, deed).await?;
    }
    Ok(())
}

/// Joins an open room. That is told to nobody: in a room for everyone it is no news.
pub(super) async fn join(services: &Shared, viewer: &Viewer, room: &Room) -> Result<()> {
    let (room, user) = (room.id, viewer.id);
    services
        .store
        .write(move |conn| memberships::join_open(conn, room, user))
        .await?;
    services.chat.access_changed(user);
    Ok(())
}

/// Puts somebody out, or leaves.
pub(super) async fn put_out(
    services: &Shared,
    viewer: &Viewer,
    room: &Room,
    whom: UserId,
) -> Result<Option<Message>> {
    let deed = if whom == viewer.id {
        Deed::Leave
    } else {
        Deed::Remove(whom)
    };
    services.chat.act(viewer, room, deed).await
}

/// Deletes a room for good, where whoever wants that has typed its name.
///
/// Errors: `Field` where it is another name; `Forbidden`.
pub(super) async fn delete(
    services: &Shared,
    viewer: &Viewer,
    room: &Room,
    typed: &str,
) -> Result<()> {
    rights::may(viewer.as_person(), Action::Delete(room.rights.kind))?;
    if typed.trim() != room.name {
        return Err(Error::Field {
            field: "confirm",
            code: "refusal-details-confirm",
        });
    }
    services.chat.delete(viewer, room.id).await
}
