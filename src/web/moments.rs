//! Where in a room a day or a moment begins: for programs, and for the form that opens a room at a day.

use actix_web::{HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::api::Answer;
use super::deeds;
use super::methods::{get, resource};
use super::refusals::Shared;
use super::visitor::{Caller, SignedIn};
use crate::error::{Error, Result};
use crate::names::Slug;
use crate::quiet::Zone;
use crate::store::messages::moments;
use crate::store::{Time, attention, rooms};

/// Its route.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes.service(resource("/rooms/{slug}/moment", [get(moment)]));
}

#[derive(Deserialize)]
struct MomentQuery {
    time: Option<String>,
}

/// The first message that was stored at a moment or later.
async fn moment(
    services: Shared,
    caller: Caller,
    slug: web::Path<String>,
    query: web::Query<MomentQuery>,
) -> Answer {
    let time = query.time.as_deref().and_then(Time::parse);
    let time = time.ok_or(Error::BadRequest("bad-time"))?;
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let first = services
        .store
        .read(move |conn| moments::first_since(conn, room.id, time));
    Ok(HttpResponse::Ok().json(json!({ "seq": first.await? })))
}

/// The first message of a day or later, the day being that of the reader's time zone where they have told it, else of UTC; `None`
/// where there is no such message, or the day is none.
pub(super) async fn first_on(
    services: &Shared,
    signed_in: &SignedIn,
    slug: &Slug,
    day: &str,
) -> Result<Option<i64>> {
    let (viewer, slug, day) = (signed_in.viewer.clone(), slug.clone(), day.to_owned());
    let first = services.store.read(move |conn| {
        let room = rooms::by_slug(conn, &viewer, &slug)?;
        let zone = attention::of(conn, viewer.id)?.zone;
        let begins = zone.unwrap_or_else(Zone::utc).day_begins(&day);
        match begins.map(|seconds| Time::from_seconds(seconds.max(0))) {
            Some(Some(moment)) => moments::first_since(conn, room.id, moment),
            _ => Ok(None),
        }
    });
    first.await
}
