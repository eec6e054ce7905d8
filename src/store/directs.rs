//! Direct rooms: of up to twenty people, for good. The same people always get the same room, whoever asks first and on
//! whichever node: what is unique is who they are.

use std::collections::{BTreeSet, HashMap};

use diesel::prelude::*;

use super::connection::Conn;
use super::rooms::Room;
use super::schema::{memberships, room_counters, rooms, users};
use super::time::Time;
use super::users::{Profile, ProfileRow, Viewer, raise_access_revision};
use super::{RoomId, UserId, memberships as members, muted, newcomers, settings};
use crate::error::{Error, Result};
use crate::names::Slug;
use crate::rights::{self, Action};

/// The people of a direct room; one of them who is alone has a place for notes.
pub const PEOPLE_MAX: usize = 20;

/// Rooms in one query.
const CHUNK: usize = 500;

/// The room of some people, made where there is none; true where it was made just now. Whoever asks is one of them.
///
/// Errors: `Field` for more than [`PEOPLE_MAX`]; `Forbidden` for who may not start one; `Refused` for more than somebody new may
/// start; `Conflict` where somebody else has made it meanwhile, so that asking again finds it.
pub fn open(conn: &mut Conn, maker: &Viewer, others: &BTreeSet<UserId>) -> Result<(RoomId, bool)> {
    let mut people = others.clone();
    people.insert(maker.id);
    if people.len() > PEOPLE_MAX {
        return Err(Error::Field {
            field: "usernames",
            code: "refusal-direct-people",
        });
    }
    if let Some(room) = find(conn, &people)? {
        return Ok((room, false));
    }
    let circle = settings::load(conn)?.starts_directs_with(people.len());
    rights::may(maker.as_person(), Action::StartDirect(circle))?;
    refuse_blocked(conn, maker.id, people.iter().copied())?;
    newcomers::permit_direct(conn, maker.id, &people)?;
    let key = key_of(&people);
    diesel::insert_into(rooms::table)
        .values((
            rooms::slug.eq(Slug::direct()?.as_str()),
            rooms::name.eq(""),
            rooms::kind.eq("direct"),
            rooms::topic.eq(""),
            rooms::people_key.eq(Some(&key)),
            rooms::shows_reading.eq(true),
            rooms::created_by.eq(maker.id),
            rooms::created_at.eq(Time::now().sql()),
        ))
        .execute(conn)?;
    let id = find(conn, &people)?.ok_or(Error::NotFound)?;
    diesel::insert_into(room_counters::table)
        .values(room_counters::room_id.eq(id))
        .execute(conn)?;
    // All of them now, though most see it with its first message only: then nothing but the message is to be stored.
    for person in people {
        members::insert(conn, id, person, "member", 0)?;
        raise_access_revision(conn, person)?;
    }
    Ok((id, true))
}

/// The room of just these people, where there is one.
pub fn find(conn: &mut Conn, people: &BTreeSet<UserId>) -> Result<Option<RoomId>> {
    Ok(rooms::table
        .filter(rooms::people_key.eq(Some(key_of(people))))
        .select(rooms::id)
        .first(conn)
        .optional()?)
}

/// Whether nobody is left to talk with: everyone else's account is out of use.
pub(super) fn is_abandoned(conn: &mut Conn, room: RoomId) -> Result<bool> {
    let in_use: Vec<Option<chrono::NaiveDateTime>> = memberships::table
        .inner_join(users::table)
        .filter(memberships::room_id.eq(room))
        .select(users::deactivated_at)
        .load(conn)?;
    Ok(is_left_alone(in_use.iter().map(Option::is_none)))
}

/// Refuses what somebody says in a room for two of whom one has blocked the other.
///
/// Errors: `Refused`, with a sentence that tells only those who blocked somebody of it.
pub fn refuse_where_blocked(conn: &mut Conn, room: RoomId, author: UserId) -> Result<()> {
    let people: Vec<UserId> = memberships::table
        .filter(memberships::room_id.eq(room))
        .select(memberships::user_id)
        .load(conn)?;
    refuse_blocked(conn, author, people.into_iter())
}

fn refuse_blocked(
    conn: &mut Conn,
    author: UserId,
    people: impl ExactSizeIterator<Item = UserId>,
) -> Result<()> {
    let is_for_two = people.len() == 2;
    let mut others = people.filter(|person| *person != author);
    let (true, Some(other)) = (is_for_two, others.next()) else {
        return Ok(());
    };
    let blocked = muted::blocked_of(conn, author, other)?;
    if blocked.contains(&other) {
        return Err(Error::Refused("refusal-blocked-by-oneself"));
    }
    if !blocked.is_empty() {
        return Err(Error::Refused("refusal-blocked"));
    }
    Ok(())
}

/// Of people of whom one looks: whether there are others, and none of them has an account in use.
fn is_left_alone(in_use: impl Iterator<Item = bool>) -> bool {
    let in_use: Vec<bool> = in_use.collect();
    in_use.len() > 1 && in_use.iter().filter(|in_use| **in_use).count() < 2
}

/// Fills in what direct rooms are to one of their people: who is in them, and so what they are called.
pub(super) fn describe(conn: &mut Conn, viewer: UserId, rooms: &mut [Room]) -> Result<()> {
    let directs: Vec<RoomId> = rooms
        .iter()
        .filter(|room| room.kind == "direct")
        .map(|room| room.id)
        .collect();
    if directs.is_empty() {
        return Ok(());
    }
    let mut people: HashMap<RoomId, Vec<(Profile, bool)>> = HashMap::new();
    for directs in directs.chunks(CHUNK) {
        let rows: Vec<(RoomId, ProfileRow, Option<chrono::NaiveDateTime>)> = memberships::table
            .inner_join(users::table)
            .filter(memberships::room_id.eq_any(directs.to_vec()))
            .order((users::name.asc(), users::id.asc()))
            .select((
                memberships::room_id,
                ProfileRow::as_select(),
                users::deactivated_at,
            ))
            .load(conn)?;
        for (room, row, deactivated) in rows {
            let person = (row.into(), deactivated.is_none());
            people.entry(room).or_default().push(person);
        }
    }
    let muted = muted::of(conn, viewer)?;
    for room in rooms {
        let Some(people) = people.remove(&room.id) else {
            continue;
        };
        if is_left_alone(people.iter().map(|(_, in_use)| *in_use)) {
            room.can_post = false;
            room.rights.read_only = true;
        }
        room.people = people.into_iter().map(|(person, _)| person).collect();
        room.name = name_for(viewer, &room.people);
        for person in &mut room.people {
            if let Some(distance) = muted.get(&person.id) {
                distance.tell(person);
            }
        }
        if room.people.len() == 2 && room.people.iter().any(|person| person.blocked) {
            room.can_post = false;
        }
    }
    Ok(())
}

/// What a direct room is called to one of its people: the others, or who is alone there.
fn name_for(viewer: UserId, people: &[Profile]) -> String {
    let others: Vec<&str> = people
        .iter()
        .filter(|person| person.id != viewer || people.len() == 1)
        .map(|person| &*person.name)
        .collect();
    others.join(", ")
}

/// Unique for each set of people.
fn key_of(people: &BTreeSet<UserId>) -> String {
    let ids: Vec<String> = people.iter().map(UserId::to_string).collect();
    ids.join(",")
}
