//! What somebody keeps here, for themself.

use std::collections::BTreeSet;

use diesel::prelude::*;

use super::Attachment;
use super::row::Row;
use crate::error::Result;
use crate::store::connection::{Conn, MultiBackend};
use crate::store::schema::{rooms, uploads};
use crate::store::{RoomId, UserId, access};

/// A file of one of somebody's messages.
#[derive(Debug, Clone)]
pub struct Kept {
    /// The file.
    pub attachment: Attachment,
    /// The name of its room in URLs.
    pub slug: String,
    /// The message that it belongs to.
    pub seq: i64,
}

/// The newest of the files that somebody sent, of messages that they may read; at most so many.
pub fn newest_of(conn: &mut Conn, uploader: UserId, limit: i64) -> Result<Vec<Kept>> {
    let columns: diesel::dsl::AsSelect<Row, MultiBackend> = Row::as_select();
    let rows: Vec<(Row, String)> = uploads::table
        .inner_join(rooms::table)
        .filter(uploads::uploader_id.eq(uploader))
        .filter(uploads::seq.is_not_null())
        .filter(uploads::state.eq("whole"))
        .order((uploads::created_at.desc(), uploads::id.desc()))
        .limit(limit)
        .select((columns, rooms::slug))
        .load(conn)?;
    let places: BTreeSet<(RoomId, UserId)> = rows
        .iter()
        .map(|(row, _)| (row.room_id, uploader))
        .collect();
    let places: Vec<(RoomId, UserId)> = places.into_iter().collect();
    let known = access::permitted(conn, &places)?;
    let kept = |(row, slug): (Row, String)| Kept {
        seq: row.seq.unwrap_or(0),
        slug,
        attachment: row.into_attachment(),
    };
    Ok(rows
        .into_iter()
        .filter(|(row, _)| known.contains(&(row.room_id, uploader)))
        .map(kept)
        .collect())
}
