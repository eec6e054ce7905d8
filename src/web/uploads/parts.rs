//! A file in parts: what has arrived stays, and whoever sends it goes on from there, after a cut, on another node, or tomorrow within
//! the hour.

use actix_web::http::StatusCode;
use actix_web::web::{self, Payload};
use actix_web::{HttpResponse, rt};
use serde::{Deserialize, Serialize};

use super::receiving::Writing;
use super::{finishing, new_upload, quota, room};
use crate::error::{Error, Result};
use crate::files::voice::{Told, Voice};
use crate::files::{FileId, FileName};
use crate::json::Object;
use crate::store::uploads::{self, NewUpload, Upload};
use crate::view::texts;
use crate::web::api;
use crate::web::pictures::of_payload;
use crate::web::refusals::Shared;
use crate::web::visitor::Caller;

/// Bytes of one part.
const PART_BYTES_MAX: u64 = 8 * 1024 * 1024;

#[derive(Deserialize)]
pub(super) struct Begin {
    name: String,
    size: u64,
    voice: Option<Told>,
}

#[derive(Serialize)]
struct Progress<'a> {
    id: &'a str,
    offset: u64,
    size: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    part_bytes_max: Option<u64>,
}

#[derive(Serialize)]
struct Elsewhere<'a> {
    error: Said,
    #[serde(flatten)]
    progress: Progress<'a>,
}

#[derive(Serialize)]
struct Said {
    code: &'static str,
    message: String,
}

#[derive(Deserialize)]
pub(super) struct From {
    offset: u64,
}

/// Announces a file.
pub(super) async fn begin(
    services: Shared,
    caller: Caller,
    slug: web::Path<String>,
    web::Json(Object(body)): web::Json<Object<Begin>>,
) -> api::Answer {
    let room = room(&services, &caller.viewer, &slug).await?;
    services.chat.allow(caller.viewer.id)?;
    if body.size == 0 {
        return Err(Error::Empty.into());
    }
    if body.size > services.config.upload_max {
        return Err(Error::TooLarge.into());
    }
    let new = NewUpload {
        size: body.size,
        voice: body.voice.map(Voice::parse).transpose()?,
        ..new_upload(&caller.viewer, &room, FileName::of(&body.name))?
    };
    let size = body.size;
    services
        .store
        .blobs()
        .run(move |folder| folder.has_room_for(size))
        .await?;
    let (announced, quota) = (new.clone(), quota(&services));
    let write = services
        .store
        .write(move |conn| uploads::begin(conn, &announced, quota));
    write.await?;
    Ok(HttpResponse::Created().json(Progress {
        id: new.id.as_str(),
        offset: 0,
        size,
        part_bytes_max: Some(PART_BYTES_MAX),
    }))
}

/// Tells how far a file has arrived.
pub(super) async fn progress(
    services: Shared,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> api::Answer {
    let upload = find(&services, &caller, path.into_inner()).await?;
    let offset = offset(&services, &upload).await?;
    Ok(HttpResponse::Ok().json(progress_of(&upload, offset)))
}

/// Takes the next part; with the last one, or none where all of it is there, the file.
pub(super) async fn append(
    services: Shared,
    caller: Caller,
    path: web::Path<(String, String)>,
    from: web::Query<From>,
    mut body: Payload,
) -> api::Answer {
    let upload = find(&services, &caller, path.into_inner()).await?;
    if upload.is_whole {
        return Ok(HttpResponse::Created().json(upload.attachment));
    }
    let place = services.uploads.place(caller.viewer.id)?;
    if offset(&services, &upload).await? != from.offset {
        return elsewhere(&services, &upload).await;
    }
    let most = (upload.size - from.offset).min(PART_BYTES_MAX);
    let mut writing = Writing::begin(services.store.blobs(), &upload.id, from.offset, None);
    let taken = writing.take_all(&mut body, most, of_payload).await;
    // What arrived before a cut is not sent again.
    let written = match &taken {
        Ok(()) | Err(Error::BadRequest(_)) => writing.finish().await,
        Err(refusal) => Err(refusal.clone()),
    };
    let arrived = match written {
        Err(Error::Conflict) => return elsewhere(&services, &upload).await,
        written => written?.size,
    };
    taken?;
    if arrived < upload.size {
        return Ok(HttpResponse::Ok().json(progress_of(&upload, arrived)));
    }
    // To its end, also where whoever sent it does not wait for it.
    let only = services.uploads.only(&upload.id)?;
    let finishing = rt::spawn(async move {
        let _kept = (place, only);
        finish(&services, upload).await
    });
    let attachment = finishing
        .await
        .map_err(|cause| Error::Internal(format!("finishing a file: {cause}")))??;
    Ok(HttpResponse::Created().json(attachment))
}

/// Takes back a file that was sent to no message, all of it or what has arrived.
pub(super) async fn cancel(
    services: Shared,
    caller: Caller,
    path: web::Path<(String, String)>,
) -> api::Answer {
    let upload = find(&services, &caller, path.into_inner()).await?;
    discard(&services, &upload).await?;
    Ok(HttpResponse::NoContent().finish())
}

async fn finish(services: &Shared, upload: Upload) -> Result<uploads::Attachment> {
    let new = NewUpload {
        id: upload.id.clone(),
        uploader: upload.uploader,
        room: upload.room,
        name: FileName::of(&upload.attachment.name),
        size: upload.size,
        voice: upload.voice.clone(),
    };
    let finished = finishing::finish(services, new, None, true).await;
    if matches!(finished, Err(Error::BadRequest(_) | Error::Refused(_))) {
        // Sending the last part again cannot help.
        discard(services, &upload).await?;
    }
    finished
}

async fn discard(services: &Shared, upload: &Upload) -> Result<()> {
    let (id, uploader, room) = (upload.id.clone(), upload.uploader, upload.room);
    let write = services
        .store
        .write(move |conn| uploads::cancel(conn, &id, uploader, room));
    write.await?;
    services.store.files_are_gone();
    Ok(())
}

async fn find(services: &Shared, caller: &Caller, (slug, id): (String, String)) -> Result<Upload> {
    let room = room(services, &caller.viewer, &slug).await?;
    let (id, uploader) = (FileId::parse(&id)?, caller.viewer.id);
    let read = services
        .store
        .read(move |conn| uploads::unsent(conn, &id, uploader, room.id));
    read.await
}

async fn offset(services: &Shared, upload: &Upload) -> Result<u64> {
    if upload.is_whole {
        return Ok(upload.size);
    }
    let id = upload.id.clone();
    let length = services.store.blobs().run(move |folder| folder.length(&id));
    length.await
}

/// The part does not begin where the file ends.
async fn elsewhere(services: &Shared, upload: &Upload) -> api::Answer {
    let conflict = Error::Conflict;
    let body = Elsewhere {
        error: Said {
            code: conflict.code(),
            message: texts::plain("refusal-upload-offset"),
        },
        progress: progress_of(upload, offset(services, upload).await?),
    };
    Ok(HttpResponse::build(StatusCode::CONFLICT).json(body))
}

fn progress_of(upload: &Upload, offset: u64) -> Progress<'_> {
    Progress {
        id: upload.id.as_str(),
        offset,
        size: upload.size,
        part_bytes_max: None,
    }
}
