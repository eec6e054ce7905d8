//! Files that people send: all of one at once, or in parts that go on after a cut, on whichever node.

mod finishing;
pub(super) mod form;
mod parts;
mod receiving;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use actix_multipart::Multipart;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{self, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::StreamExt;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::api;
use super::deeds;
use super::methods::{delete, get, patch, post, resource};
use super::pictures::of_form;
use super::refusals::Shared;
use super::visitor::Caller;
use crate::error::{Error, Result};
use crate::files::{FileId, FileName};
use crate::rights::{self, Action};
use crate::store::rooms::Room;
use crate::store::uploads::{Attachment, NewUpload, Quota};
use crate::store::users::Viewer;
use crate::store::{UserId, directs};

/// Files that arrive at this node at the same time, and those of one person: so many as browsers open connections.
const ARRIVING_MAX: usize = 128;
const OF_ONE_PERSON_MAX: usize = 6;
/// Each may fill some hundred megabytes while it is drawn.
const DRAWN_AT_ONCE_MAX: usize = 2;
/// What a form is beside its file.
const BESIDE_MAX: u64 = 64 * 1024;
const FIELDS_MAX: usize = 8;

/// Their routes.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(resource("/rooms/{slug}/uploads", [post(send)]))
        .service(resource(
            "/rooms/{slug}/uploads/parts",
            [post(parts::begin)],
        ))
        .service(resource(
            "/rooms/{slug}/uploads/parts/{id}",
            [
                get(parts::progress),
                patch(parts::append),
                delete(parts::cancel),
            ],
        ));
}

/// Takes files in.
pub(super) struct Uploads {
    arriving: Arc<Semaphore>,
    senders: Arc<Mutex<HashMap<UserId, usize>>>,
    turns: Arc<Semaphore>,
    finishing: Arc<Mutex<HashSet<FileId>>>,
}

/// A file that is being finished, by nobody else at this time.
pub(super) struct Only {
    id: FileId,
    finishing: Arc<Mutex<HashSet<FileId>>>,
}

/// One of those whose files arrive.
pub(super) struct Place {
    sender: UserId,
    senders: Arc<Mutex<HashMap<UserId, usize>>>,
    _permit: OwnedSemaphorePermit,
}

impl Uploads {
    /// Nothing arrives yet.
    pub(super) fn new() -> Uploads {
        Uploads {
            arriving: Arc::new(Semaphore::new(ARRIVING_MAX)),
            senders: Arc::default(),
            turns: Arc::new(Semaphore::new(DRAWN_AT_ONCE_MAX)),
            finishing: Arc::default(),
        }
    }

    /// A place for one more file. Errors: `Busy` where too many arrive, or too many of the same person.
    fn place(&self, sender: UserId) -> Result<Place> {
        let permit = self.arriving.clone().try_acquire_owned();
        let permit = permit.map_err(|_| Error::Busy)?;
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        let count = senders.entry(sender).or_default();
        if *count >= OF_ONE_PERSON_MAX {
            return Err(Error::Busy);
        }
        *count += 1;
        Ok(Place {
            sender,
            senders: self.senders.clone(),
            _permit: permit,
        })
    }
}

impl Uploads {
    /// The one who finishes a file. Errors: `Busy` where somebody does already: whoever asks again later is told what came of it.
    fn only(&self, id: &FileId) -> Result<Only> {
        let mut finishing = self
            .finishing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !finishing.insert(id.clone()) {
            return Err(Error::Busy);
        }
        Ok(Only {
            id: id.clone(),
            finishing: self.finishing.clone(),
        })
    }
}

impl Drop for Only {
    fn drop(&mut self) {
        let mut finishing = self
            .finishing
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        finishing.remove(&self.id);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = senders.get_mut(&self.sender) {
            *count -= 1;
            if *count == 0 {
                senders.remove(&self.sender);
            }
        }
    }
}

/// Takes the one file of a form, in its field `file`.
async fn send(
    services: Shared,
    request: HttpRequest,
    caller: Caller,
    slug: web::Path<String>,
    body: Payload,
) -> api::Answer {
    let room = room(&services, &caller.viewer, &slug).await?;
    services.chat.allow(caller.viewer.id)?;
    let _place = services.uploads.place(caller.viewer.id)?;
    let announced = announced(&request).saturating_sub(BESIDE_MAX);
    if announced > services.config.upload_max {
        return Err(Error::TooLarge.into());
    }
    foresee(&services, &caller.viewer, announced).await?;
    let mut form = Multipart::new(request.headers(), body);
    for _ in 0..FIELDS_MAX {
        let Some(field) = receiving::in_time(form.next()).await? else {
            return Err(Error::Empty.into());
        };
        let mut field = field.map_err(of_form)?;
        if field.name() != Some("file") {
            receiving::pass_over(&mut field).await?;
            continue;
        }
        let new = new_upload(&caller.viewer, &room, file_name(&field))?;
        let attachment = take(&services, new, &mut field).await?;
        return Ok(HttpResponse::Created().json(attachment));
    }
    Err(Error::BadRequest("bad-form").into())
}

/// Takes the file of one field, from its first byte to its place among those that wait for their message.
async fn take(
    services: &Shared,
    new: NewUpload,
    field: &mut actix_multipart::Field,
) -> Result<Attachment> {
    let most = services.config.upload_max;
    let unfinished = receiving::Unfinished::new(services.store.blobs(), &new.id);
    let received = receiving::receive(services.store.blobs(), &new.id, field, most).await?;
    if received.size == 0 {
        return Err(Error::Empty);
    }
    let attachment = finishing::finish(services, new, Some(received), false).await?;
    unfinished.finished();
    Ok(attachment)
}

/// The room that a file is for, if whoever sends it may post there.
async fn room(services: &Shared, viewer: &Viewer, slug: &str) -> Result<Room> {
    let room = deeds::room(services, viewer, slug).await?;
    rights::may(viewer.as_person(), Action::Post(room.rights))?;
    if room.kind == "direct" {
        let (id, user) = (room.id, viewer.id);
        let read = services
            .store
            .read(move |conn| directs::refuse_where_blocked(conn, id, user));
        read.await?;
    }
    Ok(room)
}

fn new_upload(viewer: &Viewer, room: &Room, name: FileName) -> Result<NewUpload> {
    Ok(NewUpload {
        id: FileId::fresh()?,
        uploader: viewer.id,
        room: room.id,
        name,
        size: 0,
        voice: None,
    })
}

/// What a form calls a file.
fn file_name(field: &actix_multipart::Field) -> FileName {
    let disposition = field.content_disposition();
    let name = disposition.and_then(|disposition| disposition.get_filename());
    FileName::of(name.unwrap_or_default())
}

/// The bytes of a request's body, where it tells.
fn announced(request: &HttpRequest) -> u64 {
    let told = request.headers().get(CONTENT_LENGTH);
    let told = told.and_then(|told| told.to_str().ok());
    told.and_then(|told| told.parse().ok()).unwrap_or(0)
}

/// Refuses before they arrive so many bytes that their sender may not keep. What is small is looked at when it is there.
///
/// Errors: `Refused`; `NoSpace`.
async fn foresee(services: &Shared, viewer: &Viewer, bytes: u64) -> Result<()> {
    if bytes <= BESIDE_MAX {
        return Ok(());
    }
    let (user, quota) = (viewer.id, quota(services));
    let read = services
        .store
        .read(move |conn| quota.would_allow(conn, user, bytes));
    read.await?;
    let blobs = services.store.blobs();
    blobs.run(move |folder| folder.has_room_for(bytes)).await
}

fn quota(services: &Shared) -> Quota {
    Quota(services.config.upload_quota)
}
