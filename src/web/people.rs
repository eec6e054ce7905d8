//! Somebody's page: what they show of themself.

use std::collections::BTreeSet;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};

use super::deeds;
use super::refusals::{self, Answer, Shared};
use super::visitor::Visitor;
use crate::rights::{self, Action, Role};
use crate::store::users::profiles;
use crate::store::{directs, muted, rooms};
use crate::view::lobby;
use crate::view::page::Reader;
use crate::view::person::{Person, PersonPage};

/// Shows it to whoever may know of that person.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    username: web::Path<String>,
) -> Answer {
    let person = deeds::person(&services, &signed_in.viewer, &username).await?;
    let viewer = signed_in.viewer.clone();
    let read = services.store.read(move |conn| {
        let mut own = profiles::own(conn, person)?;
        muted::tell(conn, viewer.id, [&mut own.profile])?;
        let begun = directs::find(conn, &BTreeSet::from([viewer.id, person]))?.is_some();
        Ok((own, rooms::joined_by(conn, &viewer)?, begun))
    });
    let (mut own, joined, begun) = read.await?;
    let circle = services.store.settings().starts_directs;
    let there = services.chat.presences().await.unwrap_or_default();
    there.complete(&mut own.profile);
    let may = |action| rights::may(signed_in.viewer.as_person(), action).is_ok();
    let role = Role::parse(&own.profile.role).unwrap_or(Role::Guest);
    let page = PersonPage {
        rooms: lobby::listed(joined),
        mine: own.profile.id == signed_in.viewer.id,
        can_write: (begun || may(Action::StartDirect(circle))) && !own.profile.blocked,
        can_block: may(Action::Block(role)),
        about: own.about,
        person: Person::from(own.profile),
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
