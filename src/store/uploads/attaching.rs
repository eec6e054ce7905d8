//! Files of messages: named once, by whoever sent them, in the room they were sent to.

use std::borrow::Cow;
use std::collections::HashMap;

use diesel::prelude::*;

use super::row::Row;
use super::{Attachment, Family};
use crate::error::{Error, Result};
use crate::files::FileId;
use crate::store::connection::Conn;
use crate::store::schema::uploads;
use crate::store::{RoomId, UserId};

/// Files of one message.
pub const ATTACHMENTS_MAX: usize = 10;
/// Messages in one query.
const CHUNK: usize = 500;

/// A file that a message is to carry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Which.
    pub id: FileId,
    /// Whether it is shown only to who asks for it.
    pub covered: bool,
}

/// The files that somebody names in a message, locked until the transaction ends; `None` where not all of them are theirs, for this
/// room, whole, and of no message yet.
pub(in crate::store) fn claim(
    conn: &mut Conn,
    room: RoomId,
    author: UserId,
    wanted: &[Wanted],
) -> Result<Option<Vec<Attachment>>> {
    let ids: Vec<&str> = wanted.iter().map(|wanted| wanted.id.as_str()).collect();
    let free = uploads::table
        .filter(uploads::id.eq_any(ids))
        .filter(uploads::uploader_id.eq(author))
        .filter(uploads::room_id.eq(room))
        .filter(uploads::seq.is_null())
        .filter(uploads::state.eq("whole"));
    let rows: Vec<Row> = match conn {
        Conn::Sqlite(sqlite) => free.select(Row::as_select()).load(sqlite)?,
        Conn::Postgres(postgres) => free
            .select(Row::as_select())
            .order(uploads::id.asc())
            .for_update()
            .load(postgres)?,
    };
    let mut found: HashMap<String, Attachment> = rows
        .into_iter()
        .map(Row::into_attachment)
        .map(|attachment| (attachment.id.clone(), attachment))
        .collect();
    // In the order of the message, and each once.
    let claimed: Option<Vec<Attachment>> = wanted
        .iter()
        .map(|wanted| {
            let attachment = found.remove(wanted.id.as_str())?;
            Some(Attachment {
                covered: wanted.covered,
                ..attachment
            })
        })
        .collect();
    Ok(claimed)
}

/// Gives files that were claimed to a message.
pub(in crate::store) fn attach(
    conn: &mut Conn,
    room: RoomId,
    seq: i64,
    claimed: &[Attachment],
) -> Result<()> {
    for (position, attachment) in (0_i32..).zip(claimed) {
        let attached = diesel::update(uploads::table.find(&attachment.id))
            .filter(uploads::room_id.eq(room))
            .filter(uploads::seq.is_null())
            .filter(uploads::state.eq("whole"))
            .set((
                uploads::seq.eq(Some(seq)),
                uploads::position.eq(position),
                uploads::covered.eq(attachment.covered),
            ))
            .execute(conn)?;
        if attached != 1 {
            return Err(Error::Internal(format!(
                "the file {} was claimed and is gone",
                attachment.id
            )));
        }
    }
    Ok(())
}

/// The files of some of a room's messages, each message's in their order.
pub(in crate::store) fn of_messages(
    conn: &mut Conn,
    room: RoomId,
    seqs: &[i64],
) -> Result<HashMap<i64, Vec<Attachment>>> {
    let mut found: HashMap<i64, Vec<Attachment>> = HashMap::new();
    for seqs in seqs.chunks(CHUNK) {
        let rows: Vec<Row> = uploads::table
            .filter(uploads::room_id.eq(room))
            .filter(uploads::seq.eq_any(seqs.to_vec()))
            .filter(uploads::state.eq("whole"))
            .order((uploads::seq.asc(), uploads::position.asc()))
            .select(Row::as_select())
            .load(conn)?;
        for row in rows {
            if let Some(seq) = row.seq {
                found.entry(seq).or_default().push(row.into_attachment());
            }
        }
    }
    Ok(found)
}

/// What stands for a message without a text: its files' names, and how long voices are, which are all called alike.
pub fn names(attachments: &[Attachment]) -> String {
    let names: Vec<Cow<str>> = attachments
        .iter()
        .map(|attachment| match attachment.duration {
            Some(duration) if attachment.voice => {
                let seconds = duration.round() as u64;
                format!("🎤 {}:{:02}", seconds / 60, seconds % 60).into()
            }
            _ => attachment.name.as_str().into(),
        })
        .collect();
    names.join(", ")
}

/// How many files those are, and how many of them are pictures: the columns of a message.
pub(in crate::store) fn counted(attachments: &[Attachment]) -> (i32, i32) {
    let images = attachments
        .iter()
        .filter(|attachment| attachment.family() == Family::Image);
    (attachments.len() as i32, images.count() as i32)
}
