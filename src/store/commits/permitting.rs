//! Whether somebody may say something now: asked inside the transaction that stores it.

use std::time::Duration;

use super::Change;
use super::counted::Counted;
use super::naming::{Naming, Speaker};
use super::numbering::Numbering;
use crate::error::{Error, Result};
use crate::rights::{self, Action, Place};
use crate::store::connection::Conn;
use crate::store::quotes::{self, Quote};
use crate::store::{RoomId, UserId, directs, memberships, messages as stored};

impl Numbering {
    /// What their message shows of the one that it answers, where somebody may post, or why they may not.
    pub(super) fn permit(
        &self,
        conn: &mut Conn,
        id: RoomId,
        room: &Counted,
        change: &Change,
        reply_to: Option<i64>,
    ) -> Result<Result<Option<Quote>, Error>> {
        let author = change.author;
        let place = self.place(id, author);
        if let Err(refusal) = rights::may(
            self.person(author),
            Action::Post(room.state.seen_from(place)),
        ) {
            return Ok(Err(refusal));
        }
        if let Some(refusal) = are_parted(conn, id, room, author)? {
            return Ok(Err(refusal));
        }
        let quote = match reply_to {
            Some(seq) if (room.first_seq..=room.last_seq).contains(&seq) => {
                quotes::one(conn, id, seq)?
            }
            _ => None,
        };
        if quote.is_none() && reply_to.is_some() {
            return Ok(Err(Error::BadRequest("bad-reply")));
        }
        Ok(Ok(quote))
    }

    /// Lets somebody speak whose message is in order, or says why it is not their turn: who posts in an open room for the first
    /// time joins it, and in a slow one everybody waits after that.
    pub(super) fn give_the_floor(
        &mut self,
        conn: &mut Conn,
        id: RoomId,
        room: &Counted,
        change: &Change,
    ) -> Result<Option<Error>> {
        let author = change.author;
        let belongs = self.place(id, author).belongs();
        let waits = room.state.slow_mode > 0 && !self.looks_after(id, room, author);
        if (waits || !belongs) && is_stored(conn, id, change)? {
            // It was their turn then; and whoever has left since stays away.
            return Ok(None);
        }
        if !belongs {
            memberships::join_locked(conn, id, author, room.last_seq)?;
            self.places.insert((id, author), Place::Member);
            self.moved.insert(author);
        }
        if waits {
            return self.wait_their_turn(conn, id, room, author);
        }
        Ok(None)
    }

    /// Whom the words of a change name, and whoever said what they answer.
    pub(super) fn names(
        &self,
        conn: &mut Conn,
        id: RoomId,
        room: &Counted,
        change: &Change,
        answered: Option<UserId>,
    ) -> Result<Naming> {
        let speaker = Speaker {
            room: id,
            state: &room.state,
            author: change.author,
            person: self.person(change.author),
            place: self.place(id, change.author),
        };
        speaker.names(conn, change, answered)
    }

    fn looks_after(&self, id: RoomId, room: &Counted, author: UserId) -> bool {
        let seen = room.state.seen_from(self.place(id, author));
        rights::may(self.person(author), Action::Change(seen)).is_ok()
    }

    /// Refuses what comes too soon in a slow room, and else notes when its author's turn comes again.
    fn wait_their_turn(
        &self,
        conn: &mut Conn,
        id: RoomId,
        room: &Counted,
        author: UserId,
    ) -> Result<Option<Error>> {
        let slow_mode = Duration::from_secs(room.state.slow_mode.unsigned_abs());
        if let Some(again) = memberships::posts_again_at(conn, id, author)? {
            // The clock may have been set back: nobody waits for longer than once.
            let wait = again.since(self.now).min(slow_mode);
            if !wait.is_zero() {
                return Ok(Some(Error::RateLimited(wait)));
            }
        }
        memberships::set_posts_again_at(conn, id, author, self.now.after(slow_mode))?;
        Ok(None)
    }
}

/// Whether what is sent again was stored before.
fn is_stored(conn: &mut Conn, id: RoomId, change: &Change) -> Result<bool> {
    if change.fresh {
        return Ok(false);
    }
    let client_ids = [change.client_id.as_str()];
    Ok(!stored::by_client_ids(conn, id, change.author, &client_ids)?.is_empty())
}

/// Why nothing is written in a direct room, where its people do not want that: all others went, or one has blocked another.
pub(super) fn are_parted(
    conn: &mut Conn,
    id: RoomId,
    room: &Counted,
    author: UserId,
) -> Result<Option<Error>> {
    if room.state.kind != "direct" {
        return Ok(None);
    }
    if directs::is_abandoned(conn, id)? {
        return Ok(Some(Error::Forbidden));
    }
    match directs::refuse_where_blocked(conn, id, author) {
        Ok(()) => Ok(None),
        Err(refusal @ Error::Refused(_)) => Ok(Some(refusal)),
        Err(fault) => Err(fault),
    }
}
