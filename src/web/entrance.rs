//! Coming in by an invitation: what a link leads to, and joining by it with the account one has.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::refusals::{self, Answer, Shared};
use super::visitor::{SignedIn, Visitor};
use super::{client, paths};
use crate::error::{Error, Result};
use crate::store::UserId;
use crate::store::invitations::using::{self, Found};
use crate::view::forms::Refusal;
use crate::view::invitations::Join;
use crate::view::page::Reader;

/// What the form carries.
#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    invite: String,
}

/// A link that works for whoever looks. Looking uses nothing up: messengers fetch links to show what is behind them.
///
/// Errors: `RateLimited` after many that did not work.
pub(super) async fn look(
    services: &Shared,
    request: &HttpRequest,
    token: &str,
    viewer: Option<UserId>,
) -> Result<Option<Found>> {
    let attempt = services
        .throttle
        .token(client::address(request, &services.config))?;
    let token = token.to_owned();
    let found = services
        .store
        .read(move |conn| using::find(conn, &token, viewer))
        .await;
    if !matches!(found, Ok(None)) {
        services.throttle.take_back(attempt);
    }
    found
}

/// Shows somebody who is signed in where a link leads to.
pub(super) async fn show(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    token: String,
) -> Answer {
    let found = look(services, request, &token, Some(signed_in.viewer.id)).await?;
    draw(services, request, signed_in, token, found)
}

/// Joins by a link, and leads to its room.
pub(super) async fn join(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    form: web::Form<Form>,
) -> Answer {
    let (token, user) = (form.into_inner().invite, signed_in.viewer.id);
    let found = look(&services, &request, &token, Some(user)).await?;
    let Some(Found {
        room: Some(room), ..
    }) = found
    else {
        let is_in_already = found.is_some();
        if is_in_already {
            return Ok(refusals::see_other("/"));
        }
        return draw(&services, &request, &signed_in, token, None);
    };
    let by = token.clone();
    let accept = services
        .store
        .write(move |conn| using::accept(conn, &by, user, false));
    match services
        .chat
        .beside(&[(room.id, room.slug.as_str())], accept)
        .await
    {
        Ok(_) => {
            services.chat.access_changed(user);
            Ok(refusals::see_other(&paths::room(&room.slug)))
        }
        Err(Error::NotFound) => draw(&services, &request, &signed_in, token, None),
        Err(other) => Err(other.into()),
    }
}

fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    token: String,
    found: Option<Found>,
) -> Answer {
    let refusal = found
        .is_none()
        .then(|| Refusal::of_form("refusal-invite-wrong"));
    let status = match &refusal {
        Some(_) => StatusCode::FORBIDDEN,
        None => StatusCode::OK,
    };
    let (maker, room) = found.map_or((None, None), |found| (found.maker, found.room));
    let page = Join {
        invite: token,
        maker,
        joined: room.as_ref().is_some_and(|room| room.joined),
        href: room
            .as_ref()
            .map_or_else(|| "/".to_owned(), |room| paths::room(&room.slug)),
        room: room.map(|room| room.name),
        refusal,
    };
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(status, services.pages.draw(reader, &page)?))
}
