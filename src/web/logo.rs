//! The picture that the site shows at its door: given to everyone, chosen by administrators.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use actix_web::{HttpRequest, HttpResponse, web};

use super::pictures::{ALONE, Sent};
use super::refusals::{self, Answer, Shared};
use super::site;
use super::visitor::{Administrator, SignedIn};
use crate::error::{Error, Result};
use crate::store::settings::logo::{self, Logo};
use crate::view::forms::Refusal;
use crate::view::pictures::Shape;

/// Pixels: twice what a page shows.
const SHAPE: Shape = Shape::Within(512, 192);
/// The address changes with the picture.
const KEPT: &str = "public, max-age=31536000, immutable";

/// Shows it.
pub(super) async fn show(services: Shared, version: web::Path<String>) -> Answer {
    let version = version.into_inner();
    let logo = services.store.read(move |conn| logo::of(conn, &version));
    let logo = logo.await?;
    Ok(HttpResponse::Ok()
        .insert_header((CACHE_CONTROL, KEPT))
        .insert_header((CONTENT_SECURITY_POLICY, ALONE))
        .content_type(logo.content_type)
        .body(logo.bytes))
}

/// Takes the form: another one, or none.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
    body: web::Payload,
) -> Answer {
    match change(&services, &request, &signed_in, body).await {
        Ok(()) => Ok(refusals::see_other("/admin/site?done=saved")),
        Err(refusal @ (Error::Field { .. } | Error::TooLarge)) => {
            let refusal = Refusal::of_picture(&refusal);
            site::refuse(&services, &request, &signed_in, refusal).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn change(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    body: web::Payload,
) -> Result<()> {
    let viewer = &signed_in.viewer;
    services.chat.allow(viewer.id)?;
    let logo = match services.pictures.form(request, body, viewer.id).await? {
        Sent::Picture(received) => {
            let picture = services.pictures.redraw(received, SHAPE).await?;
            Some(Logo {
                version: picture.version(),
                content_type: picture.content_type.to_owned(),
                bytes: picture.bytes,
            })
        }
        Sent::Removal => None,
    };
    services.store.set_logo(viewer, logo).await
}
