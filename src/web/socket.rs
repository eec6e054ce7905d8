//! Where sockets are opened: by whoever is signed in, from this site's own pages.

use actix_web::{HttpRequest, HttpResponse, web};

use super::origin::check_socket_origin;
use super::refusals::{ApiRefusal, Shared};
use super::visitor::Caller;
use crate::chat::socket::Resume;
use crate::error::Error;
use crate::names::Slug;

type Answer = Result<HttpResponse, ApiRefusal>;

/// A socket for somebody who is in no room just now.
pub async fn open_anywhere(
    services: Shared,
    request: HttpRequest,
    caller: Caller,
    payload: web::Payload,
) -> Answer {
    check_socket_origin(&request, &services.config)?;
    Ok(services
        .chat
        .open_anywhere(&request, payload, &caller.viewer, caller.sign_in)
        .await?)
}

/// A socket in a room.
pub async fn open_in_room(
    services: Shared,
    request: HttpRequest,
    caller: Caller,
    slug: web::Path<String>,
    resume: web::Query<Resume>,
    payload: web::Payload,
) -> Answer {
    check_socket_origin(&request, &services.config)?;
    let slug = Slug::from_address(&slug).ok_or(Error::NotFound)?;
    Ok(services
        .chat
        .open_in_room(
            &request,
            payload,
            &caller.viewer,
            caller.sign_in,
            slug,
            &resume,
        )
        .await?)
}
