//! Making an account: by invitation, for everyone, or for nobody.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::accounts::{self, Arrival, Beginning, Wanted};
use super::entrance;
use super::paths;
use super::refusals::{self, Answer, Shared};
use super::visitor::Anyone;
use crate::config::SignUp as Mode;
use crate::error::{Error, Result};
use crate::store::invitations::using::{self, Found};
use crate::store::{newcomers, settings, site, users};
use crate::view::forms::{Invited, Refusal, SignUp, SignUpForm};
use crate::view::page::Reader;

/// What the invitation link carries.
#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    invite: String,
}

/// What the form carries.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Form {
    invite: String,
    username: String,
    name: String,
    password: String,
}

/// Shows the form to whoever may make an account, and to others what to do instead.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    link: web::Query<Link>,
    anyone: Anyone,
) -> Answer {
    let token = link.into_inner().invite;
    if let Some(signed_in) = anyone.0 {
        if token.is_empty() {
            return Ok(refusals::see_other("/"));
        }
        return entrance::show(&services, &request, &signed_in, token).await;
    }
    let form = Form {
        invite: token,
        ..Form::default()
    };
    match door(&services, &request, &form.invite).await? {
        Door::Open(invited) => draw(&services, &request, form, invited, None),
        Door::Shut(closed) => shut(&services, &request, form, closed),
    }
}

/// Makes the account, in the rooms that newcomers join and the one that the invitation leads into.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    form: web::Form<Form>,
) -> Answer {
    let form = form.into_inner();
    let invited = match door(&services, &request, &form.invite).await? {
        Door::Open(invited) => invited,
        Door::Shut(closed) => return shut(&services, &request, form, closed),
    };
    match admit(&services, &request, &form, invited.as_ref()).await {
        Ok((beginning, username, ended)) => {
            let room = invited.and_then(|invited| invited.room);
            let next = room.map_or_else(|| "/".to_owned(), |room| paths::room(&room.slug));
            Ok(beginning.answer(&services, &request, &username, ended, &next))
        }
        Err(refusal @ Error::Field { .. }) => {
            let refusal = Refusal::from(&refusal);
            draw(&services, &request, form, invited, Some(refusal))
        }
        // Somebody else came by its last use, or it was ended, in between.
        Err(Error::NotFound) if invited.is_some() => {
            shut(&services, &request, form, "refusal-invite-wrong")
        }
        Err(other) => Err(other.into()),
    }
}

async fn admit(
    services: &Shared,
    request: &HttpRequest,
    form: &Form,
    invited: Option<&Found>,
) -> Result<(Beginning, String, Option<i64>)> {
    let wanted = Wanted::parse(&form.username, &form.name, &form.password)?;
    let role = match invited {
        Some(Found { guest: true, .. }) => "guest",
        _ => "member",
    };
    let account = wanted.account(services, role).await?;
    let username = account.username.as_str().to_owned();
    let beginning = Beginning::new(services, request, true)?;
    let begin = beginning.statement(None);
    let token = form.invite.clone();
    let fixed = services.config.signup;
    let by = invited.map(|invited| invited.maker.is_some());
    let into: Vec<_> = invited
        .and_then(|invited| invited.room.as_ref())
        .map(|room| room.id)
        .into_iter()
        .collect();
    let write = services.store.write(move |conn| {
        let mode = match fixed {
            Some(mode) => mode,
            None => settings::load(conn)?.signup,
        };
        let arrival = arrival(mode, by)?;
        newcomers::lock_rooms(conn, &into)?;
        let ended = accounts::admit(conn, &account, arrival, &begin)?;
        if arrival == Arrival::Invited {
            let user = users::by_skeleton(conn, &account.username.skeleton())?;
            using::accept(conn, &token, user, true)?;
        }
        Ok(ended)
    });
    let room = invited.and_then(|invited| invited.room.as_ref());
    let rooms: Vec<_> = room
        .map(|room| (room.id, &*room.slug))
        .into_iter()
        .collect();
    let ended = services.chat.beside(&rooms, write).await?;
    Ok((beginning, username, ended))
}

/// How somebody comes who makes an account just now; `invited` says, of who came by a link, whether somebody made it. The site's
/// own, where everyone may come anyway, leaves nobody out of what is so of all who do.
///
/// Errors: `Forbidden` where it was decided in between that they may not.
fn arrival(mode: Mode, invited: Option<bool>) -> Result<Arrival> {
    match (mode, invited) {
        (Mode::Closed, _) | (Mode::Invite, None) => Err(Error::Forbidden),
        (Mode::Open, None | Some(false)) => Ok(Arrival::ByThemself),
        (Mode::Open, Some(true)) | (Mode::Invite, Some(_)) => Ok(Arrival::Invited),
    }
}

/// Whether somebody may make an account.
enum Door {
    /// They may, by the invitation they came with, where they did.
    Open(Option<Found>),
    /// They may not, and why.
    Shut(&'static str),
}

async fn door(services: &Shared, request: &HttpRequest, invite: &str) -> Result<Door> {
    let site = services.store.read(site::load).await?;
    // Before the first account there is nobody to be invited by and no room to be in.
    let is_set_up = site.setup_token.is_none();
    match services.signup() {
        Mode::Closed => Ok(Door::Shut("refusal-signup-closed")),
        _ if !is_set_up => Ok(Door::Shut("refusal-not-set-up")),
        Mode::Open if invite.is_empty() => Ok(Door::Open(None)),
        // Who came without any invitation has guessed nothing.
        Mode::Invite if invite.is_empty() => Ok(Door::Shut("refusal-invite-wrong")),
        Mode::Open | Mode::Invite => {
            let found = entrance::look(services, request, invite, None).await?;
            Ok(match found {
                Some(found) => Door::Open(Some(found)),
                None => Door::Shut("refusal-invite-wrong"),
            })
        }
    }
}

fn shut(services: &Shared, request: &HttpRequest, form: Form, closed: &'static str) -> Answer {
    let page = page(services, form, None, Some(Refusal::of_form(closed)), false);
    answer(services, request, StatusCode::FORBIDDEN, &page)
}

fn draw(
    services: &Shared,
    request: &HttpRequest,
    form: Form,
    invited: Option<Found>,
    refusal: Option<Refusal>,
) -> Answer {
    let status = match &refusal {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = page(services, form, invited, refusal, true);
    answer(services, request, status, &page)
}

fn page(
    services: &Shared,
    form: Form,
    invited: Option<Found>,
    refusal: Option<Refusal>,
    open: bool,
) -> SignUp {
    let next = if form.invite.is_empty() {
        String::new()
    } else {
        let back = format!("/signup?invite={}", paths::query_value(&form.invite));
        paths::query_value(&back)
    };
    SignUp {
        form: SignUpForm {
            invite: form.invite,
            username: form.username,
            name: form.name,
        },
        refusal,
        open,
        anyone: services.signup() == Mode::Open,
        invited: invited.map(|found| Invited {
            maker: found.maker,
            room: found.room.map(|room| room.name),
            guest: found.guest,
        }),
        next,
    }
}

fn answer(services: &Shared, request: &HttpRequest, status: StatusCode, page: &SignUp) -> Answer {
    let reader = Reader {
        viewer: None,
        path: request.path(),
    };
    Ok(refusals::html(status, services.pages.draw(reader, page)?))
}
