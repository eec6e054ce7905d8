//! Rooms: what they are, and how each looks to one person.

use diesel::prelude::*;
use serde::Serialize;

use super::connection::{Conn, MultiBackend};
use super::schema::{memberships, room_counters, rooms};
use super::time::Time;
use super::{RoomId, UserId, memberships as members, unread, users};
use crate::error::{Error, Result};
use crate::names::{DisplayName, Slug};

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
    pub level: String,
    /// Whether they may post.
    pub can_post: bool,
    /// Whether it is closed to new messages.
    pub archived: bool,
    /// The people of a direct room.
    pub people: Vec<users::Profile>,
    /// Whether this person belongs to it.
    #[serde(skip)]
    pub joined: bool,
}

/// An open room that somebody makes.
#[derive(Debug, Clone)]
pub struct NewRoom {
    /// Its name.
    pub name: DisplayName,
    /// What it is about; may be empty.
    pub topic: String,
}

/// The rooms a person may know of: open ones and those they belong to, by name.
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
        .filter(|row| row.may_be_known_by(viewer))
        .map(|row| row.seen_by(viewer))
        .collect();
    unread::count_for(conn, viewer.id, &mut seen)?;
    Ok(seen)
}

/// The rooms a person belongs to, by name. Open ones they did not join may be many more, and are not read.
pub fn joined_by(conn: &mut Conn, viewer: &users::Viewer) -> Result<Vec<Room>> {
    let rows: Vec<Row> = rows_for(viewer.id)
        .filter(memberships::state.nullable().eq("joined"))
        .order((rooms::name.asc(), rooms::id.asc()))
        .load(conn)?;
    let mut seen: Vec<Room> = rows.into_iter().map(|row| row.seen_by(viewer)).collect();
    unread::count_for(conn, viewer.id, &mut seen)?;
    Ok(seen)
}

/// A room by its slug, as one person sees it.
///
/// Errors: `NotFound` where there is none or this person may not know of it.
pub fn by_slug(conn: &mut Conn, viewer: &users::Viewer, slug: &Slug) -> Result<Room> {
    let row: Row = rows_for(viewer.id)
        .filter(rooms::slug.eq(slug.as_str()))
        .first(conn)?;
    if !row.may_be_known_by(viewer) {
        return Err(Error::NotFound);
    }
    let mut seen = [row.seen_by(viewer)];
    unread::count_for(conn, viewer.id, &mut seen)?;
    let [room] = seen;
    Ok(room)
}

/// Makes an open room; its maker belongs to it.
///
/// Errors: `Conflict` where an open room has the slug.
pub fn create(conn: &mut Conn, maker: UserId, new: &NewRoom) -> Result<Slug> {
    let slug = match Slug::from_name(new.name.as_str()) {
        Some(slug) if slug_is_taken(conn, &slug)? => return Err(Error::Conflict),
        Some(slug) => slug,
        None => free_random_slug(conn)?,
    };
    diesel::insert_into(rooms::table)
        .values((
            rooms::slug.eq(slug.as_str()),
            rooms::name.eq(new.name.as_str()),
            rooms::kind.eq("open"),
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

#[derive(Queryable, Selectable)]
#[diesel(table_name = rooms, check_for_backend(MultiBackend))]
struct Row {
    id: RoomId,
    slug: String,
    name: String,
    kind: String,
    topic: String,
    first_seq: i64,
    archived_at: Option<chrono::NaiveDateTime>,
    #[diesel(select_expression = room_counters::last_seq)]
    last_seq: i64,
    #[diesel(select_expression = room_counters::revision)]
    revision: i64,
    #[diesel(embed)]
    membership: Option<members::Membership>,
}

#[diesel::dsl::auto_type(no_type_alias)]
fn rows_for(viewer: UserId) -> _ {
    let columns: diesel::dsl::AsSelect<Row, MultiBackend> = Row::as_select();
    rooms::table
        .inner_join(room_counters::table)
        .left_join(
            memberships::table.on(memberships::room_id
                .eq(rooms::id)
                .and(memberships::user_id.eq(viewer))),
        )
        .select(columns)
}

impl Row {
    fn joined(&self) -> bool {
        self.membership
            .as_ref()
            .is_some_and(|membership| membership.state == "joined")
    }

    fn may_be_known_by(&self, viewer: &users::Viewer) -> bool {
        self.joined() || (self.kind == "open" && !viewer.is_guest())
    }

    fn seen_by(self, viewer: &users::Viewer) -> Room {
        let joined = self.joined();
        let archived = self.archived_at.is_some();
        let can_post = !archived && self.may_be_known_by(viewer);
        let (read_seq, level) = match self.membership {
            Some(membership) => (membership.read_seq, membership.level),
            None => (0, "all".to_owned()),
        };
        Room {
            id: self.id,
            slug: self.slug,
            name: self.name,
            kind: self.kind,
            topic: self.topic,
            first_seq: self.first_seq,
            last_seq: self.last_seq,
            revision: self.revision,
            read_seq,
            unread: 0,
            mentions: 0,
            level,
            can_post,
            archived,
            people: Vec::new(),
            joined,
        }
    }
}
