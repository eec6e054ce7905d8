//! What was said, in other words: the row says them under the room's next revision, and what it said before is kept for whoever
//! may read it, unless hardly anyone can have read it.

use std::time::Duration;

use diesel::prelude::*;

use super::counted::Counted;
use super::numbering::Numbering;
use super::permitting::are_parted;
use super::{Change, Edit, Outcome};
use crate::error::{Error, Result};
use crate::markup;
use crate::rights::{self, Action};
use crate::store::connection::Conn;
use crate::store::messages::{self as stored, Message};
use crate::store::schema::messages;
use crate::store::{RoomId, named, versions};

/// For so long what was said is mended without a mark, and what it said before is not kept.
const MENDED_WITHIN: Duration = Duration::from_secs(2 * 60);

impl Numbering {
    /// Says something in other words, where whoever wants it said it and may write there.
    pub(super) fn edit(
        &self,
        conn: &mut Conn,
        (id, room): (RoomId, &mut Counted),
        change: &Change,
        edit: &Edit,
    ) -> Result<Outcome> {
        let message = match self.editable(conn, id, room, change, edit.seq)? {
            Ok(message) => message,
            Err(refusal) => return Ok(Outcome::Refused(refusal)),
        };
        if *message.text == *edit.text.as_str() {
            return Ok(Outcome::Known(message));
        }
        if edit.text.as_str().is_empty() && message.attachments.is_empty() {
            return Ok(Outcome::Refused(Error::Empty));
        }
        let seen = edit.based_on.unwrap_or(message.revision);
        if seen < 1 {
            return Ok(Outcome::Refused(Error::BadRequest("bad-number")));
        }
        // What else happened to it meanwhile, as a reaction, is in nobody's way.
        if seen > message.revision || message.worded_at.is_some_and(|worded| worded > seen) {
            return Ok(Outcome::Refused(Error::Stale));
        }
        let answered = message.quote.as_ref().map(|quote| quote.author);
        let naming = self.names(conn, id, room, change, answered)?;
        let is_marked =
            message.edited_at.is_some() || self.now.since(message.sent_at) >= MENDED_WITHIN;
        if is_marked {
            versions::keep(conn, id, &message, self.now)?;
        }
        let revision = room.touch();
        let changed = Message {
            revision,
            html: change.html(&naming.mentions),
            text: edit.text.shared(),
            worded_at: Some(revision),
            edited_at: is_marked.then_some(self.now),
            called: naming.called,
            ..message
        };
        diesel::update(messages::table.find((id, changed.seq)))
            .set((
                messages::revision.eq(revision),
                messages::worded_revision.eq(Some(revision)),
                messages::text.eq(edit.text.as_str()),
                messages::html.eq(changed.html.clone()),
                messages::markup_version.eq(markup::VERSION),
                messages::calls.eq(changed.called.word()),
                messages::edited_at.eq(changed.edited_at.map(|at| at.sql())),
            ))
            .execute(conn)?;
        named::replace(conn, id, changed.seq, &changed.called)?;
        Ok(Outcome::Changed(vec![changed]))
    }

    /// The message, or why it cannot be said in other words.
    fn editable(
        &self,
        conn: &mut Conn,
        id: RoomId,
        room: &Counted,
        change: &Change,
        seq: i64,
    ) -> Result<Result<Message, Error>> {
        let found = stored::by_numbers(conn, id, &[seq])?.pop();
        let said = found.as_ref().filter(|message| message.kind.is_none());
        let own = said.is_some_and(|message| message.author == change.author);
        let seen = room.state.seen_from(self.place(id, change.author));
        let may = rights::may(self.person(change.author), Action::Edit { room: seen, own });
        if let Err(refusal) = &may
            && *refusal != Error::Forbidden
        {
            return Ok(Err(refusal.clone()));
        }
        let Some(message) = found else {
            return Ok(Err(Error::NotFound));
        };
        let why = match () {
            () if message.kind.is_some() => Some("refusal-edit-notice"),
            () if !own => Some("refusal-edit-others"),
            () if message.deleted => Some("refusal-edit-deleted"),
            () if seen.archived => Some("refusal-edit-archived"),
            () if may.is_err() => Some("refusal-edit-read-only"),
            () => None,
        };
        if let Some(why) = why {
            return Ok(Err(Error::Refused(why)));
        }
        Ok(match are_parted(conn, id, room, change.author)? {
            Some(refusal) => Err(refusal),
            None => Ok(message),
        })
    }
}
