//! Another password for somebody who forgot theirs, by a link that whoever runs the site made for them.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::accounts::Beginning;
use super::client;
use super::passwords::Password;
use super::refusals::{self, Answer, Shared};
use crate::error::{Error, Result};
use crate::store::password_resets::{self, Holder};
use crate::store::{sign_ins, users};
use crate::view::forms::{Refusal, Reset, ResetForm};
use crate::view::page::Reader;

/// What the link carries.
#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    token: String,
}

/// What the form carries.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Form {
    token: String,
    password: String,
}

/// Shows the form, or that the link is no longer good. Looking does not use it up.
pub(super) async fn show(services: Shared, request: HttpRequest, link: web::Query<Link>) -> Answer {
    let token = link.into_inner().token;
    match find(&services, &request, &token).await? {
        Some(holder) => draw(&services, &request, StatusCode::OK, token, &holder, None),
        None => void(&services, &request),
    }
}

/// Sets the password, ends all that the old one had begun, and signs in.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    form: web::Form<Form>,
) -> Answer {
    let form = form.into_inner();
    let Some(holder) = find(&services, &request, &form.token).await? else {
        return void(&services, &request);
    };
    let password = match Password::parse(&form.password) {
        Ok(password) => password,
        Err(refusal) => {
            let refusal = Some(Refusal::from(&refusal));
            return draw(
                &services,
                &request,
                StatusCode::UNPROCESSABLE_ENTITY,
                form.token,
                &holder,
                refusal,
            );
        }
    };
    let hash = services.passwords.hash(password).await?;
    let beginning = Beginning::new(&services, &request, true)?;
    let (token, begin) = (form.token, beginning.statement(None));
    let written = services.store.write(move |conn| {
        let user = password_resets::use_up(conn, &token)?;
        users::set_password(conn, user, &hash)?;
        sign_ins::end_all_of(conn, user)?;
        begin(conn, user)
    });
    match written.await {
        Ok(ended) => {
            services.chat.cut_off(holder.id);
            Ok(beginning.answer(&services, &request, &holder.username, ended, "/"))
        }
        Err(Error::NotFound) => void(&services, &request),
        Err(other) => Err(other.into()),
    }
}

/// Whose link this is, where it is good. Errors: `RateLimited` after many that were not.
async fn find(services: &Shared, request: &HttpRequest, token: &str) -> Result<Option<Holder>> {
    let attempt = services
        .throttle
        .token(client::address(request, &services.config))?;
    let token = token.to_owned();
    let found = services
        .store
        .read(move |conn| password_resets::holder(conn, &token))
        .await;
    if !matches!(found, Ok(None)) {
        services.throttle.take_back(attempt);
    }
    found
}

fn void(services: &Shared, request: &HttpRequest) -> Answer {
    let refusal = Some(Refusal::of_form("refusal-reset-invalid"));
    let page = Reset {
        form: ResetForm {
            token: String::new(),
        },
        username: String::new(),
        first: false,
        refusal,
        valid: false,
    };
    let reader = Reader {
        viewer: None,
        path: request.path(),
    };
    Ok(refusals::html(
        StatusCode::GONE,
        services.pages.draw(reader, &page)?,
    ))
}

fn draw(
    services: &Shared,
    request: &HttpRequest,
    status: StatusCode,
    token: String,
    holder: &Holder,
    refusal: Option<Refusal>,
) -> Answer {
    let page = Reset {
        form: ResetForm { token },
        username: holder.username.to_string(),
        first: holder.is_new,
        refusal,
        valid: true,
    };
    let reader = Reader {
        viewer: None,
        path: request.path(),
    };
    Ok(refusals::html(status, services.pages.draw(reader, &page)?))
}
