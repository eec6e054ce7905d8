//! Somebody deletes their account: nothing of them stays but that their username is taken, and what they said.

use diesel::prelude::*;

use super::avatars;
use crate::error::{Error, Result};
use crate::names::Username;
use crate::store::connection::Conn;
use crate::store::schema::{
    attention, invitations, memberships, messages, muted_people, password_resets, rooms, users,
};
use crate::store::{RoomId, Time, UserId, administration, muted, reactions, sign_ins, uploads};

/// Numbers that are looked up together: each look visits all that its author said in the room.
const REMAINS_MAX: i64 = 10_000;

/// The rooms somebody belongs to and can leave.
pub fn rooms_to_leave(conn: &mut Conn, user: UserId) -> Result<Vec<RoomId>> {
    Ok(memberships::table
        .inner_join(rooms::table)
        .filter(memberships::user_id.eq(user))
        .filter(memberships::state.eq("joined"))
        .filter(rooms::kind.ne("direct"))
        .order(memberships::room_id.asc())
        .select(memberships::room_id)
        .load(conn)?)
}

/// Refuses where nobody would be left to look after the site.
///
/// Errors: `Field` for the last administrator.
pub fn may_go(conn: &mut Conn, user: UserId) -> Result<()> {
    if administration::locked_administrators(conn)? == [user] {
        return Err(Error::Field {
            field: "current",
            code: "refusal-last-administrator",
        });
    }
    Ok(())
}

/// Empties somebody's account, which from then on is called by that name; what they said goes too, or stays.
///
/// Errors: as those of [`may_go`].
pub fn erase(conn: &mut Conn, user: UserId, former: &str, words_go: bool) -> Result<()> {
    may_go(conn, user)?;
    avatars::remove(conn, user)?;
    let now = Time::now().sql();
    diesel::update(users::table.find(user))
        .set((
            // The skeleton stays, so that nobody else comes under the same name.
            users::username.eq(Username::of_former_member()?),
            users::name.eq(former),
            users::role.eq("member"),
            users::password_hash.eq(None::<String>),
            users::locale.eq(None::<String>),
            users::about.eq(""),
            users::invisible.eq(false),
            users::status_emoji.eq(None::<String>),
            users::status_text.eq(None::<String>),
            users::status_until.eq(None::<chrono::NaiveDateTime>),
            users::last_seen_at.eq(None::<chrono::NaiveDateTime>),
            users::deactivated_at.eq(Some(now)),
            users::erased_at.eq(Some(now)),
            users::words_go.eq(words_go),
        ))
        .execute(conn)?;
    // Behind their own row, as whoever sends a file locks them.
    uploads::discard_unsent_of(conn, user)?;
    diesel::delete(attention::table.find(user)).execute(conn)?;
    muted::forget(conn, user)?;
    diesel::delete(password_resets::table.filter(password_resets::user_id.eq(user)))
        .execute(conn)?;
    diesel::delete(invitations::table.filter(invitations::made_by.eq(user))).execute(conn)?;
    diesel::delete(muted_people::table.filter(muted_people::user_id.eq(user))).execute(conn)?;
    sign_ins::end_all_of(conn, user)
}

/// What is left in one room of what somebody said whose words go.
pub struct Remains {
    /// Who.
    pub user: UserId,
    /// What they are mentioned by now.
    pub username: String,
    /// Where: the room, and its name in URLs; `None` where nothing of theirs is left.
    pub room: Option<(RoomId, String)>,
    /// The numbers of what they said there, or else of what they answered; some of them where they are many.
    pub seqs: Vec<i64>,
}

/// The next of what is to go; `None` where there is nobody any more whose words go.
pub fn remains(conn: &mut Conn) -> Result<Option<Remains>> {
    let next: Option<(UserId, String)> = users::table
        .filter(users::words_go.eq(true))
        .order(users::id.asc())
        .select((users::id, users::username))
        .first(conn)
        .optional()?;
    let Some((user, username)) = next else {
        return Ok(None);
    };
    // Whoever said something in a room has belonged to it.
    let been_in: Vec<(RoomId, String)> = memberships::table
        .inner_join(rooms::table)
        .filter(memberships::user_id.eq(user))
        .filter(rooms::deleted_at.is_null())
        .order(memberships::room_id.asc())
        .select((rooms::id, rooms::slug))
        .load(conn)?;
    let mut remains = Remains {
        user,
        username,
        room: None,
        seqs: Vec::new(),
    };
    for room in been_in {
        remains.seqs = messages::table
            .filter(messages::room_id.eq(room.0))
            .filter(messages::author_id.eq(user))
            .filter(messages::deleted_at.is_null())
            .filter(messages::kind.is_null())
            .order(messages::seq.asc())
            .limit(REMAINS_MAX)
            .select(messages::seq)
            .load(conn)?;
        if remains.seqs.is_empty() {
            remains.seqs = reactions::answered_by(conn, user, room.0, REMAINS_MAX)?;
        }
        if !remains.seqs.is_empty() {
            remains.room = Some(room);
            break;
        }
    }
    Ok(Some(remains))
}

/// All that somebody said is gone.
pub fn is_forgotten(conn: &mut Conn, user: UserId) -> Result<()> {
    diesel::update(users::table.find(user))
        .set(users::words_go.eq(false))
        .execute(conn)?;
    Ok(())
}
