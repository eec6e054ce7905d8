//! Somebody deletes their account: nothing of them stays but that their username is taken, and what they said.

use diesel::prelude::*;

use crate::error::{Error, Result};
use crate::store::connection::Conn;
use crate::store::schema::{memberships, password_resets, rooms, users};
use crate::store::{RoomId, Time, UserId, administration, sign_ins};

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

/// Empties somebody's account, which from then on is called by that name.
///
/// Errors: as those of [`may_go`].
pub fn erase(conn: &mut Conn, user: UserId, former: &str) -> Result<()> {
    may_go(conn, user)?;
    let now = Time::now().sql();
    diesel::update(users::table.find(user))
        .set((
            // The skeleton stays, so that nobody else comes under the same name.
            users::username.eq(format!("former-member-{user}")),
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
        ))
        .execute(conn)?;
    diesel::delete(password_resets::table.filter(password_resets::user_id.eq(user)))
        .execute(conn)?;
    sign_ins::end_all_of(conn, user)
}
