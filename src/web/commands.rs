//! Commands of the place to write: what a line that begins with a slash asks for, for the composer and for the form without
//! scripts. The rights are those of whatever else does the same.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::api::{self, checked_topic};
use super::deeds::{self, As};
use super::paths;
use super::refusals::{self, Answer, Shared};
use super::visitor::{Caller, Visitor};
use crate::commands::{self, Typed};
use crate::error::{Error, Result};
use crate::json::Object;
use crate::names::Slug;
use crate::store::Deed;
use crate::store::rooms::{self, Room};
use crate::store::users::Viewer;
use crate::view::lobby;
use crate::view::page::Reader;
use crate::view::writing::Writing;

/// Why a line is not said that begins like a command and is none; it can be sent as text.
pub(super) const UNKNOWN: &str = "refusal-command-unknown";

/// What a line that was typed came to.
pub(super) enum Done {
    /// These words are to be said.
    Say(String),
    /// It is carried out; nothing is to be said.
    Carried,
    /// It is done, and whoever typed it is no longer here.
    Left,
    /// What can be written is to be shown.
    Help,
}

/// What the composer asks.
#[derive(Deserialize)]
pub(super) struct Body {
    message: String,
}

/// Where the page about writing leads back to.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct From {
    room: String,
}

/// Does what was typed in a room's place to write, as far as it is not to be said.
pub(super) async fn carry_out(
    services: &Shared,
    viewer: &Viewer,
    room: &Room,
    typed: &str,
) -> Result<Done> {
    let deed = match commands::read(typed) {
        Typed::Text => return Ok(Done::Say(typed.to_owned())),
        Typed::Say(words) => return Ok(Done::Say(words)),
        Typed::Help => return Ok(Done::Help),
        Typed::Unknown => return Err(refused(UNKNOWN)),
        Typed::Bare => return Err(refused("refusal-command-bare")),
        Typed::Invite(username) => {
            let found = deeds::person(services, viewer, &username).await;
            let whom = found.map_err(|error| match error {
                Error::NotFound => refused("refusal-details-nobody"),
                other => other,
            })?;
            deeds::bring_in(services, viewer, room, whom, As::Any).await?;
            return Ok(Done::Carried);
        }
        Typed::Topic(topic) => {
            let topic = checked_topic(Some(&topic));
            Deed::Topic(topic.map_err(|_| refused("refusal-details-topic"))?)
        }
        Typed::Leave => Deed::Leave,
    };
    let left = matches!(deed, Deed::Leave);
    services.chat.act(viewer, room, deed).await?;
    Ok(if left { Done::Left } else { Done::Carried })
}

/// Answers the composer: what to say, or what came of it.
pub(super) async fn submit(
    services: Shared,
    caller: Caller,
    slug: web::Path<String>,
    web::Json(Object(body)): web::Json<Object<Body>>,
) -> api::Answer {
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let done = carry_out(&services, &caller.viewer, &room, &body.message).await;
    let answer = match done {
        Ok(Done::Say(words)) => json!({ "does": "say", "message": words }),
        Ok(Done::Carried) => json!({ "does": "done" }),
        Ok(Done::Left) => json!({ "does": "leave" }),
        Ok(Done::Help) => json!({ "does": "help" }),
        Err(Error::Field { code: UNKNOWN, .. }) => json!({ "does": "unknown" }),
        Err(other) => return Err(other.into()),
    };
    Ok(HttpResponse::Ok().json(answer))
}

/// Shows how to write, and which commands there are.
pub(super) async fn help(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    from: web::Query<From>,
) -> Answer {
    let viewer = signed_in.viewer.clone();
    let joined = services
        .store
        .read(move |conn| rooms::joined_by(conn, &viewer))
        .await?;
    let back = match Slug::from_address(&from.room) {
        Some(slug) => paths::room(slug.as_str()),
        None => "/".to_owned(),
    };
    let page = Writing::new(lobby::listed(joined), back);
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(
        StatusCode::OK,
        services.pages.draw(reader, &page)?,
    ))
}

/// Where that is, for whoever comes from a room.
pub(super) fn help_for(slug: &str) -> String {
    format!("/writing?room={}", paths::query_value(slug))
}

fn refused(code: &'static str) -> Error {
    Error::Field {
        field: "message",
        code,
    }
}
