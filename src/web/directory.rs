//! The directory of open rooms.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::paths;
use super::refusals::{self, Answer, Shared};
use super::visitor::Visitor;
use crate::rights::{self, Action};
use crate::store::{directory, rooms};
use crate::view::directory::Directory;
use crate::view::lobby;
use crate::view::page::Reader;

/// Characters of a search; nobody types more, and no room has more in its name.
const WANTED_MAX: usize = 64;

/// What is looked for, and which page of it.
#[derive(Deserialize)]
pub(super) struct Search {
    #[serde(default)]
    q: String,
    #[serde(default)]
    page: Option<usize>,
}

/// Shows a page of it.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    search: web::Query<Search>,
) -> Answer {
    let wanted: String = search.q.chars().take(WANTED_MAX).collect();
    let (viewer, looked_for) = (signed_in.viewer.clone(), wanted.clone());
    let number = search.page.unwrap_or(1);
    let read = services.store.read(move |conn| {
        Ok((
            directory::page(conn, &viewer, &looked_for, number)?,
            rooms::joined_by(conn, &viewer)?,
        ))
    });
    let (page, joined) = read.await?;
    let person = signed_in.viewer.as_person();
    let joined = lobby::listed(joined);
    let query = paths::query_value(&wanted);
    let page = Directory::new(page, joined, (wanted, query), |listed| {
        let room = &listed.room;
        !room.joined && rights::may(person, Action::Join(room.rights)).is_ok()
    });
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(
        StatusCode::OK,
        services.pages.draw(reader, &page)?,
    ))
}
