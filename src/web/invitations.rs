//! Links that let others in, made and ended by those who may.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::refusals::{self, Answer, Shared};
use super::visitor::{Administrator, SignedIn, Visitor};
use super::{client, deeds, invitation, paths};
use crate::config::SignUp as Mode;
use crate::error::{Error, Result};
use crate::names::Slug;
use crate::rights::{self, Action, Role};
use crate::store::invitations::listing::{self, Listed};
use crate::store::invitations::{self, Wanted};
use crate::store::rooms::{self, Room};
use crate::store::users::Viewer;
use crate::store::{Conn, site};
use crate::view::forms::Refusal;
use crate::view::invitations::{AdminInvitations, Invitations, LinkLine, MakeForm, Offer};
use crate::view::lobby;
use crate::view::page::Reader;

/// Characters of a search; no name has more.
const WANTED_MAX: usize = 64;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What is looked for, which page of it, and which room a new link is to lead into.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Search {
    q: String,
    page: Option<usize>,
    room: String,
}

/// A link to be made.
#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(default)]
    room: String,
    #[serde(default)]
    role: String,
    lasts: String,
    uses: String,
}

/// Shows one's own.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    search: web::Query<Search>,
) -> Answer {
    let form = MakeForm::usual(search.room.clone());
    draw(&services, &request, &signed_in, search.page, form, None).await
}

/// Makes one.
pub(super) async fn make(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    form: web::Form<Form>,
) -> Answer {
    match carry_out(&services, &signed_in.viewer, &form).await {
        Ok(()) => Ok(refusals::see_other("/invitations")),
        Err(refusal @ Error::Field { .. }) => {
            let Form {
                room,
                role,
                lasts,
                uses,
            } = form.into_inner();
            let form = MakeForm {
                room,
                guest: role == "guest",
                lasts,
                uses,
            };
            let refusal = Some(Refusal::from(&refusal));
            draw(&services, &request, &signed_in, None, form, refusal).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn carry_out(services: &Shared, viewer: &Viewer, form: &Form) -> Result<()> {
    let lasts = match form.lasts.as_str() {
        "1" => Some(DAY),
        "7" => Some(7 * DAY),
        "30" => Some(30 * DAY),
        "never" => None,
        _ => return Err(Error::BadRequest("bad-invitation")),
    };
    let uses_max = match form.uses.as_str() {
        "unlimited" => None,
        "1" | "5" | "25" | "100" => form.uses.parse().ok(),
        _ => return Err(Error::BadRequest("bad-invitation")),
    };
    let guest = match form.role.as_str() {
        "" | "member" => false,
        "guest" => true,
        _ => return Err(Error::BadRequest("bad-invitation")),
    };
    let room = match form.room.as_str() {
        "" if guest => {
            return Err(Error::Field {
                field: "room",
                code: "refusal-invitation-guest",
            });
        }
        "" => None,
        slug => Some(deeds::room(services, viewer, slug).await?.id),
    };
    let wanted = Wanted {
        room,
        guest,
        lasts,
        uses_max,
    };
    let maker = viewer.id;
    let attempt = services.invitation_making.room(maker)?;
    let made = services
        .store
        .write(move |conn| invitations::make(conn, maker, &wanted))
        .await;
    if made.is_err() {
        services.invitation_making.take_back(attempt);
    }
    made
}

/// Where the form was that ends a link.
#[derive(Deserialize)]
pub(super) struct EndForm {
    #[serde(default)]
    from: String,
}

/// Ends one: one's own, or for administrators anybody's.
pub(super) async fn end(
    services: Shared,
    Visitor(signed_in): Visitor,
    id: web::Path<i64>,
    form: web::Form<EndForm>,
) -> Answer {
    let id = id.into_inner();
    services
        .store
        .write(move |conn| invitations::revoke(conn, &signed_in.viewer, id))
        .await?;
    Ok(refusals::see_other(match form.from.as_str() {
        "admin" => "/admin/invitations",
        _ => "/invitations",
    }))
}

/// What the first page of them is read from.
struct Own {
    page: listing::Page,
    by_members: bool,
    joined: Vec<Room>,
    open: Vec<Room>,
}

async fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    number: Option<usize>,
    form: MakeForm,
    refusal: Option<Refusal>,
) -> Answer {
    let viewer = signed_in.viewer.clone();
    let person = viewer.as_person();
    if matches!(person.role, Role::Guest | Role::Bot) {
        return Err(Error::Forbidden.into());
    }
    let wanted = Slug::from_address(&form.room);
    let read = services
        .store
        .read(move |conn| own(conn, &viewer, number.unwrap_or(1), wanted.as_ref()));
    let own = read.await?;
    let by_members = own.by_members;
    let may = |room, as_guest| {
        let invite = Action::Invite {
            by_members,
            room,
            as_guest,
        };
        rights::may(person, invite).is_ok()
    };
    let rooms = own.joined.iter().chain(&own.open);
    let offered = rooms
        .filter(|room| may(Some(room.rights), false))
        .map(Offer::from);
    let (offered, _) = lobby::first(offered.collect(), lobby::SHOWN_MAX);
    let (origin, loopback) = client::site(request, &services.config);
    let page = Invitations {
        can_make: may(None, false),
        can_make_guests: person.role == Role::Administrator,
        makes_accounts: services.signup() != Mode::Closed,
        offered,
        all: own.page.all,
        number: own.page.number,
        last: own.page.last,
        links: lines(own.page.links, &origin, true),
        loopback,
        rooms: lobby::listed(own.joined),
        form,
        refusal,
    };
    let status = match &page.refusal {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(status, services.pages.draw(reader, &page)?))
}

/// One's links, and the rooms that a new one could lead into. Of open rooms that one is not in, which may be many, all are read
/// for administrators alone: others invite into rooms they belong to.
fn own(conn: &mut Conn, viewer: &Viewer, number: usize, wanted: Option<&Slug>) -> Result<Own> {
    let joined = rooms::joined_by(conn, viewer)?;
    let mut open = Vec::new();
    if viewer.is_administrator() {
        open = rooms::open_to(conn, viewer)?;
        open.retain(|room| !room.joined);
        open.sort_by_key(|room| wanted.is_none_or(|slug| slug.as_str() != room.slug));
    }
    Ok(Own {
        page: listing::of_maker(conn, viewer, number)?,
        by_members: site::load(conn)?.members_invite,
        joined,
        open,
    })
}

fn lines(links: Vec<Listed>, origin: &str, mine: bool) -> Vec<LinkLine> {
    let line = |link: Listed| {
        let url = link
            .token
            .as_deref()
            .map(|token| invitation::link(origin, token));
        LinkLine::new(link, url, mine)
    };
    links.into_iter().map(line).collect()
}

/// Shows everyone's.
pub(super) async fn show_all(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
    search: web::Query<Search>,
) -> Answer {
    let wanted: String = search.q.chars().take(WANTED_MAX).collect();
    let (viewer, looked_for) = (signed_in.viewer.clone(), wanted.clone());
    let number = search.page.unwrap_or(1);
    let read = services.store.read(move |conn| {
        Ok((
            listing::all(conn, &viewer, &looked_for, number)?,
            site::load(conn)?.members_invite,
            rooms::joined_by(conn, &viewer)?,
        ))
    });
    let (found, by_members, joined) = read.await?;
    let (origin, _) = client::site(&request, &services.config);
    let page = AdminInvitations {
        rooms: lobby::listed(joined),
        query: paths::query_value(&wanted),
        wanted,
        by_members,
        all: found.all,
        number: found.number,
        last: found.last,
        links: lines(found.links, &origin, false),
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

/// Who makes invitations.
#[derive(Deserialize)]
pub(super) struct Switch {
    /// A box that is not ticked is not in the form.
    members_invite: Option<String>,
}

/// Lets members make invitations, or only administrators.
pub(super) async fn switch(
    services: Shared,
    Administrator(signed_in): Administrator,
    form: web::Form<Switch>,
) -> Answer {
    let (actor, on) = (signed_in.viewer, form.members_invite.is_some());
    services
        .store
        .write(move |conn| site::set_members_invite(conn, &actor, on))
        .await?;
    Ok(refusals::see_other("/admin/invitations"))
}
