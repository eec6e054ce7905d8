//! Taking back a message, for programs and for the form that asks once.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::api;
use super::editing;
use super::methods::{delete, patch, resource};
use super::refusals::{self, Answer, Shared};
use super::visitor::{Caller, Visitor};
use super::{deeds, paths};
use crate::error::{Error, Result};
use crate::rights::{self, Action};
use crate::store::messages::{self, Message, Stretch};
use crate::store::rooms::{self, Room};
use crate::store::users::Viewer;
use crate::view::deleting::Deleting;
use crate::view::lobby;
use crate::view::page::Reader;

/// Their routes.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes.service(resource(
        "/rooms/{slug}/messages/{seq}",
        [patch(editing::edit), delete(take_back)],
    ));
}

/// Which message.
#[derive(Deserialize)]
pub(super) struct Place {
    seq: i64,
}

async fn take_back(
    services: Shared,
    caller: Caller,
    path: web::Path<(String, i64)>,
) -> api::Answer {
    let (slug, seq) = path.into_inner();
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let message = services
        .chat
        .take_back(&caller.viewer, &room, None, seq)
        .await?;
    Ok(HttpResponse::Ok().json(message))
}

/// Asks whether somebody means it.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    place: web::Query<Place>,
) -> Answer {
    let room = deeds::room(&services, &signed_in.viewer, &slug).await?;
    let (viewer, id, seq) = (signed_in.viewer.clone(), room.id, place.seq);
    let read = services.store.read(move |conn| {
        let page = messages::page(conn, id, Stretch::Around(seq), 1)?;
        Ok((page.messages, rooms::joined_by(conn, &viewer)?))
    });
    let (found, joined) = read.await?;
    let message = found.into_iter().find(|message| message.seq == seq);
    let message = message
        .filter(|message| !message.deleted)
        .ok_or(Error::NotFound)?;
    may(&signed_in.viewer, &room, &message)?;
    let page = Deleting {
        room: room.into(),
        rooms: lobby::listed(joined),
        seq,
        name: message.name.to_string(),
        text: message.words().to_string(),
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

fn may(viewer: &Viewer, room: &Room, message: &Message) -> Result<()> {
    if message.kind.is_some() {
        return Err(Error::Forbidden);
    }
    let action = Action::TakeBack {
        room: room.rights,
        own: message.author == viewer.id,
    };
    rights::may(viewer.as_person(), action)
}

/// Takes it back, and leads back to its place.
pub(super) async fn submit(
    services: Shared,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    form: web::Form<Place>,
) -> Answer {
    let room = deeds::room(&services, &signed_in.viewer, &slug).await?;
    services
        .chat
        .take_back(&signed_in.viewer, &room, None, form.seq)
        .await?;
    let place = format!("{}?at={}", paths::room(&room.slug), form.seq);
    Ok(refusals::see_other(&place))
}
