//! The form of a room, as browsers send it with files: what a page without script can do.

use actix_multipart::Multipart;
use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Payload;
use futures_util::StreamExt;

use super::receiving::{self, in_time};
use super::{file_name, new_upload, take};
use crate::chat::posting::Named;
use crate::error::{Error, Result};
use crate::store::rooms::Room;
use crate::store::uploads::ATTACHMENTS_MAX;
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
    let (mut sent, mut ids, mut covered) = (Sent::default(), Vec::new(), false);
    let mut place = None;
    for _ in 0..=FIELDS_MAX {
        let Some(field) = in_time(form.next()).await? else {
            let named = |id| Named::Shown { id, covered };
            sent.attachments = ids.into_iter().map(named).collect();
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
                if place.is_none() {
                    match services.uploads.place(viewer.id) {
                        Ok(taken) => place = Some(taken),
                        Err(refusal) => {
                            sent.refusal = Some(refusal);
                            return Ok(sent);
                        }
                    }
                }
                let name = file_name(&field);
                let new = new_upload(viewer, room, name)?;
                let id = new.id.to_string();
                match take(services, new, &mut field).await {
                    Ok(_) => ids.push(id),
                    // A browser sends an empty file where none was chosen.
                    Err(Error::Empty) => {}
                    // What follows cannot be read any more.
                    Err(refusal) => {
                        sent.refusal = Some(refusal);
                        return Ok(sent);
                    }
                }
            }
            _ => receiving::pass_over(&mut field).await?,
        }
    }
    Err(Error::BadRequest("bad-form"))
}

async fn text(field: &mut actix_multipart::Field) -> Result<String> {
    let bytes = receiving::text(field, FIELD_BYTES_MAX).await?;
    String::from_utf8(bytes).map_err(|_| Error::BadRequest("bad-form"))
}
