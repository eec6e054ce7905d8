//! Where somebody is who has an account and waits to be let in: the one page that they see.

use actix_web::http::StatusCode;
use actix_web::{HttpMessage, HttpRequest};

use super::refusals::{self, Answer, Shared};
use super::visitor::{Anyone, Waits};
use crate::view::page::Reader;
use crate::view::waiting::Waiting;

/// Shows it, and leads on whoever does not wait, or no longer.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Anyone(signed_in): Anyone,
) -> Answer {
    if signed_in.is_some() {
        return Ok(refusals::see_other("/"));
    }
    let Some(Waits { name }) = request.extensions().get::<Waits>().cloned() else {
        return Ok(refusals::see_other("/login"));
    };
    let reader = Reader {
        viewer: None,
        path: request.path(),
    };
    let page = services.pages.draw(reader, &Waiting { name })?;
    Ok(refusals::html(StatusCode::OK, page))
}
