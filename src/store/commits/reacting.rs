//! Answering a message in a sign or a few words: each person's own, and what they set that is set already changes nothing.

use super::Outcome;
use super::counted::Counted;
use super::numbering::Numbering;
use super::permitting::are_parted;
use crate::error::{Error, Result};
use crate::reactions::{KINDS_MAX, KINDS_PER_PERSON_MAX, Reacting, ReactionText, Whose};
use crate::rights::{self, Action, Room};
use crate::store::connection::Conn;
use crate::store::messages::{self as stored, Message};
use crate::store::{RoomId, Time, UserId, reactions, settings};

impl Numbering {
    /// Sets somebody's reaction, or takes away what is meant, if whoever wants it may.
    pub(super) fn react(
        &self,
        conn: &mut Conn,
        id: RoomId,
        room: &mut Counted,
        author: UserId,
        reacting: &Reacting,
    ) -> Result<Outcome> {
        let own = reacting.whose == Whose::Own;
        let action = |room| Action::React { room, own };
        let message = match self.beside(conn, id, room, author, (reacting.seq, &action))? {
            Ok(message) => message,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        let is_another = if reacting.on {
            match set(conn, (id, &message), author, &reacting.text, self.now)? {
                Ok(is_another) => is_another,
                Err(refusal) => return Ok(Outcome::Refused(refusal)),
            }
        } else {
            let whose = match &reacting.whose {
                Whose::Own => Some(author),
                Whose::Everybodys => None,
                Whose::Of(username) => match reactions::person(conn, username)? {
                    Some(user) => Some(user),
                    None => return Ok(Outcome::Known(message)),
                },
            };
            reactions::remove(conn, id, message.seq, reacting.text.kind(), whose)? > 0
        };
        if !is_another {
            return Ok(Outcome::Known(message));
        }
        let message = reactions::counted(conn, id, message, room.touch())?;
        Ok(Outcome::Changed(vec![message]))
    }

    /// What somebody said, to which something is to be put by whoever may: its words stay as they are.
    pub(super) fn beside(
        &self,
        conn: &mut Conn,
        id: RoomId,
        room: &Counted,
        author: UserId,
        (seq, action): (i64, &dyn Fn(Room) -> Action),
    ) -> Result<Result<Message, Error>> {
        let action = action(room.state.seen_from(self.place(id, author)));
        if let Err(refusal) = rights::may(self.person(author), action) {
            return Ok(Err(refusal));
        }
        if let Some(refusal) = are_parted(conn, id, room, author)? {
            return Ok(Err(refusal));
        }
        let Some(message) = stored::by_numbers(conn, id, &[seq])?.pop() else {
            return Ok(Err(Error::NotFound));
        };
        Ok(if message.kind.is_some() {
            Err(Error::Forbidden)
        } else if message.deleted {
            Err(Error::NotFound)
        } else {
            Ok(message)
        })
    }
}

/// Whether it was not there before; or why there may be no more.
fn set(
    conn: &mut Conn,
    (room, message): (RoomId, &Message),
    author: UserId,
    text: &ReactionText,
    now: Time,
) -> Result<Result<bool, Error>> {
    let own = reactions::kinds_of(conn, room, message.seq, author)?;
    if own.iter().any(|kind| kind == text.kind()) {
        return Ok(Ok(false));
    }
    if !text.is_emoji() && settings::load(conn)?.emoji_only {
        return Ok(Err(Error::Refused("refusal-reaction-emoji-only")));
    }
    if own.len() >= KINDS_PER_PERSON_MAX {
        return Ok(Err(Error::Full("refusal-reactions-own")));
    }
    let mut kinds = message.reactions.iter();
    let is_known = kinds.any(|known| *known.kind == *text.kind());
    if !is_known && message.reactions.len() >= KINDS_MAX {
        return Ok(Err(Error::Full("refusal-reactions-kinds")));
    }
    reactions::insert(conn, (room, message), author, text, now)?;
    Ok(Ok(true))
}
