//! The form of a room, as browsers send it with files: what a page without script can do.

use actix_multipart::{Field, Multipart};
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Payload;
use futures_util::StreamExt;

use super::receiving::{self, in_time};
use super::{BESIDE_MAX, Place, announced, file_name, foresee, new_upload, take};
use crate::chat::posting::Named;
use crate::error::{Error, Result};
use crate::files::FileId;
use crate::store::rooms::Room;
use crate::store::uploads::{self, ATTACHMENTS_MAX};
use crate::store::users::Viewer;
use crate::web::pictures::of_form;
use crate::web::refusals::Shared;

/// Bytes of a field that is no file: a message of any script.
const FIELD_BYTES_MAX: usize = 64 * 1024;
const FIELDS_MAX: usize = ATTACHMENTS_MAX + 8;

/// What the form carried.
#[derive(Default)]
pub(in crate::web) struct Sent {
    /// What was typed.
    pub(in crate::web) message: String,
    /// The id that it bears.
    pub(in crate::web) client_id: String,
    /// The message it answers.
    pub(in crate::web) reply_to: String,
    /// Whether it is said as it is.
    pub(in crate::web) says: String,
    /// The files, which have arrived.
    pub(in crate::web) attachments: Vec<Named>,
    /// Why a file was not taken.
    pub(in crate::web) refusal: Option<Error>,
}

/// Whether a request's body is a form with files.
pub(in crate::web) fn carries_files(request: &HttpRequest) -> bool {
    request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| {
            value
                .trim_start()
                .to_ascii_lowercase()
                .starts_with("multipart/form-data")
        })
}

/// Takes in what the form carries; of somebody who is in no room with it, what was typed and no file.
///
/// Errors: what is wrong with the form itself.
pub(in crate::web) async fn read(
    services: &Shared,
    request: &HttpRequest,
    body: Payload,
    sender: Option<(&Viewer, &Room)>,
) -> Result<Sent> {
    let mut form = Multipart::new(request.headers(), body);
    let (mut sent, mut covered) = (Sent::default(), false);
    let mut taking = Taking::new(services, request);
    for _ in 0..=FIELDS_MAX {
        let Some(field) = in_time(form.next()).await? else {
            let named = |id: FileId| Named::Shown {
                id: id.to_string(),
                covered,
            };
            sent.attachments = taking.ids.into_iter().map(named).collect();
            return Ok(sent);
        };
        let mut field = field.map_err(of_form)?;
        match field.name().map(str::to_owned).as_deref() {
            Some("message") => sent.message = text(&mut field).await?,
            Some("client_id") => sent.client_id = text(&mut field).await?,
            Some("reply_to") => sent.reply_to = text(&mut field).await?,
            Some("says") => sent.says = text(&mut field).await?,
            Some("covered") => covered = !text(&mut field).await?.is_empty(),
            Some("file") => {
                let Some((viewer, room)) = sender else {
                    return Ok(sent);
                };
                // What follows cannot be read any more.
                if let Err(refusal) = taking.take(viewer, room, &mut field).await {
                    taking.give_back(viewer, room).await;
                    sent.refusal = Some(refusal);
                    return Ok(sent);
                }
            }
            _ => receiving::pass_over(&mut field).await?,
        }
    }
    Err(Error::BadRequest("bad-form"))
}

/// The files of one form, as they arrive.
struct Taking<'a> {
    services: &'a Shared,
    announced: u64,
    place: Option<Place>,
    ids: Vec<FileId>,
}

impl<'a> Taking<'a> {
    fn new(services: &'a Shared, request: &HttpRequest) -> Taking<'a> {
        Taking {
            services,
            announced: announced(request).saturating_sub(BESIDE_MAX),
            place: None,
            ids: Vec::new(),
        }
    }

    /// Takes one more.
    async fn take(&mut self, viewer: &Viewer, room: &Room, field: &mut Field) -> Result<()> {
        if self.place.is_none() {
            self.place = Some(self.services.uploads.place(viewer.id)?);
            foresee(self.services, viewer, self.announced).await?;
        }
        if self.ids.len() == ATTACHMENTS_MAX {
            return Err(Error::BadRequest("bad-attachments"));
        }
        let new = new_upload(viewer, room, file_name(field))?;
        let id = new.id.clone();
        match take(self.services, new, field).await {
            Ok(_) => self.ids.push(id),
            // A browser sends an empty file where none was chosen.
            Err(Error::Empty) => {}
            Err(refusal) => return Err(refusal),
        }
        Ok(())
    }

    /// Lets those go that arrived: nobody can send them any more.
    async fn give_back(self, viewer: &Viewer, room: &Room) {
        if self.ids.is_empty() {
            return;
        }
        let (uploader, room) = (viewer.id, room.id);
        let write = self.services.store.write(move |conn| {
            for id in &self.ids {
                uploads::cancel(conn, id, uploader, room)?;
            }
            Ok(())
        });
        match write.await {
            Ok(()) => self.services.store.files_are_gone(),
            Err(fault) => log::warn!("files of a form that was refused wait for an hour: {fault}"),
        }
    }
}

async fn text(field: &mut Field) -> Result<String> {
    let bytes = receiving::text(field, FIELD_BYTES_MAX).await?;
    String::from_utf8(bytes).map_err(|_| Error::BadRequest("bad-form"))
}
