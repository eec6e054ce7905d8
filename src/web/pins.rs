//! What a room keeps at hand, for programs, and as a page and a form.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::methods::{get, put, resource};
use super::refusals::{self, Answer, Shared};
use super::visitor::{Caller, Visitor};
use super::{api, deeds, paths, reactions as answers};
use crate::error::Error;
use crate::json::Object;
use crate::store::messages::Message;
use crate::store::{pins, reactions, rooms};
use crate::view::lobby;
use crate::view::page::Reader;
use crate::view::pins::{Pin, PinsPage};

/// Their routes.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(resource("/rooms/{slug}/pins", [get(list)]))
        .service(resource("/rooms/{slug}/messages/{seq}/pin", [put(change)]));
}

#[derive(Serialize)]
struct Listed {
    messages: Vec<Message>,
    revision: i64,
}

async fn list(services: Shared, caller: Caller, slug: web::Path<String>) -> api::Answer {
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let (id, user) = (room.id, caller.viewer.id);
    let read = services.store.read(move |conn| {
        let (mut messages, revision) = pins::list(conn, id)?;
        reactions::mark_own(conn, id, user, &mut messages)?;
        Ok(Listed { messages, revision })
    });
    Ok(HttpResponse::Ok().json(read.await?))
}

#[derive(Deserialize)]
struct Body {
    on: Option<bool>,
}

async fn change(
    services: Shared,
    caller: Caller,
    path: web::Path<(String, i64)>,
    web::Json(Object(body)): web::Json<Object<Body>>,
) -> api::Answer {
    let (slug, seq) = path.into_inner();
    let on = body.on.ok_or(Error::BadRequest("bad-json"))?;
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let message = services
        .chat
        .pin(&caller.viewer, &room, None, seq, on)
        .await?;
    let message = answers::own(&services, &caller.viewer, room.id, message).await?;
    Ok(HttpResponse::Ok().json(message))
}

/// What the form carries: one of the two.
#[derive(Deserialize)]
pub(super) struct Form {
    pin: Option<i64>,
    unpin: Option<i64>,
}

/// Shows what is pinned, the last first.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
) -> Answer {
    let viewer = signed_in.viewer.clone();
    let room = deeds::room(&services, &viewer, &slug).await?;
    let (id, reader) = (room.id, viewer.clone());
    let read = services
        .store
        .read(move |conn| Ok((pins::list(conn, id)?.0, rooms::joined_by(conn, &reader)?)));
    let (messages, joined) = read.await?;
    let page = PinsPage {
        can_pin: answers::may_pin(&viewer, &room),
        pins: messages.iter().filter_map(Pin::of).collect(),
        room: room.into(),
        rooms: lobby::listed(joined),
    };
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(
        StatusCode::OK,
        services.pages.draw(reader, &page)?,
    ))
}

/// Pins a message, and leads back to its place; or takes a pin away, and leads to those that are left.
pub(super) async fn submit(
    services: Shared,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    form: web::Form<Form>,
) -> Answer {
    let room = deeds::room(&services, &signed_in.viewer, &slug).await?;
    let (seq, on) = match (form.pin, form.unpin) {
        (Some(seq), None) => (seq, true),
        (None, Some(seq)) => (seq, false),
        _ => return Err(Error::BadRequest("bad-form").into()),
    };
    services
        .chat
        .pin(&signed_in.viewer, &room, None, seq, on)
        .await?;
    let room = paths::room(&room.slug);
    Ok(refusals::see_other(&if on {
        format!("{room}?at={seq}")
    } else {
        format!("{room}pins")
    }))
}
