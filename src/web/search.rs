//! Finding messages: for programs, and as a page.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::methods::{get, resource};
use super::refusals::{self, ApiRefusal, Shared};
use super::visitor::{Caller, Visitor};
use super::{api, deeds, paths};
use crate::error::{Error, Result};
use crate::markup;
use crate::search::query::Query;
use crate::store::messages::Message;
use crate::store::rooms::{self, Room};
use crate::store::search::{Cursor, Found, Hit, Order, Wanted};
use crate::store::users::Viewer;
use crate::view::forms::Refusal;
use crate::view::lobby;
use crate::view::page::Reader;
use crate::view::search::{HitLine, Results};

const PAGE_DEFAULT: usize = 20;
const PAGE_MAX: i64 = 50;

/// Their routes.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes.service(resource("/search", [get(find)]));
}

/// What is looked for.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Search {
    q: String,
    room: String,
    order: String,
    before: Option<String>,
    limit: Option<String>,
}

#[derive(Serialize)]
struct Answer {
    hits: Vec<Line>,
    next: Option<String>,
    complete: bool,
}

#[derive(Serialize)]
struct Line {
    room: Place,
    message: Message,
    /// Safe to insert: text, and `mark` around what was looked for.
    snippet: String,
}

/// What is told of a hit's room.
#[derive(Serialize)]
struct Place {
    id: i64,
    slug: String,
    name: String,
    kind: String,
    archived: bool,
}

impl From<&Room> for Place {
    fn from(room: &Room) -> Place {
        Place {
            id: room.id,
            slug: room.slug.clone(),
            name: room.name.clone(),
            kind: room.kind.clone(),
            archived: room.archived,
        }
    }
}

impl From<Hit> for Line {
    fn from(hit: Hit) -> Line {
        Line {
            room: Place::from(&*hit.room),
            snippet: markup::snippet(&hit.snippet),
            message: hit.message,
        }
    }
}

async fn find(services: Shared, caller: Caller, search: web::Query<Search>) -> api::Answer {
    let limit = api::number(search.limit.as_deref(), 1, PAGE_MAX)?;
    let limit = limit.map_or(PAGE_DEFAULT, |limit| limit.unsigned_abs() as usize);
    let query = Query::parse(&search.q)?;
    if query.is_empty() {
        return Err(ApiRefusal::worded(Error::Empty, "bad-search-empty"));
    }
    let room = room(&services, &caller.viewer, &search.room).await?;
    let found = look(
        &services,
        &caller.viewer,
        &search,
        query,
        room.as_ref(),
        limit,
    )
    .await?;
    Ok(HttpResponse::Ok().json(Answer {
        hits: found.hits.into_iter().map(Line::from).collect(),
        next: found.next.map(|cursor| cursor.to_string()),
        complete: found.complete,
    }))
}

/// Shows what was found, or how to look for something.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    search: web::Query<Search>,
) -> refusals::Answer {
    let viewer = &signed_in.viewer;
    let room = room(&services, viewer, &search.room).await?;
    let asked = match Query::parse(&search.q) {
        Ok(query) if query.is_empty() => Ok(None),
        Ok(query) => {
            let looked = look(
                &services,
                viewer,
                &search,
                query,
                room.as_ref(),
                PAGE_DEFAULT,
            );
            looked.await.map(Some)
        }
        Err(refusal) => Err(refusal),
    };
    let (found, refusal) = match asked {
        Ok(found) => (found, None),
        Err(refusal @ (Error::BadRequest(_) | Error::RateLimited(_) | Error::Busy)) => {
            (None, Some(refusal))
        }
        Err(other) => return Err(other.into()),
    };
    let reads = viewer.clone();
    let joined = services
        .store
        .read(move |conn| rooms::joined_by(conn, &reads))
        .await?;
    let has_looked = found.is_some();
    let found = found.unwrap_or_default();
    let page = Results {
        rooms: lobby::listed(joined),
        query: paths::query_value(&search.q),
        wanted: search.q.clone(),
        room: room.map(Into::into),
        best: order(&search.order)? == Order::Best,
        has_looked,
        complete: found.complete,
        older: found
            .next
            .map(|cursor| cursor.to_string())
            .unwrap_or_default(),
        is_first: search.before.is_none(),
        hits: found.hits.into_iter().map(HitLine::new).collect(),
        refusal: refusal.as_ref().map(Refusal::from),
    };
    let reader = Reader {
        viewer: Some(viewer),
        path: request.path(),
    };
    let drawn = services.pages.draw(reader, &page)?;
    Ok(refusals::html_of(refusal.as_ref(), drawn))
}

/// The room that is looked through; nothing for all of them.
async fn room(services: &Shared, viewer: &Viewer, slug: &str) -> Result<Option<Room>> {
    if slug.is_empty() {
        return Ok(None);
    }
    deeds::room(services, viewer, slug).await.map(Some)
}

async fn look(
    services: &Shared,
    viewer: &Viewer,
    search: &Search,
    query: Query,
    room: Option<&Room>,
    limit: usize,
) -> Result<Found> {
    let cursor = |text: &str| Cursor::parse(text).ok_or(Error::BadRequest("bad-search-cursor"));
    let wanted = Wanted {
        query,
        room: room.map(|room| room.id),
        order: order(&search.order)?,
        after: search.before.as_deref().map(cursor).transpose()?,
        limit,
        only_open: false,
    };
    services.searching.search(viewer.id)?;
    services.store.search(viewer, wanted).await
}

fn order(word: &str) -> Result<Order> {
    match word {
        "" | "newest" => Ok(Order::Newest),
        "best" => Ok(Order::Best),
        _ => Err(Error::BadRequest("bad-search-order")),
    }
}
