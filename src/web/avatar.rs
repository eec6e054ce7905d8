//! Somebody's picture: shown to whoever may know of them, changed by their page and their programs.

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, ETAG, EntityTag, Header, IfNoneMatch, LOCATION,
};
use actix_web::{HttpRequest, HttpResponse, web};

use super::api;
use super::deeds;
use super::methods::{Way, delete, put};
use super::paths;
use super::pictures::{ALONE, Sent};
use super::profile;
use super::refusals::{self, Answer, Shared};
use super::settings;
use super::visitor::{Caller, Visitor};
use crate::error::{Error, Result};
use crate::store::UserId;
use crate::store::users::avatars::{self, Avatar};
use crate::view::forms::Refusal;
use crate::view::pictures::{Picture, Shape};

/// Pixels of a side: twice the largest that a page shows.
const SIDE: u32 = 256;
/// The address changes with the picture.
const KEPT: &str = "private, max-age=31536000, immutable";

/// What programs do to their own.
pub(super) fn ways() -> [Way; 2] {
    [put(replace), delete(remove)]
}

/// Shows it. The address of an earlier one leads to the one of now.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    path: web::Path<(String, String)>,
) -> Answer {
    let (username, version) = path.into_inner();
    let (viewer, skeleton) = (signed_in.viewer, deeds::skeleton(&username)?);
    let avatar = services
        .store
        .read(move |conn| avatars::of(conn, &viewer, &skeleton))
        .await?;
    if version != avatar.version {
        let now = format!("/people/{username}/avatar/{}", avatar.version);
        return Ok(HttpResponse::TemporaryRedirect()
            .insert_header((LOCATION, paths::ascii(&now)))
            .finish());
    }
    let tag = EntityTag::new_strong(avatar.version);
    let is_known = match IfNoneMatch::parse(&request) {
        Ok(IfNoneMatch::Items(known)) => known.iter().any(|known| known.weak_eq(&tag)),
        _ => false,
    };
    let status = if is_known {
        StatusCode::NOT_MODIFIED
    } else {
        StatusCode::OK
    };
    let mut response = HttpResponse::build(status);
    response
        .insert_header((ETAG, tag.to_string()))
        .insert_header((CACHE_CONTROL, KEPT))
        .insert_header((CONTENT_SECURITY_POLICY, ALONE));
    if is_known {
        return Ok(response.finish());
    }
    Ok(response
        .content_type(avatar.content_type)
        .body(avatar.bytes))
}

/// Takes the form of the settings.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    body: web::Payload,
) -> Answer {
    let user = signed_in.viewer.id;
    let change = async {
        services.chat.allow(user)?;
        let picture = match services.pictures.form(&request, body, user).await? {
            Sent::Picture(received) => {
                let picture = services.pictures.redraw(received, Shape::Square(SIDE));
                Some(picture.await?)
            }
            Sent::Removal => None,
        };
        set(&services, user, picture).await
    };
    match change.await {
        Ok(()) => Ok(refusals::see_other("/settings?done=picture")),
        Err(refusal @ (Error::Field { .. } | Error::TooLarge)) => {
            let refusal = Some(Refusal::of_picture(&refusal));
            settings::draw(&services, &request, &signed_in, "", refusal).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn replace(
    services: Shared,
    request: HttpRequest,
    caller: Caller,
    body: web::Payload,
) -> api::Answer {
    let user = caller.viewer.id;
    services.chat.allow(user)?;
    let received = services.pictures.body(&request, body, user).await?;
    let picture = services.pictures.redraw(received, Shape::Square(SIDE));
    set(&services, user, Some(picture.await?)).await?;
    Ok(HttpResponse::Ok().json(profile::own(&services, &caller.viewer).await?))
}

async fn remove(services: Shared, caller: Caller) -> api::Answer {
    services.chat.allow(caller.viewer.id)?;
    set(&services, caller.viewer.id, None).await?;
    Ok(HttpResponse::Ok().json(profile::own(&services, &caller.viewer).await?))
}

async fn set(services: &Shared, user: UserId, picture: Option<Picture>) -> Result<()> {
    let avatar = picture.map(|picture| Avatar {
        version: picture.version(),
        content_type: picture.content_type.to_owned(),
        bytes: picture.bytes,
    });
    let write = services
        .store
        .write(move |conn| avatars::set(conn, user, avatar.as_ref()));
    write.await?;
    services.chat.profile_changed(user);
    Ok(())
}
