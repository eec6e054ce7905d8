//! What gets somebody's attention in all of their rooms, and when nothing does: read and set by their page and their programs.

use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::api::Answer;
use super::methods::{get, patch, resource};
use super::profile::given;
use super::refusals::{self, Shared};
use super::settings;
use super::visitor::{Caller, Visitor};
use crate::error::{Error, Result};
use crate::json::Object;
use crate::keywords::Keyword;
use crate::quiet::{Clock, Hours, Zone};
use crate::store::attention::{self, Changes};
use crate::store::{Time, UserId};
use crate::view::forms::Refusal;
use crate::view::settings::{Attending, UNDISTURBED_MINUTES};

/// The routes for programs.
pub(super) fn configure(routes: &mut web::ServiceConfig) {
    routes.service(resource("/me/notifications", [get(show), patch(change)]));
}

/// What is set for all of somebody's rooms.
pub(super) async fn of(services: &Shared, user: UserId) -> Result<attention::Attention> {
    let read = services.store.read(move |conn| attention::of(conn, user));
    read.await
}

async fn show(services: Shared, caller: Caller) -> Answer {
    let attention = of(&services, caller.viewer.id).await?;
    Ok(HttpResponse::Ok().json(attention.shown()))
}

/// What a program may change; a field that is left out stays as it is.
#[derive(Deserialize)]
struct Body {
    keywords: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    do_not_disturb_until: Option<Option<String>>,
    #[serde(default, deserialize_with = "given")]
    quiet_hours: Option<Option<Object<HoursBody>>>,
}

#[derive(Deserialize)]
struct HoursBody {
    from: String,
    to: String,
    time_zone: String,
}

async fn change(
    services: Shared,
    caller: Caller,
    web::Json(Object(body)): web::Json<Object<Body>>,
) -> Answer {
    let until = |text: String| {
        let until = Time::parse(&text).filter(|until| *until > Time::now());
        until.ok_or(Error::BadRequest("bad-time"))
    };
    let hours = |Object(body): Object<HoursBody>| hours(&body.from, &body.to, &body.time_zone);
    let keywords = body.keywords.as_ref();
    let changes = Changes {
        keywords: keywords
            .map(|words| self::keywords(words.iter().map(String::as_str)))
            .transpose()?,
        undisturbed_until: body
            .do_not_disturb_until
            .map(|given| given.map(until).transpose())
            .transpose()?,
        quiet_hours: body
            .quiet_hours
            .map(|given| given.map(hours).transpose())
            .transpose()?,
        zone: None,
    };
    let changed = services.chat.change_attention(&caller.viewer, changes);
    Ok(HttpResponse::Ok().json(changed.await?.shown()))
}

/// What the form carries.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Form {
    /// One a line.
    keywords: String,
    /// Nothing disturbs for so many minutes from now, until tomorrow, for as long as it was, or not at all.
    disturb: String,
    quiet: Option<String>,
    quiet_from: String,
    quiet_to: String,
    time_zone: String,
}

impl Form {
    /// Nobody types it twice because one part of it was refused.
    fn fill(self, attending: &mut Attending) {
        attending.keywords = self.keywords;
        attending.quiet = self.quiet.is_some();
        attending.quiet_from = self.quiet_from;
        attending.quiet_to = self.quiet_to;
        attending.time_zone = self.time_zone;
    }
}

/// Takes the form of the settings.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    form: web::Form<Form>,
) -> refusals::Answer {
    let changed = match changes_of(&form) {
        Ok(changes) => {
            let change = services.chat.change_attention(&signed_in.viewer, changes);
            change.await.map(drop)
        }
        Err(refusal) => Err(refusal),
    };
    match changed {
        Ok(()) => Ok(refusals::see_other("/settings?done=notifications")),
        Err(refusal @ Error::Field { .. }) => {
            let refusal = Some(Refusal::from(&refusal));
            let typed = |attending: &mut Attending| form.into_inner().fill(attending);
            settings::draw_typed(&services, &request, &signed_in, "", refusal, typed).await
        }
        Err(other) => Err(other.into()),
    }
}

fn changes_of(form: &Form) -> Result<Changes> {
    let zone = match form.time_zone.trim() {
        "" => None,
        name => Some(zone(name)?),
    };
    let undisturbed_until = match form.disturb.as_str() {
        "stays" => None,
        "" => Some(None),
        "tomorrow" => {
            let zone = zone.as_ref().ok_or(NO_ZONE)?;
            let morning = zone.next_morning(Time::now().seconds());
            let morning = morning.and_then(Time::from_seconds);
            Some(Some(morning.ok_or(Error::BadRequest("bad-time"))?))
        }
        minutes => {
            let known = UNDISTURBED_MINUTES
                .into_iter()
                .find(|known| known.to_string() == minutes);
            let minutes = known.ok_or(Error::BadRequest("bad-form"))?;
            Some(Some(Time::now().after(Duration::from_secs(minutes * 60))))
        }
    };
    let quiet_hours = match form.quiet {
        Some(_) => Some(hours(
            &form.quiet_from,
            &form.quiet_to,
            form.time_zone.trim(),
        )?),
        None => None,
    };
    let lines = form.keywords.lines().map(str::trim);
    Ok(Changes {
        keywords: Some(keywords(lines.filter(|line| !line.is_empty()))?),
        undisturbed_until,
        quiet_hours: Some(quiet_hours),
        zone,
    })
}

const NO_ZONE: Error = Error::Field {
    field: "time_zone",
    code: "refusal-time-zone",
};

fn zone(name: &str) -> Result<Zone> {
    Zone::parse(name).ok_or(NO_ZONE)
}

fn hours(from: &str, to: &str, zone: &str) -> Result<Hours> {
    let refused = || Error::Field {
        field: "quiet",
        code: "refusal-quiet-hours",
    };
    let (from, to) = Clock::parse(from)
        .zip(Clock::parse(to))
        .ok_or_else(refused)?;
    Hours::new(from, to, self::zone(zone)?).ok_or_else(refused)
}

fn keywords<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<Vec<Keyword>> {
    Keyword::parse_all(words).ok_or(Error::Field {
        field: "keywords",
        code: "refusal-keywords",
    })
}
