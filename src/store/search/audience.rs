//! Which rooms somebody may read now, in the marks of the index: so that what they may not read is not even counted.

use std::collections::HashMap;

use diesel::prelude::*;

use super::Wanted;
use super::expression::Expression;
use crate::error::Result;
use crate::names;
use crate::rights::{self, Action, Place};
use crate::search::document::Mark;
use crate::store::connection::{Conn, MultiBackend};
use crate::store::rooms::{self as rooms_seen, State};
use crate::store::schema::{memberships, rooms, users};
use crate::store::users::{Profile, Viewer};
use crate::store::{RoomId, UserId, muted};

/// Marks that one expression excludes: the others are left out as they are read again.
const EXCLUDED_MAX: usize = 64;
/// Rooms of one's own in one expression. Each is a list that is walked through.
const ROOMS_TOGETHER: usize = 64;
/// People and rooms that somebody may name.
const ME: &str = "me";

/// What somebody may find, in one or several parts.
struct Audience {
    /// For each part, one of these marks has to be there.
    parts: Vec<Vec<Mark>>,
    /// None of these may be.
    without: Vec<Mark>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = memberships, check_for_backend(MultiBackend))]
struct Row {
    room_id: RoomId,
    state: String,
    role: String,
    #[diesel(embed)]
    room: State,
}

impl Audience {
    /// All that somebody may read.
    fn of(conn: &mut Conn, viewer: &Viewer) -> Result<Audience> {
        let rows: Vec<Row> = memberships::table
            .inner_join(rooms::table)
            .filter(memberships::user_id.eq(viewer.id))
            .order(memberships::room_id.asc())
            .select(Row::as_select())
            .load(conn)?;
        let (mut mine, mut without) = (Vec::new(), Vec::new());
        let reads_open_ones = reads_open_rooms(viewer);
        for row in rows {
            let room = row.room.seen_from(Place::parse(&row.state, &row.role));
            let may_read = rights::may(viewer.as_person(), Action::Read(room)).is_ok();
            let is_open = room.kind == rights::Kind::Open;
            match (may_read, is_open && reads_open_ones) {
                (true, false) => mine.push(Mark::Room(row.room_id)),
                (false, true) => without.push(Mark::Room(row.room_id)),
                _ => {}
            }
        }
        let mut parts: Vec<Vec<Mark>> = mine.chunks(ROOMS_TOGETHER).map(<[Mark]>::to_vec).collect();
        if reads_open_ones {
            match parts.first_mut() {
                Some(part) => part.push(Mark::Open),
                None => parts.push(vec![Mark::Open]),
            }
        }
        without.truncate(EXCLUDED_MAX);
        Ok(Audience { parts, without })
    }
}

fn reads_open_rooms(viewer: &Viewer) -> bool {
    let open = rights::Room {
        kind: rights::Kind::Open,
        place: Place::Stranger,
        archived: false,
        read_only: false,
        members_add: false,
    };
    rights::may(viewer.as_person(), Action::Read(open)).is_ok()
}

/// What is looked for in the words of the index, in one or several parts; none where it cannot be there, since it names somebody or
/// a room that is not.
pub(super) fn expressions(
    conn: &mut Conn,
    viewer: &Viewer,
    wanted: &Wanted,
) -> Result<Vec<Expression>> {
    let query = &wanted.query;
    let Audience { mut parts, without } = Audience::of(conn, viewer)?;
    if wanted.only_open {
        parts = vec![vec![Mark::Open]];
    }
    let (mut marks, mut without_marks) = (Vec::new(), without);
    if wanted.room.is_some() || !query.places.is_empty() {
        let mut places = named_rooms(conn, viewer, &query.places)?;
        if let Some(room) = wanted.room {
            let is_named = query.places.is_empty() || places.contains(&room);
            places = if is_named { vec![room] } else { Vec::new() };
        }
        let places: Vec<Mark> = places.into_iter().map(Mark::Room).collect();
        if wanted.only_open && !places.is_empty() {
            marks.push(places);
        } else {
            // Each of them may be read.
            parts = places
                .chunks(ROOMS_TOGETHER)
                .map(<[Mark]>::to_vec)
                .collect();
        }
    }
    if !query.from.is_empty() {
        let people = people(conn, viewer, &query.from)?;
        if people.is_empty() {
            return Ok(Vec::new());
        }
        marks.push(people.into_iter().map(Mark::Person).collect());
    } else if !wanted.only_open {
        // Whom somebody does not hear they find by name alone.
        let unheard = muted::of(conn, viewer.id)?;
        let unheard = unheard.keys().take(EXCLUDED_MAX);
        without_marks.extend(unheard.map(|person| Mark::Person(*person)));
    }
    let not_from = people(conn, viewer, &query.not_from)?;
    without_marks.extend(not_from.into_iter().map(Mark::Person));
    let not_in = named_rooms(conn, viewer, &query.not_places)?;
    without_marks.extend(not_in.into_iter().map(Mark::Room));
    marks.extend(query.has.iter().map(|has| vec![Mark::from(*has)]));
    without_marks.extend(query.has_not.iter().map(|has| Mark::from(*has)));
    let part = |part: Vec<Mark>| Expression {
        terms: query.terms.clone(),
        without: query.without.clone(),
        marks: marks.iter().cloned().chain([part]).collect(),
        without_marks: without_marks.clone(),
    };
    Ok(parts.into_iter().map(part).collect())
}

/// The people of these names, as far as there are any.
fn people(conn: &mut Conn, viewer: &Viewer, named: &[String]) -> Result<Vec<UserId>> {
    let is_me = |name: &&String| name.eq_ignore_ascii_case(ME);
    let mut found: Vec<UserId> = Vec::new();
    if named.iter().any(|name| is_me(&name)) {
        found.push(viewer.id);
    }
    let others = named.iter().filter(|name| !is_me(name));
    let skeletons: Vec<String> = others
        .map(|name| names::skeleton(name.trim_start_matches('@')))
        .collect();
    if !skeletons.is_empty() {
        let ids: Vec<UserId> = users::table
            .filter(users::skeleton.eq_any(skeletons))
            .select(users::id)
            .load(conn)?;
        found.extend(ids);
    }
    Ok(found)
}

/// The rooms of these names that somebody may read: by slug, by name, or by whom they share it with.
fn named_rooms(conn: &mut Conn, viewer: &Viewer, named: &[String]) -> Result<Vec<RoomId>> {
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let wanted: Vec<String> = named
        .iter()
        .map(|name| names::letters(name.trim_start_matches(['#', '@'])))
        .collect();
    let rooms = rooms_seen::readable(conn, viewer, None)?;
    let is_named = |word: &str| wanted.contains(&names::letters(word));
    let named = rooms.into_values().filter(|room| {
        let with = |person: &Profile| is_named(&person.username);
        let is_with_them = room.people.len() == 2
            && room
                .people
                .iter()
                .any(|person| person.id != viewer.id && with(person));
        is_named(&room.slug) || is_named(&room.name) || is_with_them
    });
    let mut ids: Vec<RoomId> = named.map(|room| room.id).collect();
    ids.sort_unstable();
    Ok(ids)
}

/// From which message on somebody may read each of some rooms.
pub(super) fn history_from(
    conn: &mut Conn,
    viewer: UserId,
    rooms: &[RoomId],
) -> Result<HashMap<RoomId, i64>> {
    let rows: Vec<(RoomId, i64)> = memberships::table
        .filter(memberships::user_id.eq(viewer))
        .filter(memberships::room_id.eq_any(rooms.to_vec()))
        .select((memberships::room_id, memberships::history_from_seq))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
