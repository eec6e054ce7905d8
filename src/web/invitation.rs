//! The link that lets others in, as its card on the first page shows it, and the site's own one among those.

use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::client;
use super::refusals::{self, Answer, Shared};
use super::visitor::Administrator;
use crate::config::SignUp as Mode;
use crate::error::Error;
use crate::rights::{self, Action};
use crate::store::invitations;
use crate::store::users::Viewer;
use crate::view::lobby::Invitation;
use crate::view::qr;

/// What the form carries.
#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(rename = "do", default)]
    what: String,
}

/// Makes a new link in place of the site's own, or ends that; the old one is void from then on.
pub(super) async fn renew(
    services: Shared,
    Administrator(signed_in): Administrator,
    form: web::Form<Form>,
) -> Answer {
    let another = match form.what.as_str() {
        "" | "renew" => true,
        "end" => false,
        _ => return Err(Error::BadRequest("bad-form").into()),
    };
    let actor = signed_in.viewer.clone();
    let replace = services
        .store
        .write(move |conn| invitations::replace_own(conn, &actor, another));
    replace.await?;
    log::info!("{} renewed the invitation link", signed_in.viewer.username);
    Ok(refusals::see_other("/"))
}

/// The link as its card shows it; `None` where nobody is let in by a link, or not by this person.
pub(super) fn card(
    services: &Shared,
    request: &HttpRequest,
    viewer: &Viewer,
    own: Option<&str>,
    by_members: bool,
) -> Option<Invitation> {
    let invite = Action::Invite {
        by_members,
        room: None,
        as_guest: false,
    };
    rights::may(viewer.as_person(), invite).ok()?;
    let (origin, loopback) = client::site(request, &services.config);
    let (url, can_renew) = match services.signup() {
        Mode::Closed => return None,
        Mode::Open => (Some(format!("{origin}/signup")), false),
        Mode::Invite => (
            own.map(|token| link(&origin, token)),
            viewer.is_administrator(),
        ),
    };
    Some(Invitation {
        qr: url.as_deref().and_then(qr::svg).unwrap_or_default(),
        url: url.unwrap_or_default(),
        loopback,
        can_renew,
    })
}

/// Where a token leads to.
pub(super) fn link(origin: &str, token: &str) -> String {
    format!("{origin}/signup?invite={token}")
}
