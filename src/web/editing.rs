//! Saying a message in other words, for programs and for the form that needs no script.

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::refusals::{self, Answer, Shared};
use super::visitor::{Caller, SignedIn, Visitor};
use super::{api, deeds, paths};
use crate::error::{Error, Result};
use crate::json::Object;
use crate::names::MessageText;
use crate::rights::{self, Action};
use crate::store::Edit;
use crate::store::messages::{self, Stretch};
use crate::store::rooms::{self, Room};
use crate::view::editing::Editing;
use crate::view::forms::Refusal;
use crate::view::lobby;
use crate::view::page::Reader;

/// Which message.
#[derive(Deserialize)]
pub(super) struct Place {
    seq: i64,
}

/// What a program sends.
#[derive(Deserialize)]
pub(super) struct Body {
    message: Option<String>,
    based_on: Option<i64>,
}

/// What the form carries: browsers send every line break as two characters.
#[derive(Deserialize)]
pub(super) struct Form {
    seq: i64,
    #[serde(default)]
    message: String,
    based_on: Option<i64>,
}

pub(super) async fn edit(
    services: Shared,
    caller: Caller,
    path: web::Path<(String, i64)>,
    web::Json(Object(body)): web::Json<Object<Body>>,
) -> api::Answer {
    let (slug, seq) = path.into_inner();
    let edit = Edit {
        seq,
        text: MessageText::parse_edited(body.message.as_deref().ok_or(Error::Empty)?)?,
        based_on: body.based_on,
    };
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let edited = services.chat.edit(&caller.viewer, &room, None, edit);
    Ok(HttpResponse::Ok().json(edited.await?))
}

/// Shows what it says, to be changed.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    place: web::Query<Place>,
) -> Answer {
    let room = deeds::room(&services, &signed_in.viewer, &slug).await?;
    draw(&services, &request, &signed_in, room, place.seq, None).await
}

/// Says it so, and leads back to its place; what is refused comes back with the text as it was typed.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    form: web::Form<Form>,
) -> Answer {
    let room = deeds::room(&services, &signed_in.viewer, &slug).await?;
    let typed = form.message.replace("\r\n", "\n");
    let edited = match MessageText::parse_edited(&typed) {
        Ok(text) => {
            let edit = Edit {
                seq: form.seq,
                text,
                based_on: form.based_on,
            };
            services
                .chat
                .edit(&signed_in.viewer, &room, None, edit)
                .await
        }
        Err(refusal) => Err(refusal),
    };
    match edited {
        Ok(_) => {
            let place = format!("{}?at={}", paths::room(&room.slug), form.seq);
            Ok(refusals::see_other(&place))
        }
        Err(refusal @ (Error::Empty | Error::TooLong | Error::Stale)) => {
            let refused = Some((refusal, typed));
            draw(&services, &request, &signed_in, room, form.seq, refused).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    room: Room,
    seq: i64,
    refused: Option<(Error, String)>,
) -> Answer {
    let (viewer, id) = (signed_in.viewer.clone(), room.id);
    let read = services.store.read(move |conn| {
        let page = messages::page(conn, id, Stretch::Around(seq), 1)?;
        Ok((page.messages, rooms::joined_by(conn, &viewer)?))
    });
    let (found, joined) = read.await?;
    let found = found.into_iter().find(|message| message.seq == seq);
    let message = found
        .filter(|message| !message.deleted)
        .ok_or(Error::NotFound)?;
    may(
        signed_in,
        &room,
        message.kind.is_none() && message.author == signed_in.viewer.id,
    )?;
    let stands = matches!(refused, Some((Error::Stale, _))).then(|| message.text.to_string());
    let (refusal, typed) = refused.unzip();
    let page = Editing {
        room: room.into(),
        rooms: lobby::listed(joined),
        seq,
        text: typed.unwrap_or_else(|| message.text.to_string()),
        stands,
        based_on: message.revision,
        refusal: refusal.as_ref().map(Refusal::from),
    };
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    let drawn = services.pages.draw(reader, &page)?;
    Ok(refusals::html_of(refusal.as_ref(), drawn))
}

fn may(signed_in: &SignedIn, room: &Room, own: bool) -> Result<()> {
    let action = Action::Edit {
        room: room.rights,
        own,
    };
    rights::may(signed_in.viewer.as_person(), action)
}
