//! Signing in and out.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::accounts::{self, Beginning};
use super::cookies::{self, SessionToken};
use super::refusals::{self, Answer, Shared};
use super::visitor::Anyone;
use super::{client, paths};
use crate::config::SignUp as Mode;
use crate::error::{Error, Result};
use crate::names;
use crate::store::users::Credentials;
use crate::store::{Time, sign_ins, site, users};
use crate::view::forms::{LogIn, LogInForm, Refusal};
use crate::view::page::Reader;

/// No username is longer; what is typed beyond it is nobody's.
const NAME_BYTES_MAX: usize = 256;

/// Where to go on to.
#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    next: String,
}

/// What the form carries.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Form {
    username: String,
    password: String,
    next: String,
    remember: Option<String>,
}

/// Shows the form.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    link: web::Query<Link>,
    anyone: Anyone,
) -> Answer {
    let next = paths::local(&link.next).to_owned();
    if anyone.0.is_some() {
        return Ok(refusals::see_other(&next));
    }
    let is_set_up = services.store.read(site::load).await?.setup_token.is_none();
    let refusal = (!is_set_up).then(|| Refusal::of_form("refusal-not-set-up"));
    let form = LogInForm {
        username: String::new(),
        next,
        remember: true,
    };
    Ok(refusals::html(
        StatusCode::OK,
        draw(&services, &request, form, refusal)?,
    ))
}

/// Signs in. The answer is the same for a name that nobody has and for a wrong password, and takes as long.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    form: web::Form<Form>,
) -> Answer {
    let form = form.into_inner();
    let next = paths::local(&form.next).to_owned();
    match enter(&services, &request, &form).await {
        Ok(Entered::In(beginning, ended)) => {
            Ok(beginning.answer(&services, &request, form.username.trim(), ended, &next))
        }
        Ok(Entered::SuspendedUntil(until)) => {
            let refusal = Refusal::suspended(until);
            Ok(refusals::html(
                StatusCode::FORBIDDEN,
                draw(&services, &request, again(form, next), Some(refusal))?,
            ))
        }
        Err(Error::SignedOut) => {
            let refusal = Refusal::of_form("refusal-login-wrong");
            Ok(refusals::html(
                StatusCode::UNAUTHORIZED,
                draw(&services, &request, again(form, next), Some(refusal))?,
            ))
        }
        Err(limit @ Error::RateLimited(_)) => {
            let seconds = refusals::retry_after(&limit).unwrap_or(1);
            let refusal = Refusal::throttled(seconds);
            let page = draw(&services, &request, again(form, next), Some(refusal))?;
            Ok(refusals::html_of(Some(&limit), page))
        }
        Err(other) => Err(other.into()),
    }
}

/// Shows the form to somebody whose sign-in ended while they wrote, with what they wrote: no other place has it.
pub(super) fn with_unsent(
    services: &Shared,
    request: &HttpRequest,
    next: String,
    text: String,
) -> Answer {
    let page = LogIn {
        form: LogInForm {
            username: String::new(),
            next,
            remember: true,
        },
        refusal: None,
        signup_open: services.signup() == Mode::Open,
        unsent: Some(text),
    };
    let reader = Reader {
        viewer: None,
        path: request.path(),
    };
    Ok(refusals::html(
        StatusCode::UNAUTHORIZED,
        services.pages.draw(reader, &page)?,
    ))
}

/// Signs out: the row first, then every socket of this sign-in.
pub(super) async fn leave(services: Shared, request: HttpRequest) -> Answer {
    if let Some(token) = SessionToken::presented(&request, &services.config) {
        let hash = token.hash();
        if let Some(ended) = services
            .store
            .write(move |conn| sign_ins::end(conn, &hash))
            .await?
        {
            services.chat.sign_out(ended);
        }
    }
    let mut response: HttpResponse = refusals::see_other("/login");
    let secure = client::is_secure(&request, &services.config);
    response
        .add_cookie(&cookies::removal(secure))
        .map_err(|fault| Error::Internal(fault.to_string()))?;
    Ok(response)
}

/// What came of a name and a password that match.
enum Entered {
    /// A sign-in, and the number of the one that it takes the place of.
    In(Beginning, Option<i64>),
    /// They may not come in before that.
    SuspendedUntil(Time),
}

async fn enter(services: &Shared, request: &HttpRequest, form: &Form) -> Result<Entered> {
    let credentials = check(services, request, form)
        .await?
        .ok_or(Error::SignedOut)?;
    // Told to nobody but who knows the password.
    if let Some(until) = credentials.suspended_until {
        return Ok(Entered::SuspendedUntil(until));
    }
    let beginning = Beginning::new(services, request, form.remember.is_some())?;
    let ended = accounts::begin(services, &beginning, credentials).await?;
    Ok(Entered::In(beginning, ended))
}

/// Whose name and password these are; `None` where they do not match.
async fn check(
    services: &Shared,
    request: &HttpRequest,
    form: &Form,
) -> Result<Option<Credentials>> {
    let typed = form.username.trim();
    // PostgreSQL knows no text with NUL, and nobody has such a name.
    let possible = typed.len() <= NAME_BYTES_MAX && !typed.contains('\0');
    let skeleton = if possible {
        names::skeleton(typed)
    } else {
        String::new()
    };
    let secure = client::is_secure(request, &services.config);
    let known = services.known_browsers.knows(request, secure, &skeleton);
    let address = client::address(request, &services.config);
    let attempt = services.throttle.sign_in(&skeleton, address, known)?;
    match compare(services, skeleton, &form.password).await {
        Ok(None) => Ok(None),
        // Whoever could not be answered has guessed nothing.
        other => {
            services.throttle.take_back(attempt);
            other
        }
    }
}

async fn compare(
    services: &Shared,
    skeleton: String,
    password: &str,
) -> Result<Option<Credentials>> {
    let found = services
        .store
        .read(move |conn| users::credentials(conn, &skeleton))
        .await?;
    let stored = found.as_ref().and_then(|found| found.password_hash.clone());
    let same = services.passwords.matches(password, stored).await?;
    Ok(found.filter(|_| same))
}

fn again(form: Form, next: String) -> LogInForm {
    LogInForm {
        username: form.username,
        next,
        remember: form.remember.is_some(),
    }
}

fn draw(
    services: &Shared,
    request: &HttpRequest,
    form: LogInForm,
    refusal: Option<Refusal>,
) -> Result<String> {
    let reader = Reader {
        viewer: None,
        path: request.path(),
    };
    let signup_open = services.signup() == Mode::Open;
    services.pages.draw(
        reader,
        &LogIn {
            form,
            refusal,
            signup_open,
            unsent: None,
        },
    )
}
