//! Rooms: what they are, and how each looks to one person.

mod row;

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use super::connection::{Conn, MultiBackend};
use super::schema::{former_slugs, memberships, room_counters, rooms};
use super::time::Time;
use super::wants::Wants;
use super::{RoomId, UserId, directs, lists, memberships as members, settings, unread, users};
use crate::error::{Error, Result};
use crate::names::{DisplayName, Slug};
use crate::rights::{self, Action};
use row::{Row, rows_for};

/// Names tried with a random end before giving up, where a name leaves no slug.
const RANDOM_SLUGS_MAX: usize = 3;

/// A room as one person sees it: PROTOCOL's `Room`.
#[derive(Debug, Clone, Serialize)]
pub struct Room {
    /// Its number in the database.
    pub id: RoomId,
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// `open`, `closed` or `direct`.
    pub kind: String,
    /// What it is about.
    pub topic: String,
    /// The oldest message's number.
    pub first_seq: i64,
    /// The newest message's number, 0 in a new room.
    pub last_seq: i64,
    /// Its change counter.
    pub revision: i64,
    /// This person has read up to here.
    pub read_seq: i64,
    /// Messages of others above that, at most 1,000; 0 in a room they have not joined.
    pub unread: i64,
    /// Those among them that name this person.
    pub mentions: i64,
    /// What they are told of: `all`, `mentions`, `nothing`.
    pub level: &'static str,
    /// Whether they may post.
    pub can_post: bool,
    /// Whether it is closed to new messages.
    pub archived: bool,
    /// Whether only those write who look after it.
    pub read_only: bool,
    /// Seconds that all others wait between two messages; 0 where they need not.
    pub slow_mode: i64,
    /// Whether members may add others.
    pub members_add: bool,
    /// Whether its people see up to where the others have read, as long as they are few.
    pub shows_reading: bool,
    /// Whether it is among the first of this person's list.
    pub starred: bool,
    /// Whether it is left out of that list.
    pub hidden: bool,
    /// Its place there, where they have put it in one.
    #[serde(skip)]
    pub position: Option<i64>,
    /// The people of a direct room.
    pub people: Vec<users::Profile>,
    /// The same, and until when the room is mute for them.
    #[serde(skip)]
    pub wants: Wants,
    /// How often this person marked messages of it unread.
    #[serde(skip)]
    pub read_turn: i64,
    /// Whether this person belongs to it.
    pub joined: bool,
    /// What this person may do there is decided by this.
    #[serde(skip)]
    pub rights: rights::Room,
}

/// What a room looks like to all of its people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Looks {
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// `open`, `closed` or `direct`.
    pub kind: String,
    /// What it is about.
    pub topic: String,
    /// Whether it is closed to new messages.
    pub archived: bool,
    /// Whether only those write who look after it.
    pub read_only: bool,
    /// Seconds that all others wait between two messages; 0 where they need not.
    pub slow_mode: i64,
    /// Whether its people see up to where the others have read, as long as they are few.
    pub shows_reading: bool,
}

/// What a room looks like now. Errors: `NotFound` where it was deleted.
pub fn looks(conn: &mut Conn, room: RoomId) -> Result<Looks> {
    let (slug, name, topic) = rooms::table
        .find(room)
        .select((rooms::slug, rooms::name, rooms::topic))
        .first(conn)?;
    let state = state(conn, room)?;
    Ok(Looks {
        slug,
        name,
        topic,
        archived: state.archived_at.is_some(),
        read_only: state.read_only,
        slow_mode: state.slow_mode,
        shows_reading: state.shows_reading,
        kind: state.kind,
    })
}

/// What matters of a room when it is asked who may do what there.
#[derive(Queryable, Selectable, Debug, Clone)]
#[diesel(table_name = rooms, check_for_backend(MultiBackend))]
pub(super) struct State {
    pub(super) kind: String,
    pub(super) archived_at: Option<chrono::NaiveDateTime>,
    pub(super) read_only: bool,
    pub(super) slow_mode: i64,
    pub(super) members_add: bool,
    pub(super) shows_reading: bool,
}

impl State {
    /// The room, as far as rights go, for somebody who stands there.
    pub(super) fn seen_from(&self, place: rights::Place) -> rights::Room {
        rights::Room {
            kind: rights::Kind::parse(&self.kind),
            place,
            archived: self.archived_at.is_some(),
            read_only: self.read_only,
            members_add: self.members_add,
        }
    }
}

/// That of one room.
pub(super) fn state(conn: &mut Conn, room: RoomId) -> Result<State> {
    Ok(rooms::table
        .find(room)
        .select(State::as_select())
        .first(conn)?)
}

/// A slug that a room had before it was closed: it leads its members on, and is free for others.
#[derive(Insertable)]
#[diesel(table_name = former_slugs)]
pub(super) struct FormerSlug {
    pub(super) slug: String,
    pub(super) room_id: RoomId,
}

/// A room that somebody makes.
#[derive(Debug, Clone)]
pub struct NewRoom {
    /// Whether only its members may know of it.
    pub closed: bool,
    /// Its name.
    pub name: DisplayName,
    /// What it is about; may be empty.
    pub topic: String,
}

/// The rooms a person may know of: open ones and those they belong to, as they keep them, and else by name.
pub fn visible_to(conn: &mut Conn, viewer: &users::Viewer) -> Result<Vec<Room>> {
    let rows: Vec<Row> = rows_for(viewer.id)
        .filter(
            rooms::kind
                .eq("open")
                .or(memberships::state.nullable().eq("joined")),
        )
        .order((rooms::name.asc(), rooms::id.asc()))
        .load(conn)?;
    let mut seen: Vec<Room> = rows
        .into_iter()
        .filter(|row| row.may_be_known_by(viewer) && row.has_begun_for(viewer))
        .map(|row| row.seen_by(viewer))
        .collect();
    directs::describe(conn, viewer.id, &mut seen)?;
    unread::count_for(conn, viewer.id, &mut seen)?;
    lists::sort(&mut seen);
    Ok(seen)
}

/// The open rooms a person may know of, by name. What they have not read there is not counted.
pub fn open_to(conn: &mut Conn, viewer: &users::Viewer) -> Result<Vec<Room>> {
    let rows: Vec<Row> = rows_for(viewer.id)
        .filter(rooms::kind.eq("open"))
        .order((rooms::name.asc(), rooms::id.asc()))
        .load(conn)?;
    Ok(rows
        .into_iter()
        .filter(|row| row.may_be_known_by(viewer))
        .map(|row| row.seen_by(viewer))
        .collect())
}

/// The rooms a person belongs to, as they keep them, and else by name. Open ones they did not join may be many more, and are not read.
pub fn joined_by(conn: &mut Conn, viewer: &users::Viewer) -> Result<Vec<Room>> {
    let rows: Vec<Row> = rows_for(viewer.id)
        .filter(memberships::state.nullable().eq("joined"))
        .order((rooms::name.asc(), rooms::id.asc()))
        .load(conn)?;
    let mut seen: Vec<Room> = rows
        .into_iter()
        .filter(|row| row.has_begun_for(viewer))
        .map(|row| row.seen_by(viewer))
        .collect();
    directs::describe(conn, viewer.id, &mut seen)?;
    unread::count_for(conn, viewer.id, &mut seen)?;
    lists::sort(&mut seen);
    Ok(seen)
}

/// The rooms a person may read, all of them or those of these numbers. What they have not read there is not counted.
pub(super) fn readable(
    conn: &mut Conn,
    viewer: &users::Viewer,
    among: Option<&[RoomId]>,
) -> Result<HashMap<RoomId, Room>> {
    let mut query = rows_for(viewer.id)
        .filter(rooms::deleted_at.is_null())
        .filter(
            rooms::kind
                .eq("open")
                .or(memberships::state.nullable().eq("joined")),
        )
        .into_boxed::<MultiBackend>();
    if let Some(among) = among {
        query = query.filter(rooms::id.eq_any(among.to_vec()));
    }
    let rows: Vec<Row> = query.load(conn)?;
    let mut seen: Vec<Room> = rows
        .into_iter()
        .filter(|row| row.may_be_known_by(viewer) && row.has_begun_for(viewer))
        .map(|row| row.seen_by(viewer))
        .collect();
    directs::describe(conn, viewer.id, &mut seen)?;
    Ok(seen.into_iter().map(|room| (room.id, room)).collect())
}

/// A room by its slug, or by the one it had before it was closed, as one person sees it.
///
/// Errors: `NotFound` where there is none or this person may not know of it.
pub fn by_slug(conn: &mut Conn, viewer: &users::Viewer, slug: &Slug) -> Result<Room> {
    let row: Option<Row> = rows_for(viewer.id)
        .filter(rooms::slug.eq(slug.as_str()))
        .first(conn)
        .optional()?;
    let row = match row {
        Some(row) => Some(row),
        None => closed_since(conn, viewer, slug)?,
    };
    seen(conn, viewer, row.ok_or(Error::NotFound)?)
}

/// A room by its number, as one person sees it. Errors: as of [`by_slug`].
pub fn by_id(conn: &mut Conn, viewer: &users::Viewer, id: RoomId) -> Result<Room> {
    let row: Row = rows_for(viewer.id).filter(rooms::id.eq(id)).first(conn)?;
    seen(conn, viewer, row)
}

/// A room by its number, as far as rights go, and where somebody stands in it. Errors: `NotFound` where there is none.
pub fn rights_of(conn: &mut Conn, viewer: &users::Viewer, id: RoomId) -> Result<rights::Room> {
    let row: Row = rows_for(viewer.id)
        .filter(rooms::id.eq(id))
        .filter(rooms::deleted_at.is_null())
        .first(conn)?;
    Ok(row.rights())
}

/// The same whether they may know of it or not: for whoever has asked that already. What was said there is not in it.
pub(super) fn unasked(conn: &mut Conn, viewer: &users::Viewer, id: RoomId) -> Result<Room> {
    let row: Row = rows_for(viewer.id)
        .filter(rooms::id.eq(id))
        .filter(rooms::deleted_at.is_null())
        .first(conn)?;
    Ok(row.seen_by(viewer))
}

fn seen(conn: &mut Conn, viewer: &users::Viewer, row: Row) -> Result<Room> {
    if !row.may_be_known_by(viewer) {
        return Err(Error::NotFound);
    }
    let mut seen = [row.seen_by(viewer)];
    directs::describe(conn, viewer.id, &mut seen)?;
    unread::count_for(conn, viewer.id, &mut seen)?;
    let [room] = seen;
    Ok(room)
}

/// The newest of somebody's rooms that had a slug before it was closed.
fn closed_since(conn: &mut Conn, viewer: &users::Viewer, slug: &Slug) -> Result<Option<Row>> {
    let had_it = former_slugs::table
        .filter(former_slugs::slug.eq(slug.as_str()))
        .select(former_slugs::room_id);
    Ok(rows_for(viewer.id)
        .filter(rooms::id.eq_any(had_it))
        .filter(memberships::state.nullable().eq("joined"))
        .order(rooms::id.desc())
        .first(conn)
        .optional()?)
}

/// Remembers the slug that a room had.
pub(super) fn keep_former_slug(conn: &mut Conn, former: &FormerSlug) -> Result<()> {
    diesel::insert_into(former_slugs::table)
        .values(former)
        .execute(conn)?;
    Ok(())
}

/// Makes a room for somebody, if making rooms is left to them.
///
/// Errors: `Forbidden`, and those of [`create`].
pub fn make(conn: &mut Conn, maker: &users::Viewer, new: &NewRoom) -> Result<Slug> {
    let circle = settings::load(conn)?.makes_rooms;
    rights::may(maker.as_person(), Action::MakeRoom(circle))?;
    create(conn, maker.id, new)
}

/// Makes a room; its maker belongs to it, and looks after it.
///
/// Errors: `Conflict` where an open room is to have the slug of another.
pub fn create(conn: &mut Conn, maker: UserId, new: &NewRoom) -> Result<Slug> {
    let slug = match Slug::from_name(new.name.as_str()) {
        _ if new.closed => Slug::hidden(new.name.as_str())?,
        Some(slug) if slug_is_taken(conn, &slug)? => return Err(Error::Conflict),
        Some(slug) => slug,
        None => free_random_slug(conn)?,
    };
    diesel::insert_into(rooms::table)
        .values((
            rooms::slug.eq(slug.as_str()),
            rooms::name.eq(new.name.as_str()),
            rooms::kind.eq(if new.closed { "closed" } else { "open" }),
            rooms::topic.eq(&new.topic),
            rooms::created_by.eq(maker),
            rooms::created_at.eq(Time::now().sql()),
        ))
        .execute(conn)?;
    let id: RoomId = rooms::table
        .filter(rooms::slug.eq(slug.as_str()))
        .select(rooms::id)
        .first(conn)?;
    diesel::insert_into(room_counters::table)
        .values(room_counters::room_id.eq(id))
        .execute(conn)?;
    members::found(conn, id, maker)?;
    Ok(slug)
}

fn slug_is_taken(conn: &mut Conn, slug: &Slug) -> Result<bool> {
    let count: i64 = rooms::table
        .filter(rooms::slug.eq(slug.as_str()))
        .count()
        .get_result(conn)?;
    Ok(count > 0)
}

fn free_random_slug(conn: &mut Conn) -> Result<Slug> {
    for _ in 0..RANDOM_SLUGS_MAX {
        let slug = Slug::random()?;
        if !slug_is_taken(conn, &slug)? {
            return Ok(slug);
        }
    }
    Err(Error::Internal("no free slug was found".to_owned()))
}
