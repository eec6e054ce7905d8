//! A batch's messages on their way into the table, each `client_id` once.
//!
//! SQLite finds out with the insert itself whether an id is known, which spares a look-up a message; PostgreSQL is asked
//! once for all ids and takes the rows together.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::counted::Counted;
use super::naming::Naming;
use super::{Batch, Change, Outcome, What};
use crate::error::{Error, Result};
use crate::markup;
use crate::store::connection::Conn;
use crate::store::messages::{self as stored, FirstSent, Message};
use crate::store::named;
use crate::store::quotes::Quote;
use crate::store::schema::messages;
use crate::store::time::Time;
use crate::store::uploads::{self, Attachment, Wanted};
use crate::store::{RoomId, UserId};

/// Rows, and ids in one query.
const CHUNK: usize = 500;
/// The kind of a message that tells what happened to the room.
const NOTICE: &str = "notice";

/// The messages of one batch.
pub(super) struct Inserts<'a> {
    room: RoomId,
    now: Time,
    /// What PostgreSQL has stored already or gets with this batch, by sender and client_id.
    earlier: HashMap<(UserId, String), FirstSent>,
    rows: Vec<NewRow<'a>>,
    named: Vec<named::Row>,
}

/// What a message holds beside its text.
pub(super) enum Content {
    /// Something was said: whom it names, what it answers, and the files that it carries.
    Said(Naming, Option<Quote>, Vec<Attachment>),
    /// Something happened.
    Happened(Value),
}

/// Who says it, as they are shown at that moment.
pub(super) struct Byline {
    pub(super) name: Arc<str>,
    pub(super) avatar: Option<Arc<str>>,
}

#[derive(Insertable)]
#[diesel(table_name = messages, treat_none_as_default_value = false)]
struct NewRow<'a> {
    room_id: RoomId,
    seq: i64,
    revision: i64,
    kind: Option<&'static str>,
    event: Option<String>,
    author_id: UserId,
    author_name: String,
    client_id: &'a str,
    content_hash: Vec<u8>,
    text: &'a str,
    html: Option<String>,
    markup_version: i32,
    calls: Option<&'static str>,
    reply_to: Option<i64>,
    sent_at: chrono::NaiveDateTime,
    attachments: i32,
    images: i32,
}

impl<'a> Inserts<'a> {
    /// Begins with what is known of the batch's ids.
    pub(super) fn begin(conn: &mut Conn, now: Time, batch: &Batch) -> Result<Inserts<'a>> {
        Ok(Inserts {
            room: batch.room,
            now,
            earlier: stored_before(conn, batch)?,
            rows: Vec::new(),
            named: Vec::new(),
        })
    }

    /// Numbers one message and inserts it, unless its id is known.
    pub(super) fn insert(
        &mut self,
        conn: &mut Conn,
        room: &mut Counted,
        change: &'a Change,
        Byline { name, avatar }: Byline,
        content: Content,
    ) -> Result<Outcome> {
        let hash = content_hash(change);
        if !change.fresh
            && let Some(first) = self
                .earlier
                .get(&(change.author, change.client_id.to_string()))
        {
            return Ok(again(first.clone(), &hash));
        }
        let (text, reply_to): (Arc<str>, _) = match &change.what {
            What::Post { text, reply_to, .. } => (text.shared(), *reply_to),
            _ => ("".into(), None),
        };
        let (naming, quote, attachments, event) = match content {
            Content::Said(naming, quote, attachments) => (naming, quote, attachments, None),
            Content::Happened(event) => (Naming::default(), None, Vec::new(), Some(event)),
        };
        let (files, images) = uploads::counted(&attachments);
        let kind = event.is_some().then_some(NOTICE);
        let message = Message {
            seq: room.last_seq + 1,
            revision: room.revision + 1,
            kind: kind.map(str::to_owned),
            author: change.author,
            username: change.username.clone(),
            name,
            avatar,
            html: change.html(&naming.mentions),
            text,
            sent_at: self.now,
            edited_at: None,
            deleted: false,
            client_id: change.client_id.shared(),
            reply_to,
            quote,
            worded_at: None,
            attachments,
            called: naming.called,
            reactions: Vec::new(),
            pinned: None,
            event,
        };
        let row = NewRow {
            room_id: self.room,
            seq: message.seq,
            revision: message.revision,
            kind,
            event: message.event.as_ref().map(Value::to_string),
            author_id: change.author,
            author_name: message.name.to_string(),
            client_id: change.client_id.as_str(),
            content_hash: hash,
            text: change.text(),
            html: message.html.clone(),
            markup_version: markup::VERSION,
            calls: message.called.word(),
            reply_to,
            sent_at: self.now.sql(),
            attachments: files,
            images,
        };
        match conn {
            Conn::Sqlite(sqlite) => {
                let inserted = diesel::insert_or_ignore_into(messages::table)
                    .values(&row)
                    .execute(sqlite)?;
                if inserted == 0 {
                    return self.known_to_sqlite(conn, change, &row.content_hash);
                }
            }
            Conn::Postgres(_) => {
                if !change.fresh {
                    let first = FirstSent {
                        message: message.clone(),
                        hash: row.content_hash.clone(),
                    };
                    self.earlier
                        .insert((change.author, change.client_id.to_string()), first);
                }
                self.rows.push(row);
            }
        }
        let named = message.called.people.iter().map(|user| named::Row {
            user_id: *user,
            room_id: self.room,
            seq: message.seq,
        });
        self.named.extend(named);
        uploads::attach(conn, self.room, message.seq, &message.attachments)?;
        room.advance();
        Ok(Outcome::Stored(message))
    }

    /// The files that a message is to carry, or why it cannot have them. One that is stored already has them.
    pub(super) fn claim(
        &mut self,
        conn: &mut Conn,
        change: &Change,
        wanted: &[Wanted],
    ) -> Result<Result<Vec<Attachment>, Error>> {
        if wanted.is_empty() {
            return Ok(Ok(Vec::new()));
        }
        if let Some(claimed) = uploads::claim(conn, self.room, change.author, wanted)? {
            return Ok(Ok(claimed));
        }
        let is_known = !change.fresh && {
            self.flush(conn)?;
            let ids = [change.client_id.as_str()];
            !stored::by_client_ids(conn, self.room, change.author, &ids)?.is_empty()
        };
        Ok(if is_known {
            Ok(Vec::new())
        } else {
            Err(Error::Refused("refusal-attachments"))
        })
    }

    /// Writes the rows that PostgreSQL takes together, and whom they name: at the end, and before what is stored is looked at.
    pub(super) fn flush(&mut self, conn: &mut Conn) -> Result<()> {
        let (rows, named) = (
            std::mem::take(&mut self.rows),
            std::mem::take(&mut self.named),
        );
        if let Conn::Postgres(postgres) = &mut *conn {
            for rows in rows.chunks(CHUNK) {
                diesel::insert_into(messages::table)
                    .values(rows)
                    .execute(postgres)?;
            }
        }
        named::insert(conn, &named)
    }

    fn known_to_sqlite(&self, conn: &mut Conn, post: &Change, hash: &[u8]) -> Result<Outcome> {
        let first =
            stored::by_client_ids(conn, self.room, post.author, &[post.client_id.as_str()])?.pop();
        let ignored = || {
            Error::Internal(format!(
                "a message of room {} was ignored without a reason",
                self.room
            ))
        };
        Ok(again(first.ok_or_else(ignored)?, hash))
    }
}

/// The batch's messages that are stored already.
fn stored_before(conn: &mut Conn, batch: &Batch) -> Result<HashMap<(UserId, String), FirstSent>> {
    let sent: Vec<(UserId, &str)> = batch
        .changes
        .iter()
        .filter(|post| !post.fresh)
        .map(|post| (post.author, post.client_id.as_str()))
        .collect();
    if sent.is_empty() {
        return Ok(HashMap::new());
    }
    let before = stored::first_sent(conn, batch.room, &sent)?;
    Ok(before
        .into_iter()
        .map(|first| {
            let key = (first.message.author, first.message.client_id.to_string());
            (key, first)
        })
        .collect())
}

/// A retry of the same message is answered with the first one; the same id with other content is a mistake of the client.
fn again(first: FirstSent, hash: &[u8]) -> Outcome {
    // Of what was taken back no hash is kept: it would give short texts away.
    if first.message.deleted || first.hash == hash {
        Outcome::Known(first.message)
    } else {
        Outcome::Refused(Error::Conflict)
    }
}

/// What a retry is compared by: everything that was first sent, so that a later edit does not matter.
fn content_hash(change: &Change) -> Vec<u8> {
    let mut hash = Sha256::new();
    // What happens to a room bears an id of the server's own, and is never sent again.
    if let What::Post {
        text,
        reply_to,
        attachments,
    } = &change.what
    {
        hash.update(reply_to.unwrap_or(0).to_be_bytes());
        hash.update(text.as_str().as_bytes());
        for attachment in attachments {
            // No text holds such a byte.
            hash.update([0, u8::from(attachment.covered)]);
            hash.update(attachment.id.as_str());
        }
    }
    hash.finalize().to_vec()
}
