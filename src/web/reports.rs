//! Reporting a message, and hearing what came of it.

pub(super) mod queue;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;
use serde_json::json;

use super::methods::{get, post, resource};
use super::refusals::{self, Answer, Shared};
use super::visitor::{Caller, SignedIn, Visitor};
use super::{api, deeds, paths};
use crate::error::{Error, Result};
use crate::json::Object;
use crate::names::SmallText;
use crate::rights::{self, Action};
use crate::store::messages::{self, Message, Stretch};
use crate::store::reports::{self, AROUND, Copied, Ground, NewReport};
use crate::store::rooms::{self, Room};
use crate::store::users::Viewer;
use crate::view::forms::Refusal;
use crate::view::lobby;
use crate::view::page::Reader;
use crate::view::reports::{ReportForm, ReportPage};

/// Characters of what somebody says to a report.
const WORDS_CHARACTERS_MAX: usize = 500;

/// The routes for programs.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(resource(
            "/rooms/{slug}/messages/{seq}/reports",
            [post(report)],
        ))
        .service(resource("/me/reports", [get(list)]));
}

/// Why a message is reported.
#[derive(Deserialize)]
struct Body {
    reason: String,
    #[serde(default)]
    text: String,
}

async fn report(
    services: Shared,
    caller: Caller,
    path: web::Path<(String, i64)>,
    web::Json(Object(body)): web::Json<Object<Body>>,
) -> api::Answer {
    let (slug, seq) = path.into_inner();
    let ground = Ground::parse(&body.reason).ok_or(Error::BadRequest("bad-reason"))?;
    let words = words(&body.text)?;
    let room = deeds::room(&services, &caller.viewer, &slug).await?;
    let seen = see(&services, &caller.viewer, &room, seq).await?;
    let made = make(&services, &caller.viewer, room, seen, (ground, words)).await?;
    let mut answer = if made {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    Ok(answer.json(json!({})))
}

async fn list(services: Shared, caller: Caller) -> api::Answer {
    let user = caller.viewer.id;
    let mine = services
        .store
        .read(move |conn| reports::of_person(conn, user));
    Ok(HttpResponse::Ok().json(json!({ "reports": mine.await? })))
}

/// Which message, and whether it was just reported.
#[derive(Deserialize)]
pub(super) struct Link {
    seq: i64,
    #[serde(default)]
    done: String,
}

/// What the form carries.
#[derive(Deserialize)]
pub(super) struct Form {
    seq: i64,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    words: String,
}

/// Shows the form, or that it was taken.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    link: web::Query<Link>,
) -> Answer {
    let room = deeds::room(&services, &signed_in.viewer, &slug).await?;
    let seen = see(&services, &signed_in.viewer, &room, link.seq).await?;
    let shown = Shown {
        room,
        seen,
        form: ReportForm::default(),
        done: link.done == "yes",
    };
    draw(&services, &request, &signed_in, shown, None).await
}

/// Takes the form.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    form: web::Form<Form>,
) -> Answer {
    let room = deeds::room(&services, &signed_in.viewer, &slug).await?;
    let seen = see(&services, &signed_in.viewer, &room, form.seq).await?;
    let done = format!(
        "{}report?seq={}&done=yes",
        paths::room(&room.slug),
        form.seq
    );
    let said = said_of(&form);
    let made = match said {
        Ok(said) => {
            make(
                &services,
                &signed_in.viewer,
                room.clone(),
                seen.clone(),
                said,
            )
            .await
        }
        Err(refusal) => Err(refusal),
    };
    match made {
        Ok(_) => Ok(refusals::see_other(&done)),
        Err(refusal @ Error::Field { .. }) => {
            let shown = Shown {
                room,
                seen,
                form: ReportForm {
                    reason: form.reason.clone(),
                    words: form.words.clone(),
                },
                done: false,
            };
            let refusal = Some(Refusal::from(&refusal));
            draw(&services, &request, &signed_in, shown, refusal).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Somebody has seen what came of their reports.
pub(super) async fn see_all(services: Shared, Visitor(signed_in): Visitor) -> Answer {
    let user = signed_in.viewer.id;
    services
        .store
        .write(move |conn| reports::see_all(conn, user))
        .await?;
    Ok(refusals::see_other("/"))
}

fn said_of(form: &Form) -> Result<(Ground, String)> {
    let ground = Ground::parse(&form.reason).ok_or(Error::Field {
        field: "reason",
        code: "refusal-report-reason",
    })?;
    Ok((ground, words(&form.words)?))
}

fn words(text: &str) -> Result<String> {
    SmallText::lines(text, WORDS_CHARACTERS_MAX).ok_or(Error::Field {
        field: "words",
        code: "refusal-report-words",
    })
}

/// A message that can be reported, and what stands around it.
#[derive(Clone)]
struct Seen {
    message: Message,
    around: Vec<Message>,
}

/// What somebody sees of a message.
///
/// Errors: `NotFound` where there is none that says something, as for a room they may not know of.
async fn see(services: &Shared, viewer: &Viewer, room: &Room, seq: i64) -> Result<Seen> {
    rights::may(viewer.as_person(), Action::Report(room.rights))?;
    let id = room.id;
    let around = services
        .store
        .read(move |conn| messages::page(conn, id, Stretch::Around(seq), 2 * AROUND + 1))
        .await?
        .messages;
    let message = around.iter().find(|message| message.seq == seq).cloned();
    let message = message.filter(|message| message.kind.is_none() && !message.deleted);
    Ok(Seen {
        message: message.ok_or(Error::NotFound)?,
        around,
    })
}

async fn make(
    services: &Shared,
    viewer: &Viewer,
    room: Room,
    seen: Seen,
    (ground, words): (Ground, String),
) -> Result<bool> {
    // Counted, whatever comes of it: who reports the same again and again is to stop as well.
    services.reporting.report(viewer.id)?;
    let reporter = viewer.id;
    let new = NewReport {
        room: room.id,
        room_name: if room.kind == "direct" {
            String::new()
        } else {
            room.name
        },
        room_kind: room.kind,
        seq: seen.message.seq,
        author: seen.message.author,
        ground,
        words,
        copy: seen.around.iter().map(Copied::from).collect(),
    };
    let made = services
        .store
        .write(move |conn| reports::make(conn, reporter, &new))
        .await;
    match made {
        // The same person reported it at the same moment, on another node.
        Err(Error::Conflict) => Ok(false),
        made => made,
    }
}

struct Shown {
    room: Room,
    seen: Seen,
    form: ReportForm,
    done: bool,
}

async fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    shown: Shown,
    refusal: Option<Refusal>,
) -> Answer {
    let viewer = signed_in.viewer.clone();
    let joined = services
        .store
        .read(move |conn| rooms::joined_by(conn, &viewer))
        .await?;
    let Shown {
        room,
        seen: Seen { message, .. },
        form,
        done,
    } = shown;
    let status = match &refusal {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = ReportPage {
        room: room.into(),
        rooms: lobby::listed(joined),
        seq: message.seq,
        username: message.username.to_string(),
        name: message.name.to_string(),
        text: message.words().to_string(),
        mine: message.author == signed_in.viewer.id,
        reasons: Ground::ALL.map(Ground::word),
        form,
        done,
        refusal,
    };
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(status, services.pages.draw(reader, &page)?))
}
