//! Direct rooms: found by the people they are of, and made where there is none.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::api;
use super::composing::Form;
use super::deeds;
use super::paths;
use super::refusals::{self, Answer, Shared};
use super::visitor::{Caller, SignedIn, Visitor};
use crate::error::{Error, Result};
use crate::json::Object;
use crate::names::ClientId;
use crate::rights::{self, Action};
use crate::store::UserId;
use crate::store::directs;
use crate::store::muted;
use crate::store::rooms::{self, Room};
use crate::store::users::{self, Profile, Viewer};
use crate::view::direct::Beginning;
use crate::view::forms::Refusal;
use crate::view::lobby;
use crate::view::page::Reader;
use crate::view::person::Person;

/// Who is to be in it, beside whoever asks.
#[derive(Deserialize)]
pub(super) struct Wanted {
    usernames: Vec<String>,
}

/// The direct room of some people, made where there is none.
pub(super) async fn open(
    services: Shared,
    caller: Caller,
    web::Json(Object(body)): web::Json<Object<Wanted>>,
) -> api::Answer {
    if body.usernames.len() > directs::PEOPLE_MAX {
        return Err(Error::Field {
            field: "usernames",
            code: "refusal-direct-people",
        }
        .into());
    }
    let mut others = BTreeSet::new();
    for username in &body.usernames {
        others.insert(deeds::person(&services, &caller.viewer, username).await?);
    }
    let (room, made) = find_or_make(&services, &caller.viewer, others).await?;
    let mut answer = if made {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    Ok(answer.json(room))
}

/// Leads to the direct room of the reader and somebody, or shows where its first message is written.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    username: web::Path<String>,
) -> Answer {
    let other = deeds::person(&services, &signed_in.viewer, &username).await?;
    let (viewer, people) = (signed_in.viewer.clone(), both(&signed_in.viewer, other));
    let found = services.store.read(move |conn| {
        let Some(id) = directs::find(conn, &people)? else {
            return Ok(None);
        };
        rooms::by_id(conn, &viewer, id).map(Some)
    });
    match found.await? {
        Some(room) => Ok(refusals::see_other(&paths::room(&room.slug))),
        None => draw(&services, &request, &signed_in, other, None, String::new()).await,
    }
}

/// Makes the room with its first message.
pub(super) async fn post(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    username: web::Path<String>,
    form: web::Form<Form>,
) -> Answer {
    let other = deeds::person(&services, &signed_in.viewer, &username).await?;
    let typed = form.typed();
    match begin(&services, &signed_in.viewer, other, form.into_inner()).await {
        Ok(room) => Ok(refusals::see_other(&paths::room(&room.slug))),
        Err(refusal @ (Error::Empty | Error::TooLong | Error::Refused(_))) => {
            draw(
                &services,
                &request,
                &signed_in,
                other,
                Some(&refusal),
                typed,
            )
            .await
        }
        Err(other) => Err(other.into()),
    }
}

/// Leads to the address that ends in a slash.
pub(super) async fn redirect(username: web::Path<String>) -> HttpResponse {
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, paths::direct(&username)))
        .finish()
}

async fn begin(services: &Shared, viewer: &Viewer, other: UserId, form: Form) -> Result<Room> {
    // Checked first: nobody gets a room of which they refuse the first word.
    let (client_id, posting) = form.checked()?;
    let (room, _) = find_or_make(services, viewer, BTreeSet::from([other])).await?;
    services
        .chat
        .post(viewer, &room, client_id, posting)
        .await?;
    Ok(room)
}

async fn find_or_make(
    services: &Shared,
    viewer: &Viewer,
    others: BTreeSet<UserId>,
) -> Result<(Room, bool)> {
    let mut people = others.clone();
    people.insert(viewer.id);
    let known = {
        let people = people.clone();
        let found = services
            .store
            .read(move |conn| directs::find(conn, &people));
        found.await?
    };
    let attempt = match known {
        Some(_) => None,
        None => {
            let circle = services.store.settings().starts_directs_with(people.len());
            rights::may(viewer.as_person(), Action::StartDirect(circle))?;
            Some(services.room_making.room(viewer.id)?)
        }
    };
    let mut made = open_once(services, viewer, &others).await;
    if matches!(made, Err(Error::Conflict)) {
        // Another of them has made it at the same moment.
        made = open_once(services, viewer, &others).await;
    }
    if let Some(attempt) = attempt
        && !matches!(made, Ok((_, true)))
    {
        services.room_making.take_back(attempt);
    }
    let made = made?;
    if made.1 {
        for person in people {
            services.chat.access_changed(person);
        }
    }
    Ok(made)
}

async fn open_once(
    services: &Shared,
    viewer: &Viewer,
    others: &BTreeSet<UserId>,
) -> Result<(Room, bool)> {
    let (viewer, others) = (viewer.clone(), others.clone());
    let write = services.store.write(move |conn| {
        let (id, made) = directs::open(conn, &viewer, &others)?;
        Ok((rooms::by_id(conn, &viewer, id)?, made))
    });
    write.await
}

fn both(viewer: &Viewer, other: UserId) -> BTreeSet<UserId> {
    BTreeSet::from([viewer.id, other])
}

async fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    other: UserId,
    refusal: Option<&Error>,
    typed: String,
) -> Answer {
    let viewer = signed_in.viewer.clone();
    let read = services.store.read(move |conn| {
        let mut profile = users::profile(conn, other)?;
        muted::tell(conn, viewer.id, [&mut profile])?;
        Ok((profile, rooms::joined_by(conn, &viewer)?))
    });
    let (profile, joined): (Profile, Vec<Room>) = read.await?;
    let notes = profile.id == signed_in.viewer.id;
    let circle = services
        .store
        .settings()
        .starts_directs_with(if notes { 1 } else { 2 });
    let person = signed_in.viewer.as_person();
    let page = Beginning {
        rooms: lobby::listed(joined),
        action: paths::direct(&profile.username),
        notes,
        person: Person::from(profile),
        can_post: rights::may(person, Action::StartDirect(circle)).is_ok(),
        guest: signed_in.viewer.is_guest(),
        client_id: ClientId::fresh()?.to_string(),
        message: typed,
        refusal: refusal.map(Refusal::from),
    };
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    let status = refusal.map_or(StatusCode::OK, refusals::status);
    Ok(refusals::html(status, services.pages.draw(reader, &page)?))
}
