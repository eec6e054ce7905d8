//! What administrators choose for the whole site, by forms that need no script.

use std::sync::atomic::Ordering;

use actix_web::http::StatusCode;
use actix_web::rt;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::paths;
use super::refusals::{self, Answer, Shared};
use super::visitor::{Administrator, SignedIn};
use crate::config::SignUp;
use crate::error::{Error, Result};
use crate::names::{DisplayName, Slug, SmallText};
use crate::rights::Circle;
use crate::store::newcomers;
use crate::store::rooms;
use crate::store::settings::Wishes;
use crate::view::forms::Refusal;
use crate::view::lobby;
use crate::view::page::Reader;
use crate::view::pictures::FILE_BYTES_MAX;
use crate::view::site::{ACCENTS, Chosen, JoinedRoom, SitePage};

const CONTACT_CHARACTERS_MAX: usize = 300;
const HOUSE_RULES_CHARACTERS_MAX: usize = 4_000;

/// What was done before the page is shown.
#[derive(Deserialize)]
pub(super) struct Shown {
    #[serde(default)]
    done: String,
}

/// What the forms carry: what to do, and with what. Each of them has some of the fields.
#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(rename = "do")]
    what: String,
    name: Option<String>,
    accent: Option<String>,
    contact: Option<String>,
    house_rules: Option<String>,
    signup: Option<String>,
    approves: Option<String>,
    makes_rooms: Option<String>,
    starts_directs: Option<String>,
    members_see_versions: Option<String>,
    emoji_only: Option<String>,
    #[serde(default)]
    room: String,
}

/// Shows them.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
    shown: web::Query<Shown>,
) -> Answer {
    let done = match shown.done.as_str() {
        "saved" => Some("site-done"),
        "everybody" => Some("site-done-everybody"),
        _ => None,
    };
    draw(&services, &request, &signed_in, done, None).await
}

/// Does what was asked for, and shows what came of it.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
    form: web::Form<Form>,
) -> Answer {
    let form = form.into_inner();
    match carry_out(&services, &signed_in, &form).await {
        Ok(done) => Ok(refusals::see_other(&format!("/admin/site?done={done}"))),
        Err(refusal @ Error::Field { .. }) => {
            let refusal = Refusal::from(&refusal);
            draw(
                &services,
                &request,
                &signed_in,
                None,
                Some((refusal, Some(form))),
            )
            .await
        }
        Err(other) => Err(other.into()),
    }
}

/// What was done: a word for the page that follows.
async fn carry_out(services: &Shared, signed_in: &SignedIn, form: &Form) -> Result<&'static str> {
    let actor = signed_in.viewer.clone();
    match form.what.as_str() {
        "looks" | "rights" => {
            let wishes = match form.what.as_str() {
                "looks" => looks(form)?,
                _ => rights(services, form)?,
            };
            services.store.change_settings(&actor, wishes).await?;
            Ok("saved")
        }
        "add-room" => {
            let slug = Slug::from_name(&form.room).ok_or(UNKNOWN_ROOM)?;
            let add = move |conn: &mut _| newcomers::add_room(conn, &actor, &slug);
            services.store.write(add).await?;
            Ok("saved")
        }
        "remove-room" => {
            let slug = Slug::from_address(&form.room).ok_or(Error::NotFound)?;
            let remove = move |conn: &mut _| newcomers::remove_room(conn, &actor, &slug);
            services.store.write(remove).await?;
            Ok("saved")
        }
        "everybody" => {
            add_everybody(services, signed_in).await?;
            Ok("everybody")
        }
        _ => Err(Error::BadRequest("bad-form")),
    }
}

const UNKNOWN_ROOM: Error = Error::Field {
    field: "room",
    code: "refusal-site-room",
};

fn looks(form: &Form) -> Result<Wishes> {
    let text = |field: &'static str, text: &Option<String>, most, code: &'static str| {
        let text = text.as_deref().unwrap_or_default();
        SmallText::lines(text, most).ok_or(Error::Field { field, code })
    };
    let name = match form.name.as_deref().unwrap_or_default().trim() {
        "" => String::new(),
        name => DisplayName::parse(name, "name")?.as_str().to_owned(),
    };
    let accent = form.accent.clone().unwrap_or_default();
    if !ACCENTS.contains(&accent.as_str()) {
        return Err(Error::BadRequest("bad-form"));
    }
    let contact = text(
        "contact",
        &form.contact,
        CONTACT_CHARACTERS_MAX,
        "refusal-site-contact",
    )?;
    let house_rules = text(
        "house_rules",
        &form.house_rules,
        HOUSE_RULES_CHARACTERS_MAX,
        "refusal-site-rules",
    )?;
    Ok(Wishes {
        name: Some(name),
        accent: Some(accent),
        contact: Some(contact),
        house_rules: Some(house_rules),
        ..Wishes::default()
    })
}

fn rights(services: &Shared, form: &Form) -> Result<Wishes> {
    let bad = Error::BadRequest("bad-form");
    let signup = match form.signup.as_deref() {
        // Where the server's own settings say it, nothing else is said here.
        _ if services.config.signup.is_some() => None,
        Some(word) => match SignUp::parse(word) {
            signup if signup.word() == word => Some(signup),
            _ => return Err(bad),
        },
        None => return Err(bad),
    };
    let circle = |word: &Option<String>| {
        let word = word.as_deref().unwrap_or_default();
        let circle = Circle::parse(word);
        (circle.word() == word)
            .then_some(circle)
            .ok_or(Error::BadRequest("bad-form"))
    };
    let makes_rooms = circle(&form.makes_rooms)?;
    if makes_rooms == Circle::Nobody {
        return Err(bad);
    }
    Ok(Wishes {
        signup,
        // A box that is not ticked is not in the form.
        approves: Some(form.approves.is_some()),
        makes_rooms: Some(makes_rooms),
        starts_directs: Some(circle(&form.starts_directs)?),
        members_see_versions: Some(form.members_see_versions.is_some()),
        emoji_only: Some(form.emoji_only.is_some()),
        ..Wishes::default()
    })
}

/// Adds everybody who is here already, after the answer and a piece at a time; once at a time.
async fn add_everybody(services: &Shared, signed_in: &SignedIn) -> Result<()> {
    let actor = signed_in.viewer.clone();
    let note = move |conn: &mut _| newcomers::note_everybody(conn, &actor);
    services.store.write(note).await?;
    let adding = services.adding_everybody.clone();
    if adding.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    let store = services.store.clone();
    rt::spawn(async move {
        if let Err(fault) = store.add_everybody().await {
            log::warn!("not everybody was added to the rooms that newcomers join: {fault}");
        }
        adding.store(false, Ordering::Relaxed);
    });
    Ok(())
}

/// Shows the forms again after a picture that could not be taken.
pub(super) async fn refuse(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    refusal: Refusal,
) -> Answer {
    draw(services, request, signed_in, None, Some((refusal, None))).await
}

async fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    done: Option<&'static str>,
    refused: Option<(Refusal, Option<Form>)>,
) -> Answer {
    let viewer = signed_in.viewer.clone();
    let read = services.store.read(move |conn| {
        Ok((
            newcomers::joined_rooms(conn)?,
            rooms::joined_by(conn, &viewer)?,
        ))
    });
    let (joined_rooms, joined) = read.await?;
    let settings = services.store.settings();
    let mut chosen = Chosen {
        name: settings.name.clone(),
        accent: settings.accent.clone(),
        contact: settings.contact.clone(),
        house_rules: settings.house_rules.clone(),
        signup: services.signup().word(),
        approves: settings.approves,
        makes_rooms: settings.makes_rooms.word(),
        starts_directs: settings.starts_directs.word(),
        members_see_versions: settings.members_see_versions,
        emoji_only: settings.emoji_only,
        room: String::new(),
    };
    let refusal = refused.map(|(refusal, typed)| {
        let Some(typed) = typed else {
            return refusal;
        };
        let keep = |value: &mut String, typed: Option<String>| {
            if let Some(typed) = typed {
                *value = typed;
            }
        };
        keep(&mut chosen.name, typed.name);
        keep(&mut chosen.accent, typed.accent);
        keep(&mut chosen.contact, typed.contact);
        keep(&mut chosen.house_rules, typed.house_rules);
        chosen.room = typed.room;
        refusal
    });
    let status = match &refusal {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let page = SitePage {
        rooms: lobby::listed(joined),
        chosen,
        signup_locked: services.config.signup.is_some(),
        accents: ACCENTS,
        picture_bytes_max: FILE_BYTES_MAX,
        can_add_room: joined_rooms.len() < newcomers::ROOMS_MAX,
        joined_rooms: joined_rooms
            .into_iter()
            .map(|(_, slug, name)| JoinedRoom {
                href: paths::room(&slug),
                slug,
                name,
            })
            .collect(),
        done,
        refusal,
    };
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    Ok(refusals::html(status, services.pages.draw(reader, &page)?))
}
