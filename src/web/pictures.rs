//! Pictures that people send: taken in within bounds, and redrawn by a few at a time.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_multipart::{Multipart, MultipartError};
use actix_web::error::PayloadError;
use actix_web::http::header::CONTENT_LENGTH;
use actix_web::web::{self, Bytes, BytesMut, block};
use actix_web::{HttpMessage, HttpRequest};
use futures_util::{Stream, StreamExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};
use crate::store::UserId;
use crate::view::pictures::{self, FILE_BYTES_MAX, Picture, Shape};

/// Files that arrive at the same time: so much memory is theirs.
const ARRIVING_MAX: usize = 16;
/// Each may fill some hundred megabytes while it is read.
const REDRAWN_AT_ONCE_MAX: usize = 2;
/// How long a picture may wait for its turn, and how long that may be.
const TURN_WITHIN: Duration = Duration::from_secs(5);
const REDRAWN_WITHIN: Duration = Duration::from_secs(10);
/// What the answer with a picture says: it is one and nothing else, also where somebody opens it as a page.
pub(super) const ALONE: &str = "default-src 'none'; sandbox";
/// What a form is beside its file.
const FORM_BESIDE_MAX: usize = 16 * 1024;
const FIELDS_MAX: usize = 8;

/// Takes pictures in.
pub(super) struct Pictures {
    arriving: Arc<Semaphore>,
    turns: Arc<Semaphore>,
    senders: Arc<Mutex<HashSet<UserId>>>,
}

/// A file as it came, and the place that it takes.
pub(super) struct Received {
    file: BytesMut,
    _place: Place,
}

/// What a form asks for.
pub(super) enum Sent {
    /// This picture, which is still to be redrawn.
    Picture(Received),
    /// That there be none.
    Removal,
}

/// One of those whose files arrive.
struct Place {
    sender: UserId,
    senders: Arc<Mutex<HashSet<UserId>>>,
    _permit: OwnedSemaphorePermit,
}

impl Pictures {
    /// Nothing arrives yet.
    pub(super) fn new() -> Pictures {
        Pictures {
            arriving: Arc::new(Semaphore::new(ARRIVING_MAX)),
            turns: Arc::new(Semaphore::new(REDRAWN_AT_ONCE_MAX)),
            senders: Arc::default(),
        }
    }

    /// The file that is a request's body.
    ///
    /// Errors: `Unsupported` where it does not call itself a picture; `TooLarge`, as soon as that is known; `Busy` while
    /// another one of the same sender arrives, or too many do.
    pub(super) async fn body(
        &self,
        request: &HttpRequest,
        mut body: web::Payload,
        sender: UserId,
    ) -> Result<Received> {
        if !request.content_type().starts_with("image/") {
            return Err(Error::Unsupported);
        }
        let place = self.place(request, FILE_BYTES_MAX, sender)?;
        let file = collected(&mut body, FILE_BYTES_MAX, of_payload).await?;
        Ok(Received {
            file,
            _place: place,
        })
    }

    /// What a form asks for: the file in its field `picture`, or, by its field `remove`, that there be no picture.
    ///
    /// Errors: `Field` where it asks for nothing; and as above.
    pub(super) async fn form(
        &self,
        request: &HttpRequest,
        body: web::Payload,
        sender: UserId,
    ) -> Result<Sent> {
        let place = self.place(request, FILE_BYTES_MAX + FORM_BESIDE_MAX, sender)?;
        let mut form = Multipart::new(request.headers(), body);
        let mut file = None;
        for _ in 0..FIELDS_MAX {
            let Some(field) = form.next().await else {
                return match file {
                    Some(file) => Ok(Sent::Picture(Received {
                        file,
                        _place: place,
                    })),
                    None => Err(Error::Field {
                        field: "picture",
                        code: "refusal-picture-none",
                    }),
                };
            };
            let mut field = field.map_err(of_form)?;
            match field.name() {
                Some("remove") => return Ok(Sent::Removal),
                Some("picture") => {
                    let bytes = collected(&mut field, FILE_BYTES_MAX, of_form).await?;
                    // A browser sends an empty file where none was chosen.
                    if !bytes.is_empty() {
                        file = Some(bytes);
                    }
                }
                _ => drop(collected(&mut field, FORM_BESIDE_MAX, of_form).await?),
            }
        }
        Err(Error::BadRequest("bad-form"))
    }

    /// Draws a file anew, in its turn.
    ///
    /// Errors: those of [`pictures::redraw`]; `Busy` where too many wait; `Unavailable` where it takes too long.
    pub(super) async fn redraw(&self, received: Received, shape: Shape) -> Result<Picture> {
        let turn = tokio::time::timeout(TURN_WITHIN, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| Error::Busy)?.map_err(|_| Error::Busy)?;
        let redrawn = block(move || {
            // Kept until the work is done, also where nobody waits for it any more.
            let _turn = turn;
            pictures::redraw(&received.file, shape)
        });
        let late = |_| Error::Unavailable("a picture took too long to be redrawn".to_owned());
        tokio::time::timeout(REDRAWN_WITHIN, redrawn)
            .await
            .map_err(late)?
            .map_err(|cause| Error::Unavailable(format!("redrawing: {cause}")))?
    }

    fn place(&self, request: &HttpRequest, most: usize, sender: UserId) -> Result<Place> {
        let announced = request.headers().get(CONTENT_LENGTH);
        let announced = announced.and_then(|length| length.to_str().ok()?.parse().ok());
        if announced.is_some_and(|length: u64| length > most as u64) {
            return Err(Error::TooLarge);
        }
        let permit = self.arriving.clone().try_acquire_owned();
        let permit = permit.map_err(|_| Error::Busy)?;
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        if !senders.insert(sender) {
            return Err(Error::Busy);
        }
        Ok(Place {
            sender,
            senders: self.senders.clone(),
            _permit: permit,
        })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut senders = self.senders.lock().unwrap_or_else(PoisonError::into_inner);
        senders.remove(&self.sender);
    }
}

/// All that comes, if it is not more than that.
async fn collected<E>(
    stream: &mut (impl Stream<Item = std::result::Result<Bytes, E>> + Unpin),
    most: usize,
    fault: impl Fn(E) -> Error,
) -> Result<BytesMut> {
    let mut bytes = BytesMut::new();
    while let Some(piece) = stream.next().await {
        let piece = piece.map_err(&fault)?;
        if bytes.len() + piece.len() > most {
            return Err(Error::TooLarge);
        }
        bytes.extend_from_slice(&piece);
    }
    Ok(bytes)
}

pub(super) fn of_payload(fault: PayloadError) -> Error {
    match fault {
        PayloadError::Overflow => Error::TooLarge,
        _ => Error::BadRequest("bad-request"),
    }
}

pub(super) fn of_form(fault: MultipartError) -> Error {
    match fault {
        MultipartError::ContentTypeMissing
        | MultipartError::ContentTypeParse
        | MultipartError::ContentTypeIncompatible => Error::Unsupported,
        MultipartError::Payload(PayloadError::Overflow) => Error::TooLarge,
        _ => Error::BadRequest("bad-form"),
    }
}
