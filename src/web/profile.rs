//! What somebody shows of themself: read and changed by their page and their programs.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::{Deserialize, Deserializer};

use super::api::Answer;
use super::avatar;
use super::methods::{get, patch, resource};
use super::refusals::{self, Shared};
use super::settings;
use super::visitor::{Caller, Visitor};
use crate::error::{Error, Result};
use crate::json::Object;
use crate::names::{DisplayName, SmallText};
use crate::store::Time;
use crate::store::users::profiles::{self, Own, Wishes};
use crate::store::users::{Status, Viewer};
use crate::view::forms::Refusal;

const ABOUT_CHARACTERS_MAX: usize = 500;
const STATUS_CHARACTERS_MAX: usize = 80;
/// A picture may be put together from ten characters: a family, or the flag of a part of a country.
const EMOJI_CHARACTERS_MAX: usize = 10;
const HOUR: Duration = Duration::from_secs(60 * 60);
/// The longest that the form offers.
const STATUS_HOURS_MAX: u32 = 7 * 24;

/// The routes for programs.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(resource("/me", [get(show), patch(change)]))
        .service(resource("/me/avatar", avatar::ways()));
}

async fn show(services: Shared, caller: Caller) -> Answer {
    Ok(HttpResponse::Ok().json(own(&services, &caller.viewer).await?))
}

/// What a program may change; a field that is left out stays as it is, and what is not among these is ignored.
#[derive(Deserialize)]
struct Body {
    name: Option<String>,
    about: Option<String>,
    invisible: Option<bool>,
    hides_last_seen: Option<bool>,
    hides_reading: Option<bool>,
    #[serde(default, deserialize_with = "given")]
    status: Option<Option<Object<StatusBody>>>,
}

#[derive(Deserialize)]
struct StatusBody {
    #[serde(default)]
    emoji: String,
    #[serde(default)]
    text: String,
    until: Option<String>,
}

/// What is there and null is told from what is left out.
pub(super) fn given<'de, D, T>(deserializer: D) -> std::result::Result<Option<Option<T>>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Option::deserialize(deserializer).map(Some)
}

async fn change(
    services: Shared,
    caller: Caller,
    web::Json(Object(body)): web::Json<Object<Body>>,
) -> Answer {
    let status = match body.status {
        None => None,
        Some(None) => Some(None),
        Some(Some(Object(body))) => {
            let until = body.until.as_deref().map(|until| {
                Time::parse(until)
                    .filter(|until| *until > Time::now())
                    .ok_or(Error::BadRequest("bad-time"))
            });
            Some(status(&body.emoji, &body.text, until.transpose()?)?)
        }
    };
    let wishes = Wishes {
        name: body.name.as_deref().map(name).transpose()?,
        about: body.about.as_deref().map(about).transpose()?,
        invisible: body.invisible,
        hides_last_seen: body.hides_last_seen,
        hides_reading: body.hides_reading,
        status,
    };
    apply(&services, &caller.viewer, wishes).await?;
    Ok(HttpResponse::Ok().json(own(&services, &caller.viewer).await?))
}

/// What the form carries.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Form {
    name: String,
    about: String,
    emoji: String,
    status: String,
    /// For so many hours from now; until it is changed, where that is empty.
    hours: String,
    invisible: Option<String>,
    hides_last_seen: Option<String>,
    hides_reading: Option<String>,
}

/// Takes the form of the settings.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    form: web::Form<Form>,
) -> refusals::Answer {
    let changed = match wishes_of(&form) {
        Ok(wishes) => apply(&services, &signed_in.viewer, wishes).await,
        Err(refusal) => Err(refusal),
    };
    match changed {
        Ok(()) => Ok(refusals::see_other("/settings?done=profile")),
        Err(refusal @ Error::Field { .. }) => {
            let refusal = Some(Refusal::from(&refusal));
            settings::draw(&services, &request, &signed_in, "", refusal).await
        }
        Err(other) => Err(other.into()),
    }
}

fn wishes_of(form: &Form) -> Result<Wishes> {
    let hours = match form.hours.as_str() {
        "" => None,
        hours => {
            let hours: u32 = hours.parse().map_err(|_| Error::BadRequest("bad-time"))?;
            if !(1..=STATUS_HOURS_MAX).contains(&hours) {
                return Err(Error::BadRequest("bad-time"));
            }
            Some(Time::now().after(HOUR * hours))
        }
    };
    Ok(Wishes {
        name: Some(name(&form.name)?),
        about: Some(about(&form.about)?),
        invisible: Some(form.invisible.is_some()),
        hides_last_seen: Some(form.hides_last_seen.is_some()),
        hides_reading: Some(form.hides_reading.is_some()),
        status: Some(status(&form.emoji, &form.status, hours)?),
    })
}

async fn apply(services: &Shared, viewer: &Viewer, wishes: Wishes) -> Result<()> {
    services.chat.change_profile(viewer, wishes).await
}

/// Somebody as they see themself: they are there, whoever else may know of it.
pub(super) async fn own(services: &Shared, viewer: &Viewer) -> Result<Own> {
    let id = viewer.id;
    let mut own = services
        .store
        .read(move |conn| profiles::own(conn, id))
        .await?;
    services.chat.presences().await?.complete(&mut own.profile);
    Ok(own)
}

fn name(text: &str) -> Result<DisplayName> {
    DisplayName::parse(text, "name")
}

fn about(text: &str) -> Result<String> {
    SmallText::lines(text, ABOUT_CHARACTERS_MAX).ok_or(Error::Field {
        field: "about",
        code: "refusal-about",
    })
}

/// What is let known; nothing, where there is neither a picture nor a word.
fn status(emoji: &str, text: &str, until: Option<Time>) -> Result<Option<Status>> {
    let refused = Error::Field {
        field: "status",
        code: "refusal-status",
    };
    let Some(emoji) = SmallText::line(emoji, EMOJI_CHARACTERS_MAX) else {
        return Err(refused);
    };
    let Some(text) = SmallText::line(text, STATUS_CHARACTERS_MAX) else {
        return Err(refused);
    };
    let says_something = !emoji.is_empty() || !text.is_empty();
    Ok(says_something.then_some(Status { emoji, text, until }))
}
