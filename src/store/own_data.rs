//! Everything that is kept of somebody, for themself to take along. Nothing that opens a door is among it.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use data_encoding::BASE64;
use diesel::prelude::*;
use serde::Serialize;

use super::connection::Conn;
use super::muted;
use super::reports::{self, Mine};
use super::schema::{invitations, memberships, messages, reactions, rooms, users};
use super::time::Time;
use super::uploads::{self, Attachment};
use super::users::profiles::{self, Own};
use super::users::{Profile, avatars};
use super::versions::{self, Version};
use super::{RoomId, UserId};
use super::{access, attention, sign_ins};
use crate::error::Result;

/// Messages read at once.
pub const PIECE: i64 = 500;
/// No browser of theirs beyond these is named.
const SIGN_INS_MAX: i64 = 1_000;
/// The same of invitations.
const INVITATIONS_MAX: i64 = 1_000;
/// And of reactions.
const REACTIONS_MAX: i64 = 10_000;

/// Somebody, but for what they said.
#[derive(Debug, Serialize)]
pub struct Person {
    /// What they and others see.
    #[serde(flatten)]
    pub own: Own,
    /// What gets their attention, and when nothing does.
    pub notifications: attention::Shown,
    /// Their picture.
    pub picture: Option<Picture>,
    /// When they made their account.
    pub created_at: Time,
    /// The browsers that are signed in.
    pub sign_ins: Vec<SignIn>,
    /// Their places in rooms.
    pub rooms: Vec<Place>,
    /// Whom they do not want to hear.
    pub muted: Vec<Profile>,
    /// What they reported.
    pub reports: Vec<Mine>,
    /// What they answered messages with, the newest.
    pub reactions: Vec<Answer>,
    /// The invitations they made.
    pub invitations: Vec<Invitation>,
}

/// A picture.
#[derive(Debug, Serialize)]
pub struct Picture {
    content_type: String,
    base64: String,
}

/// A browser that is signed in.
#[derive(Debug, Serialize)]
pub struct SignIn {
    created_at: Time,
    used_at: Time,
    address: String,
    agent: String,
}

/// A place in a room.
#[derive(Debug, Serialize)]
pub struct Place {
    slug: String,
    name: String,
    kind: String,
    state: String,
    role: String,
    read_seq: i64,
}

/// What they answered a message with.
#[derive(Debug, Serialize)]
pub struct Answer {
    room: String,
    seq: i64,
    text: String,
    at: Time,
}

/// An invitation they made.
#[derive(Debug, Serialize)]
pub struct Invitation {
    made_at: Time,
    expires_at: Option<Time>,
    role: String,
    uses: i64,
    uses_max: Option<i64>,
}

/// Something they said.
#[derive(Debug, Serialize)]
pub struct Said {
    /// The room's number.
    #[serde(skip)]
    pub room_id: RoomId,
    /// The message's number there.
    pub seq: i64,
    /// Left out where they may know nothing of it any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    room: Option<String>,
    sent_at: Time,
    message: String,
    /// The files that it carries; whoever may read it gets them by their addresses.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment>,
    /// What it said before, the newest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    earlier: Vec<Version>,
}

/// Somebody, but for what they said.
pub fn person(conn: &mut Conn, user: UserId) -> Result<Person> {
    let created_at: chrono::NaiveDateTime = users::table
        .find(user)
        .select(users::created_at)
        .first(conn)?;
    let listed = sign_ins::of_person(conn, user, SIGN_INS_MAX)?;
    let places: Vec<(RoomId, String, String, String, String, String, i64)> = memberships::table
        .inner_join(rooms::table)
        .filter(memberships::user_id.eq(user))
        .order(rooms::id.asc())
        .select((
            rooms::id,
            rooms::slug,
            rooms::name,
            rooms::kind,
            memberships::state,
            memberships::role,
            memberships::read_seq,
        ))
        .load(conn)?;
    let all: Vec<(RoomId, UserId)> = places.iter().map(|place| (place.0, user)).collect();
    // Of rooms that they may know nothing of any more they are told nothing.
    let known = access::permitted(conn, &all)?;
    let place = |(_, slug, name, kind, state, role, read_seq)| Place {
        slug,
        name,
        kind,
        state,
        role,
        read_seq,
    };
    let sign_in = |listed: sign_ins::Listed| SignIn {
        created_at: listed.created_at,
        used_at: listed.used_at,
        address: listed.origin.address,
        agent: listed.origin.agent,
    };
    Ok(Person {
        own: profiles::own(conn, user)?,
        notifications: attention::of(conn, user)?.shown(),
        picture: avatars::own(conn, user)?.map(|avatar| Picture {
            content_type: avatar.content_type,
            base64: BASE64.encode(&avatar.bytes),
        }),
        created_at: Time::from_sql(created_at),
        sign_ins: listed.into_iter().map(sign_in).collect(),
        rooms: places
            .into_iter()
            .filter(|(room, ..)| known.contains(&(*room, user)))
            .map(place)
            .collect(),
        muted: muted::list(conn, user)?,
        reports: reports::of_person(conn, user)?,
        reactions: answers_of(conn, user, &known)?,
        invitations: made_by(conn, user)?,
    })
}

/// In rooms that they may know of.
fn answers_of(
    conn: &mut Conn,
    user: UserId,
    known: &HashSet<(RoomId, UserId)>,
) -> Result<Vec<Answer>> {
    let rows: Vec<(RoomId, String, i64, String, chrono::NaiveDateTime)> = reactions::table
        .inner_join(rooms::table)
        .filter(reactions::user_id.eq(user))
        .order((reactions::at.desc(), reactions::seq.desc()))
        .limit(REACTIONS_MAX)
        .select((
            rooms::id,
            rooms::slug,
            reactions::seq,
            reactions::text,
            reactions::at,
        ))
        .load(conn)?;
    let rows = rows
        .into_iter()
        .filter(|row| known.contains(&(row.0, user)));
    let answer = |(_, room, seq, text, at)| Answer {
        room,
        seq,
        text,
        at: Time::from_sql(at),
    };
    Ok(rows.map(answer).collect())
}

fn made_by(conn: &mut Conn, user: UserId) -> Result<Vec<Invitation>> {
    type Columns = (
        chrono::NaiveDateTime,
        Option<chrono::NaiveDateTime>,
        String,
        i64,
        Option<i64>,
    );
    let rows: Vec<Columns> = invitations::table
        .filter(invitations::made_by.eq(user))
        .order(invitations::id.desc())
        .limit(INVITATIONS_MAX)
        .select((
            invitations::made_at,
            invitations::expires_at,
            invitations::role,
            invitations::uses,
            invitations::uses_max,
        ))
        .load(conn)?;
    let invitation = |(made_at, expires_at, role, uses, uses_max): Columns| Invitation {
        made_at: Time::from_sql(made_at),
        expires_at: expires_at.map(Time::from_sql),
        role,
        uses,
        uses_max,
    };
    Ok(rows.into_iter().map(invitation).collect())
}

type SaidColumns = (RoomId, i64, String, chrono::NaiveDateTime, String, i32);

/// The files of those messages that carry any.
fn files_of(
    conn: &mut Conn,
    rows: &[SaidColumns],
) -> Result<HashMap<(RoomId, i64), Vec<Attachment>>> {
    let mut carrying: BTreeMap<RoomId, Vec<i64>> = BTreeMap::new();
    for (room, seq, .., attachments) in rows {
        if *attachments > 0 {
            carrying.entry(*room).or_default().push(*seq);
        }
    }
    let mut found = HashMap::new();
    for (room, seqs) in carrying {
        let files = uploads::of_messages(conn, room, &seqs)?;
        found.extend(files.into_iter().map(|(seq, files)| ((room, seq), files)));
    }
    Ok(found)
}

/// What they said after a message, room by room, at most [`PIECE`] messages.
pub fn said_after(conn: &mut Conn, user: UserId, (room, seq): (RoomId, i64)) -> Result<Vec<Said>> {
    let mut rows: Vec<SaidColumns> = messages::table
        .inner_join(rooms::table)
        .filter(messages::author_id.eq(user))
        .filter(messages::kind.is_null())
        .filter(messages::deleted_at.is_null())
        .filter(rooms::deleted_at.is_null())
        .filter(
            messages::room_id
                .gt(room)
                .or(messages::room_id.eq(room).and(messages::seq.gt(seq))),
        )
        .order((messages::room_id.asc(), messages::seq.asc()))
        .limit(PIECE)
        .select((
            messages::room_id,
            messages::seq,
            rooms::slug,
            messages::sent_at,
            messages::text,
            messages::attachments,
        ))
        .load(conn)?;
    let last = rows.last().map_or((room, seq), |row| (row.0, row.1));
    let mut earlier = versions::of_person(conn, user, (room, seq), last)?;
    if let Some(place) = earlier.left_out {
        rows.retain(|row| (row.0, row.1) < place);
    }
    let places: BTreeSet<(RoomId, UserId)> = rows.iter().map(|row| (row.0, user)).collect();
    let places: Vec<(RoomId, UserId)> = places.into_iter().collect();
    let known = access::permitted(conn, &places)?;
    let mut files = files_of(conn, &rows)?;
    let said = |(room_id, seq, room, sent_at, message, _)| Said {
        attachments: files.remove(&(room_id, seq)).unwrap_or_default(),
        room_id,
        seq,
        room: known.contains(&(room_id, user)).then_some(room),
        sent_at: Time::from_sql(sent_at),
        message,
        earlier: earlier
            .by_message
            .remove(&(room_id, seq))
            .unwrap_or_default(),
    };
    Ok(rows.into_iter().map(said).collect())
}
