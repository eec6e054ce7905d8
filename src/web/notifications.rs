//! What somebody wants to be told of in a room, and why they were told of a message, or were not.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::methods::{get, put, resource};
use super::refusals::{self, Shared};
use super::visitor::{Caller, SignedIn, Visitor};
use super::{api, deeds, paths};
use crate::error::{Error, Result};
use crate::json::Object;
use crate::store::rooms::{self, Room};
use crate::store::wants::{self, Wants};
use crate::store::{Time, UserId};
use crate::telling::{self, Level, Listener, Reason};
use crate::view::lobby::RoomLink;
use crate::view::notifications::{MUTE_HOURS, Notifications};
use crate::view::page::Reader;

/// Their routes.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(resource(
            "/rooms/{slug}/notifications",
            [get(read), put(change)],
        ))
        .service(resource("/rooms/{slug}/messages/{seq}/told", [get(told)]));
}

/// What is wanted; what is left out is as the room's kind suggests, and not mute.
#[derive(Deserialize)]
struct Body {
    level: Option<String>,
    muted_until: Option<String>,
}

fn answer(wants: Wants) -> HttpResponse {
    let Wants { level, muted_until } = wants;
    HttpResponse::Ok().json(json!({ "level": level.word(), "muted_until": muted_until }))
}

async fn read(services: Shared, caller: Caller, slug: web::Path<String>) -> api::Answer {
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    Ok(answer(room.wants))
}

async fn change(
    services: Shared,
    caller: Caller,
    slug: web::Path<String>,
    web::Json(Object(body)): web::Json<Object<Body>>,
) -> api::Answer {
    let level = parse_level(body.level.as_deref())?;
    let muted_until = match body.muted_until.as_deref() {
        Some(text) => Some(Time::parse(text).ok_or(Error::BadRequest("bad-time"))?),
        None => None,
    };
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let set = services
        .chat
        .set_wants(&caller.viewer, &room, level, muted_until);
    set.await?;
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    Ok(answer(room.wants))
}

fn parse_level(word: Option<&str>) -> Result<Option<Level>> {
    let Some(word) = word else {
        return Ok(None);
    };
    let level = Level::parse(word).ok_or(Error::BadRequest("bad-level"))?;
    Ok(Some(level))
}

async fn told(services: Shared, caller: Caller, path: web::Path<(String, i64)>) -> api::Answer {
    let (slug, seq) = path.into_inner();
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let reason = why(&services, &room, caller.viewer.id, seq).await?;
    Ok(HttpResponse::Ok().json(json!({ "told": reason.is_told(), "reason": reason.word() })))
}

/// Why somebody is told of a message, or is not, as things stand now; whether something kept them undisturbed, as it was then.
async fn why(services: &Shared, room: &Room, user: UserId, seq: i64) -> Result<Reason> {
    let id = room.id;
    let heard = services
        .store
        .read(move |conn| wants::heard(conn, id, seq, user));
    let (heard, quiet) = heard.await?;
    let listener = Listener {
        belongs: room.joined,
        level: room.wants.level,
        is_muted: room.wants.is_muted(),
        is_online: services.chat.presences().await?.is_online(user),
        quiet,
        // Nobody knows any more who looked at what.
        is_watching: false,
    };
    Ok(telling::reason(heard, listener))
}

/// About which message somebody wonders, and whether something was just set.
#[derive(Deserialize)]
pub(super) struct Link {
    seq: Option<i64>,
    #[serde(default)]
    done: String,
}

/// What the form carries.
#[derive(Deserialize)]
pub(super) struct Form {
    level: String,
    /// For so many hours from now; left out, the room is not mute, or for as long as it was.
    #[serde(default)]
    mute: String,
}

/// Shows what is set.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    link: web::Query<Link>,
) -> refusals::Answer {
    let room = deeds::room(&services, &signed_in.viewer, &slug).await?;
    let reason = match link.seq {
        Some(seq) => Some(why(&services, &room, signed_in.viewer.id, seq).await?),
        None => None,
    };
    draw(
        &services,
        &request,
        &signed_in,
        room,
        reason,
        link.done == "yes",
    )
    .await
}

/// Sets what the form says.
pub(super) async fn submit(
    services: Shared,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    form: web::Form<Form>,
) -> refusals::Answer {
    let room = deeds::room(&services, &signed_in.viewer, &slug).await?;
    let level = parse_level(Some(&form.level))?;
    let muted_until = match form.mute.as_str() {
        "" => None,
        "stays" => room.wants.muted_until,
        hours => {
            let hours: u64 = hours.parse().map_err(|_| Error::BadRequest("bad-form"))?;
            let known = MUTE_HOURS.contains(&hours).then_some(hours);
            let hours = known.ok_or(Error::BadRequest("bad-form"))?;
            Some(Time::now().after(Duration::from_secs(hours * 3_600)))
        }
    };
    let set = services
        .chat
        .set_wants(&signed_in.viewer, &room, level, muted_until);
    set.await?;
    let path = paths::notifications(&room.slug);
    Ok(refusals::see_other(&format!("{path}?done=yes")))
}

async fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    room: Room,
    reason: Option<Reason>,
    done: bool,
) -> refusals::Answer {
    let viewer = signed_in.viewer.clone();
    let joined = services
        .store
        .read(move |conn| rooms::joined_by(conn, &viewer))
        .await?;
    let rooms = joined.into_iter().map(RoomLink::from).collect();
    let page = Notifications::new(room, rooms, reason, done);
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(
        StatusCode::OK,
        services.pages.draw(reader, &page)?,
    ))
}
