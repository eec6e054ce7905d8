//! A room's own changes and its members, for programs.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::api::{Answer, checked_topic};
use super::deeds::{self, As};
use super::methods::{delete, get, put, resource};
use super::refusals::Shared;
use super::visitor::Caller;
use crate::error::{Error, Result};
use crate::json::Object;
use crate::names::DisplayName;
use crate::rights::{self, Action};
use crate::store::memberships::{self, Member};
use crate::store::users::Viewer;
use crate::store::{Deed, muted, rooms};

/// Nobody waits for longer than an hour between two messages.
const SLOW_MODE_MAX: i64 = 3_600;

/// Their routes.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(resource("/rooms/{slug}/members", [get(list)]))
        .service(resource(
            "/rooms/{slug}/members/{username}",
            [put(bring_in), delete(put_out)],
        ));
}

/// What is to be changed; what is left out stays.
#[derive(Deserialize)]
pub(super) struct Changes {
    name: Option<String>,
    topic: Option<String>,
    kind: Option<String>,
    archived: Option<bool>,
    read_only: Option<bool>,
    slow_mode: Option<i64>,
    members_add: Option<bool>,
    shows_reading: Option<bool>,
}

/// Changes a room. All of it is checked first, and then done one after the other, each with a notice of its own.
pub(super) async fn change(
    services: Shared,
    caller: Caller,
    slug: web::Path<String>,
    web::Json(Object(body)): web::Json<Object<Changes>>,
) -> Answer {
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let mut rights = room.rights;
    let mut wanted = Vec::new();
    // Out of the archive comes first, and into it last: in it nothing else can be changed.
    if body.archived == Some(false) {
        wanted.push((Deed::Archive(false), Action::Archive(rights)));
        rights.archived = false;
    }
    if let Some(name) = &body.name {
        let name = DisplayName::parse(name, "room")?;
        wanted.push((Deed::Rename(name), Action::Change(rights)));
    }
    if let Some(topic) = &body.topic {
        let topic = checked_topic(Some(topic))?;
        wanted.push((Deed::Topic(topic), Action::Change(rights)));
    }
    let switches = [
        body.read_only.map(Deed::ReadOnly),
        checked_slow_mode(body.slow_mode)?.map(Deed::SlowMode),
        body.members_add.map(Deed::MembersAdd),
        body.shows_reading.map(Deed::ShowReading),
    ];
    for deed in switches.into_iter().flatten() {
        wanted.push((deed, Action::Change(rights)));
    }
    match (body.kind.as_deref(), room.kind.as_str()) {
        (None, _) | (Some("open"), "open") | (Some("closed"), "closed") => {}
        (Some("closed"), "open") => wanted.push((Deed::Close, Action::Change(rights))),
        // What was said among few is not opened to all.
        (Some("open"), "closed") => return Err(Error::Conflict.into()),
        _ => return Err(Error::BadRequest("bad-kind").into()),
    }
    if body.archived == Some(true) {
        wanted.push((Deed::Archive(true), Action::Archive(rights)));
    }
    let person = caller.viewer.as_person();
    for (_, action) in &wanted {
        rights::may(person, *action)?;
    }
    for (deed, _) in wanted {
        services.chat.act(&caller.viewer, &room, deed).await?;
    }
    let (viewer, id) = (caller.viewer.clone(), room.id);
    let room = services
        .store
        .read(move |conn| rooms::by_id(conn, &viewer, id))
        .await?;
    Ok(HttpResponse::Ok().json(room))
}

/// The name of what is to be deleted, typed by whoever wants it gone.
#[derive(Deserialize)]
pub(super) struct Confirmation {
    name: String,
}

/// Deletes a room for good.
pub(super) async fn delete_room(
    services: Shared,
    caller: Caller,
    slug: web::Path<String>,
    web::Json(Object(body)): web::Json<Object<Confirmation>>,
) -> Answer {
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    deeds::delete(&services, &caller.viewer, &room, &body.name).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({})))
}

/// Seconds between two messages, of those that a room may ask for.
pub(super) fn checked_slow_mode(seconds: Option<i64>) -> Result<Option<i64>> {
    match seconds {
        Some(seconds) if !(0..=SLOW_MODE_MAX).contains(&seconds) => {
            Err(Error::BadRequest("bad-slow-mode"))
        }
        other => Ok(other),
    }
}

#[derive(Serialize)]
struct MembersAnswer {
    members: Vec<Member>,
}

async fn list(services: Shared, caller: Caller, slug: web::Path<String>) -> Answer {
    answer(&services, &caller.viewer, &slug).await
}

async fn answer(services: &Shared, viewer: &Viewer, slug: &str) -> Answer {
    let room = deeds::room(services, viewer, slug).await?;
    let looking = viewer.id;
    let mut members = services
        .store
        .read(move |conn| {
            let mut members = memberships::members(conn, room.id)?;
            let people = members.iter_mut().map(|member| &mut member.profile);
            muted::tell(conn, looking, people)?;
            Ok(members)
        })
        .await?;
    let there = services.chat.presences().await?;
    for member in &mut members {
        there.complete(&mut member.profile);
    }
    Ok(HttpResponse::Ok().json(MembersAnswer { members }))
}

#[derive(Deserialize)]
struct BringIn {
    role: Option<String>,
}

async fn bring_in(
    services: Shared,
    caller: Caller,
    path: web::Path<(String, String)>,
    body: Option<web::Json<Object<BringIn>>>,
) -> Answer {
    let (slug, username) = path.into_inner();
    let role = body.and_then(|web::Json(Object(body))| body.role);
    let role = match role.as_deref() {
        None => As::Any,
        Some("owner") => As::Owner,
        Some("member") => As::Member,
        Some(_) => return Err(Error::BadRequest("bad-member-role").into()),
    };
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let whom = deeds::person(&services, &caller.viewer, &username).await?;
    deeds::bring_in(&services, &caller.viewer, &room, whom, role).await?;
    answer(&services, &caller.viewer, &slug).await
}

async fn put_out(services: Shared, caller: Caller, path: web::Path<(String, String)>) -> Answer {
    let (slug, username) = path.into_inner();
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let whom = deeds::person(&services, &caller.viewer, &username).await?;
    deeds::put_out(&services, &caller.viewer, &room, whom).await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({})))
}
