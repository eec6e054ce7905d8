//! What a message said before it was edited: for its author, owners, and members where the site leaves it to them.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::methods::{delete, get, resource};
use super::refusals::{self, Answer, Shared};
use super::visitor::{Caller, Visitor};
use super::{api, deeds, paths};
use crate::error::Result;
use crate::rights::{self, Action};
use crate::store::rooms::{self, Room};
use crate::store::users::Viewer;
use crate::store::versions::{self, Version};
use crate::view::lobby;
use crate::view::page::Reader;
use crate::view::versions::VersionsPage;

/// Their routes.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes.service(resource(
        "/rooms/{slug}/messages/{seq}/versions",
        [get(list), delete(erase)],
    ));
}

/// Which message.
#[derive(Deserialize)]
pub(super) struct Place {
    seq: i64,
}

#[derive(Serialize)]
struct Listed {
    versions: Vec<Version>,
}

async fn list(services: Shared, caller: Caller, path: web::Path<(String, i64)>) -> api::Answer {
    let (slug, seq) = path.into_inner();
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let by_members = services.store.settings().members_see_versions;
    let viewer = caller.viewer.clone();
    let read = services
        .store
        .read(move |conn| versions::of(conn, &viewer, (room.id, seq), by_members));
    let versions = read.await?.earlier;
    Ok(HttpResponse::Ok().json(Listed { versions }))
}

async fn erase(services: Shared, caller: Caller, path: web::Path<(String, i64)>) -> api::Answer {
    let (slug, seq) = path.into_inner();
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    forget(&services, &caller.viewer, &room, seq).await?;
    let versions = Vec::new();
    Ok(HttpResponse::Ok().json(Listed { versions }))
}

async fn forget(services: &Shared, viewer: &Viewer, room: &Room, seq: i64) -> Result<()> {
    services.chat.take_allowance(viewer)?;
    let (author, id) = (viewer.clone(), room.id);
    let erase = services
        .store
        .erase(move |conn| versions::erase(conn, &author, (id, seq)));
    erase.await
}

/// Shows them.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    place: web::Query<Place>,
) -> Answer {
    let room = deeds::room(&services, &signed_in.viewer, &slug).await?;
    let by_members = services.store.settings().members_see_versions;
    let (viewer, at) = (signed_in.viewer.clone(), (room.id, place.seq));
    let read = services.store.read(move |conn| {
        let versions = versions::of(conn, &viewer, at, by_members)?;
        Ok((versions, rooms::joined_by(conn, &viewer)?))
    });
    let (versions, joined) = read.await?;
    let erasing = Action::EraseVersions {
        room: room.rights,
        own: versions.message.author == signed_in.viewer.id,
    };
    let may_erase = rights::may(signed_in.viewer.as_person(), erasing).is_ok();
    let page = VersionsPage::new(room, lobby::listed(joined), versions, may_erase);
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(
        StatusCode::OK,
        services.pages.draw(reader, &page)?,
    ))
}

/// Takes them away, and leads back to where they were.
pub(super) async fn submit(
    services: Shared,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    form: web::Form<Place>,
) -> Answer {
    let room = deeds::room(&services, &signed_in.viewer, &slug).await?;
    forget(&services, &signed_in.viewer, &room, form.seq).await?;
    let path = format!("{}versions?seq={}", paths::room(&room.slug), form.seq);
    Ok(refusals::see_other(&path))
}
