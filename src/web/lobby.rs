//! The lobby: rooms, people, and the form that makes rooms.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::api::new_room;
use super::refusals::{self, Answer, Shared};
use super::visitor::{SignedIn, Visitor};
use super::{invitation, paths};
use crate::error::{Error, Result};
use crate::names::Slug;
use crate::rights::{self, Action};
use crate::store::reports::{self, Mine, queue};
use crate::store::users::Viewer;
use crate::store::{invitations, newcomers, rooms, site, users};
use crate::view::forms::Refusal;
use crate::view::lobby::{self, Lobby, NewRoomForm, RoomLink, Sorted};
use crate::view::page::Reader;
use crate::view::person::Person;
use crate::view::reports::MineLine;

/// What the form that makes rooms carries.
#[derive(Deserialize, Default)]
#[serde(default)]
pub(super) struct Form {
    name: String,
    topic: String,
    kind: String,
}

/// Shows the lobby.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
) -> Answer {
    draw(
        &services,
        &request,
        &signed_in,
        StatusCode::OK,
        NewRoomForm::default(),
        None,
    )
    .await
}

/// Leads from `/chat/` to the lobby.
pub(super) async fn redirect() -> HttpResponse {
    refusals::see_other("/")
}

/// Makes a room, or leads to the open one that has the name already.
pub(super) async fn make_room(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    form: web::Form<Form>,
) -> Answer {
    let form = form.into_inner();
    match make(&services, &signed_in, &form).await {
        Ok(slug) => Ok(refusals::see_other(&paths::room(slug.as_str()))),
        Err(refusal @ Error::Field { .. }) => {
            let (status, refusal) = (refusals::status(&refusal), Refusal::from(&refusal));
            draw(
                &services,
                &request,
                &signed_in,
                status,
                NewRoomForm { name: form.name },
                Some(refusal),
            )
            .await
        }
        Err(other) => Err(other.into()),
    }
}

async fn make(services: &Shared, signed_in: &SignedIn, form: &Form) -> Result<Slug> {
    let kind = Some(form.kind.as_str()).filter(|kind| !kind.is_empty());
    let new = new_room(&form.name, kind, Some(&form.topic))?;
    let wanted = Slug::from_name(new.name.as_str());
    let maker = signed_in.viewer.clone();
    let circle = services.store.settings().makes_rooms;
    if let Err(refusal) = rights::may(maker.as_person(), Action::MakeRoom(circle)) {
        // Whoever types the name of a room without script may have meant to go there.
        return match wanted {
            Some(slug) if !new.closed => is_known(services, &maker, slug).await,
            _ => Err(refusal),
        };
    }
    let attempt = services.room_making.room(maker.id)?;
    let made = services
        .store
        .write(move |conn| rooms::make(conn, &maker, &new))
        .await;
    if made.is_err() {
        services.room_making.take_back(attempt);
    }
    match made {
        Err(Error::Conflict) => wanted.ok_or(Error::Conflict),
        made => made,
    }
}

/// The slug of a room that somebody may know of.
///
/// Errors: `Field` where there is none, and they may make none.
async fn is_known(services: &Shared, viewer: &Viewer, slug: Slug) -> Result<Slug> {
    let viewer = viewer.clone();
    let read = services
        .store
        .read(move |conn| rooms::by_slug(conn, &viewer, &slug).map(|_| slug));
    read.await.map_err(|error| match error {
        Error::NotFound => Error::Field {
            field: "name",
            code: "refusal-room-making",
        },
        other => other,
    })
}

/// What came of somebody's reports, as far as they have not seen it.
fn news_of(mine: Vec<Mine>) -> Vec<MineLine> {
    let lines = mine.into_iter().map(MineLine::from);
    lines.filter(|line| line.is_news).collect()
}

async fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    status: StatusCode,
    form: NewRoomForm,
    refusal: Option<Refusal>,
) -> Answer {
    let viewer = signed_in.viewer.clone();
    // Who is here is an ornament: the page comes without it where the hub has no time.
    let there = services.chat.presences().await.unwrap_or_default();
    let online = there.some(lobby::PEOPLE_MAX);
    let read = services.store.read(move |conn| {
        let (rooms, people) = (
            rooms::visible_to(conn, &viewer)?,
            users::some_known_to(conn, &viewer, &online, lobby::PEOPLE_MAX)?,
        );
        let mine = reports::of_person(conn, viewer.id)?;
        let open = match viewer.is_administrator() {
            true => queue::open_count(conn)?,
            false => 0,
        };
        let by_members = site::load(conn)?.members_invite;
        let own = invitations::own(conn)?;
        let waiting = if viewer.is_administrator() {
            newcomers::waiting(conn)?
        } else {
            0
        };
        Ok((rooms, people, (mine, open), (own, by_members), waiting))
    });
    let (rooms, (mut people, more_people), (mine, open_reports), (own, by_members), waiting) =
        read.await?;
    for profile in &mut people {
        there.complete(profile);
    }
    let Sorted {
        listed,
        hidden,
        others,
    } = lobby::sorted(rooms);
    let (others, more_others) = lobby::first(others, lobby::OTHERS_MAX);
    let page = Lobby {
        rooms: listed,
        hidden,
        others: others.into_iter().map(RoomLink::from).collect(),
        more_others,
        people: people.into_iter().map(Person::from).collect(),
        more_people,
        waiting,
        report_news: news_of(mine),
        open_reports,
        invitation: invitation::card(
            services,
            request,
            &signed_in.viewer,
            own.as_deref(),
            by_members,
        ),
        refusal,
        form,
    };
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: "/",
    };
    Ok(refusals::html(status, services.pages.draw(reader, &page)?))
}
