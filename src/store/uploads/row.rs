//! A file's row, and what it is to those who read it.

use diesel::prelude::*;

use super::{Attachment, Found, NewUpload, Upload};
use crate::error::Result;
use crate::files::FileId;
use crate::files::voice::Voice;
use crate::store::connection::MultiBackend;
use crate::store::schema::uploads;
use crate::store::time::Time;
use crate::store::{RoomId, UserId};

#[derive(Queryable, Selectable)]
#[diesel(table_name = uploads, check_for_backend(MultiBackend))]
pub(super) struct Row {
    id: String,
    uploader_id: UserId,
    pub(super) room_id: RoomId,
    pub(super) seq: Option<i64>,
    covered: bool,
    state: String,
    name: String,
    content_type: String,
    size: i64,
    sha256: Option<Vec<u8>>,
    width: Option<i32>,
    height: Option<i32>,
    duration_ms: Option<i64>,
    peaks: Option<Vec<u8>>,
    animated: bool,
    thumbnail: Option<String>,
}

#[derive(Insertable)]
#[diesel(table_name = uploads, treat_none_as_default_value = false)]
pub(super) struct NewRow<'a> {
    id: &'a str,
    uploader_id: UserId,
    room_id: RoomId,
    state: &'static str,
    name: &'a str,
    content_type: &'static str,
    size: i64,
    sha256: Option<&'a [u8]>,
    width: Option<i32>,
    height: Option<i32>,
    duration_ms: Option<i64>,
    peaks: Option<&'a [u8]>,
    animated: bool,
    thumbnail: Option<&'static str>,
    created_at: chrono::NaiveDateTime,
}

impl<'a> NewRow<'a> {
    pub(super) fn arriving(new: &'a NewUpload) -> NewRow<'a> {
        NewRow {
            id: new.id.as_str(),
            uploader_id: new.uploader,
            room_id: new.room,
            state: "arriving",
            name: new.name.as_str(),
            content_type: "",
            size: in_database(new.size),
            sha256: None,
            width: None,
            height: None,
            duration_ms: new.voice.as_ref().map(|voice| voice.duration_ms),
            peaks: new.voice.as_ref().map(|voice| voice.peaks.as_slice()),
            animated: false,
            thumbnail: None,
            created_at: Time::now().sql(),
        }
    }

    pub(super) fn whole(new: &'a NewUpload, found: &'a Found) -> NewRow<'a> {
        let measures = &found.measures;
        let voice = new.voice.as_ref();
        NewRow {
            state: "whole",
            content_type: found.content_type,
            size: in_database(found.size),
            sha256: Some(&found.sha256),
            width: measures.sides.and_then(|(width, _)| width.try_into().ok()),
            height: measures
                .sides
                .and_then(|(_, height)| height.try_into().ok()),
            duration_ms: voice
                .map(|voice| voice.duration_ms)
                .or(measures.duration_ms),
            animated: found.animated,
            thumbnail: found.thumbnail,
            ..NewRow::arriving(new)
        }
    }
}

impl Row {
    /// The file. Errors: `NotFound` for an id that can be none.
    pub(super) fn read(self) -> Result<Upload> {
        let id = FileId::parse(&self.id)?;
        let voice = match (self.duration_ms, &self.peaks) {
            (Some(duration_ms), Some(peaks)) => Some(Voice {
                duration_ms,
                peaks: peaks.clone(),
            }),
            _ => None,
        };
        Ok(Upload {
            id,
            uploader: self.uploader_id,
            room: self.room_id,
            seq: self.seq,
            is_whole: self.state == "whole",
            size: u64::try_from(self.size).unwrap_or(0),
            voice,
            sha256: self.sha256.clone().unwrap_or_default(),
            thumbnail: self.thumbnail.clone(),
            attachment: self.into_attachment(),
        })
    }

    pub(super) fn into_attachment(self) -> Attachment {
        let peaks = self.peaks.unwrap_or_default();
        Attachment {
            url: format!("/files/{}/{}", self.id, path_segment(&self.name)),
            thumbnail_url: self
                .thumbnail
                .map(|_| format!("/files/{}/thumbnail", self.id)),
            id: self.id,
            name: self.name,
            content_type: self.content_type,
            size: self.size,
            width: self.width,
            height: self.height,
            duration: self.duration_ms.map(|duration| duration as f64 / 1_000.0),
            voice: !peaks.is_empty(),
            peaks,
            animated: self.animated,
            covered: self.covered,
        }
    }
}

fn in_database(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

/// A name as one part of an address. One that is called as the small picture is would lead to that.
fn path_segment(name: &str) -> String {
    let mut segment = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            segment.push(char::from(byte));
        } else {
            segment.push_str(&format!("%{byte:02X}"));
        }
    }
    if segment == "thumbnail" {
        segment.push('_');
    }
    segment
}
