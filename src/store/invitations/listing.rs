//! Links as their makers see them, and as administrators do: of what belongs to a room that they may not know of, only that
//! it is there.

use std::collections::HashMap;

use diesel::prelude::*;

use super::{Columns, Row, as_person};
use crate::error::Result;
use crate::rights::{self, Action, Person, Place};
use crate::store::connection::Conn;
use crate::store::rooms::State;
use crate::store::schema::{invitations, rooms, site, users};
use crate::store::time::Time;
use crate::store::users::Viewer;
use crate::store::{RoomId, UserId, memberships};

/// Links on a page.
const PAGE: usize = 50;

/// A link in a list.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its number.
    pub id: i64,
    /// Who made it; nobody made the site's own.
    pub maker: Option<Maker>,
    /// The room that it leads into, where it does.
    pub room: Option<RoomName>,
    /// Whether whoever makes an account by it becomes a guest.
    pub guest: bool,
    /// When it was made.
    pub made_at: Time,
    /// Until when it is good.
    pub expires_at: Option<Time>,
    /// How many came by it.
    pub uses: i64,
    /// How many may.
    pub uses_max: Option<i64>,
    /// What opens the door; `None` for whom it does not concern.
    pub token: Option<String>,
    /// Whether it works.
    pub state: Works,
}

/// Who made a link.
#[derive(Debug, Clone)]
pub struct Maker {
    /// The name they are mentioned by.
    pub username: String,
    /// What they are called.
    pub name: String,
}

/// A room that a link leads into.
#[derive(Debug, Clone)]
pub enum RoomName {
    /// One that the reader may know of.
    Known {
        /// Its name in URLs.
        slug: String,
        /// Its name.
        name: String,
    },
    /// Another.
    Hidden,
}

/// Whether a link works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Works {
    /// It does.
    Yes,
    /// Its time is over.
    Expired,
    /// As many came as may.
    UsedUp,
    /// Whoever made it might not make it now.
    MakerMayNot,
}

/// A page of links.
#[derive(Debug)]
pub struct Page {
    /// Those on it, the newest first.
    pub links: Vec<Listed>,
    /// How many there are on all pages.
    pub all: usize,
    /// Its number, from 1.
    pub number: usize,
    /// The last page's number.
    pub last: usize,
}

/// Somebody's own, a page of them.
pub fn of_maker(conn: &mut Conn, viewer: &Viewer, number: usize) -> Result<Page> {
    let rows = invitations::table
        .filter(invitations::made_by.eq(viewer.id))
        .order(invitations::id.desc())
        .select(Row::as_select())
        .load(conn)?;
    Ok(page(listed(conn, viewer, rows)?, number))
}

/// Everyone's in whose maker's or room's name a text is, a page of them; for an administrator.
pub fn all(conn: &mut Conn, viewer: &Viewer, wanted: &str, number: usize) -> Result<Page> {
    let wanted = wanted.trim().to_lowercase();
    let has = |text: &str| text.to_lowercase().contains(&wanted);
    let rows = invitations::table
        .order(invitations::id.desc())
        .select(Row::as_select())
        .load(conn)?;
    let mut found = listed(conn, viewer, rows)?;
    found.retain(|link| {
        let of_maker = link
            .maker
            .as_ref()
            .is_some_and(|maker| has(&maker.username) || has(&maker.name));
        let of_room =
            matches!(&link.room, Some(RoomName::Known { slug, name }) if has(name) || has(slug));
        wanted.is_empty() || of_maker || of_room
    });
    Ok(page(found, number))
}

fn page(found: Vec<Listed>, number: usize) -> Page {
    let all = found.len();
    let last = all.div_ceil(PAGE).max(1);
    let number = number.clamp(1, last);
    let links = found.into_iter().skip((number - 1) * PAGE).take(PAGE);
    Page {
        links: links.collect(),
        all,
        number,
        last,
    }
}

/// Makers and rooms of some links, and where people stand there.
struct Around {
    by_members: bool,
    makers: HashMap<UserId, (Maker, Person)>,
    rooms: HashMap<RoomId, (String, String, State)>,
    places: HashMap<(RoomId, UserId), Place>,
}

fn listed(conn: &mut Conn, viewer: &Viewer, rows: Vec<Row>) -> Result<Vec<Listed>> {
    let around = around(conn, viewer, &rows)?;
    let now = Time::now();
    let of_row = |row: Row| {
        let seen = row.room_id.map(|room| around.room(room, viewer.id));
        let may_know = seen.is_none_or(|seen| {
            seen.is_some_and(|seen| rights::may(viewer.as_person(), Action::Read(seen)).is_ok())
        });
        Listed {
            id: row.id,
            maker: row
                .made_by
                .and_then(|maker| around.makers.get(&maker))
                .map(|(maker, _)| maker.clone()),
            room: row.room_id.map(|room| match around.rooms.get(&room) {
                Some((slug, name, _)) if may_know => RoomName::Known {
                    slug: slug.clone(),
                    name: name.clone(),
                },
                _ => RoomName::Hidden,
            }),
            guest: row.is_for_guests(),
            made_at: Time::from_sql(row.made_at),
            expires_at: row.expires_at.map(Time::from_sql),
            uses: row.uses,
            uses_max: row.uses_max,
            state: around.state(&row, now),
            token: may_know.then_some(row.token),
        }
    };
    Ok(rows.into_iter().map(of_row).collect())
}

impl Around {
    /// A room as somebody sees it.
    fn room(&self, room: RoomId, user: UserId) -> Option<rights::Room> {
        let (_, _, state) = self.rooms.get(&room)?;
        let place = self.places.get(&(room, user)).copied();
        Some(state.seen_from(place.unwrap_or(Place::Stranger)))
    }

    fn state(&self, row: &Row, now: Time) -> Works {
        if row.has_expired(now) {
            return Works::Expired;
        }
        if row.is_used_up() {
            return Works::UsedUp;
        }
        let Some(maker) = row.made_by else {
            return Works::Yes;
        };
        let room = row.room_id.map(|room| self.room(room, maker));
        let (Some((_, person)), None | Some(Some(_))) = (self.makers.get(&maker), room) else {
            return Works::MakerMayNot;
        };
        let invite = Action::Invite {
            by_members: self.by_members,
            room: room.flatten(),
            as_guest: row.is_for_guests(),
        };
        match rights::may(*person, invite) {
            Ok(()) => Works::Yes,
            Err(_) => Works::MakerMayNot,
        }
    }
}

fn around(conn: &mut Conn, viewer: &Viewer, rows: &[Row]) -> Result<Around> {
    let mut around = Around {
        by_members: site::table.select(site::members_invite).first(conn)?,
        makers: HashMap::new(),
        rooms: HashMap::new(),
        places: HashMap::new(),
    };
    let mut makers: Vec<UserId> = rows.iter().filter_map(|row| row.made_by).collect();
    makers.sort_unstable();
    makers.dedup();
    for makers in makers.chunks(500) {
        let found: Vec<(UserId, String, String, Columns)> = users::table
            .filter(users::id.eq_any(makers.to_vec()))
            .select((
                users::id,
                users::username,
                users::name,
                (users::role, users::deactivated_at, users::suspended_until),
            ))
            .load(conn)?;
        for (id, username, name, columns) in found {
            let maker = Maker { username, name };
            let person = as_person(columns);
            around.makers.insert(id, (maker, person));
        }
    }
    let mut asked: Vec<RoomId> = rows.iter().filter_map(|row| row.room_id).collect();
    asked.sort_unstable();
    asked.dedup();
    for asked in asked.chunks(500) {
        let found: Vec<(RoomId, String, String, State)> = rooms::table
            .filter(rooms::id.eq_any(asked.to_vec()))
            .select((rooms::id, rooms::slug, rooms::name, State::as_select()))
            .load(conn)?;
        for (id, slug, name, state) in found {
            around.rooms.insert(id, (slug, name, state));
        }
    }
    let mut places: Vec<(RoomId, UserId)> = rows
        .iter()
        .filter_map(|row| Some((row.room_id?, row.made_by)))
        .flat_map(|(room, maker)| {
            [Some(viewer.id), maker].map(|user| user.map(|user| (room, user)))
        })
        .flatten()
        .collect();
    places.sort_unstable();
    places.dedup();
    around.places = memberships::at(conn, &places)?;
    Ok(around)
}
