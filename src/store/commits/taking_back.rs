//! What was said and is taken back: the words go from the row, which keeps its number and whose it was.

use diesel::prelude::*;

use super::Outcome;
use super::content::erase_content;
use super::counted::Counted;
use super::numbering::Numbering;
use crate::error::{Error, Result};
use crate::rights::{self, Action};
use crate::store::connection::Conn;
use crate::store::messages::{self as stored, Message};
use crate::store::named::Called;
use crate::store::schema::{messages, users};
use crate::store::time::Time;
use crate::store::{RoomId, UserId, reactions};

impl Numbering {
    /// Takes one message back, if whoever wants it may.
    pub(super) fn take_back(
        &self,
        conn: &mut Conn,
        id: RoomId,
        room: &mut Counted,
        author: UserId,
        (seq, reported): (i64, bool),
    ) -> Result<Outcome> {
        let found = stored::by_numbers(conn, id, &[seq])?.pop();
        let own = found.as_ref().is_some_and(|said| said.author == author);
        let action = if reported {
            Action::TakeBackReported
        } else {
            Action::TakeBack {
                room: room.state.seen_from(self.place(id, author)),
                own,
            }
        };
        let Some(message) = found else {
            // Whoever may not know of the room is told that, and not which numbers it has.
            let refusal = rights::may(self.person(author), action).err();
            let refusal = refusal.filter(|refusal| *refusal != Error::Forbidden);
            return Ok(Outcome::Refused(refusal.unwrap_or(Error::NotFound)));
        };
        if let Err(refusal) = rights::may(self.person(author), action) {
            return Ok(Outcome::Refused(refusal));
        }
        if message.kind.is_some() {
            return Ok(Outcome::Refused(Error::Forbidden));
        }
        if message.deleted {
            return Ok(Outcome::Known(message));
        }
        let message = empty(conn, id, room, message, self.now)?;
        Ok(Outcome::Changed(vec![message]))
    }

    /// Takes back what somebody said whose account is deleted, and who wanted their words to go with it; and what they answered
    /// others with.
    pub(super) fn forget(
        &self,
        conn: &mut Conn,
        id: RoomId,
        room: &mut Counted,
        author: UserId,
        seqs: &[i64],
    ) -> Result<Outcome> {
        let goes: bool = users::table
            .find(author)
            .select(users::words_go)
            .first(conn)?;
        if !goes {
            return Ok(Outcome::Refused(Error::Forbidden));
        }
        let theirs = |message: &Message| {
            message.author == author && message.kind.is_none() && !message.deleted
        };
        let said = stored::by_numbers(conn, id, seqs)?;
        let mut gone = Vec::new();
        for message in said {
            if theirs(&message) {
                gone.push(empty(conn, id, room, message, self.now)?);
            } else if reactions::remove_all_of(conn, id, message.seq, author)? > 0 {
                gone.push(reactions::counted(conn, id, message, room.touch())?);
            }
        }
        Ok(if gone.is_empty() {
            Outcome::Unchanged
        } else {
            Outcome::Changed(gone)
        })
    }
}

/// Takes from a message all that was said, under the room's next revision.
fn empty(
    conn: &mut Conn,
    id: RoomId,
    room: &mut Counted,
    message: Message,
    now: Time,
) -> Result<Message> {
    erase_content(conn, id, message.seq)?;
    let revision = room.touch();
    diesel::update(messages::table.find((id, message.seq)))
        .set((
            messages::revision.eq(revision),
            messages::text.eq(""),
            messages::html.eq(None::<String>),
            messages::calls.eq(None::<String>),
            messages::content_hash.eq(Vec::new()),
            messages::reply_to.eq(None::<i64>),
            messages::edited_at.eq(None::<chrono::NaiveDateTime>),
            messages::worded_revision.eq(None::<i64>),
            messages::deleted_at.eq(Some(now.sql())),
            messages::reactions.eq(0),
            messages::pinned.eq(false),
            messages::attachments.eq(0),
            messages::images.eq(0),
        ))
        .execute(conn)?;
    Ok(Message {
        revision,
        text: "".into(),
        html: None,
        edited_at: None,
        deleted: true,
        reply_to: None,
        quote: None,
        worded_at: None,
        attachments: Vec::new(),
        called: Called::default(),
        reactions: Vec::new(),
        pinned: None,
        ..message
    })
}
