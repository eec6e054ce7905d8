//! Rooms as administrators look after them: also those that they do not belong to, and may not read.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::administration::Search;
use super::refusals::{self, Answer, Shared};
use super::visitor::{Administrator, SignedIn};
use super::{deeds, paths};
use crate::error::{Error, Result};
use crate::store::{Deed, RoomId, room_administration as store, rooms};
use crate::view::forms::Refusal;
use crate::view::lobby;
use crate::view::page::Reader;
use crate::view::room_administration::{ClosedRoom, RoomLine, Rooms};

/// Which page of a room's people, and whether something was done before it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Shown {
    page: Option<usize>,
    done: Option<String>,
}

/// What the forms carry: what to do, and with what.
#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(rename = "do")]
    what: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    confirm: String,
}

/// Shows the rooms.
pub(super) async fn list(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
    search: web::Query<Search>,
) -> Answer {
    let (viewer, wanted, number) = (signed_in.viewer.clone(), search.wanted(), search.number());
    let looked_for = wanted.clone();
    let read = services.store.read(move |conn| {
        Ok((
            store::page(conn, &looked_for, number)?,
            rooms::joined_by(conn, &viewer)?,
        ))
    });
    let (found, joined) = read.await?;
    let line = |room: store::Listed| {
        let href = room.open.then(|| paths::room(&room.slug));
        RoomLine::new(room, href)
    };
    let page = Rooms {
        rooms: lobby::listed(joined),
        query: paths::query_value(&wanted),
        wanted,
        listed: found.rooms.into_iter().map(line).collect(),
        all: found.all,
        number: found.number,
        last: found.last,
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

/// Shows a closed room; what there is to an open one is on its own pages.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
    id: web::Path<String>,
    shown: web::Query<Shown>,
) -> Answer {
    draw(&services, &request, &signed_in, number(&id)?, &shown, None).await
}

/// Does what was asked for, and shows what came of it.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
    id: web::Path<String>,
    form: web::Form<Form>,
) -> Answer {
    let id = number(&id)?;
    match carry_out(&services, &signed_in, id, &form).await {
        Ok(next) => Ok(refusals::see_other(&next)),
        Err(refusal @ Error::Field { .. }) => {
            let refusal = Some(Refusal::from(&refusal));
            let shown = Shown::default();
            draw(&services, &request, &signed_in, id, &shown, refusal).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Where to go on.
async fn carry_out(
    services: &Shared,
    signed_in: &SignedIn,
    id: RoomId,
    form: &Form,
) -> Result<String> {
    let viewer = &signed_in.viewer;
    let actor = viewer.clone();
    let find = services
        .store
        .read(move |conn| store::for_duty(conn, &actor, id));
    let room = find.await?;
    match form.what.as_str() {
        "install" => {
            let whom = deeds::person(services, viewer, &form.username).await?;
            services
                .chat
                .act(viewer, &room, Deed::Install(whom))
                .await?;
            Ok(format!("/admin/rooms/{id}?done=installed"))
        }
        "delete" => {
            deeds::delete(services, viewer, &room, &form.confirm).await?;
            Ok("/admin/rooms".to_owned())
        }
        _ => Err(Error::BadRequest("bad-form")),
    }
}

async fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    id: RoomId,
    shown: &Shown,
    refusal: Option<Refusal>,
) -> Answer {
    let (viewer, number) = (signed_in.viewer.clone(), shown.page.unwrap_or(1));
    let read = services.store.read(move |conn| {
        Ok((
            store::find(conn, id)?,
            store::people(conn, id, number)?,
            rooms::joined_by(conn, &viewer)?,
        ))
    });
    let (room, people, joined) = read.await?;
    if room.open {
        return Ok(refusals::see_other(&paths::details(&room.slug)));
    }
    let status = match &refusal {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let (joined, done) = (lobby::listed(joined), shown.done.is_some());
    let page = ClosedRoom::new(&signed_in.viewer, room, people, joined, done, refusal);
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(status, services.pages.draw(reader, &page)?))
}

fn number(id: &str) -> Result<RoomId> {
    id.parse().map_err(|_| Error::NotFound)
}
