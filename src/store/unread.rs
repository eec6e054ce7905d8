//! Unread is arithmetic, not rows: messages above my mark, less my own, deleted ones and notices.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::{Bool, Nullable};

use super::connection::{Conn, MultiBackend};
use super::muted::{self, Muted};
use super::rooms::Room;
use super::schema::{memberships, mentions, messages, room_counters, rooms};
use super::time::Time;
use super::wants::Wants;
use super::{RoomId, UserId};
use crate::error::Result;

/// Nobody needs to know more exactly than this.
pub const UNREAD_MAX: i64 = 1_000;
/// The newest messages among which unread ones are counted.
const LOOKED_AT_MAX: i64 = 10_000;
/// People in one query.
const CHUNK: usize = 500;

/// How a room stands for one of its members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The member.
    pub user: UserId,
    /// They have read up to here.
    pub read_seq: i64,
    /// How often that was lowered.
    pub turn: i64,
    /// Messages of others above that, at most [`UNREAD_MAX`].
    pub unread: i64,
    /// Those among them that name this person.
    pub mentions: i64,
    /// The room's newest message when this was counted.
    pub last_seq: i64,
    /// What they want to be told of there.
    pub wants: Wants,
}

/// The marks of those of some people who belong to a room.
pub fn marks(conn: &mut Conn, room: RoomId, people: &[UserId]) -> Result<Vec<Mark>> {
    let (last_seq, kind): (i64, String) = room_counters::table
        .inner_join(rooms::table)
        .filter(room_counters::room_id.eq(room))
        .select((room_counters::last_seq, rooms::kind))
        .first(conn)?;
    let mut marks = Vec::new();
    for people in people.chunks(CHUNK) {
        let members: Vec<Row> = memberships::table
            .filter(memberships::room_id.eq(room))
            .filter(memberships::state.eq("joined"))
            .filter(memberships::user_id.eq_any(people.to_vec()))
            .select(Row::as_select())
            .load(conn)?;
        let muted = muted::of_each(conn, people)?;
        let nobody = Muted::new();
        for member in members {
            let muted = muted.get(&member.user_id).unwrap_or(&nobody);
            marks.push(member.counted(conn, muted, &kind, last_seq)?);
        }
    }
    Ok(marks)
}

/// How all rooms stand that somebody belongs to, each with its name in URLs.
pub fn of_person(conn: &mut Conn, user: UserId) -> Result<Vec<(RoomId, String, Mark)>> {
    let joined: Vec<(Row, String, String, i64)> = memberships::table
        .inner_join(rooms::table.inner_join(room_counters::table))
        .filter(memberships::user_id.eq(user))
        .filter(memberships::state.eq("joined"))
        .filter(rooms::archived_at.is_null())
        // Of a direct room nobody is told before somebody says something in it.
        .filter(rooms::kind.ne("direct").or(room_counters::last_seq.gt(0)))
        .select((
            Row::as_select(),
            rooms::slug,
            rooms::kind,
            room_counters::last_seq,
        ))
        .load(conn)?;
    let muted = muted::of(conn, user)?;
    let stands = |(row, slug, kind, last_seq): (Row, String, String, i64)| {
        let mark = row.counted(conn, &muted, &kind, last_seq)?;
        Ok((row.room_id, slug, mark))
    };
    joined.into_iter().map(stands).collect()
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = memberships, check_for_backend(MultiBackend))]
struct Row {
    room_id: RoomId,
    user_id: UserId,
    read_seq: i64,
    read_turn: i64,
    told_of: Option<String>,
    muted_until: Option<chrono::NaiveDateTime>,
}

impl Row {
    fn counted(&self, conn: &mut Conn, muted: &Muted, kind: &str, last_seq: i64) -> Result<Mark> {
        let reader = Reader {
            user: self.user_id,
            muted,
        };
        let (unread, mentions) = reader.count(conn, self.room_id, self.read_seq, last_seq)?;
        Ok(Mark {
            user: self.user_id,
            read_seq: self.read_seq,
            turn: self.read_turn,
            unread,
            mentions,
            last_seq,
            wants: Wants::parse(self.told_of.as_deref(), self.muted_until, kind),
        })
    }
}

/// The first message that a member has not read, and when it was said.
pub fn first(conn: &mut Conn, room: &Room, user: UserId) -> Result<Option<(i64, Time)>> {
    let muted = muted::of(conn, user)?;
    let found: Option<(i64, chrono::NaiveDateTime)> = messages::table
        .filter(messages::author_id.ne_all(muted.into_keys().collect::<Vec<_>>()))
        .filter(messages::room_id.eq(room.id))
        .filter(messages::seq.gt(room.read_seq))
        .filter(messages::author_id.ne(user))
        .filter(messages::deleted_at.is_null())
        .filter(messages::kind.is_null())
        .order(messages::seq.asc())
        .select((messages::seq, messages::sent_at))
        .first(conn)
        .optional()?;
    Ok(found.map(|(seq, sent_at)| (seq, Time::from_sql(sent_at))))
}

/// Fills in the counts of the rooms that somebody has joined; what is archived has none.
pub(super) fn count_for(conn: &mut Conn, user: UserId, rooms: &mut [Room]) -> Result<()> {
    let is_counted =
        |room: &&mut Room| room.joined && !room.archived && room.read_seq < room.last_seq;
    let mut counted = rooms.iter_mut().filter(is_counted).peekable();
    if counted.peek().is_none() {
        return Ok(());
    }
    let muted = muted::of(conn, user)?;
    let reader = Reader {
        user,
        muted: &muted,
    };
    for room in counted {
        (room.unread, room.mentions) = reader.count(conn, room.id, room.read_seq, room.last_seq)?;
    }
    Ok(())
}

/// For whom it is counted, and whom they do not want to hear.
struct Reader<'a> {
    user: UserId,
    muted: &'a Muted,
}

impl Reader<'_> {
    /// Messages of others above a mark, and those among them that name this person.
    fn count(
        &self,
        conn: &mut Conn,
        room: RoomId,
        read_seq: i64,
        last_seq: i64,
    ) -> Result<(i64, i64)> {
        if read_seq >= last_seq {
            return Ok((0, 0));
        }
        let mut unread = messages::table
            .filter(messages::room_id.eq(room))
            // Who posts and never reads would have the whole room looked through for others' messages.
            .filter(messages::seq.gt(read_seq.max(last_seq - LOOKED_AT_MAX)))
            .filter(messages::seq.le(last_seq))
            .filter(messages::author_id.ne(self.user))
            .filter(messages::deleted_at.is_null())
            .filter(messages::kind.is_null())
            .select(messages::seq)
            .limit(UNREAD_MAX)
            .into_boxed::<MultiBackend>();
        // Most mute nobody: for them the statement stays one that the database knows.
        if !self.muted.is_empty() {
            unread = unread.filter(messages::author_id.ne_all(self.unheard()));
        }
        let unread: Vec<i64> = unread.load(conn)?;
        let mentions = if unread.is_empty() {
            0
        } else {
            self.count_mentions(conn, room, read_seq, last_seq)?
        };
        Ok((unread.len() as i64, mentions))
    }

    /// A message that calls everyone is counted as that, whomever else it names.
    fn count_mentions(
        &self,
        conn: &mut Conn,
        room: RoomId,
        read_seq: i64,
        last_seq: i64,
    ) -> Result<i64> {
        // First those that name them, of which there are few: joined, SQLite looks through all messages of the room instead.
        let naming: Vec<i64> = mentions::table
            .filter(mentions::user_id.eq(self.user))
            .filter(mentions::room_id.eq(room))
            .filter(mentions::seq.gt(read_seq))
            // What is said while it is counted is counted as it is heard of.
            .filter(mentions::seq.le(last_seq))
            .order(mentions::seq.desc())
            .select(mentions::seq)
            .limit(UNREAD_MAX)
            .load(conn)?;
        let names_them = !naming.is_empty();
        let mut people = messages::table
            .filter(messages::room_id.eq(room))
            .filter(messages::seq.eq_any(naming))
            .filter(messages::calls.eq("people"))
            .filter(messages::deleted_at.is_null())
            .select(messages::seq)
            .into_boxed::<MultiBackend>();
        // In the words of the index, so that it is used.
        let calls_everyone = sql::<Nullable<Bool>>("messages.calls IN ('room', 'here')");
        let mut everyone = messages::table
            .filter(messages::room_id.eq(room))
            .filter(messages::seq.gt(read_seq))
            .filter(messages::seq.le(last_seq))
            .filter(calls_everyone)
            .filter(messages::author_id.ne(self.user))
            .filter(messages::deleted_at.is_null())
            .select(messages::seq)
            .limit(UNREAD_MAX)
            .into_boxed::<MultiBackend>();
        if !self.muted.is_empty() {
            people = people.filter(messages::author_id.ne_all(self.unheard()));
            everyone = everyone.filter(messages::author_id.ne_all(self.unheard()));
        }
        let people: Vec<i64> = if names_them {
            people.load(conn)?
        } else {
            Vec::new()
        };
        let everyone: Vec<i64> = everyone.load(conn)?;
        Ok(((people.len() + everyone.len()) as i64).min(UNREAD_MAX))
    }

    fn unheard(&self) -> Vec<UserId> {
        self.muted.keys().copied().collect()
    }
}
