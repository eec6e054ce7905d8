//! A room's page, and posting to it without script.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::{HttpRequest, HttpResponse, web};
use serde::Deserialize;

use super::commands::{self, Done};
use super::composing::Form;
use super::refusals::{self, Answer, PageRefusal, Shared};
use super::visitor::{Anyone, SignedIn, Visitor};
use super::{deeds, login, moments, paths, reactions as answers};
use crate::chat::Presences;
use crate::error::{Error, Result};
use crate::names::{ClientId, Slug};
use crate::rights::{self, Action};
use crate::store::messages::{self, Page, Stretch};
use crate::store::muted::{self, Muted};
use crate::store::rooms::{self, Room};
use crate::store::users::{Profile, Viewer};
use crate::store::{Time, pins, quotes, reactions, unread};
use crate::view::forms::{Offer, Refusal};
use crate::view::lobby;
use crate::view::notices;
use crate::view::page::Reader;
use crate::view::person::Person;
use crate::view::room::{Answered, ComposerForm, EarlierUnread, Kept, May, RoomPage, Whose, items};

/// How long the form of somebody who is not signed in may take to arrive.
const UNSENT_WITHIN: Duration = Duration::from_secs(20);

/// Messages on a page.
const PAGE: i64 = 50;

/// Where in the room the page opens: at a message, or on a day.
#[derive(Deserialize)]
pub(super) struct Place {
    at: Option<String>,
    on: Option<String>,
    /// The message that is about to be answered.
    reply_to: Option<i64>,
}

/// Leads to the address that ends in a slash.
pub(super) async fn redirect(request: HttpRequest, slug: web::Path<String>) -> Answer {
    let slug = Slug::from_address(&slug).ok_or(Error::NotFound)?;
    Ok(moved(&request, &slug))
}

/// Shows the room's newest messages, or those around one that `?at=` names.
pub(super) async fn show(
    services: Shared,
    request: HttpRequest,
    Visitor(signed_in): Visitor,
    slug: web::Path<String>,
    place: web::Query<Place>,
) -> Answer {
    let canonical = Slug::from_address(&slug).ok_or(Error::NotFound)?;
    if canonical.as_str() != *slug {
        return Ok(moved(&request, &canonical));
    }
    if let Some(day) = &place.on {
        let first = moments::first_on(&services, &signed_in, &canonical, day).await;
        let path = paths::room(canonical.as_str());
        return Ok(match first.map_err(|error| refused(error, &canonical))? {
            Some(seq) => refusals::see_other(&format!("{path}?at={seq}")),
            None => refusals::see_other(&path),
        });
    }
    let sought: Option<i64> = place.at.as_ref().and_then(|at| at.parse().ok());
    let stretch = sought
        .filter(|at| *at > 0)
        .map_or(Stretch::Newest, Stretch::Around);
    let mut shown = read(&services, &signed_in, &canonical, stretch, place.reply_to).await?;
    shown.is_sought = place.at.is_some();
    if shown.room.slug != canonical.as_str() {
        // It was closed, and has another address since.
        return Ok(refusals::see_other(&paths::room(&shown.room.slug)));
    }
    let page = draw(
        &services,
        &request,
        &signed_in,
        shown,
        stretch,
        None,
        ComposerForm::default(),
    )?;
    Ok(refusals::html(StatusCode::OK, page))
}

/// Says something in the room; what is refused comes back with the text as it was typed.
pub(super) async fn post(
    services: Shared,
    request: HttpRequest,
    Anyone(signed_in): Anyone,
    slug: web::Path<String>,
    body: web::Payload,
) -> Answer {
    let slug = Slug::from_address(&slug).ok_or(Error::NotFound)?;
    let Some(signed_in) = signed_in else {
        // Nobody holds a connection for as long as a file may take who may send none.
        let form = Form::read(&services, &request, body, None);
        let form = tokio::time::timeout(UNSENT_WITHIN, form).await;
        let typed = form.map_err(|_| Error::Stalled("upload-stalled"))??.typed();
        return login::with_unsent(&services, &request, paths::room(slug.as_str()), typed);
    };
    let room = match deeds::room(&services, &signed_in.viewer, slug.as_str()).await {
        Err(Error::NotFound) => return Err(unknown(&slug)),
        room => room?,
    };
    let sender = Some((&signed_in.viewer, &room)).filter(|(_, room)| room.can_post);
    let form = Form::read(&services, &request, body, sender).await?;
    let (typed, answered) = (form.typed(), form.answered().unwrap_or(None));
    let refusal = match say(&services, &signed_in, &room, form).await {
        Ok(next) => return Ok(refusals::see_other(&next)),
        Err(Error::NotFound) => return Err(unknown(&slug)),
        Err(refusal) => refusal,
    };
    if let Some(cause) = refusal.cause() {
        log::error!("posting to {slug}: {cause}");
    }
    let shown = read(&services, &signed_in, &slug, Stretch::Newest, answered).await?;
    let again = ComposerForm {
        is_no_command: matches!(refusal, Error::Field { code, .. } if code == commands::UNKNOWN),
        message: typed,
    };
    let page = draw(
        &services,
        &request,
        &signed_in,
        shown,
        Stretch::Newest,
        Some(&refusal),
        again,
    )?;
    Ok(refusals::html_of(Some(&refusal), page))
}

/// Says what was typed, or does what it asks for; where that leads.
async fn say(
    services: &Shared,
    signed_in: &SignedIn,
    room: &Room,
    mut form: Form,
) -> Result<String> {
    if !form.is_text() {
        let typed = form.typed();
        match commands::carry_out(services, &signed_in.viewer, room, &typed).await? {
            Done::Say(words) => form = form.saying(words),
            Done::Carried => return Ok(paths::room(&room.slug)),
            Done::Left => return Ok("/".to_owned()),
            Done::Help => return Ok(commands::help_for(&room.slug)),
        }
    }
    let (client_id, posting) = form.checked()?;
    services
        .chat
        .post(&signed_in.viewer, room, client_id, posting)
        .await?;
    Ok(paths::room(&room.slug))
}

struct Shown {
    room: Room,
    rooms: Vec<Room>,
    page: Page,
    /// Whether the page was opened at a message, be it there or not.
    is_sought: bool,
    /// The first unread message, where it is older than what the page shows.
    earlier_unread: Option<(i64, Time)>,
    /// Whom the reader does not want to hear.
    muted: (Muted, Vec<Kept>),
    /// The numbers of what is pinned.
    pins: Vec<i64>,
    /// Who is there.
    there: Presences,
    answered: Option<Answered>,
}

/// Everything the page shows, in one turn at the database.
async fn read(
    services: &Shared,
    signed_in: &SignedIn,
    slug: &Slug,
    stretch: Stretch,
    answered: Option<i64>,
) -> Result<Shown, PageRefusal> {
    let (viewer, wanted) = (signed_in.viewer.clone(), slug.clone());
    let shown = services.store.read(move |conn| {
        let rooms = rooms::joined_by(conn, &viewer)?;
        let room = match rooms.iter().find(|room| room.slug == wanted.as_str()) {
            Some(room) => room.clone(),
            None => rooms::by_slug(conn, &viewer, &wanted)?,
        };
        let mut page = messages::page(conn, room.id, stretch, PAGE)?;
        reactions::mark_own(conn, room.id, viewer.id, &mut page.messages)?;
        let first = page.messages.first().map_or(0, |message| message.seq);
        let earlier_unread = if stretch == Stretch::Newest && room.unread > 0 {
            unread::first(conn, &room, viewer.id)?.filter(|(seq, _)| *seq < first)
        } else {
            None
        };
        let answered = match answered {
            Some(seq) => quotes::one(conn, room.id, seq)?.map(|quote| Answered { seq, quote }),
            None => None,
        };
        let people = muted::list(conn, viewer.id)?.into_iter();
        let kept = people.map(Kept::from).collect();
        Ok(Shown {
            muted: (muted::of(conn, viewer.id)?, kept),
            pins: pins::numbers(conn, room.id)?,
            room,
            rooms,
            page,
            is_sought: false,
            earlier_unread,
            there: Presences::default(),
            answered,
        })
    });
    let mut shown = shown.await.map_err(|error| refused(error, slug))?;
    if shown.room.kind == "direct" {
        // An ornament: the page comes without it where the hub has no time.
        shown.there = services.chat.presences().await.unwrap_or_default();
    }
    Ok(shown)
}

fn refused(error: Error, slug: &Slug) -> PageRefusal {
    match error {
        Error::NotFound => unknown(slug),
        other => other.into(),
    }
}

/// There is no such room, or none that this person may know of: the same answer, with an offer to make it.
fn unknown(slug: &Slug) -> PageRefusal {
    let offer = Offer {
        name: slug.as_str().to_owned(),
        slug: slug.as_str().to_owned(),
    };
    PageRefusal::Fault {
        error: Error::NotFound,
        offer: Some(offer),
    }
}

fn moved(request: &HttpRequest, slug: &Slug) -> HttpResponse {
    let mut path = paths::room(slug.as_str());
    if !request.query_string().is_empty() {
        path = format!("{path}?{}", paths::ascii(request.query_string()));
    }
    HttpResponse::PermanentRedirect()
        .insert_header((LOCATION, path))
        .finish()
}

fn draw(
    services: &Shared,
    request: &HttpRequest,
    signed_in: &SignedIn,
    shown: Shown,
    stretch: Stretch,
    refusal: Option<&Error>,
    form: ComposerForm,
) -> Result<String> {
    let Shown {
        room,
        rooms,
        page,
        is_sought,
        earlier_unread,
        muted,
        pins,
        there,
        answered,
    } = shown;
    let at = match stretch {
        Stretch::Around(seq) if page.messages.iter().any(|message| message.seq == seq) => seq,
        _ => 0,
    };
    let may = |action| rights::may(signed_in.viewer.as_person(), action).is_ok();
    let may_to_messages = may_to_messages(services, &signed_in.viewer, &room);
    let shown = RoomPage {
        emoji_only: services.store.settings().emoji_only,
        pins,
        can_join: !room.joined && may(Action::Join(room.rights)),
        slow_words: if may(Action::Change(room.rights)) {
            String::new()
        } else {
            notices::slow_words(room.slow_mode)
        },
        companion: companion(&room, &signed_in.viewer).map(|mut profile| {
            there.complete(&mut profile);
            Person::from(profile)
        }),
        room: room.into(),
        rooms: lobby::listed(rooms),
        messages: items(&page, &signed_in.viewer, may_to_messages, &muted.0, at),
        may: may_to_messages,
        earlier_unread: earlier_unread.map(EarlierUnread::from),
        more_before: page.more_before,
        more_after: page.more_after,
        revision: page.revision,
        last_seq: page.last_seq,
        client_id: ClientId::fresh()?.to_string(),
        at,
        is_lost: is_sought && at == 0,
        muted: muted.1,
        upload_max: services.config.upload_max,
        refusal: refusal.map(Refusal::from),
        form,
        answered,
    };
    let reader = Reader {
        viewer: Some(&signed_in.viewer),
        path: request.path(),
    };
    services.pages.draw(reader, &shown)
}

fn may_to_messages(services: &Shared, viewer: &Viewer, room: &Room) -> May {
    let may = |action| rights::may(viewer.as_person(), action).is_ok();
    let (react, pin) = (
        answers::may_answer(viewer, room),
        answers::may_pin(viewer, room),
    );
    let room = room.rights;
    let by_members = services.store.settings().members_see_versions;
    let delete = |own| may(Action::TakeBack { room, own });
    let see_versions = |own| {
        may(Action::SeeVersions {
            room,
            own,
            by_members,
        })
    };
    May {
        delete: Whose::new(delete(true), delete(false)),
        see_versions: Whose::new(see_versions(true), see_versions(false)),
        edit: may(Action::Edit { room, own: true }),
        react,
        clear_reactions: may(Action::React { room, own: false }),
        pin,
    }
}

/// Whom a direct room of two is with.
fn companion(room: &Room, viewer: &Viewer) -> Option<Profile> {
    let mut others = room.people.iter().filter(|person| person.id != viewer.id);
    let first = others.next()?;
    others.next().is_none().then(|| first.clone())
}
