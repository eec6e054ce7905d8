//! Adding people by a list: looked over first, then made, with a sheet of links that is shown once.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};

use super::refusals::{self, Answer, Shared};
use super::visitor::{Administrator, SignedIn};
use super::{client, deeds};
use crate::error::{Error, Result};
use crate::names::roster::{self, Entry, PEOPLE_MAX};
use crate::rights::{self, Action, Place};
use crate::store::additions::{self, Added, Checked, Newcomer, Wanted};
use crate::store::rooms::{self, Room};
use crate::store::{Time, password_resets};
use crate::view::adding::{AddPeople, Card, Line, RoomChoice, Sheet};
use crate::view::forms::Refusal;
use crate::view::page::Reader;
use crate::view::{lobby, qr};

/// Rooms that people are added to at once.
const ROOMS_MAX: usize = 10;

/// What the form carries, of which rooms may come several times.
#[derive(Default)]
struct Form {
    makes: bool,
    people: String,
    guests: bool,
    rooms: Vec<String>,
}

impl Form {
    fn read(fields: Vec<(String, String)>) -> Result<Form> {
        let mut form = Form::default();
        for (name, value) in fields {
            match (name.as_str(), value.as_str()) {
                ("do", "look") => form.makes = false,
                ("do", "make") => form.makes = true,
                ("role", "member") => form.guests = false,
                ("role", "guest") => form.guests = true,
                ("do", _) => return Err(Error::BadRequest("bad-form")),
                ("role", _) => return Err(Error::BadRequest("bad-role")),
                ("people", _) => form.people = value,
                ("room", _) => form.rooms.push(value),
                _ => {}
            }
        }
        Ok(form)
    }
}

/// A list that was looked over.
struct Looked {
    lines: Vec<Checked>,
    rooms: Vec<Room>,
}

/// Shows the form.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
) -> Answer {
    draw(&services, &request, &signed_in, Form::default(), None, None).await
}

/// Looks a list over, or makes the accounts on it where nothing is wrong with any.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
    fields: web::Form<Vec<(String, String)>>,
) -> Answer {
    let form = Form::read(fields.into_inner())?;
    let looked = match look(&services, &signed_in, &form).await {
        Ok(looked) => looked,
        Err(refusal @ Error::Field { .. }) => {
            let refusal = Some(Refusal::from(&refusal));
            return draw(&services, &request, &signed_in, form, None, refusal).await;
        }
        Err(other) => return Err(other.into()),
    };
    let newcomers: Option<Vec<Newcomer>> = looked
        .lines
        .iter()
        .map(|line| line.newcomer.clone().ok())
        .collect();
    match newcomers {
        Some(newcomers) if form.makes => {
            let wanted = Wanted {
                guests: form.guests,
                rooms: looked.rooms.iter().map(|room| room.id).collect(),
            };
            let (added, failure) =
                make(&services, &signed_in, newcomers, wanted, &looked.rooms).await;
            match failure {
                Some(Error::Conflict) if added.is_empty() => {
                    let looked = look(&services, &signed_in, &form).await?;
                    draw(&services, &request, &signed_in, form, Some(looked), None).await
                }
                Some(other) if added.is_empty() => Err(other.into()),
                failure => sheet(&services, &request, &signed_in, added, failure.is_some()),
            }
        }
        _ => draw(&services, &request, &signed_in, form, Some(looked), None).await,
    }
}

async fn look(services: &Shared, signed_in: &SignedIn, form: &Form) -> Result<Looked> {
    let refuse = |field, code| Err(Error::Field { field, code });
    let entries = roster::entries(&form.people);
    if entries.is_empty() {
        return refuse("people", "refusal-adding-nobody");
    }
    if entries.len() > PEOPLE_MAX {
        return refuse("people", "refusal-adding-many");
    }
    if form.guests && form.rooms.is_empty() {
        return refuse("room", "refusal-adding-guests");
    }
    if form.rooms.len() > ROOMS_MAX {
        return refuse("room", "refusal-adding-rooms");
    }
    let mut rooms = Vec::with_capacity(form.rooms.len());
    for slug in &form.rooms {
        let room = deeds::room(services, &signed_in.viewer, slug).await?;
        let add = Action::Add(room.rights, Place::Stranger);
        rights::may(signed_in.viewer.as_person(), add)?;
        rooms.push(room);
    }
    let check = services
        .store
        .read(move |conn| additions::check(conn, &entries));
    Ok(Looked {
        lines: check.await?,
        rooms,
    })
}

/// Makes accounts piece by piece. Those that were made are returned whatever becomes of the others: their links are shown once.
async fn make(
    services: &Shared,
    signed_in: &SignedIn,
    mut newcomers: Vec<Newcomer>,
    wanted: Wanted,
    rooms: &[Room],
) -> (Vec<Added>, Option<Error>) {
    let rooms: Vec<_> = rooms.iter().map(|room| (room.id, &*room.slug)).collect();
    let mut added = Vec::with_capacity(newcomers.len());
    let counted = wanted.clone();
    let count = services
        .store
        .read(move |conn| additions::piece(conn, &counted));
    let piece_max = match count.await {
        Ok(piece_max) => piece_max,
        Err(failure) => return (added, Some(failure)),
    };
    while !newcomers.is_empty() {
        let rest = newcomers.split_off(newcomers.len().min(piece_max));
        let piece = std::mem::replace(&mut newcomers, rest);
        let (actor, wanted) = (signed_in.viewer.clone(), wanted.clone());
        let add = services
            .store
            .write(move |conn| additions::add(conn, &actor, &piece, &wanted));
        match services.chat.beside(&rooms, add).await {
            Ok(more) => added.extend(more),
            Err(failure) => return (added, Some(failure)),
        }
    }
    log::info!("{} added {} people", signed_in.viewer.username, added.len());
    (added, None)
}

fn sheet(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    added: Vec<Added>,
    is_part: bool,
) -> Answer {
    let (origin, loopback) = client::site(request, &services.config);
    let card = |added: Added| {
        let url = format!("{origin}/reset?token={}", added.token);
        Card {
            name: added.name,
            username: added.username,
            qr: qr::svg(&url).unwrap_or_default(),
            url,
        }
    };
    let page = Sheet {
        cards: added.into_iter().map(card).collect(),
        until: Time::now().after(password_resets::NEWCOMER_LASTS).day(),
        is_part,
        loopback,
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

async fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    form: Form,
    looked: Option<Looked>,
    refusal: Option<Refusal>,
) -> Answer {
    let viewer = signed_in.viewer.clone();
    let read = services.store.read(move |conn| {
        Ok((
            rooms::joined_by(conn, &viewer)?,
            rooms::open_to(conn, &viewer)?,
        ))
    });
    let (joined, open) = read.await?;
    let person = signed_in.viewer.as_person();
    let offered = joined
        .iter()
        .chain(open.iter().filter(|room| !room.joined))
        .filter(|room| rights::may(person, Action::Add(room.rights, Place::Stranger)).is_ok())
        .map(|room| RoomChoice {
            slug: room.slug.clone(),
            name: room.name.clone(),
            chosen: form.rooms.contains(&room.slug),
        });
    let mut offered: Vec<RoomChoice> = offered.collect();
    offered.sort_by_key(|room| !room.chosen);
    let (offered, _) = lobby::first(offered, lobby::SHOWN_MAX);
    let lines: Vec<Line> = looked
        .map(|looked| looked.lines.into_iter().map(Line::from).collect())
        .unwrap_or_default();
    let wrong = lines.iter().filter(|line| !line.wrong.is_empty()).count();
    let resolved = lines
        .iter()
        .map(|line| Entry::line(&line.name, &line.username))
        .collect::<Vec<_>>()
        .join("\n");
    let page = AddPeople {
        rooms: lobby::listed(joined),
        offered,
        people: form.people,
        guests: form.guests,
        ready: !lines.is_empty() && wrong == 0,
        wrong,
        resolved,
        lines,
        refusal,
    };
    let status = if page.refusal.is_some() || page.wrong > 0 {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(status, services.pages.draw(reader, &page)?))
}
