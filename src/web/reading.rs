//! What somebody has read in a room, for programs and for the form in it.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::api::Answer;
use super::deeds;
use super::methods::{put, resource};
use super::refusals::{self, Shared};
use super::visitor::{Caller, Visitor};
use crate::json::Object;

/// Their routes.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(resource("/rooms/{slug}/read", [put(mark_read)]))
        .service(resource("/rooms/{slug}/unread", [put(mark_unread)]));
}

/// Up to which message, or from which on.
#[derive(Deserialize)]
pub(super) struct Place {
    seq: i64,
}

async fn mark_read(
    services: Shared,
    caller: Caller,
    slug: web::Path<String>,
    web::Json(Object(body)): web::Json<Object<Place>>,
) -> Answer {
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let read_seq = services
        .chat
        .mark_read(&caller.viewer, &room, body.seq)
        .await?;
    Ok(HttpResponse::Ok().json(json!({ "read_seq": read_seq })))
}

async fn mark_unread(
    services: Shared,
    caller: Caller,
    slug: web::Path<String>,
    web::Json(Object(body)): web::Json<Object<Place>>,
) -> Answer {
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let read_seq = services
        .chat
        .mark_unread(&caller.viewer, &room, body.seq)
        .await?;
    Ok(HttpResponse::Ok().json(json!({ "read_seq": read_seq })))
}

/// Marks a message and what follows it unread, without script, and leaves the room: staying would be reading on.
pub(super) async fn leave_unread(
    services: Shared,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    form: web::Form<Place>,
) -> refusals::Answer {
    let room = deeds::room(&services, &signed_in.viewer, &slug).await?;
    services
        .chat
        .mark_unread(&signed_in.viewer, &room, form.seq)
        .await?;
    Ok(refusals::see_other("/"))
}
