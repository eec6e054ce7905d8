//! Up to where people have read. A mark rises as they read, and falls where its owner marks messages unread: then its turn
//! rises, so that what was read before, and is stored only now, does not raise it again, whichever node had it in hand.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde::Serialize;

use super::connection::Conn;
use super::schema::{memberships, rooms, users};
use super::{RoomId, UserId, access};
use crate::error::Result;

/// In rooms of more people nobody could do anything with it.
pub const SHOWN_TO_MAX: i64 = 50;
/// People in one statement.
const CHUNK: usize = 500;

/// Somebody has read up to a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reached {
    /// Who.
    pub user: UserId,
    /// Up to which message.
    pub seq: i64,
    /// In which turn of their mark; another one's does not count.
    pub turn: i64,
}

/// Where somebody's mark stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stand {
    /// They have read up to here.
    pub read_seq: i64,
    /// How often it was lowered.
    pub turn: i64,
}

/// Up to where others see that somebody has read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// Who.
    #[serde(skip)]
    pub user: UserId,
    /// The name they are mentioned by.
    pub username: String,
    /// Whether nobody is to know that they are there, and reading just now.
    #[serde(skip)]
    pub is_invisible: bool,
    /// Up to this message; 0 where they have read nothing.
    pub seq: i64,
}

/// Up to where the members of a room have read who let others see it; and to whom that is shown: who hides theirs sees nobody's.
#[derive(Debug, Clone, Default)]
pub struct SeenBy {
    /// What is shown.
    pub reads: Vec<Seen>,
    /// To whom.
    pub shown_to: HashSet<UserId>,
}

/// Up to where the members of a room have read. `None` in a room that does not show it.
pub fn seen(conn: &mut Conn, room: RoomId) -> Result<Option<SeenBy>> {
    let shows: bool = rooms::table
        .find(room)
        .select(rooms::shows_reading)
        .first(conn)?;
    if !shows {
        return Ok(None);
    }
    let members: Vec<(UserId, String, i64, bool, bool)> = memberships::table
        .inner_join(users::table)
        .filter(memberships::room_id.eq(room))
        .filter(memberships::state.eq("joined"))
        .order(users::username.asc())
        .limit(SHOWN_TO_MAX + 1)
        .select((
            users::id,
            users::username,
            memberships::seen_seq,
            users::hides_reading,
            users::invisible,
        ))
        .load(conn)?;
    if members.len() as i64 > SHOWN_TO_MAX {
        return Ok(None);
    }
    let open = members.into_iter().filter(|(_, _, _, hides, _)| !hides);
    let mut seen = SeenBy::default();
    for (user, username, seq, _, is_invisible) in open {
        seen.shown_to.insert(user);
        seen.reads.push(Seen {
            user,
            username,
            is_invisible,
            seq,
        });
    }
    Ok(Some(seen))
}

/// What others see never falls; and it does not rise either while somebody is not to be seen.
#[diesel::dsl::auto_type]
fn seen_up_to(seq: i64, is_invisible: bool) -> _ {
    let limit: i64 = if is_invisible { i64::MIN } else { seq };
    diesel::dsl::case_when(memberships::seen_seq.lt(limit), seq.into_sql::<BigInt>())
        .otherwise(memberships::seen_seq)
}

/// Moves marks forward; never back. Returns the turns of those that had been lowered meanwhile, and were left as they are.
pub fn mark_read(conn: &mut Conn, room: RoomId, marks: &[Reached]) -> Result<Vec<(UserId, i64)>> {
    // In one order on every node, so that no two wait for each other.
    let mut marks = marks.to_vec();
    marks.sort_unstable();
    let readers: Vec<UserId> = marks.iter().map(|mark| mark.user).collect();
    let unseen = access::invisible(conn, &readers)?;
    let mut others = Vec::new();
    for mark in marks {
        let moved = diesel::update(memberships::table.find((room, mark.user)))
            .filter(memberships::read_seq.lt(mark.seq))
            .filter(memberships::read_turn.eq(mark.turn))
            .set((
                memberships::read_seq.eq(mark.seq),
                memberships::seen_seq.eq(seen_up_to(mark.seq, unseen.contains(&mark.user))),
            ))
            .execute(conn)?;
        if moved == 0
            && let Some(stands) = find(conn, room, mark.user)?
            && stands.turn != mark.turn
        {
            others.push((mark.user, stands.turn));
        }
    }
    Ok(others)
}

/// Moves one mark forward, in whichever turn it is; where it stands then, 0 where they never joined.
pub fn mark_read_now(conn: &mut Conn, room: RoomId, user: UserId, seq: i64) -> Result<i64> {
    let is_invisible = !access::invisible(conn, &[user])?.is_empty();
    diesel::update(memberships::table.find((room, user)))
        .filter(memberships::read_seq.lt(seq))
        .set((
            memberships::read_seq.eq(seq),
            memberships::seen_seq.eq(seen_up_to(seq, is_invisible)),
        ))
        .execute(conn)?;
    Ok(find(conn, room, user)?.unwrap_or_default().read_seq)
}

/// Sets somebody's mark to before a message; `None` in a room that they do not belong to.
pub fn mark_unread(conn: &mut Conn, room: RoomId, user: UserId, seq: i64) -> Result<Option<Stand>> {
    let lowered = diesel::update(memberships::table.find((room, user)))
        .filter(memberships::state.eq("joined"))
        .set((
            memberships::read_seq.eq(seq - 1),
            memberships::read_turn.eq(memberships::read_turn + 1),
        ))
        .execute(conn)?;
    if lowered == 0 {
        return Ok(None);
    }
    find(conn, room, user)
}

/// Who says something has read up to it.
pub(super) fn read_by_saying(conn: &mut Conn, said: &[(RoomId, UserId, i64)]) -> Result<()> {
    for said in said.chunks(CHUNK) {
        // Numbers only: there is nothing to be escaped.
        let marks: Vec<String> = said
            .iter()
            .map(|(room, user, seq)| format!("({room},{user},{seq})"))
            .collect();
        let statement = diesel::sql_query(format!(
            "WITH said (room, person, seq) AS (VALUES {}) UPDATE memberships SET read_seq = said.seq, \
             seen_seq = CASE WHEN memberships.seen_seq < said.seq THEN said.seq ELSE memberships.seen_seq END FROM said \
             WHERE memberships.room_id = said.room AND memberships.user_id = said.person AND memberships.read_seq < said.seq",
            marks.join(",")
        ));
        match conn {
            Conn::Sqlite(sqlite) => statement.execute(sqlite)?,
            Conn::Postgres(postgres) => statement.execute(postgres)?,
        };
    }
    Ok(())
}

fn find(conn: &mut Conn, room: RoomId, user: UserId) -> Result<Option<Stand>> {
    let found: Option<(i64, i64)> = memberships::table
        .find((room, user))
        .select((memberships::read_seq, memberships::read_turn))
        .first(conn)
        .optional()?;
    Ok(found.map(|(read_seq, turn)| Stand { read_seq, turn }))
}
