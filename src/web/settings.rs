//! Somebody's own account: another password, and the browsers that are signed in.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::attention;
use super::client;
use super::passwords::Password;
use super::profile;
use super::refusals::{self, Answer, Shared};
use super::visitor::{SignedIn, Visitor};
use crate::error::{Error, Result};
use crate::names;
use crate::store::uploads::{self, Quota};
use crate::store::{muted, reports, rooms, sign_ins, users};
use crate::view::forms::Refusal;
use crate::view::lobby;
use crate::view::page::Reader;
use crate::view::person::Person;
use crate::view::pictures::FILE_BYTES_MAX;
use crate::view::reports::MineLine;
use crate::view::settings::{Attending, OwnFiles, Settings, SignInLine};

/// Browsers on the page, of those used last.
const SHOWN_MAX: i64 = 100;

/// Files on the page, of those that came last.
const FILES_MAX: i64 = 20;

/// What was done just now, in the address that a form leads to.
#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    done: String,
}

/// What the form for another password carries.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct PasswordForm {
    current: String,
    password: String,
}

/// Which sign-ins are to end: one by its number, or all others.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct SignInForm {
    id: Option<i64>,
}

/// Shows the settings.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    link: web::Query<Link>,
) -> Answer {
    let done = match link.done.as_str() {
        "password" => "settings-done-password",
        "picture" => "settings-done-picture",
        "notifications" | "profile" => "settings-done-profile",
        "signed-out" => "settings-done-signed-out",
        "distance" => "settings-done-profile",
        _ => "",
    };
    draw(&services, &request, &signed_in, done, None).await
}

/// Sets another password, for whoever knows the one so far. Every other browser is signed out.
pub(super) async fn change_password(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    form: web::Form<PasswordForm>,
) -> Answer {
    match set_password(&services, &request, &signed_in, &form).await {
        Ok(()) => Ok(refusals::see_other("/settings?done=password")),
        Err(refusal @ Error::Field { .. }) => {
            let refusal = Some(Refusal::from(&refusal));
            draw(&services, &request, &signed_in, "", refusal).await
        }
        Err(limit @ Error::RateLimited(_)) => {
            let seconds = refusals::retry_after(&limit).unwrap_or(1);
            let refusal = Some(Refusal::throttled(seconds));
            draw(&services, &request, &signed_in, "", refusal).await
        }
        Err(other) => Err(other.into()),
    }
}

/// Signs one browser out, or all others.
pub(super) async fn sign_out(
    services: Shared,
    Visitor(signed_in): Visitor,
    form: web::Form<SignInForm>,
) -> Answer {
    let (user, this, wanted) = (signed_in.viewer.id, signed_in.sign_in, form.id);
    let write = services.store.write(move |conn| match wanted {
        Some(id) => {
            let ended = sign_ins::end_one_of(conn, user, id)?;
            Ok(if ended { vec![id] } else { Vec::new() })
        }
        None => sign_ins::end_others_of(conn, user, this),
    });
    for ended in write.await? {
        services.chat.sign_out(ended);
    }
    Ok(refusals::see_other("/settings?done=signed-out"))
}

async fn set_password(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    form: &PasswordForm,
) -> Result<()> {
    let password = Password::parse(&form.password)?;
    check_password(services, request, signed_in, &form.current).await?;
    let hash = services.passwords.hash(password).await?;
    let (user, this) = (signed_in.viewer.id, signed_in.sign_in);
    let write = services.store.write(move |conn| {
        users::set_password(conn, user, &hash)?;
        sign_ins::end_others_of(conn, user, this)
    });
    for ended in write.await? {
        services.chat.sign_out(ended);
    }
    Ok(())
}

/// Whether whoever uses this browser knows the account's password.
///
/// Errors: `Field` where they do not; `RateLimited` after some guesses.
pub(super) async fn check_password(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    current: &str,
) -> Result<()> {
    let skeleton = names::skeleton(&signed_in.viewer.username);
    let address = client::address(request, &services.config);
    // Whoever finds a browser signed in may not guess on at will.
    let attempt = services.throttle.sign_in(&skeleton, address, false)?;
    let stored = services
        .store
        .read(move |conn| users::credentials(conn, &skeleton))
        .await
        .map(|found| found.and_then(|found| found.password_hash));
    let matches = match stored {
        Ok(stored) => services.passwords.matches(current, stored).await,
        Err(fault) => Err(fault),
    };
    if !matches!(matches, Ok(false)) {
        services.throttle.take_back(attempt);
    }
    if !matches? {
        return Err(Error::Field {
            field: "current",
            code: "refusal-password-wrong",
        });
    }
    Ok(())
}

/// The page, with why a form came back.
pub(super) async fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    done: &'static str,
    refusal: Option<Refusal>,
) -> Answer {
    draw_typed(services, request, signed_in, done, refusal, |_| ()).await
}

/// The same, with what was typed where it is not what is set.
pub(super) async fn draw_typed(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    done: &'static str,
    refusal: Option<Refusal>,
    typed: impl FnOnce(&mut Attending),
) -> Answer {
    let viewer = signed_in.viewer.clone();
    let quota = Quota(services.config.upload_quota);
    let read = services.store.read(move |conn| {
        let listed = sign_ins::of_person(conn, viewer.id, SHOWN_MAX)?;
        let muted = muted::list(conn, viewer.id)?;
        let mine = reports::of_person(conn, viewer.id)?;
        let used = uploads::used_by(conn, viewer.id)?;
        let newest = uploads::newest_of(conn, viewer.id, FILES_MAX)?;
        let files = OwnFiles::new(used, quota.bytes(), newest);
        let joined = rooms::joined_by(conn, &viewer)?;
        Ok((listed, muted, mine, files, joined))
    });
    let (listed, muted, mine, files, joined) = read.await?;
    let mut attending = Attending::from(attention::of(services, signed_in.viewer.id).await?);
    typed(&mut attending);
    let own = profile::own(services, &signed_in.viewer).await?;
    let mut lines: Vec<SignInLine> = listed
        .into_iter()
        .map(|listed| SignInLine::new(listed, signed_in.sign_in))
        .collect();
    lines.sort_by_key(|line| !line.this);
    let page = Settings {
        rooms: lobby::listed(joined),
        own,
        picture_bytes_max: FILE_BYTES_MAX,
        attending,
        sign_ins: lines,
        files,
        reports: mine.into_iter().map(MineLine::from).collect(),
        muted: muted.into_iter().map(Person::from).collect(),
        done,
        refusal,
    };
    let status = match &page.refusal {
        Some(refusal) if refusal.code == "login-throttled" => StatusCode::TOO_MANY_REQUESTS,
        Some(refusal) if refusal.code == "picture-bytes" => StatusCode::PAYLOAD_TOO_LARGE,
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(status, services.pages.draw(reader, &page)?))
}
