//! The link that lets others in.

use actix_web::HttpRequest;

use super::client;
use super::refusals::{self, Answer, Shared};
use super::visitor::Administrator;
use crate::config::SignUp as Mode;
use crate::store::site;
use crate::store::users::Viewer;
use crate::view::lobby::Invitation;
use crate::view::qr;

/// Makes a new link; the old one is void from then on.
pub(super) async fn renew(services: Shared, Administrator(signed_in): Administrator) -> Answer {
    let actor = signed_in.viewer.id;
    let renew = services
        .store
        .write(move |conn| site::renew_invitation(conn, actor));
    renew.await?;
    log::info!("{} renewed the invitation link", signed_in.viewer.username);
    Ok(refusals::see_other("/"))
}

/// The link as its card shows it; `None` where nobody is let in by a link, or not by this person.
pub(super) fn card(
    services: &Shared,
    request: &HttpRequest,
    viewer: &Viewer,
    token: &str,
) -> Option<Invitation> {
    if viewer.is_guest() {
        return None;
    }
    let (origin, loopback) = client::site(request, &services.config);
    let (url, can_renew) = match services.config.signup {
        Mode::Closed => return None,
        Mode::Open => (format!("{origin}/signup"), false),
        Mode::Invite => (
            format!("{origin}/signup?invite={token}"),
            viewer.is_administrator(),
        ),
    };
    Some(Invitation {
        qr: qr::svg(&url).unwrap_or_default(),
        url,
        loopback,
        can_renew,
    })
}
