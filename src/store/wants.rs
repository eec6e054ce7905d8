//! What people want to be told of in their rooms, and until when a room is mute for them.

use diesel::prelude::*;

use super::connection::Conn;
use super::schema::{memberships, mentions, messages};
use super::time::Time;
use super::{RoomId, UserId, attention, muted, quotes};
use crate::error::{Error, Result};
use crate::keywords::Wanted;
use crate::mentions::Everyone;
use crate::telling::{Call, Heard, Level, Quiet};

/// What somebody wants to be told of in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wants {
    /// Everything, what names them, or nothing.
    pub level: Level,
    /// Until then only what names them.
    pub muted_until: Option<Time>,
}

impl Wants {
    /// What a row of memberships says, for a room of that kind.
    pub(super) fn parse(
        told_of: Option<&str>,
        muted_until: Option<chrono::NaiveDateTime>,
        kind: &str,
    ) -> Wants {
        let level = told_of.and_then(Level::parse);
        Wants {
            level: level.unwrap_or(Level::suggested(kind == "direct")),
            muted_until: muted_until.map(Time::from_sql),
        }
    }

    /// Whether the room is mute just now.
    pub fn is_muted(&self) -> bool {
        self.muted_until.is_some_and(|until| until > Time::now())
    }
}

/// Sets what a member wants; `None` for the level is what the room's kind suggests.
///
/// Errors: `Forbidden` for who is no member.
pub fn set(
    conn: &mut Conn,
    room: RoomId,
    user: UserId,
    level: Option<Level>,
    muted_until: Option<Time>,
) -> Result<()> {
    let set = diesel::update(memberships::table.find((room, user)))
        .filter(memberships::state.eq("joined"))
        .set((
            memberships::told_of.eq(level.map(Level::word)),
            memberships::muted_until.eq(muted_until.map(Time::sql)),
        ))
        .execute(conn)?;
    if set == 0 {
        return Err(Error::Forbidden);
    }
    Ok(())
}

/// A message as somebody meets it, and why nothing disturbed them when it was said, where it was so.
///
/// Errors: `NotFound` where there is none with that number.
pub fn heard(
    conn: &mut Conn,
    room: RoomId,
    seq: i64,
    user: UserId,
) -> Result<(Heard, Option<Quiet>)> {
    type Columns = (
        UserId,
        Option<String>,
        Option<String>,
        Option<chrono::NaiveDateTime>,
        String,
        chrono::NaiveDateTime,
        Option<i64>,
    );
    let (author, kind, calls, deleted, text, sent_at, reply_to): Columns = messages::table
        .find((room, seq))
        .select((
            messages::author_id,
            messages::kind,
            messages::calls,
            messages::deleted_at,
            messages::text,
            messages::sent_at,
            messages::reply_to,
        ))
        .first(conn)?;
    let answered = match reply_to {
        Some(seq) => quotes::one(conn, room, seq)?,
        None => None,
    };
    let named: i64 = mentions::table
        .filter(mentions::user_id.eq(user))
        .filter(mentions::room_id.eq(room))
        .filter(mentions::seq.eq(seq))
        .count()
        .get_result(conn)?;
    let is_of_muted = muted::of(conn, user)?.contains_key(&author);
    let everyone = calls.as_deref().and_then(Everyone::parse);
    let call = match everyone {
        _ if named > 0 && answered.is_some_and(|quote| quote.author == user) => Some(Call::Reply),
        _ if named > 0 => Some(Call::Name),
        Some(Everyone::Room) => Some(Call::Room),
        Some(Everyone::Here) => Some(Call::Here),
        None => None,
    };
    let attention = attention::of(conn, user)?;
    let mut wanted = Wanted::default();
    for keyword in &attention.keywords {
        wanted.add(user, keyword);
    }
    let heard = Heard {
        is_notice: kind.is_some(),
        is_deleted: deleted.is_some(),
        is_own: author == user,
        is_of_muted,
        call,
        has_keyword: !wanted.found_in(&text).is_empty(),
    };
    Ok((heard, attention.quiet_at(Time::from_sql(sent_at))))
}
