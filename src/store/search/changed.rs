//! The messages of a room that changed, as the index holds them.

use diesel::prelude::*;

use super::Document;
use super::due::Due;
use crate::error::Result;
use crate::search::document::{self, Mark};
use crate::store::connection::{Conn, MultiBackend};
use crate::store::schema::messages;
use crate::store::uploads::{self, Attachment};
use crate::store::{RoomId, UserId};

/// Messages that changed, and up to which revision those are all.
pub(super) struct Changed {
    pub(super) documents: Vec<Document>,
    pub(super) reached: i64,
    /// Bytes of their texts.
    pub(super) bytes: usize,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = messages, check_for_backend(MultiBackend))]
struct Row {
    seq: i64,
    revision: i64,
    kind: Option<String>,
    author_id: UserId,
    text: String,
    sent_at: chrono::NaiveDateTime,
    deleted_at: Option<chrono::NaiveDateTime>,
    attachments: i32,
    images: i32,
}

/// Reads the next of them, at most so many. The head was read before: what changed after that has a higher revision, and is found
/// then if it is not found now.
pub(super) fn since(conn: &mut Conn, due: &Due, limit: i64) -> Result<Changed> {
    let rows: Vec<Row> = messages::table
        .filter(messages::room_id.eq(due.head.room))
        .filter(messages::revision.gt(due.since))
        .order(messages::revision.asc())
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    let is_all = (rows.len() as i64) < limit;
    let last = rows.last().map_or(due.since, |row| row.revision);
    let carrying = rows.iter().filter(|row| row.attachments > 0);
    let carrying: Vec<i64> = carrying.map(|row| row.seq).collect();
    let mut files = uploads::of_messages(conn, due.head.room, &carrying)?;
    Ok(Changed {
        reached: if is_all {
            last.max(due.head.revision)
        } else {
            last
        },
        bytes: rows.iter().map(|row| row.text.len()).sum(),
        documents: rows
            .into_iter()
            .map(|row| {
                let files = files.remove(&row.seq).unwrap_or_default();
                row.document(due.head.room, due.head.open, &files)
            })
            .collect(),
    })
}

impl Row {
    fn document(self, room: RoomId, open: bool, files: &[Attachment]) -> Document {
        let is_found = self.kind.is_none() && self.deleted_at.is_none();
        Document {
            seq: self.seq,
            sent_at: self.sent_at.and_utc().timestamp_millis(),
            line: is_found.then(|| {
                let mut marks = vec![Mark::Room(room), Mark::Person(self.author_id)];
                if open {
                    marks.push(Mark::Open);
                }
                if document::has_link(&self.text) {
                    marks.push(Mark::Link);
                }
                if self.attachments > 0 {
                    marks.push(Mark::File);
                }
                if self.images > 0 {
                    marks.push(Mark::Image);
                }
                let names = files.iter().map(|file| file.name.as_str());
                document::line(&document::searched(&self.text, names), &marks)
            }),
        }
    }
}
