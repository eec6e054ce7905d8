//! Looking after the site: its people, and what was done by those who look after it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::client;
use super::paths;
use super::refusals::{self, Answer, Shared};
use super::visitor::{Administrator, SignedIn};
use crate::error::{Error, Result};
use crate::names;
use crate::rights::Role;
use crate::store::administration::{self, Duty};
use crate::store::password_resets::Made;
use crate::store::{audit, newcomers, rooms};
use crate::view::administration::{Log, People, ResetLink, SUSPENSION_HOURS};
use crate::view::forms::Refusal;
use crate::view::lobby;
use crate::view::page::Reader;

/// Characters of a search; no name has more.
const WANTED_MAX: usize = 64;

/// What is looked for, and which page of it.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Search {
    q: String,
    page: Option<usize>,
    /// `waiting` for those alone who wait to be let in.
    show: String,
}

impl Search {
    pub(super) fn wanted(&self) -> String {
        self.q.chars().take(WANTED_MAX).collect()
    }

    pub(super) fn number(&self) -> usize {
        self.page.unwrap_or(1)
    }

    fn only_waiting(&self) -> bool {
        self.show == "waiting"
    }
}

/// What is to be done to somebody's account.
#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(rename = "do")]
    what: String,
    #[serde(default)]
    role: String,
    #[serde(default)]
    hours: String,
    /// Where the page was that the form is on.
    #[serde(default)]
    q: String,
    #[serde(default)]
    show: String,
}

/// Shows the accounts.
pub(super) async fn people(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
    search: web::Query<Search>,
) -> Answer {
    draw(&services, &request, &signed_in, &search, None, None).await
}

/// Does something to an account.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
    username: web::Path<String>,
    form: web::Form<Form>,
) -> Answer {
    let search = Search {
        q: form.q.clone(),
        page: None,
        show: form.show.clone(),
    };
    let next = format!(
        "/admin/people?q={}{}",
        paths::query_value(&search.wanted()),
        if search.only_waiting() {
            "&show=waiting"
        } else {
            ""
        }
    );
    if matches!(form.what.as_str(), "let-in" | "refuse") {
        decide(&services, &signed_in, &username, form.what == "let-in").await?;
        return Ok(refusals::see_other(&next));
    }
    let duty = duty(&form)?;
    match carry_out(&services, &signed_in, &username, duty).await {
        Ok(Some(made)) => {
            let (origin, _) = client::site(&request, &services.config);
            let link = ResetLink {
                username: username.into_inner(),
                url: format!("{origin}/reset?token={}", made.token),
                days: made.days,
            };
            draw(&services, &request, &signed_in, &search, Some(link), None).await
        }
        Ok(None) => Ok(refusals::see_other(&next)),
        Err(refusal @ Error::Field { .. }) => {
            let refusal = Some(Refusal::from(&refusal));
            draw(&services, &request, &signed_in, &search, None, refusal).await
        }
        Err(other) => Err(other.into()),
    }
}

/// For how many hours somebody can be suspended.
pub(super) fn span(hours: &str) -> Result<u32> {
    let hours = hours.parse().ok();
    let known = hours.filter(|hours| SUSPENSION_HOURS.contains(hours));
    known.ok_or(Error::BadRequest("bad-form"))
}

fn duty(form: &Form) -> Result<Duty> {
    match form.what.as_str() {
        "role" => match Role::parse(&form.role) {
            Some(role) if role != Role::Bot => Ok(Duty::Role(role)),
            _ => Err(Error::BadRequest("bad-role")),
        },
        "deactivate" => Ok(Duty::Deactivate),
        "reactivate" => Ok(Duty::Reactivate),
        "suspend" => span(&form.hours).map(Duty::Suspend),
        "resume" => Ok(Duty::Resume),
        "sign-out" => Ok(Duty::SignOut),
        "picture" => Ok(Duty::RemovePicture),
        "reset" => Ok(Duty::ResetLink),
        _ => Err(Error::BadRequest("bad-form")),
    }
}

/// Lets somebody in who waits, or refuses them.
async fn decide(
    services: &Shared,
    signed_in: &SignedIn,
    username: &str,
    let_in: bool,
) -> Result<()> {
    let (actor, skeleton) = (signed_in.viewer.clone(), names::skeleton(username));
    if !let_in {
        let refuse = move |conn: &mut _| newcomers::refuse(conn, &actor, &skeleton);
        return services.store.write(refuse).await;
    }
    let let_in = move |conn: &mut _| newcomers::let_in(conn, &actor, &skeleton);
    let user = services.store.write(let_in).await?;
    services.chat.access_changed(user);
    Ok(())
}

async fn carry_out(
    services: &Shared,
    signed_in: &SignedIn,
    username: &str,
    duty: Duty,
) -> Result<Option<Made>> {
    let (actor, skeleton) = (signed_in.viewer.clone(), names::skeleton(username));
    let wanted = duty.clone();
    let (user, link) = services
        .store
        .write(move |conn| administration::carry_out(conn, &actor, &skeleton, &wanted))
        .await?;
    match duty {
        Duty::Deactivate => {
            services.chat.cut_off(user);
            services.chat.hand_on_rooms_of(user).await?;
        }
        Duty::Suspend(_) | Duty::SignOut => services.chat.cut_off(user),
        Duty::Role(role) => {
            services.chat.access_changed(user);
            if role == Role::Guest {
                services.chat.hand_on_rooms_of(user).await?;
            }
        }
        Duty::Reactivate | Duty::Resume => services.chat.access_changed(user),
        Duty::RemovePicture => services.chat.profile_changed(user),
        Duty::ResetLink => {}
    }
    Ok(link)
}

async fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    search: &Search,
    reset: Option<ResetLink>,
    refusal: Option<Refusal>,
) -> Answer {
    let (viewer, wanted, number) = (signed_in.viewer.clone(), search.wanted(), search.number());
    let (looked_for, only_waiting) = (wanted.clone(), search.only_waiting());
    let read = services.store.read(move |conn| {
        Ok((
            administration::accounts(conn, &looked_for, only_waiting, number)?,
            newcomers::waiting(conn)?,
            rooms::joined_by(conn, &viewer)?,
        ))
    });
    let (mut accounts, waiting, joined) = read.await?;
    let there = services.chat.presences().await.unwrap_or_default();
    for account in &mut accounts.accounts {
        there.complete(&mut account.profile);
    }
    let status = match &refusal {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = People {
        rooms: lobby::listed(joined),
        query: paths::query_value(&wanted),
        wanted,
        only_waiting,
        waiting,
        all: accounts.all,
        number: accounts.number,
        last: accounts.last,
        accounts: accounts.accounts.into_iter().map(Into::into).collect(),
        suspension_hours: SUSPENSION_HOURS,
        reset,
        refusal,
    };
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(status, services.pages.draw(reader, &page)?))
}

/// Shows what was done.
pub(super) async fn log(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
    search: web::Query<Search>,
) -> Answer {
    let (viewer, wanted) = (signed_in.viewer.clone(), search.wanted());
    let number = i64::try_from(search.number()).unwrap_or(i64::MAX);
    let looked_for = wanted.clone();
    let read = services.store.read(move |conn| {
        Ok((
            audit::page(conn, &looked_for, number)?,
            rooms::joined_by(conn, &viewer)?,
        ))
    });
    let (found, joined) = read.await?;
    let page = Log {
        rooms: lobby::listed(joined),
        query: paths::query_value(&wanted),
        wanted,
        number: found.number,
        last: found.last,
        entries: found.entries.into_iter().map(Into::into).collect(),
    };
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(
        StatusCode::OK,
        services.pages.draw(reader, &page)?,
    ))
}
