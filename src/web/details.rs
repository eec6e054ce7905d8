//! A room's details, and all that can be done to it, by forms that need no script.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::api::checked_topic;
use super::deeds::{self, As};
use super::lists;
use super::members::checked_slow_mode;
use super::paths;
use super::refusals::{self, Answer, Shared};
use super::visitor::{SignedIn, Visitor};
use crate::chat::Presences;
use crate::error::{Error, Result};
use crate::names::DisplayName;
use crate::rights::{self, Action, Kind, Place, Role};
use crate::store::lists::Wish;
use crate::store::memberships::{self, Member};
use crate::store::rooms::{self, Room};
use crate::store::{Deed, UserId, site};
use crate::view::details::{self, Details, MemberLine};
use crate::view::forms::Refusal;
use crate::view::lobby;
use crate::view::page::Reader;
use crate::view::person::Person;

/// What the forms carry: what to do, and with what.
#[derive(Deserialize)]
pub(super) struct Form {
    #[serde(rename = "do")]
    what: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    topic: String,
    #[serde(default)]
    username: String,
    #[serde(default)]
    confirm: String,
    #[serde(default)]
    read_only: Option<String>,
    #[serde(default)]
    members_add: Option<String>,
    shows_reading: Option<String>,
    #[serde(default)]
    slow_mode: String,
}

/// Shows them.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
) -> Answer {
    let room = deeds::room(&services, &signed_in.viewer, &slug).await?;
    draw(&services, &request, &signed_in, room, None).await
}

/// Does what was asked for, and shows what came of it.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    form: web::Form<Form>,
) -> Answer {
    let room = deeds::room(&services, &signed_in.viewer, &slug).await?;
    let id = room.id;
    match carry_out(&services, &signed_in, &room, &form).await {
        Ok(()) => {
            // Its address may be another now; and whoever left a closed room finds it no more.
            let viewer = signed_in.viewer.clone();
            let found = services
                .store
                .read(move |conn| rooms::by_id(conn, &viewer, id));
            let next = match found.await {
                Ok(room) if form.what == "join" => paths::room(&room.slug),
                Ok(room) if form.what != "leave" => paths::details(&room.slug),
                Ok(_) | Err(Error::NotFound) => "/".to_owned(),
                Err(other) => return Err(other.into()),
            };
            Ok(refusals::see_other(&next))
        }
        Err(refusal @ (Error::Field { .. } | Error::Conflict)) => {
            let refusal = match refusal {
                Error::Conflict => Refusal::of_form("refusal-details-last-owner"),
                field => Refusal::from(&field),
            };
            draw(&services, &request, &signed_in, room, Some(refusal)).await
        }
        Err(other) => Err(other.into()),
    }
}

async fn carry_out(
    services: &Shared,
    signed_in: &SignedIn,
    room: &Room,
    form: &Form,
) -> Result<()> {
    let viewer = &signed_in.viewer;
    let deed = match form.what.as_str() {
        "change" => {
            let name = DisplayName::parse(&form.name, "room")?;
            let topic = checked_topic(Some(&form.topic)).map_err(|_| Error::Field {
                field: "topic",
                code: "refusal-details-topic",
            })?;
            services.chat.act(viewer, room, Deed::Rename(name)).await?;
            Deed::Topic(topic)
        }
        "switch" => {
            let seconds = form
                .slow_mode
                .parse()
                .map_err(|_| Error::BadRequest("bad-slow-mode"))?;
            let seconds = checked_slow_mode(Some(seconds))?.unwrap_or_default();
            // A box that is not ticked is not in the form.
            let read_only = Deed::ReadOnly(form.read_only.is_some());
            services.chat.act(viewer, room, read_only).await?;
            let members_add = Deed::MembersAdd(form.members_add.is_some());
            services.chat.act(viewer, room, members_add).await?;
            let show = Deed::ShowReading(form.shows_reading.is_some());
            services.chat.act(viewer, room, show).await?;
            Deed::SlowMode(seconds)
        }
        "close" => Deed::Close,
        "archive" => Deed::Archive(true),
        "restore" => Deed::Archive(false),
        "leave" => Deed::Leave,
        "delete" => return deeds::delete(services, viewer, room, &form.confirm).await,
        "star" | "unstar" => {
            let wish = Wish::Starred(form.what == "star");
            return lists::put_where_wished(services, viewer, room, wish).await;
        }
        "hide" | "show" => {
            let wish = Wish::Hidden(form.what == "hide");
            return lists::put_where_wished(services, viewer, room, wish).await;
        }
        "up" | "down" => return lists::step(services, viewer, room, form.what == "down").await,
        "join" => return deeds::join(services, viewer, room).await,
        "add" => {
            let whom = find(services, signed_in, form).await?;
            return deeds::bring_in(services, viewer, room, whom, As::Any).await;
        }
        "remove" => Deed::Remove(find(services, signed_in, form).await?),
        "owner" | "member" => Deed::Appoint {
            person: find(services, signed_in, form).await?,
            owner: form.what == "owner",
        },
        _ => return Err(Error::BadRequest("bad-form")),
    };
    services.chat.act(viewer, room, deed).await?;
    Ok(())
}

async fn find(services: &Shared, signed_in: &SignedIn, form: &Form) -> Result<UserId> {
    let found = deeds::person(services, &signed_in.viewer, &form.username).await;
    found.map_err(|error| match error {
        Error::NotFound => Error::Field {
            field: "username",
            code: "refusal-details-nobody",
        },
        other => other,
    })
}

async fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    room: Room,
    refusal: Option<Refusal>,
) -> Answer {
    let (viewer, id) = (signed_in.viewer.clone(), room.id);
    let read = services.store.read(move |conn| {
        Ok((
            memberships::members(conn, id)?,
            rooms::joined_by(conn, &viewer)?,
            site::load(conn)?.members_invite,
        ))
    });
    let (members, joined, by_members) = read.await?;
    let there = services.chat.presences().await?;
    let person = signed_in.viewer.as_person();
    let may = |action| rights::may(person, action).is_ok();
    let seen = room.rights;
    let owners = members.iter().filter(|member| member.owner).count();
    let (members, more_members) = lobby::first(members, lobby::SHOWN_MAX);
    let page = Details {
        members: members
            .into_iter()
            .map(|member| line(member, owners, &there, seen, may))
            .collect(),
        more_members,
        can_leave: may(Action::Leave(seen)),
        can_join: !room.joined && may(Action::Join(seen)),
        can_add: may(Action::Add(seen, Place::Stranger)),
        can_invite: may(Action::Invite {
            by_members,
            room: Some(seen),
            as_guest: false,
        }),
        can_change: may(Action::Change(seen)),
        slow_modes: details::slow_modes(room.slow_mode),
        can_close: may(Action::Change(seen)) && seen.kind == Kind::Open,
        can_archive: may(Action::Archive(seen)),
        can_delete: may(Action::Delete(seen.kind)),
        room: room.into(),
        rooms: lobby::listed(joined),
        refusal,
    };
    let status = if page.refusal.is_some() {
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

/// A member as the page lists them. The last owner stays one.
fn line(
    member: Member,
    owners: usize,
    there: &Presences,
    room: rights::Room,
    may: impl Fn(Action) -> bool,
) -> MemberLine {
    let Member { mut profile, owner } = member;
    there.complete(&mut profile);
    let place = if owner { Place::Owner } else { Place::Member };
    let role = Role::parse(&profile.role).unwrap_or(Role::Guest);
    MemberLine {
        can_remove: may(Action::Remove(room, place)),
        can_appoint: (!owner || owners > 1) && may(Action::Appoint(room, place, role)),
        person: Person::from(profile),
        owner,
    }
}
