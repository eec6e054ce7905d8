//! What messages said before their authors edited them.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use super::connection::Conn;
use super::messages::{self as stored, Message};
use super::schema::{messages, rooms as rooms_table, versions};
use super::time::Time;
use super::users::Viewer;
use super::{RoomId, UserId, rooms};
use crate::error::{Error, Result};
use crate::rights::{self, Action};

/// Of one message; beyond that the oldest go.
pub const KEPT_MAX: i64 = 50;
/// Of many messages, read together: all of at least one.
const READ_MAX: i64 = 4 * KEPT_MAX;

/// A message's room and number.
type Place = (RoomId, i64);

/// What a message said once.
#[derive(Debug, Clone, Serialize)]
pub struct Version {
    /// The text as it was typed.
    #[serde(rename = "message")]
    pub text: String,
    /// Until when it said that.
    pub replaced_at: Time,
}

/// A message, and what it said before, the newest first.
#[derive(Debug)]
pub struct Versions {
    /// The message as it is.
    pub message: Message,
    /// What it said before.
    pub earlier: Vec<Version>,
}

/// What several messages said before.
pub(super) struct Earlier {
    /// By message, the newest first.
    pub(super) by_message: HashMap<Place, Vec<Version>>,
    /// From which message on it was left out, where that is a lot.
    pub(super) left_out: Option<Place>,
}

/// Keeps what a message says that is about to say something else.
pub(super) fn keep(conn: &mut Conn, room: RoomId, message: &Message, now: Time) -> Result<()> {
    diesel::insert_into(versions::table)
        .values((
            versions::room_id.eq(room),
            versions::seq.eq(message.seq),
            versions::revision.eq(message.revision),
            versions::text.eq(&*message.text),
            versions::replaced_at.eq(now.sql()),
        ))
        .execute(conn)?;
    let oldest_kept: Option<i64> = of_message(room, message.seq)
        .order(versions::revision.desc())
        .select(versions::revision)
        .offset(KEPT_MAX - 1)
        .first(conn)
        .optional()?;
    if let Some(oldest) = oldest_kept {
        let older = versions::table
            .filter(versions::room_id.eq(room))
            .filter(versions::seq.eq(message.seq))
            .filter(versions::revision.lt(oldest));
        diesel::delete(older).execute(conn)?;
    }
    Ok(())
}

/// A message and what it said before, for who may read that; `by_members` where the site leaves it to members.
///
/// Errors: `NotFound` where there is no such message, or it was taken back; `Forbidden`.
pub fn of(
    conn: &mut Conn,
    viewer: &Viewer,
    (room, seq): (RoomId, i64),
    by_members: bool,
) -> Result<Versions> {
    let message = permitted(conn, viewer, (room, seq), |room, own| Action::SeeVersions {
        room,
        own,
        by_members,
    })?;
    let earlier: Vec<(String, chrono::NaiveDateTime)> = of_message(room, seq)
        .order(versions::revision.desc())
        .select((versions::text, versions::replaced_at))
        .limit(KEPT_MAX)
        .load(conn)?;
    let version = |(text, replaced_at)| Version {
        text,
        replaced_at: Time::from_sql(replaced_at),
    };
    Ok(Versions {
        message,
        earlier: earlier.into_iter().map(version).collect(),
    })
}

/// What somebody's messages said before that lie behind one place and up to another.
pub(super) fn of_person(
    conn: &mut Conn,
    user: UserId,
    after: Place,
    up_to: Place,
) -> Result<Earlier> {
    let of_message = messages::room_id
        .eq(versions::room_id)
        .and(messages::seq.eq(versions::seq));
    let is_after = versions::room_id
        .gt(after.0)
        .or(versions::room_id.eq(after.0).and(versions::seq.gt(after.1)));
    let is_before = versions::room_id
        .lt(up_to.0)
        .or(versions::room_id.eq(up_to.0).and(versions::seq.le(up_to.1)));
    let rows: Vec<(RoomId, i64, String, chrono::NaiveDateTime)> = versions::table
        .inner_join(messages::table.on(of_message))
        .inner_join(rooms_table::table.on(rooms_table::id.eq(versions::room_id)))
        .filter(messages::author_id.eq(user))
        .filter(messages::deleted_at.is_null())
        .filter(rooms_table::deleted_at.is_null())
        .filter(is_after)
        .filter(is_before)
        .order((
            versions::room_id.asc(),
            versions::seq.asc(),
            versions::revision.desc(),
        ))
        .limit(READ_MAX)
        .select((
            versions::room_id,
            versions::seq,
            versions::text,
            versions::replaced_at,
        ))
        .load(conn)?;
    // Of the last of them there may be more.
    let cut = rows.last().map(|row| (row.0, row.1));
    let cut = cut.filter(|_| rows.len() as i64 == READ_MAX);
    let mut earlier = Earlier {
        by_message: HashMap::new(),
        left_out: cut,
    };
    for (room, seq, text, replaced_at) in rows {
        if Some((room, seq)) != cut {
            let replaced_at = Time::from_sql(replaced_at);
            let versions = earlier.by_message.entry((room, seq)).or_default();
            versions.push(Version { text, replaced_at });
        }
    }
    Ok(earlier)
}

/// Takes away what a message said before, for its author. That it was edited stays.
///
/// Errors: as those of [`of`].
pub fn erase(conn: &mut Conn, viewer: &Viewer, (room, seq): (RoomId, i64)) -> Result<()> {
    permitted(conn, viewer, (room, seq), |room, own| {
        Action::EraseVersions { room, own }
    })?;
    forget(conn, room, seq)
}

/// Takes away what a message said before.
pub(super) fn forget(conn: &mut Conn, room: RoomId, seq: i64) -> Result<()> {
    let earlier = versions::table
        .filter(versions::room_id.eq(room))
        .filter(versions::seq.eq(seq));
    diesel::delete(earlier).execute(conn)?;
    Ok(())
}

fn permitted(
    conn: &mut Conn,
    viewer: &Viewer,
    (room, seq): (RoomId, i64),
    action: impl FnOnce(rights::Room, bool) -> Action,
) -> Result<Message> {
    let seen = rooms::by_id(conn, viewer, room)?;
    let found = stored::by_numbers(conn, room, &[seq])?.pop();
    let own = found
        .as_ref()
        .is_some_and(|message| message.author == viewer.id);
    // Whoever may not read it is told that, and not whether it is there.
    rights::may(viewer.as_person(), action(seen.rights, own))?;
    found
        .filter(|message| message.kind.is_none() && !message.deleted)
        .ok_or(Error::NotFound)
}

#[diesel::dsl::auto_type]
fn of_message(room: RoomId, seq: i64) -> _ {
    versions::table
        .filter(versions::room_id.eq(room))
        .filter(versions::seq.eq(seq))
}
