//! What is said in open rooms, for administrators: found, selected, deleted.

use std::collections::BTreeMap;

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, web};
use serde::Deserialize;

use super::paths;
use super::refusals::{self, Answer, Shared};
use super::visitor::{Administrator, SignedIn};
use crate::error::{Error, Result};
use crate::search::query::Query;
use crate::store::rooms::{self, Room};
use crate::store::search::{Cursor, Found, Order, Wanted};
use crate::store::users::Viewer;
use crate::store::{RoomId, audit};
use crate::view::forms::Refusal;
use crate::view::lobby;
use crate::view::message_administration::Messages;
use crate::view::page::Reader;
use crate::view::search::HitLine;

/// Messages on a page, and so the most that are deleted at once.
const PAGE: usize = 50;
/// Characters of a room's or a person's name in the form.
const NAME_MAX: usize = 64;

/// What is looked for.
#[derive(Deserialize, Default, Clone)]
#[serde(default)]
pub(super) struct Search {
    q: String,
    room: String,
    from: String,
    before: Option<String>,
}

/// What was selected, and whether somebody meant it.
#[derive(Default)]
struct Form {
    search: Search,
    messages: Vec<(RoomId, i64)>,
    confirmed: bool,
}

impl Form {
    fn read(fields: Vec<(String, String)>) -> Result<Form> {
        let mut form = Form::default();
        for (name, value) in fields {
            match name.as_str() {
                "q" => form.search.q = value,
                "room" => form.search.room = value,
                "from" => form.search.from = value,
                "do" => form.confirmed = value == "delete",
                "message" => form.messages.push(place(&value)?),
                _ => {}
            }
        }
        if form.messages.len() > PAGE {
            return Err(Error::BadRequest("bad-form"));
        }
        Ok(form)
    }
}

/// A room's number and a message's: `7:12`.
fn place(text: &str) -> Result<(RoomId, i64)> {
    let parsed = text
        .split_once(':')
        .and_then(|(room, seq)| Some((room.parse().ok()?, seq.parse().ok()?)));
    parsed.ok_or(Error::BadRequest("bad-form"))
}

impl Search {
    fn query(&self) -> Result<Query> {
        let mut query = Query::parse(&self.q)?;
        let name = |text: &str| text.trim().chars().take(NAME_MAX).collect::<String>();
        let (room, from) = (name(&self.room), name(&self.from));
        if !room.is_empty() {
            query.places = vec![room];
        }
        if !from.is_empty() {
            query.from = vec![from];
        }
        Ok(query)
    }

    /// The same in the address of the page.
    fn address(&self) -> String {
        format!(
            "/admin/messages?q={}&room={}&from={}",
            paths::query_value(&self.q),
            paths::query_value(&self.room),
            paths::query_value(&self.from)
        )
    }
}

/// Shows what is said.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
    search: web::Query<Search>,
) -> Answer {
    let asked = Asked::default();
    draw(&services, &request, &signed_in, &search, asked).await
}

/// Asks once, and then deletes what was selected.
pub(super) async fn submit(
    services: Shared,
    request: HttpRequest,
    Administrator(signed_in): Administrator,
    fields: web::Form<Vec<(String, String)>>,
) -> Answer {
    let form = Form::read(fields.into_inner())?;
    if form.messages.is_empty() {
        return Ok(refusals::see_other(&form.search.address()));
    }
    if !form.confirmed {
        let asked = Asked {
            messages: form.messages,
            skipped: 0,
        };
        return draw(&services, &request, &signed_in, &form.search, asked).await;
    }
    let skipped = delete(&services, &signed_in.viewer, form.messages).await?;
    if skipped == 0 {
        return Ok(refusals::see_other(&form.search.address()));
    }
    let asked = Asked {
        messages: Vec::new(),
        skipped,
    };
    draw(&services, &request, &signed_in, &form.search, asked).await
}

/// Deletes messages of open rooms; how many could not be.
async fn delete(
    services: &Shared,
    administrator: &Viewer,
    messages: Vec<(RoomId, i64)>,
) -> Result<usize> {
    let mut by_room: BTreeMap<RoomId, Vec<i64>> = BTreeMap::new();
    for (room, seq) in messages {
        by_room.entry(room).or_default().push(seq);
    }
    let mut skipped = 0;
    for (room, seqs) in by_room {
        let Some(room) = open_room(services, administrator, room).await? else {
            skipped += seqs.len();
            continue;
        };
        let (actor, name, count) = (administrator.clone(), room.name.clone(), seqs.len());
        let note = move |conn: &mut _| audit::messages_deleted(conn, &actor, &name, count);
        services.store.write(note).await?;
        for seq in seqs {
            let deleted = services
                .chat
                .take_back_selected(administrator, &room, seq)
                .await;
            match deleted {
                Ok(_) => {}
                Err(Error::NotFound | Error::Forbidden) => skipped += 1,
                Err(other) => return Err(other),
            }
        }
    }
    Ok(skipped)
}

/// A room, where it is open now and kept in use.
async fn open_room(
    services: &Shared,
    administrator: &Viewer,
    room: RoomId,
) -> Result<Option<Room>> {
    let viewer = administrator.clone();
    let read = services
        .store
        .read(move |conn| rooms::by_id(conn, &viewer, room));
    match read.await {
        Ok(room) => Ok((room.kind == "open" && !room.archived).then_some(room)),
        Err(Error::NotFound) => Ok(None),
        Err(other) => Err(other),
    }
}

/// What is to be asked, or told, above the list.
#[derive(Default)]
struct Asked {
    messages: Vec<(RoomId, i64)>,
    skipped: usize,
}

async fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    search: &Search,
    asked: Asked,
) -> Answer {
    let viewer = &signed_in.viewer;
    let (found, refusal) = match look(services, viewer, search).await {
        Ok(found) => (found, None),
        Err(refusal @ Error::BadRequest(_)) => (Found::default(), Some(Refusal::from(&refusal))),
        Err(other) => return Err(other.into()),
    };
    let status = match &refusal {
        Some(_) => StatusCode::UNPROCESSABLE_ENTITY,
        None => StatusCode::OK,
    };
    let reads = viewer.clone();
    let joined = services
        .store
        .read(move |conn| rooms::joined_by(conn, &reads))
        .await?;
    let next = found.next;
    let page = Messages {
        rooms: lobby::listed(joined),
        wanted: search.q.clone(),
        in_room: search.room.clone(),
        from: search.from.clone(),
        address: search.address(),
        older: next.map(|cursor| cursor.to_string()).unwrap_or_default(),
        hits: found.hits.into_iter().map(HitLine::new).collect(),
        asked: asked
            .messages
            .iter()
            .map(|(room, seq)| format!("{room}:{seq}"))
            .collect(),
        skipped: asked.skipped,
        refusal,
    };
    let reader = Reader {
        viewer: Some(viewer),
        path: request.path(),
    };
    Ok(refusals::html(status, services.pages.draw(reader, &page)?))
}

async fn look(services: &Shared, viewer: &Viewer, search: &Search) -> Result<Found> {
    let cursor = |text: &str| Cursor::parse(text).ok_or(Error::BadRequest("bad-search-cursor"));
    let wanted = Wanted {
        query: search.query()?,
        room: None,
        order: Order::Newest,
        after: search.before.as_deref().map(cursor).transpose()?,
        limit: PAGE,
        only_open: true,
    };
    services.store.search(viewer, wanted).await
}
