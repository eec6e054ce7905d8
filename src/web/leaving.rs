//! Taking along what is kept of oneself, and deleting one's account.

use std::io;

use actix_web::http::StatusCode;
use actix_web::http::header::{ContentDisposition, DispositionParam, DispositionType};
use actix_web::{HttpRequest, HttpResponse, web};
use bytes::Bytes;
use futures_util::stream;
use serde::Deserialize;

use super::refusals::{self, Answer, Shared};
use super::settings;
use super::visitor::{SignedIn, Visitor};
use crate::error::{Error, Result};
use crate::store::users::erasing;
use crate::store::{own_data, rooms};
use crate::view::forms::Refusal;
use crate::view::leaving::Leaving;
use crate::view::lobby;
use crate::view::page::Reader;
use crate::view::texts;

/// What the form carries.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Form {
    current: String,
    /// Ticked where what they said is to go too.
    words: Option<String>,
}

/// Asks whether somebody means it.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
) -> Answer {
    draw(&services, &request, &signed_in, None, false).await
}

/// Deletes the account of whoever knows its password.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    form: web::Form<Form>,
) -> Answer {
    let words_go = form.words.is_some();
    match leave(&services, &request, &signed_in, &form).await {
        Ok(()) => Ok(refusals::see_other("/login")),
        Err(refusal @ Error::Field { .. }) => {
            let refusal = Some(Refusal::from(&refusal));
            draw(&services, &request, &signed_in, refusal, words_go).await
        }
        Err(limit @ Error::RateLimited(_)) => {
            let seconds = refusals::retry_after(&limit).unwrap_or(1);
            let refusal = Some(Refusal::throttled(seconds));
            draw(&services, &request, &signed_in, refusal, words_go).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn leave(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    form: &Form,
) -> Result<()> {
    settings::check_password(services, request, signed_in, &form.current).await?;
    let user = signed_in.viewer.id;
    services
        .store
        .write(move |conn| erasing::may_go(conn, user))
        .await?;
    // Rooms hear of it, and pass to others, before there is nobody any more who leaves them.
    services.chat.leave_all(&signed_in.viewer).await?;
    let (former, words_go) = (texts::plain("former-member"), form.words.is_some());
    services
        .store
        .write(move |conn| erasing::erase(conn, user, &former, words_go))
        .await?;
    services.chat.cut_off(user);
    if words_go {
        services.chat.forget_the_words_of_those_who_left();
    }
    log::info!("{} deleted their account", signed_in.viewer.username);
    Ok(())
}

async fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    refusal: Option<Refusal>,
    words_go: bool,
) -> Answer {
    let viewer = signed_in.viewer.clone();
    let read = services
        .store
        .read(move |conn| rooms::joined_by(conn, &viewer));
    let status = match &refusal {
        Some(refusal) if refusal.code == "login-throttled" => StatusCode::TOO_MANY_REQUESTS,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = Leaving {
        rooms: lobby::listed(read.await?),
        words_go,
        refusal,
    };
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(status, services.pages.draw(reader, &page)?))
}

/// How far the download has got: behind this message, or all is said.
enum Place {
    After((i64, i64)),
    End,
}

/// Everything that is kept of somebody, as it is read: nobody waits for, and nothing holds, all of it at once.
pub(super) async fn download(services: Shared, Visitor(signed_in): Visitor) -> Answer {
    let user = signed_in.viewer.id;
    let person = services
        .store
        .read(move |conn| own_data::person(conn, user))
        .await?;
    let person = serde_json::to_string(&person)
        .map_err(|cause| Error::Internal(format!("somebody's own data: {cause}")))?;
    // The object is left open for what they said.
    let open = person.strip_suffix('}').unwrap_or(&person);
    let head = Bytes::from(format!("{open},\"messages\":["));
    let store = services.store.clone();
    let pieces = stream::try_unfold(Place::After((0, 0)), move |place| {
        let store = store.clone();
        async move {
            let Place::After(after) = place else {
                return Ok(None);
            };
            let said = store
                .read(move |conn| own_data::said_after(conn, user, after))
                .await
                .map_err(broken_off)?;
            let Some(last) = said.last() else {
                return Ok(Some((Bytes::from_static(b"\n]}\n"), Place::End)));
            };
            let next = Place::After((last.room_id, last.seq));
            let mut piece = String::new();
            let mut is_first = after == (0, 0);
            for said in &said {
                let said = serde_json::to_string(said).map_err(io::Error::other)?;
                piece.push_str(if is_first { "\n" } else { ",\n" });
                piece.push_str(&said);
                is_first = false;
            }
            Ok::<_, io::Error>(Some((Bytes::from(piece), next)))
        }
    });
    let all = futures_util::StreamExt::chain(
        stream::once(std::future::ready(Ok::<_, io::Error>(head))),
        pieces,
    );
    Ok(HttpResponse::Ok()
        .content_type("application/json")
        .insert_header(ContentDisposition {
            disposition: DispositionType::Attachment,
            parameters: vec![DispositionParam::Filename("adda.json".to_owned())],
        })
        .streaming(all))
}

/// The rest does not come; the browser sees that it is cut off.
fn broken_off(error: Error) -> io::Error {
    log::warn!("somebody's own data cannot be read on: {error}");
    io::Error::other(error)
}
