//! Rooms as administrators see them: of closed ones their names, their people and about how large they are, and nothing of what is
//! said there or when. Direct rooms are not among them.

use diesel::prelude::*;

use super::RoomId;
use super::connection::Conn;
use super::directory::{active_at, people_of};
use super::memberships::Member;
use super::rooms::{self, Room};
use super::schema::{memberships, room_counters, rooms as table, users};
use super::time::Time;
use super::users::{ProfileRow, Viewer};
use crate::error::{Error, Result};
use crate::rights::{self, Action, Kind};

/// Rooms on a page.
const PAGE: usize = 50;
/// People on a page.
const PEOPLE_PAGE: usize = 50;

/// A room as administrators see it.
#[derive(Debug, Clone)]
pub struct Listed {
    /// Its number in the database.
    pub id: RoomId,
    /// Its name in URLs.
    pub slug: String,
    /// Its name.
    pub name: String,
    /// Whether it is open to everyone.
    pub open: bool,
    /// Whether it is kept for reading only.
    pub archived: bool,
    /// How many belong to it.
    pub people: i64,
    /// How many messages are kept; of a closed room about how many.
    pub size: Size,
    /// When something was last said or done there; of open rooms only.
    pub active_at: Option<Time>,
}

/// How much is kept of a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Size {
    /// So many messages.
    Messages(i64),
    /// Fewer than so many, and no fewer than a tenth of it: what grows from look to look would tell when something is said.
    Below(i64),
}

/// A page of rooms.
#[derive(Debug)]
pub struct Page {
    /// Those on it, by name.
    pub rooms: Vec<Listed>,
    /// How many there are on all pages.
    pub all: usize,
    /// Its number, from 1.
    pub number: usize,
    /// The last page's number.
    pub last: usize,
}

/// A page of a closed room's people.
#[derive(Debug)]
pub struct People {
    /// Those on it, owners first.
    pub members: Vec<Member>,
    /// Its number, from 1.
    pub number: usize,
    /// The last page's number.
    pub last: usize,
}

/// The open and closed rooms whose name has a text in it, a page of them; the last one where there are fewer.
pub fn page(conn: &mut Conn, wanted: &str, number: usize) -> Result<Page> {
    let wanted = wanted.trim().to_lowercase();
    let rows: Vec<Row> = table::table
        .inner_join(room_counters::table)
        .filter(table::kind.ne("direct"))
        .filter(table::deleted_at.is_null())
        .select(COLUMNS)
        .load(conn)?;
    let mut found: Vec<Row> = rows
        .into_iter()
        .filter(|row| row.2.to_lowercase().contains(&wanted))
        .collect();
    found.sort_by_cached_key(|row| (row.2.to_lowercase(), row.0));
    let all = found.len();
    let last = all.div_ceil(PAGE).max(1);
    let number = number.clamp(1, last);
    let shown = found.into_iter().skip((number - 1) * PAGE).take(PAGE);
    Ok(Page {
        rooms: described(conn, shown.collect())?,
        all,
        number,
        last,
    })
}

/// One of them. Errors: `NotFound`, for a direct one too.
pub fn find(conn: &mut Conn, id: RoomId) -> Result<Listed> {
    let row: Row = table::table
        .inner_join(room_counters::table)
        .filter(table::id.eq(id))
        .filter(table::kind.ne("direct"))
        .filter(table::deleted_at.is_null())
        .select(COLUMNS)
        .first(conn)?;
    described(conn, vec![row])?.pop().ok_or(Error::NotFound)
}

/// A page of the people of a room; the last one where there are fewer. When they were there is left out.
pub fn people(conn: &mut Conn, room: RoomId, number: usize) -> Result<People> {
    let all: i64 = memberships::table
        .filter(memberships::room_id.eq(room))
        .filter(memberships::state.eq("joined"))
        .count()
        .get_result(conn)?;
    let last = usize::try_from(all)
        .unwrap_or_default()
        .div_ceil(PEOPLE_PAGE)
        .max(1);
    let number = number.clamp(1, last);
    let offset = i64::try_from((number - 1) * PEOPLE_PAGE).unwrap_or(i64::MAX);
    let rows: Vec<(ProfileRow, String)> = memberships::table
        .inner_join(users::table)
        .filter(memberships::room_id.eq(room))
        .filter(memberships::state.eq("joined"))
        .order((memberships::role.desc(), users::name.asc(), users::id.asc()))
        .offset(offset)
        .limit(PEOPLE_PAGE as i64)
        .select((ProfileRow::as_select(), memberships::role))
        .load(conn)?;
    let member = |(row, role): (ProfileRow, String)| Member {
        profile: row.into(),
        owner: role == "owner",
    };
    Ok(People {
        members: rows.into_iter().map(member).collect(),
        number,
        last,
    })
}

/// The room as the live part takes it, for an administrator who does something to it without belonging to it.
///
/// Errors: `Forbidden`; `NotFound`, for a direct one too.
pub fn for_duty(conn: &mut Conn, actor: &Viewer, id: RoomId) -> Result<Room> {
    rights::may(actor.as_person(), Action::Administer)?;
    let room = rooms::unasked(conn, actor, id)?;
    match room.rights.kind {
        Kind::Direct => Err(Error::NotFound),
        Kind::Open | Kind::Closed => Ok(room),
    }
}

type Row = (
    RoomId,
    String,
    String,
    String,
    Option<chrono::NaiveDateTime>,
    i64,
    i64,
);

type Columns = (
    table::id,
    table::slug,
    table::name,
    table::kind,
    table::archived_at,
    table::first_seq,
    room_counters::last_seq,
);

const COLUMNS: Columns = (
    table::id,
    table::slug,
    table::name,
    table::kind,
    table::archived_at,
    table::first_seq,
    room_counters::last_seq,
);

fn described(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Listed>> {
    let ids: Vec<RoomId> = rows.iter().map(|row| row.0).collect();
    let open: Vec<RoomId> = rows
        .iter()
        .filter(|row| row.3 == "open")
        .map(|row| row.0)
        .collect();
    let (people, active) = (people_of(conn, &ids)?, active_at(conn, &open)?);
    let listed = |(id, slug, name, kind, archived_at, first_seq, last_seq): Row| {
        let (open, messages) = (kind == "open", last_seq - first_seq + 1);
        Listed {
            id,
            slug,
            name,
            open,
            archived: archived_at.is_some(),
            people: people.get(&id).copied().unwrap_or(0),
            size: if open {
                Size::Messages(messages)
            } else {
                Size::about(messages)
            },
            active_at: active.get(&id).copied(),
        }
    };
    Ok(rows.into_iter().map(listed).collect())
}

impl Size {
    fn about(messages: i64) -> Size {
        let mut below = 100;
        while below <= messages {
            below *= 10;
        }
        Size::Below(below)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_closed_room_its_size_is_known_to_a_power_of_ten() {
        for (messages, below) in [
            (0, 100),
            (99, 100),
            (100, 1_000),
            (999, 1_000),
            (1_000, 10_000),
            (1_234_567, 10_000_000),
        ] {
            assert_eq!(Size::about(messages), Size::Below(below), "{messages}");
        }
    }
}
