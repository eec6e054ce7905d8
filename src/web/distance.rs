//! Whom somebody does not want to hear, or be written to by: for programs, and by the forms on people's pages.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::api;
use super::deeds;
use super::methods::{delete, get, put, resource};
use super::paths;
use super::refusals::{self, Shared};
use super::visitor::{Caller, Visitor};
use crate::error::{Error, Result};
use crate::store::muted::{self, Distance};
use crate::store::users::Viewer;

/// No username is longer; what is asked for beyond it is nobody's.
const NAME_BYTES_MAX: usize = 256;

/// The routes for programs.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(resource("/me/muted", [get(list)]))
        .service(resource(
            "/people/{username}/mute",
            [put(mute), delete(unmute)],
        ))
        .service(resource(
            "/people/{username}/block",
            [put(block), delete(unblock)],
        ));
}

async fn list(services: Shared, caller: Caller) -> api::Answer {
    let user = caller.viewer.id;
    let mut users = services
        .store
        .read(move |conn| muted::list(conn, user))
        .await?;
    let there = services.chat.presences().await?;
    for user in &mut users {
        there.complete(user);
    }
    Ok(HttpResponse::Ok().json(json!({ "users": users })))
}

async fn mute(services: Shared, caller: Caller, username: web::Path<String>) -> api::Answer {
    keep_away(&services, &caller.viewer, &username, Distance::Muted).await?;
    Ok(done())
}

async fn block(services: Shared, caller: Caller, username: web::Path<String>) -> api::Answer {
    keep_away(&services, &caller.viewer, &username, Distance::Blocked).await?;
    Ok(done())
}

async fn unmute(services: Shared, caller: Caller, username: web::Path<String>) -> api::Answer {
    let_near(&services, &caller.viewer, &username, Distance::Muted).await?;
    Ok(done())
}

async fn unblock(services: Shared, caller: Caller, username: web::Path<String>) -> api::Answer {
    let_near(&services, &caller.viewer, &username, Distance::Blocked).await?;
    Ok(done())
}

fn done() -> HttpResponse {
    HttpResponse::Ok().json(json!({}))
}

/// What the forms carry, and where to go on to.
#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(rename = "do")]
    what: String,
    #[serde(default)]
    next: String,
}

/// Does what a form says, and goes back to where it was.
pub(super) async fn submit(
    services: Shared,
    Visitor(signed_in): Visitor,
    username: web::Path<String>,
    form: web::Form<Form>,
) -> refusals::Answer {
    let viewer = &signed_in.viewer;
    match form.what.as_str() {
        "mute" => keep_away(&services, viewer, &username, Distance::Muted).await?,
        "block" => keep_away(&services, viewer, &username, Distance::Blocked).await?,
        "unmute" => let_near(&services, viewer, &username, Distance::Muted).await?,
        "unblock" => let_near(&services, viewer, &username, Distance::Blocked).await?,
        _ => return Err(Error::BadRequest("bad-form").into()),
    }
    let next = match form.next.as_str() {
        "" => paths::person(&username),
        next => paths::local(next).to_owned(),
    };
    Ok(refusals::see_other(&next))
}

async fn keep_away(
    services: &Shared,
    viewer: &Viewer,
    username: &str,
    distance: Distance,
) -> Result<()> {
    let whom = deeds::person(services, viewer, username).await?;
    services.chat.keep_away(viewer, whom, distance).await
}

async fn let_near(
    services: &Shared,
    viewer: &Viewer,
    username: &str,
    distance: Distance,
) -> Result<()> {
    if username.len() > NAME_BYTES_MAX || username.contains('\0') {
        return Err(Error::NotFound);
    }
    services.chat.let_near(viewer, username, distance).await
}
