//! One's own list of rooms, for programs.

use std::collections::HashMap;

use actix_web::{HttpResponse, web};
use serde::Deserialize;

use super::api::Answer;
use super::deeds;
use super::methods::{put, resource};
use super::refusals::Shared;
use super::visitor::Caller;
use crate::error::{Error, Result};
use crate::json::Object;
use crate::store::RoomId;
use crate::store::lists::{self, Wish};
use crate::store::rooms::{self, Room};
use crate::store::users::Viewer;

/// More rooms than these are not put in an order one by one.
const ORDERED_MAX: usize = 1_000;

/// Their routes.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(resource("/rooms/{slug}/list", [put(keep)]))
        .service(resource("/me/rooms", [put(order)]));
}

/// Where a room is to be; what is left out stays.
#[derive(Deserialize)]
struct Place {
    starred: Option<bool>,
    hidden: Option<bool>,
}

async fn keep(
    services: Shared,
    caller: Caller,
    slug: web::Path<String>,
    web::Json(Object(body)): web::Json<Object<Place>>,
) -> Answer {
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let wishes = [
        body.starred.map(Wish::Starred),
        body.hidden.map(Wish::Hidden),
    ];
    for wish in wishes.into_iter().flatten() {
        put_where_wished(&services, &caller.viewer, &room, wish).await?;
    }
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    Ok(HttpResponse::Ok().json(room))
}

/// Does what somebody wishes with a room of theirs.
pub(super) async fn put_where_wished(
    services: &Shared,
    viewer: &Viewer,
    room: &Room,
    wish: Wish,
) -> Result<()> {
    services.chat.take_allowance(viewer)?;
    let (room, user) = (room.id, viewer.id);
    let write = services
        .store
        .write(move |conn| lists::keep(conn, room, user, wish));
    write.await
}

/// One's rooms in the order they are to have.
#[derive(Deserialize)]
struct Order {
    slugs: Vec<String>,
}

async fn order(
    services: Shared,
    caller: Caller,
    web::Json(Object(body)): web::Json<Object<Order>>,
) -> Answer {
    if body.slugs.len() > ORDERED_MAX {
        return Err(Error::BadRequest("bad-order").into());
    }
    let viewer = caller.viewer.clone();
    let mine = services
        .store
        .read(move |conn| rooms::joined_by(conn, &viewer));
    let mine: HashMap<String, RoomId> = mine
        .await?
        .into_iter()
        .map(|room| (room.slug, room.id))
        .collect();
    let named = body
        .slugs
        .iter()
        .map(|slug| mine.get(slug).copied().ok_or(Error::NotFound));
    let wanted: Vec<RoomId> = named.collect::<Result<_>>()?;
    let viewer = caller.viewer.clone();
    services.chat.take_allowance(&viewer)?;
    let user = viewer.id;
    let write = services
        .store
        .write(move |conn| lists::order(conn, user, &wanted));
    write.await?;
    // What is unread there is counted by a thread that reads: nobody's messages wait for it.
    let read = services
        .store
        .read(move |conn| rooms::joined_by(conn, &viewer));
    let rooms = read.await?;
    Ok(HttpResponse::Ok().json(serde_json::json!({ "rooms": rooms })))
}

/// Moves a room past its neighbour in the list, among those of its kind.
pub(super) async fn step(
    services: &Shared,
    viewer: &Viewer,
    room: &Room,
    down: bool,
) -> Result<()> {
    services.chat.take_allowance(viewer)?;
    let (viewer, id) = (viewer.clone(), room.id);
    let user = viewer.id;
    let read = services.store.read(move |conn| {
        let mine = rooms::joined_by(conn, &viewer)?;
        let mut order: Vec<RoomId> = mine.iter().map(|room| room.id).collect();
        let Some(here) = mine.iter().position(|room| room.id == id) else {
            return Err(Error::Forbidden);
        };
        let beside = |other: usize| {
            let is_direct = |room: &Room| room.kind == "direct";
            is_direct(&mine[other]) == is_direct(&mine[here])
                && mine[other].starred == mine[here].starred
        };
        let neighbour = if down {
            (here + 1..mine.len()).find(|other| beside(*other))
        } else {
            (0..here).rev().find(|other| beside(*other))
        };
        Ok(neighbour.map(|neighbour| {
            order.swap(here, neighbour);
            order
        }))
    });
    let Some(order) = read.await? else {
        return Ok(());
    };
    let write = services
        .store
        .write(move |conn| lists::order(conn, user, &order));
    write.await
}
