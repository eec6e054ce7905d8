//! Answering messages in a sign or a few words, for programs and for the form of a message.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::methods::{get, put, resource};
use super::refusals::{self, Answer, Shared};
use super::visitor::{Caller, Visitor};
use super::{api, deeds, paths};
use crate::error::Result;
use crate::json::Object;
use crate::reactions::Reacting;
use crate::rights::{self, Action};
use crate::store::RoomId;
use crate::store::messages::{self, Message};
use crate::store::reactions::{self, Reaction};
use crate::store::rooms::{self, Room};
use crate::store::users::Viewer;
use crate::view::lobby;
use crate::view::page::Reader;
use crate::view::reactions::{Answering, QUICK, chips};

/// Their routes.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes.service(resource(
        "/rooms/{slug}/messages/{seq}/reactions",
        [get(list), put(react)],
    ));
}

/// What a program asks for.
#[derive(Deserialize)]
struct Body {
    text: Option<String>,
    on: Option<bool>,
    username: Option<String>,
    #[serde(default)]
    all: bool,
}

async fn react(
    services: Shared,
    caller: Caller,
    path: web::Path<(String, i64)>,
    web::Json(Object(body)): web::Json<Object<Body>>,
) -> api::Answer {
    let (slug, seq) = path.into_inner();
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let Body {
        text,
        on,
        username,
        all,
    } = body;
    let reacting = Reacting::parse(seq, text.as_deref(), on, username, all)?;
    let message = services
        .chat
        .react(&caller.viewer, &room, None, reacting)
        .await?;
    let message = own(&services, &caller.viewer, room.id, message).await?;
    Ok(HttpResponse::Ok().json(message))
}

/// A message with what of its reactions is of whoever asked.
pub(super) async fn own(
    services: &Shared,
    viewer: &Viewer,
    room: RoomId,
    message: Message,
) -> Result<Message> {
    if message.reactions.is_empty() {
        return Ok(message);
    }
    let user = viewer.id;
    let mark = services.store.read(move |conn| {
        let mut one = [message];
        reactions::mark_own(conn, room, user, &mut one)?;
        let [message] = one;
        Ok(message)
    });
    mark.await
}

#[derive(Serialize)]
struct Listed {
    reactions: Vec<Kind>,
}

/// Those who answered alike, the first of them by name.
#[derive(Serialize)]
struct Kind {
    text: Arc<str>,
    count: i64,
    people: Vec<Named>,
    mine: bool,
}

#[derive(Serialize)]
struct Named {
    username: Arc<str>,
    name: Arc<str>,
}

impl From<Reaction> for Kind {
    fn from(reaction: Reaction) -> Kind {
        let people = reaction.usernames.into_iter().zip(reaction.names);
        Kind {
            text: reaction.text,
            count: reaction.count,
            people: people
                .map(|(username, name)| Named { username, name })
                .collect(),
            mine: reaction.mine,
        }
    }
}

/// Who answered a message, with more of their names than frames bear.
async fn list(services: Shared, caller: Caller, path: web::Path<(String, i64)>) -> api::Answer {
    let (slug, seq) = path.into_inner();
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let message = answered(&services, &caller.viewer, &room, seq).await?;
    let reactions = message.reactions.into_iter().map(Kind::from).collect();
    Ok(HttpResponse::Ok().json(Listed { reactions }))
}

/// A message with many of the names of those who answered it.
async fn answered(services: &Shared, viewer: &Viewer, room: &Room, seq: i64) -> Result<Message> {
    let (id, user) = (room.id, viewer.id);
    let read = services.store.read(move |conn| {
        let mut message = messages::one(conn, id, seq)?;
        message.reactions = reactions::listed(conn, id, seq)?;
        let mut one = [message];
        reactions::mark_own(conn, id, user, &mut one)?;
        let [message] = one;
        Ok(message)
    });
    read.await
}

/// Which message, and whether something is to be there or not.
#[derive(Deserialize)]
pub(super) struct Place {
    seq: i64,
    on: Option<bool>,
}

/// What the form carries.
#[derive(Deserialize)]
pub(super) struct Form {
    text: String,
}

/// Who answered a message, and with what one could oneself.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    place: web::Query<Place>,
) -> Answer {
    let viewer = signed_in.viewer.clone();
    let room = deeds::room(&services, &viewer, &slug).await?;
    let message = answered(&services, &viewer, &room, place.seq).await?;
    let reader = viewer.clone();
    let joined = services
        .store
        .read(move |conn| rooms::joined_by(conn, &reader));
    let page = Answering {
        can_react: may_answer(&viewer, &room),
        quick: QUICK,
        emoji_only: services.store.settings().emoji_only,
        chips: chips(&message, &viewer.username),
        people: message
            .reactions
            .iter()
            .map(|reaction| reaction.names.join(", "))
            .collect(),
        seq: message.seq,
        name: message.name.to_string(),
        text: message.text.to_string(),
        room: room.into(),
        rooms: lobby::listed(joined.await?),
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

/// Answers a message, or no longer, and leads back to its place.
pub(super) async fn submit(
    services: Shared,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    place: web::Query<Place>,
    form: web::Form<Form>,
) -> Answer {
    let room = deeds::room(&services, &signed_in.viewer, &slug).await?;
    let on = Some(place.on.unwrap_or(true));
    let reacting = Reacting::parse(place.seq, Some(&form.text), on, None, false)?;
    services
        .chat
        .react(&signed_in.viewer, &room, None, reacting)
        .await?;
    let place = format!("{}?at={}", paths::room(&room.slug), place.seq);
    Ok(refusals::see_other(&place))
}

/// Whether somebody may answer what is said in a room, as far as can be seen before they do.
pub(super) fn may_answer(viewer: &Viewer, room: &Room) -> bool {
    let action = Action::React {
        room: room.rights,
        own: true,
    };
    rights::may(viewer.as_person(), action).is_ok() && is_in_use(room)
}

/// The same of pinning.
pub(super) fn may_pin(viewer: &Viewer, room: &Room) -> bool {
    rights::may(viewer.as_person(), Action::Pin(room.rights)).is_ok() && is_in_use(room)
}

/// Nothing is changed where nobody is left to talk with, or one does not let the other write.
fn is_in_use(room: &Room) -> bool {
    room.kind != "direct" || room.can_post
}
