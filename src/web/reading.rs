//! What somebody has read in a room, for programs and for the form in it.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::api::Answer;
use super::deeds;
use super::methods::{get, put, resource};
use super::refusals::{self, Shared};
use super::visitor::{Caller, Visitor};
use crate::json::Object;
use crate::store::reading;

/// Their routes.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(resource("/rooms/{slug}/read", [put(mark_read)]))
        .service(resource("/rooms/{slug}/unread", [put(mark_unread)]))
        .service(resource("/rooms/{slug}/reads", [get(seen)]));
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

/// Up to where the room's people have read, for those of them who let others see it of themselves.
async fn seen(services: Shared, caller: Caller, slug: web::Path<String>) -> Answer {
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let (id, viewer) = (room.id, caller.viewer.id);
    let read = services.store.read(move |conn| reading::seen(conn, id));
    let seen = read.await?.filter(|seen| seen.shown_to.contains(&viewer));
    let reads = seen.unwrap_or_default().reads;
    Ok(HttpResponse::Ok().json(json!({ "reads": reads })))
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
