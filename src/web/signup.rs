//! Making an account: by invitation, for everyone, or for nobody.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::accounts::{self, Beginning, Wanted};
use super::client;
use super::refusals::{self, Answer, Shared};
use super::visitor::Anyone;
use crate::config::SignUp as Mode;
use crate::error::{Error, Result};
use crate::secrets;
use crate::store::site;
use crate::view::forms::{Refusal, SignUp, SignUpForm};
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
    if anyone.0.is_some() {
        return Ok(refusals::see_other("/"));
    }
    let form = Form {
        invite: link.into_inner().invite,
        ..Form::default()
    };
    match door(&services, &request, &form.invite).await? {
        None => draw(&services, &request, StatusCode::OK, form, None, true),
        Some(closed) => shut(&services, &request, form, closed),
    }
}

/// Makes the account, in the room that everybody joins.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    form: web::Form<Form>,
) -> Answer {
    let form = form.into_inner();
    if let Some(closed) = door(&services, &request, &form.invite).await? {
        return shut(&services, &request, form, closed);
    }
    match admit(&services, &request, &form).await {
        Ok((beginning, username, ended)) => {
            Ok(beginning.answer(&services, &request, &username, ended, "/"))
        }
        Err(refusal @ Error::Field { .. }) => {
            let refusal = Refusal::from(&refusal);
            draw(
                &services,
                &request,
                StatusCode::UNPROCESSABLE_ENTITY,
                form,
                Some(refusal),
                true,
            )
        }
        Err(other) => Err(other.into()),
    }
}

async fn admit(
    services: &Shared,
    request: &HttpRequest,
    form: &Form,
) -> Result<(Beginning, String, Option<i64>)> {
    let wanted = Wanted::parse(&form.username, &form.name, &form.password)?;
    let account = wanted.account(services, "member").await?;
    let username = account.username.as_str().to_owned();
    let beginning = Beginning::new(services, request, true)?;
    let begin = beginning.statement();
    let ended = services
        .store
        .write(move |conn| accounts::admit(conn, &account, &begin))
        .await?;
    Ok((beginning, username, ended))
}

/// Why this person may not make an account; `None` where they may.
async fn door(
    services: &Shared,
    request: &HttpRequest,
    invite: &str,
) -> Result<Option<&'static str>> {
    let site = services.store.read(site::load).await?;
    // Before the first account there is nobody to be invited by and no room to be in.
    let is_set_up = site.setup_token.is_none();
    match services.config.signup {
        Mode::Closed => Ok(Some("refusal-signup-closed")),
        _ if !is_set_up => Ok(Some("refusal-not-set-up")),
        Mode::Open => Ok(None),
        Mode::Invite => {
            let attempt = services
                .throttle
                .token(client::address(request, &services.config))?;
            // Who came without any invitation has guessed nothing.
            if invite.is_empty() {
                services.throttle.take_back(attempt);
                return Ok(Some("refusal-invite-wrong"));
            }
            if !secrets::same(&site.invite_token, invite) {
                return Ok(Some("refusal-invite-wrong"));
            }
            services.throttle.take_back(attempt);
            Ok(None)
        }
    }
}

fn shut(services: &Shared, request: &HttpRequest, form: Form, closed: &'static str) -> Answer {
    draw(
        services,
        request,
        StatusCode::FORBIDDEN,
        form,
        Some(Refusal::of_form(closed)),
        false,
    )
}

fn draw(
    services: &Shared,
    request: &HttpRequest,
    status: StatusCode,
    form: Form,
    refusal: Option<Refusal>,
    open: bool,
) -> Answer {
    let reader = Reader {
        viewer: None,
        path: request.path(),
    };
    let form = SignUpForm {
        invite: form.invite,
        username: form.username,
        name: form.name,
    };
    Ok(refusals::html(
        status,
        services.pages.draw(
            reader,
            &SignUp {
                form,
                refusal,
                open,
            },
        )?,
    ))
}
