//! Whether those who are connected may still be: what sockets are held against, again and again.

use std::collections::{HashMap, HashSet};

use diesel::prelude::*;

use super::attention::{self, Attention};
use super::connection::Conn;
use super::muted::{self, Muted};
use super::schema::{memberships, rooms, users};
use super::{RoomId, UserId, sign_ins};
use crate::error::Result;
use crate::rights::{self, Action, Kind, Person, Place, Role, Room};

/// Ids in one query.
const CHUNK: usize = 500;

/// What some sockets live by.
#[derive(Debug, Clone, Default)]
pub struct Question {
    /// Their sign-ins.
    pub sign_ins: Vec<i64>,
    /// Their people.
    pub users: Vec<UserId>,
    /// The rooms they are in, each with who is there.
    pub places: Vec<(RoomId, UserId)>,
}

/// What is still so.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    /// How often access was changed, of each person.
    pub revisions: HashMap<UserId, i64>,
    /// Those who are not to be seen.
    pub invisible: HashSet<UserId>,
    /// Those who see only people of their own rooms.
    pub guests: HashSet<UserId>,
    /// Whom each of them does not want to hear.
    pub muted: HashMap<UserId, Muted>,
    /// What each person set for all of their rooms.
    pub attention: HashMap<UserId, Attention>,
    /// The sign-ins that are not over.
    pub living: HashSet<i64>,
    /// The places where somebody may be.
    pub places: HashSet<(RoomId, UserId)>,
    /// The rooms that each person belongs to.
    pub rooms: HashMap<UserId, HashSet<RoomId>>,
}

/// How often each person's access was changed.
pub fn revisions(conn: &mut Conn, people: &[UserId]) -> Result<HashMap<UserId, i64>> {
    let mut found = HashMap::with_capacity(people.len());
    for people in people.chunks(CHUNK) {
        let rows: Vec<(UserId, i64)> = users::table
            .filter(users::id.eq_any(people.to_vec()))
            .select((users::id, users::access_revision))
            .load(conn)?;
        found.extend(rows);
    }
    Ok(found)
}

/// What is still so of some sockets.
///
/// Revisions are read first: whatever is revoked after that raises them, and is found by the next comparison.
pub fn standing(conn: &mut Conn, question: &Question) -> Result<Standing> {
    Ok(Standing {
        revisions: revisions(conn, &question.users)?,
        invisible: invisible(conn, &question.users)?,
        guests: guests(conn, &question.users)?,
        muted: muted::of_each(conn, &question.users)?,
        attention: attention::of_people(conn, &question.users)?,
        living: sign_ins::living(conn, &question.sign_ins)?,
        places: permitted(conn, &question.places)?,
        rooms: rooms_of(conn, &question.users)?,
    })
}

/// Those of some people who are not to be seen.
pub(super) fn invisible(conn: &mut Conn, people: &[UserId]) -> Result<HashSet<UserId>> {
    let mut found = HashSet::new();
    for people in people.chunks(CHUNK) {
        let ids: Vec<UserId> = users::table
            .filter(users::id.eq_any(people.to_vec()))
            .filter(users::invisible.eq(true))
            .select(users::id)
            .load(conn)?;
        found.extend(ids);
    }
    Ok(found)
}

fn guests(conn: &mut Conn, people: &[UserId]) -> Result<HashSet<UserId>> {
    let mut found = HashSet::new();
    for people in people.chunks(CHUNK) {
        let ids: Vec<UserId> = users::table
            .filter(users::id.eq_any(people.to_vec()))
            .filter(users::role.eq("guest"))
            .select(users::id)
            .load(conn)?;
        found.extend(ids);
    }
    Ok(found)
}

/// The rooms that each of some people belongs to.
pub fn rooms_of(conn: &mut Conn, people: &[UserId]) -> Result<HashMap<UserId, HashSet<RoomId>>> {
    let mut found: HashMap<UserId, HashSet<RoomId>> = HashMap::with_capacity(people.len());
    for people in people.chunks(CHUNK) {
        let rows: Vec<(UserId, RoomId)> = memberships::table
            .filter(memberships::user_id.eq_any(people.to_vec()))
            .filter(memberships::state.eq("joined"))
            .select((memberships::user_id, memberships::room_id))
            .load(conn)?;
        for (user, room) in rows {
            found.entry(user).or_default().insert(room);
        }
    }
    Ok(found)
}

/// The places where somebody may be: those that they may read.
pub(super) fn permitted(
    conn: &mut Conn,
    places: &[(RoomId, UserId)],
) -> Result<HashSet<(RoomId, UserId)>> {
    let stand = super::memberships::at(conn, places)?;
    let (mut open, mut guests) = (HashSet::new(), HashSet::new());
    for places in places.chunks(CHUNK) {
        let of_rooms: Vec<RoomId> = places.iter().map(|(room, _)| *room).collect();
        let of_people: Vec<UserId> = places.iter().map(|(_, user)| *user).collect();
        let found: Vec<RoomId> = rooms::table
            .filter(rooms::id.eq_any(of_rooms))
            .filter(rooms::kind.eq("open"))
            .select(rooms::id)
            .load(conn)?;
        open.extend(found);
        guests.extend(self::guests(conn, &of_people)?);
    }
    let may = |place: &&(RoomId, UserId)| {
        let person = Person {
            role: if guests.contains(&place.1) {
                Role::Guest
            } else {
                Role::Member
            },
            // Whoever's account is not in use has no sign-in either.
            active: true,
        };
        let room = Room {
            kind: if open.contains(&place.0) {
                Kind::Open
            } else {
                Kind::Closed
            },
            place: stand.get(*place).copied().unwrap_or(Place::Stranger),
            archived: false,
            read_only: false,
            members_add: false,
        };
        rights::may(person, Action::Read(room)).is_ok()
    };
    Ok(places.iter().filter(may).copied().collect())
}
