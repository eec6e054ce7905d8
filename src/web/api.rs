//! The JSON API: what a program, or a page's script, asks for without a socket.

use actix_web::{HttpResponse, web};
use serde::{Deserialize, Serialize};

use super::Services;
use super::directs;
use super::lists;
use super::methods::{delete, get, patch, post, resource};
use super::reactions as answers;
use super::refusals::ApiRefusal;
use super::visitor::Caller;
use super::{
    attention, commands, distance, members, moments, notifications, pins, profile, reading,
    reports, taking_back, uploads, versions,
};
use crate::chat::posting::{Named, Posting};
use crate::error::{Error, Result};
use crate::json::Object;
use crate::names::{self, ClientId, DisplayName, Slug, TOPIC_CHARACTERS_MAX};
use crate::rights::{self, Action};
use crate::store::messages::{self, Message, Stretch};
use crate::store::muted;
use crate::store::reactions;
use crate::store::rooms::{self, NewRoom, Room};
use crate::store::users;

pub(super) type Answer = std::result::Result<HttpResponse, ApiRefusal>;
type Site = web::Data<Services>;

const PAGE_DEFAULT: i64 = 50;
const PAGE_MAX: i64 = 200;
const CHANGES_DEFAULT: i64 = 300;
const CHANGES_MAX: i64 = 1_000;

/// The API's routes.
pub fn configure(routes: &mut web::ServiceConfig) {
    routes
        .service(resource("/users", [get(people)]))
        .service(resource("/rooms", [get(list_rooms), post(make_room)]))
        .service(resource("/directs", [post(directs::open)]))
        .service(resource(
            "/rooms/{slug}",
            [
                get(show_room),
                patch(members::change),
                delete(members::delete_room),
            ],
        ))
        .service(resource(
            "/rooms/{slug}/messages",
            [get(list_messages), post(post_message)],
        ))
        .service(resource("/rooms/{slug}/commands", [post(commands::submit)]))
        .service(resource("/rooms/{slug}/changes", [get(list_changes)]))
        .configure(profile::configure)
        .configure(moments::configure)
        .configure(reading::configure)
        .configure(notifications::configure)
        .configure(taking_back::configure)
        .configure(versions::configure)
        .configure(answers::configure)
        .configure(pins::configure)
        .configure(uploads::configure)
        .configure(distance::configure)
        .configure(attention::configure)
        .configure(reports::configure)
        .configure(super::search::configure)
        .configure(lists::configure)
        .configure(members::configure);
}

#[derive(Serialize)]
struct UsersAnswer {
    users: Vec<users::Profile>,
}

async fn people(site: Site, caller: Caller) -> Answer {
    let viewer = caller.viewer.clone();
    let mut users = site
        .store
        .read(move |conn| {
            let mut known = users::known_to(conn, &viewer)?;
            muted::tell(conn, viewer.id, &mut known)?;
            Ok(known)
        })
        .await?;
    let there = site.chat.presences().await?;
    for user in &mut users {
        there.complete(user);
    }
    Ok(HttpResponse::Ok().json(UsersAnswer { users }))
}

#[derive(Serialize)]
struct RoomsAnswer {
    rooms: Vec<Room>,
}

async fn list_rooms(site: Site, caller: Caller) -> Answer {
    let viewer = caller.viewer.clone();
    let rooms = site
        .store
        .read(move |conn| rooms::visible_to(conn, &viewer))
        .await?;
    Ok(HttpResponse::Ok().json(RoomsAnswer { rooms }))
}

#[derive(Deserialize)]
struct MakeRoom {
    name: String,
    kind: Option<String>,
    topic: Option<String>,
}

async fn make_room(
    site: Site,
    caller: Caller,
    web::Json(Object(body)): web::Json<Object<MakeRoom>>,
) -> Answer {
    let new = new_room(&body.name, body.kind.as_deref(), body.topic.as_deref())?;
    let circle = site.store.settings().makes_rooms;
    rights::may(caller.viewer.as_person(), Action::MakeRoom(circle))?;
    let attempt = site.room_making.room(caller.viewer.id)?;
    let viewer = caller.viewer.clone();
    let made = site.store.write(move |conn| {
        let slug = rooms::make(conn, &viewer, &new)?;
        rooms::by_slug(conn, &viewer, &slug)
    });
    match made.await {
        Ok(room) => Ok(HttpResponse::Created().json(room)),
        Err(refusal) => {
            site.room_making.take_back(attempt);
            Err(match refusal {
                Error::Conflict => ApiRefusal::worded(refusal, "refusal-room-taken"),
                other => other.into(),
            })
        }
    }
}

async fn show_room(site: Site, caller: Caller, slug: web::Path<String>) -> Answer {
    Ok(HttpResponse::Ok().json(find_room(&site, &caller, &slug).await?))
}

#[derive(Deserialize)]
struct PageQuery {
    limit: Option<String>,
    before: Option<String>,
    after: Option<String>,
    around: Option<String>,
}

#[derive(Serialize)]
struct PageAnswer<'a> {
    messages: Vec<Message>,
    more_before: bool,
    more_after: bool,
    revision: i64,
    last_seq: i64,
    epoch: &'a str,
}

async fn list_messages(
    site: Site,
    caller: Caller,
    slug: web::Path<String>,
    query: web::Query<PageQuery>,
) -> Answer {
    let limit = number(query.limit.as_deref(), 1, PAGE_MAX)?.unwrap_or(PAGE_DEFAULT);
    let seq = |text: &Option<String>| number(text.as_deref(), 0, i64::MAX);
    let stretch = match (seq(&query.before)?, seq(&query.after)?, seq(&query.around)?) {
        (None, None, None) => Stretch::Newest,
        (Some(seq), None, None) => Stretch::Before(seq),
        (None, Some(seq), None) => Stretch::After(seq),
        (None, None, Some(seq)) => Stretch::Around(seq),
        _ => return Err(Error::BadRequest("bad-stretch").into()),
    };
    let room = find_room(&site, &caller, &slug).await?;
    let viewer = caller.viewer.id;
    let read = site.store.read(move |conn| {
        let mut page = messages::page(conn, room.id, stretch, limit)?;
        reactions::mark_own(conn, room.id, viewer, &mut page.messages)?;
        Ok(page)
    });
    let page = read.await?;
    Ok(HttpResponse::Ok().json(PageAnswer {
        messages: page.messages,
        more_before: page.more_before,
        more_after: page.more_after,
        revision: page.revision,
        last_seq: page.last_seq,
        epoch: &site.epoch,
    }))
}

#[derive(Deserialize)]
struct ChangesQuery {
    since: Option<String>,
    limit: Option<String>,
}

#[derive(Serialize)]
struct ChangesAnswer<'a> {
    messages: Vec<Message>,
    revision: i64,
    complete: bool,
    epoch: &'a str,
}

async fn list_changes(
    site: Site,
    caller: Caller,
    slug: web::Path<String>,
    query: web::Query<ChangesQuery>,
) -> Answer {
    let since =
        number(query.since.as_deref(), 0, i64::MAX)?.ok_or(Error::BadRequest("bad-since"))?;
    let limit = number(query.limit.as_deref(), 1, CHANGES_MAX)?.unwrap_or(CHANGES_DEFAULT);
    let room = find_room(&site, &caller, &slug).await?;
    let viewer = caller.viewer.id;
    let read = site.store.read(move |conn| {
        let mut changes = messages::changes(conn, room.id, since, limit)?;
        reactions::mark_own(conn, room.id, viewer, &mut changes.messages)?;
        Ok(changes)
    });
    let changes = read.await?;
    // While more is to come the next `since` is the last that was returned; at the end it is the head.
    let revision = match changes.messages.last() {
        Some(last) if !changes.complete => last.revision,
        _ => changes.head,
    };
    Ok(HttpResponse::Ok().json(ChangesAnswer {
        messages: changes.messages,
        revision,
        complete: changes.complete,
        epoch: &site.epoch,
    }))
}

#[derive(Deserialize)]
struct PostMessage {
    message: Option<String>,
    client_id: Option<String>,
    reply_to: Option<i64>,
    attachments: Option<Vec<Named>>,
}

async fn post_message(
    site: Site,
    caller: Caller,
    slug: web::Path<String>,
    web::Json(Object(body)): web::Json<Object<PostMessage>>,
) -> Answer {
    let posting = Posting::parse(
        body.message.as_deref(),
        body.reply_to,
        body.attachments.unwrap_or_default(),
    )?;
    let client_id = body.client_id.as_deref().map(ClientId::parse).transpose()?;
    let room = find_room(&site, &caller, &slug).await?;
    let (message, new) = site
        .chat
        .post(&caller.viewer, &room, client_id, posting)
        .await?;
    let message = answers::own(&site, &caller.viewer, room.id, message).await?;
    let mut answer = if new {
        HttpResponse::Created()
    } else {
        HttpResponse::Ok()
    };
    Ok(answer.json(message))
}

async fn find_room(site: &Services, caller: &Caller, slug: &str) -> Result<Room> {
    let slug = Slug::from_address(slug).ok_or(Error::NotFound)?;
    let viewer = caller.viewer.clone();
    site.store
        .read(move |conn| rooms::by_slug(conn, &viewer, &slug))
        .await
}

/// A room as somebody asked for it.
///
/// Errors: `Field` or `BadRequest` with what is wrong.
pub fn new_room(name: &str, kind: Option<&str>, topic: Option<&str>) -> Result<NewRoom> {
    let closed = match kind {
        None | Some("open") => false,
        Some("closed") => true,
        Some(_) => return Err(Error::BadRequest("bad-kind")),
    };
    Ok(NewRoom {
        closed,
        name: DisplayName::parse(name, "room")?,
        topic: checked_topic(topic)?,
    })
}

/// A topic on its line and in its direction.
pub(super) fn checked_topic(topic: Option<&str>) -> Result<String> {
    let topic = topic.unwrap_or_default().trim();
    if topic.chars().count() > TOPIC_CHARACTERS_MAX {
        return Err(Error::TooLong);
    }
    if topic
        .chars()
        .any(|character| character.is_control() || names::turns_direction(character))
    {
        return Err(Error::BadRequest("bad-topic"));
    }
    Ok(topic.to_owned())
}

/// A number in a query: `None` where it is not there, an error where it is none or out of range.
pub(super) fn number(text: Option<&str>, least: i64, most: i64) -> Result<Option<i64>> {
    let Some(text) = text else { return Ok(None) };
    let number: i64 = text.parse().map_err(|_| Error::BadRequest("bad-number"))?;
    if (least..=most).contains(&number) {
        Ok(Some(number))
    } else {
        Err(Error::BadRequest("bad-number"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_topic_stays_on_its_line_and_in_its_direction() {
        assert!(new_room("x", None, Some("আড্ডা, all day")).is_ok());
        for topic in ["a\nb", "a\u{202E}b", "\u{2066}a", "a\u{2028}b"] {
            assert!(
                matches!(
                    new_room("x", None, Some(topic)),
                    Err(Error::BadRequest("bad-topic"))
                ),
                "{topic:?}"
            );
        }
    }
}
