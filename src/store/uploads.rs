//! Files that people sent: their rows. Their bytes lie elsewhere (`blobs`), under the same id.
//!
//! A file belongs to its uploader and a room, and once to a message. What goes is marked first, in the transaction that lets it go;
//! its bytes follow, and then its row: whatever happens in between, the next sweep finishes it.

mod attaching;
mod erasing;
mod keeping;
mod limits;
mod row;
mod sweeping;

use diesel::prelude::*;
use serde::Serialize;

pub use attaching::{ATTACHMENTS_MAX, Wanted, names};
pub(super) use attaching::{attach, claim, counted, of_messages};
pub use erasing::discard_unsent_of;
pub(super) use erasing::{erase, erase_below};
pub use keeping::{Kept, newest_of};
pub use limits::{Quota, used_by};

use super::connection::Conn;
use super::schema::uploads;
use super::{RoomId, UserId};
use crate::error::{Error, Result};
use crate::files::kind::Family;
use crate::files::measures::Measures;
use crate::files::voice::Voice;
use crate::files::{FileId, FileName};
use row::{NewRow, Row};

/// A file as messages carry it: PROTOCOL's `Attachment`. What is null, false, zero or empty is left out.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Attachment {
    /// By what it is asked for.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// By its content.
    pub content_type: String,
    /// In bytes.
    pub size: i64,
    /// In pixels, as it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<i32>,
    /// In pixels, as it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<i32>,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration: Option<f64>,
    /// How loud a voice is along the way, from 0 to 255.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub peaks: Vec<u8>,
    /// Whether it is somebody's voice.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub voice: bool,
    /// Whether the picture moves.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub animated: bool,
    /// Whether it is shown only to who asks for it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub covered: bool,
    /// Where its bytes are.
    pub url: String,
    /// Where its small picture is, which does not move.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub thumbnail_url: Option<String>,
}

impl Attachment {
    /// How it is shown: as a picture only where one could be read of it.
    pub fn family(&self) -> Family {
        match Family::of(&self.content_type) {
            Family::Image if self.thumbnail_url.is_none() => Family::Other,
            family => family,
        }
    }
}

/// A file that is to arrive.
#[derive(Debug, Clone)]
pub struct NewUpload {
    /// Its id.
    pub id: FileId,
    /// Who sends it.
    pub uploader: UserId,
    /// The room that it is for.
    pub room: RoomId,
    /// What it is called.
    pub name: FileName,
    /// In bytes.
    pub size: u64,
    /// What was told of it, where it is a voice.
    pub voice: Option<Voice>,
}

/// What was found out of a file that has arrived.
#[derive(Debug, Clone)]
pub struct Found {
    /// In bytes.
    pub size: u64,
    /// By its content.
    pub content_type: &'static str,
    /// Of the bytes as they are kept.
    pub sha256: Vec<u8>,
    /// How large and how long it is.
    pub measures: Measures,
    /// Whether the picture moves.
    pub animated: bool,
    /// Of what type its small picture is, where there is one.
    pub thumbnail: Option<&'static str>,
}

/// A file that is there, arriving or whole.
#[derive(Debug, Clone)]
pub struct Upload {
    /// Its id.
    pub id: FileId,
    /// Who sent it.
    pub uploader: UserId,
    /// The room that it is for.
    pub room: RoomId,
    /// The message that it belongs to.
    pub seq: Option<i64>,
    /// Whether all of it is there.
    pub is_whole: bool,
    /// In bytes, announced or true.
    pub size: u64,
    /// What was told of it, where it is a voice.
    pub voice: Option<Voice>,
    /// Of the bytes as they are kept; empty while it arrives.
    pub sha256: Vec<u8>,
    /// Of what type its small picture is.
    pub thumbnail: Option<String>,
    /// As messages carry it.
    pub attachment: Attachment,
}

/// Begins with a file that arrives in parts.
///
/// Errors: `Refused` where its sender has used what they may, or has too many that are not sent yet.
pub fn begin(conn: &mut Conn, new: &NewUpload, quota: Quota) -> Result<()> {
    quota.allows(conn, new.uploader, new.size)?;
    let row = NewRow::arriving(new);
    diesel::insert_into(uploads::table)
        .values(&row)
        .execute(conn)?;
    Ok(())
}

/// A file, whoever asks. Errors: `NotFound`, also for one that goes.
pub fn find(conn: &mut Conn, id: &FileId) -> Result<Upload> {
    let row: Row = uploads::table
        .find(id.as_str())
        .filter(uploads::state.ne("gone"))
        .select(Row::as_select())
        .first(conn)?;
    row.read()
}

/// A file that somebody sends, or has sent to a room and to no message yet. Errors: `NotFound`.
pub fn unsent(conn: &mut Conn, id: &FileId, uploader: UserId, room: RoomId) -> Result<Upload> {
    let found = find(conn, id)?;
    if found.uploader == uploader && found.room == room && found.seq.is_none() {
        Ok(found)
    } else {
        Err(Error::NotFound)
    }
}

/// All of a file is there. The same again changes nothing.
///
/// Errors: as of [`begin`]; `NotFound` where it was cancelled meanwhile.
pub fn complete(
    conn: &mut Conn,
    new: &NewUpload,
    found: &Found,
    in_parts: bool,
    quota: Quota,
) -> Result<Attachment> {
    if in_parts {
        let known = unsent(conn, &new.id, new.uploader, new.room)?;
        if known.is_whole {
            return Ok(known.attachment);
        }
        diesel::delete(uploads::table.find(new.id.as_str())).execute(conn)?;
    }
    quota.allows(conn, new.uploader, found.size)?;
    let row = NewRow::whole(new, found);
    diesel::insert_into(uploads::table)
        .values(&row)
        .execute(conn)?;
    Ok(find(conn, &new.id)?.attachment)
}

/// Takes back a file that was sent to no message. Errors: `NotFound`.
pub fn cancel(conn: &mut Conn, id: &FileId, uploader: UserId, room: RoomId) -> Result<()> {
    unsent(conn, id, uploader, room)?;
    let gone = diesel::update(uploads::table.find(id.as_str()))
        .filter(uploads::seq.is_null())
        .set(uploads::state.eq("gone"))
        .execute(conn)?;
    if gone == 0 {
        // It was sent at this moment.
        return Err(Error::NotFound);
    }
    Ok(())
}
