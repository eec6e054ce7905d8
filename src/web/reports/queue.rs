//! What administrators do with reports.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use crate::error::{Error, Result};
use crate::names::SmallText;
use crate::store::administration::{self, Duty};
use crate::store::reports::queue::{self, Subject, Verdict};
use crate::store::rooms;
use crate::view::administration::SUSPENSION_HOURS;
use crate::view::forms::Refusal;
use crate::view::lobby;
use crate::view::page::Reader;
use crate::view::reports::Queue;
use crate::web::administration::span;
use crate::web::paths;
use crate::web::refusals::{self, Answer, Shared};
use crate::web::visitor::{Administrator, SignedIn};

/// Characters of a search; no name has more.
const WANTED_MAX: usize = 64;
/// Characters of what a reporter is told.
const NOTE_CHARACTERS_MAX: usize = 500;

/// What is looked for, among which reports, and which page of it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(in crate::web) struct Search {
    q: String,
    state: String,
    page: Option<i64>,
}

impl Search {
    fn wanted(&self) -> String {
        let visible = self.q.chars().filter(|character| *character != '\0');
        visible.take(WANTED_MAX).collect()
    }

    fn is_open(&self) -> bool {
        self.state != "closed"
    }
}

/// What is to be done, and where the page was that the form is on.
#[derive(Deserialize)]
pub(in crate::web) struct Form {
    #[serde(rename = "do")]
    what: String,
    #[serde(default)]
    hours: String,
    #[serde(default)]
    note: String,
    #[serde(default)]
    q: String,
    #[serde(default)]
    state: String,
    page: Option<i64>,
}

/// Shows the reports.
pub(in crate::web) async fn show(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
    search: web::Query<Search>,
) -> Answer {
    draw(&services, &request, &signed_in, &search, None).await
}

/// Does something about one.
pub(in crate::web) async fn submit(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
    id: web::Path<i64>,
    form: web::Form<Form>,
) -> Answer {
    let search = Search {
        q: form.q.clone(),
        state: form.state.clone(),
        page: form.page,
    };
    match decide(&services, &signed_in, *id, &form).await {
        Ok(()) => Ok(refusals::see_other(&address(&search))),
        Err(refusal @ Error::Field { .. }) => {
            let refusal = Some(Refusal::from(&refusal));
            draw(&services, &request, &signed_in, &search, refusal).await
        }
        Err(other) => Err(other.into()),
    }
}

fn address(search: &Search) -> String {
    let state = if search.is_open() { "open" } else { "closed" };
    let query = paths::query_value(&search.wanted());
    let number = search.page.unwrap_or(1);
    format!("/admin/reports?q={query}&state={state}&page={number}")
}

async fn decide(services: &Shared, signed_in: &SignedIn, id: i64, form: &Form) -> Result<()> {
    let note = SmallText::lines(&form.note, NOTE_CHARACTERS_MAX).ok_or(Error::Field {
        field: "note",
        code: "refusal-report-words",
    })?;
    let actor = signed_in.viewer.clone();
    let subject = services
        .store
        .read(move |conn| queue::subject(conn, &actor, id));
    let subject = subject.await?;
    let (duty, verdict) = match form.what.as_str() {
        "delete" => {
            take_back(services, signed_in, &subject).await?;
            (None, Verdict::Deleted)
        }
        "suspend" => (Some(Duty::Suspend(span(&form.hours)?)), Verdict::Suspended),
        "deactivate" => (Some(Duty::Deactivate), Verdict::Deactivated),
        "dismiss" => (None, Verdict::Dismissed),
        _ => return Err(Error::BadRequest("bad-form")),
    };
    let (actor, author) = (signed_in.viewer.clone(), subject.author);
    let write = services.store.write(move |conn| {
        let done = match &duty {
            Some(duty) => Some(administration::carry_out(conn, &actor, &author, duty)?.0),
            None => None,
        };
        queue::decide(conn, &actor, id, verdict, &note)?;
        Ok(done)
    });
    if let Some(author) = write.await? {
        services.chat.cut_off(author);
        if verdict == Verdict::Deactivated {
            services.chat.hand_on_rooms_of(author).await?;
        }
    }
    Ok(())
}

/// Deletes the message that a report is about, wherever it was said; its room may be gone, and all that was said there with it.
async fn take_back(services: &Shared, signed_in: &SignedIn, subject: &Subject) -> Result<()> {
    let Some((room, slug)) = &subject.room else {
        return Ok(());
    };
    let taken_back = services
        .chat
        .take_back_reported(&signed_in.viewer, (*room, slug), subject.seq)
        .await;
    match taken_back {
        Ok(_) | Err(Error::NotFound) => Ok(()),
        Err(other) => Err(other),
    }
}

async fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    search: &Search,
    refusal: Option<Refusal>,
) -> Answer {
    let (viewer, wanted, open) = (signed_in.viewer.clone(), search.wanted(), search.is_open());
    let (looked_for, number) = (wanted.clone(), search.page.unwrap_or(1));
    let read = services.store.read(move |conn| {
        Ok((
            queue::page(conn, &looked_for, open, number)?,
            rooms::joined_by(conn, &viewer)?,
        ))
    });
    let (found, joined) = read.await?;
    let status = match &refusal {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = Queue {
        rooms: lobby::listed(joined),
        query: paths::query_value(&wanted),
        wanted,
        open,
        all: found.all,
        number: found.number,
        last: found.last,
        reports: found.reports.into_iter().map(Into::into).collect(),
        suspension_hours: SUSPENSION_HOURS,
        refusal,
    };
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(status, services.pages.draw(reader, &page)?))
}
