//! The first account of all: made by whoever started the server and has the link that it printed.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::accounts::{Beginning, LOBBY, Wanted};
use super::client;
use super::refusals::{self, Answer, Shared};
use crate::error::{Error, Result};
use crate::names::DisplayName;
use crate::secrets;
use crate::store::rooms::{self, NewRoom};
use crate::store::{newcomers, site, users};
use crate::view::forms::{Refusal, SetUp, SetUpForm};
use crate::view::page::Reader;

/// What the link carries.
#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    token: String,
}

/// What the form carries.
#[derive(Deserialize)]
#[serde(default)]
#[derive(Default)]
pub(super) struct Form {
    token: String,
    username: String,
    name: String,
    password: String,
}

/// Shows the form. Looking uses nothing up: messengers fetch links to show what is behind them.
pub(super) async fn show(services: Shared, request: HttpRequest, link: web::Query<Link>) -> Answer {
    let token = link.into_inner().token;
    if let Err(refusal) = check(&services, &request, &token).await {
        return wrong_link(&services, &request, refusal);
    }
    draw(
        &services,
        &request,
        StatusCode::OK,
        Form {
            token,
            ..Form::default()
        },
        None,
    )
}

/// Makes the administrator and the first room. Of several who try at once, one succeeds.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    form: web::Form<Form>,
) -> Answer {
    let form = form.into_inner();
    if let Err(refusal) = check(&services, &request, &form.token).await {
        return wrong_link(&services, &request, refusal);
    }
    let wanted = match Wanted::parse(&form.username, &form.name, &form.password) {
        Ok(wanted) => wanted,
        Err(refusal) => return refuse(&services, &request, form, refusal),
    };
    let account = wanted.account(&services, "administrator").await?;
    let username = account.username.clone();
    let beginning = Beginning::new(&services, &request, true)?;
    let (token, begin) = (form.token, beginning.statement(None));
    let lobby = NewRoom {
        closed: false,
        name: DisplayName::parse(LOBBY, "room")?,
        topic: String::new(),
    };
    let ended = services
        .store
        .write(move |conn| {
            if !site::use_setup_token(conn, &token)? {
                return Err(Error::NotFound);
            }
            let administrator = users::create(conn, &account)?;
            let slug = rooms::create(conn, administrator.id, &lobby)?;
            newcomers::set_joined(conn, &slug, true)?;
            begin(conn, administrator.id)
        })
        .await?;
    log::info!("set-up is done: {username} looks after this site");
    Ok(beginning.answer(&services, &request, username.as_str(), ended, "/"))
}

/// Whether set-up is still to be done and this is its token.
///
/// Errors: `NotFound` once it is done; `Forbidden` for a wrong token; `RateLimited` after many wrong ones.
async fn check(services: &Shared, request: &HttpRequest, token: &str) -> Result<()> {
    let site = services.store.read(site::load).await?;
    let right = site.setup_token.ok_or(Error::NotFound)?;
    let attempt = services
        .throttle
        .token(client::address(request, &services.config))?;
    if !secrets::same(&right, token) {
        return Err(Error::Forbidden);
    }
    services.throttle.take_back(attempt);
    Ok(())
}

fn wrong_link(services: &Shared, request: &HttpRequest, refusal: Error) -> Answer {
    match refusal {
        Error::Forbidden => {
            let refusal = Refusal::of_form("refusal-setup-token");
            draw(
                services,
                request,
                StatusCode::FORBIDDEN,
                Form::default(),
                Some(refusal),
            )
        }
        other => Err(other.into()),
    }
}

fn refuse(services: &Shared, request: &HttpRequest, form: Form, refusal: Error) -> Answer {
    match refusal {
        Error::Field { .. } => draw(
            services,
            request,
            StatusCode::UNPROCESSABLE_ENTITY,
            form,
            Some(Refusal::from(&refusal)),
        ),
        other => Err(other.into()),
    }
}

fn draw(
    services: &Shared,
    request: &HttpRequest,
    status: StatusCode,
    form: Form,
    refusal: Option<Refusal>,
) -> Answer {
    let reader = Reader {
        viewer: None,
        path: request.path(),
    };
    let form = SetUpForm {
        token: form.token,
        username: form.username,
        name: form.name,
    };
    let page: HttpResponse = refusals::html(
        status,
        services.pages.draw(reader, &SetUp { form, refusal })?,
    );
    Ok(page)
}
