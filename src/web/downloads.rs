//! Files of messages, for whoever may read the message at that moment: asked every time, also for the next stretch of a film.

mod ranges;

use std::sync::Arc;

use actix_web::body::SizedStream;
use actix_web::http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY,
    CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, IF_RANGE, RANGE,
};
use actix_web::http::{Method, StatusCode};
use actix_web::web::{self, Bytes};
use actix_web::{HttpRequest, HttpResponse};
use data_encoding::HEXLOWER;
use futures_util::stream;
use serde::Deserialize;

use super::pictures::ALONE;
use super::refusals::{Answer, Shared};
use super::visitor::Visitor;
use crate::error::{Error, Result};
use crate::files::FileId;
use crate::files::kind::{Family, UNKNOWN};
use crate::rights::{self, Action};
use crate::store::blobs::{Blobs, Piece};
use crate::store::rooms;
use crate::store::uploads::{self, Upload};
use crate::store::users::Viewer;
use ranges::Range;

/// Bytes that are read at once.
const PIECE: u64 = 256 * 1024;
/// Kept by browsers, and asked for again each time: the right to it may have ended.
const ASKED_EACH_TIME: &str = "private, no-cache";
/// The last part of a small picture's address.
const SMALL: &str = "thumbnail";

/// How it is wanted.
#[derive(Deserialize)]
pub(super) struct Wanted {
    download: Option<String>,
}

/// What is given, and how.
struct Given {
    id: FileId,
    piece: Piece,
    size: u64,
    content_type: String,
    disposition: String,
    tag: String,
}

/// Gives a file, or its small picture.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    path: web::Path<(String, String)>,
    wanted: web::Query<Wanted>,
) -> Answer {
    let (id, name) = path.into_inner();
    let id = FileId::parse(&id)?;
    let upload = find(&services, &signed_in.viewer, id).await?;
    let blobs = services.store.blobs();
    let given = if name == SMALL {
        small(blobs, upload).await?
    } else {
        whole(blobs, upload, wanted.download.is_some()).await?
    };
    Ok(answer(&request, blobs, given))
}

/// A file that somebody may have now: of a message they may read, or one of their own that waits for its message.
async fn find(services: &Shared, viewer: &Viewer, id: FileId) -> Result<Upload> {
    let viewer = viewer.clone();
    let read = services.store.read(move |conn| {
        let upload = uploads::find(conn, &id)?;
        let may_be_had = upload.is_whole && (upload.seq.is_some() || upload.uploader == viewer.id);
        if !may_be_had {
            return Err(Error::NotFound);
        }
        let room = rooms::rights_of(conn, &viewer, upload.room)?;
        rights::may(viewer.as_person(), Action::Read(room))?;
        Ok(upload)
    });
    read.await
}

async fn whole(blobs: &Blobs, upload: Upload, is_download: bool) -> Result<Given> {
    let (id, piece) = (upload.id.clone(), Piece::Whole);
    let size = blobs.run(move |folder| folder.size(&id, piece)).await?;
    let attachment = upload.attachment;
    let is_shown = attachment.family() != Family::Other && !is_download;
    let disposition = format!(
        "{}; {}",
        if is_shown { "inline" } else { "attachment" },
        file_name(&attachment.name)
    );
    Ok(Given {
        id: upload.id,
        piece,
        size,
        content_type: match attachment.content_type.as_str() {
            "text/plain" => "text/plain; charset=utf-8".to_owned(),
            // A picture that nothing could read is not called one.
            kind if Family::of(kind) == Family::Image && !is_shown && !is_download => {
                UNKNOWN.to_owned()
            }
            kind => kind.to_owned(),
        },
        disposition,
        tag: format!("\"{}\"", HEXLOWER.encode(&upload.sha256)),
    })
}

async fn small(blobs: &Blobs, upload: Upload) -> Result<Given> {
    let content_type = upload.thumbnail.ok_or(Error::NotFound)?;
    let (id, piece) = (upload.id.clone(), Piece::Small);
    let size = blobs.run(move |folder| folder.size(&id, piece)).await?;
    Ok(Given {
        id: upload.id,
        piece,
        size,
        content_type,
        disposition: "inline".to_owned(),
        tag: format!("\"{}-small\"", HEXLOWER.encode(&upload.sha256)),
    })
}

fn answer(request: &HttpRequest, blobs: &Blobs, given: Given) -> HttpResponse {
    let header = |name| {
        let value = request.headers().get(name)?;
        value.to_str().ok().map(str::trim)
    };
    let is_same = |tags: &str| {
        tags == "*"
            || tags
                .split(',')
                .any(|tag| tag.trim().trim_start_matches("W/") == given.tag)
    };
    if header(IF_NONE_MATCH).is_some_and(is_same) {
        return decorated(StatusCode::NOT_MODIFIED, &given).finish();
    }
    // A stretch of another file than the one that was begun with is of no use.
    let is_current = header(IF_RANGE).is_none_or(|tag| tag == given.tag);
    let asked = header(RANGE).filter(|_| is_current && request.method() == Method::GET);
    let stretch = match Range::parse(asked, given.size) {
        Range::All => 0..given.size,
        Range::Part(part) => part,
        Range::Nowhere => {
            return decorated(StatusCode::RANGE_NOT_SATISFIABLE, &given)
                .insert_header((CONTENT_RANGE, format!("bytes */{}", given.size)))
                .finish();
        }
    };
    let is_part = stretch != (0..given.size);
    let status = if is_part {
        StatusCode::PARTIAL_CONTENT
    } else {
        StatusCode::OK
    };
    let mut response = decorated(status, &given);
    response.insert_header((CONTENT_TYPE, given.content_type.as_str()));
    response.insert_header((CONTENT_DISPOSITION, text_header(&given.disposition)));
    if is_part {
        let (first, last) = (stretch.start, stretch.end - 1);
        let place = format!("bytes {first}-{last}/{}", given.size);
        response.insert_header((CONTENT_RANGE, place));
    }
    let (blobs, id): (Blobs, Arc<FileId>) = (blobs.clone(), Arc::new(given.id));
    let (piece, end) = (given.piece, stretch.end);
    let length = end - stretch.start;
    let bytes = stream::unfold(stretch.start, move |at| {
        let (blobs, id) = (blobs.clone(), id.clone());
        async move {
            if at >= end {
                return None;
            }
            let most = (end - at).min(PIECE) as usize;
            let read = blobs.run(move |folder| folder.read(&id, piece, at, most));
            Some(match read.await {
                Ok(bytes) if bytes.len() == most => (Ok(Bytes::from(bytes)), at + most as u64),
                // It was deleted meanwhile: the connection ends, so that nobody takes half for whole.
                Ok(_) => (Err(Error::NotFound), end),
                Err(fault) => (Err(fault), end),
            })
        }
    });
    response.body(SizedStream::new(length, Box::pin(bytes)))
}

/// An answer that says what browsers may do with it: show it by itself, or save it, and nothing else.
fn decorated(status: StatusCode, given: &Given) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::build(status);
    response
        .insert_header((ETAG, given.tag.as_str()))
        .insert_header((ACCEPT_RANGES, "bytes"))
        .insert_header((CACHE_CONTROL, ASKED_EACH_TIME))
        .insert_header((CONTENT_SECURITY_POLICY, ALONE));
    response
}

fn text_header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or_else(|_| HeaderValue::from_static("attachment"))
}

/// A name for saving: in ASCII for old programs, and as it is (RFC 8187).
fn file_name(name: &str) -> String {
    let is_plain = |character: char| {
        (character.is_ascii_graphic() || character == ' ') && !matches!(character, '"' | '\\' | '%')
    };
    let plain: String = name
        .chars()
        .map(|character| if is_plain(character) { character } else { '_' })
        .collect();
    let mut exact = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            exact.push(char::from(byte));
        } else {
            exact.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("filename=\"{plain}\"; filename*=UTF-8''{exact}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_within_its_header() {
        assert_eq!(
            file_name("tea.jpg"),
            "filename=\"tea.jpg\"; filename*=UTF-8''tea.jpg"
        );
        assert_eq!(
            file_name("a\"b\\c\r\n%;চ.txt"),
            "filename=\"a_b_c___;_.txt\"; filename*=UTF-8''a%22b%5Cc%0D%0A%25%3B%E0%A6%9A.txt"
        );
        assert!(HeaderValue::from_str(&file_name("চা \u{7f}.png")).is_ok());
    }
}
