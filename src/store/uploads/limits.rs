//! How much one person keeps here.

use diesel::dsl::sql;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::error::{Error, Result};
use crate::store::UserId;
use crate::store::connection::Conn;
use crate::store::schema::{uploads, users};
use crate::store::time::Time;

/// Files of one person that were sent to no message yet.
const UNSENT_MAX: i64 = 50;
/// Bytes of somebody who made their account themself, on their first day: strangers do not fill the disk by making accounts.
const NEW_BYTES_MAX: u64 = 200_000_000;

/// How much a person may keep: so many bytes, or no limit at 0.
#[derive(Debug, Clone, Copy)]
pub struct Quota(pub u64);

impl Quota {
    /// Refuses so many bytes more of somebody. Locks their row, so that two at once do not both fit.
    ///
    /// Errors: `Refused`.
    pub(super) fn allows(self, conn: &mut Conn, user: UserId, more: u64) -> Result<()> {
        // The one writing transaction of SQLite is lock enough.
        if let Conn::Postgres(postgres) = conn {
            let mine = users::table.find(user).select(users::id);
            let _: UserId = mine.for_update().first(postgres)?;
        }
        self.would_allow(conn, user, more)
    }

    /// Refuses so many bytes more of somebody as it is now, before they are there.
    ///
    /// Errors: `Refused`.
    pub fn would_allow(self, conn: &mut Conn, user: UserId, more: u64) -> Result<()> {
        let new_until: Option<chrono::NaiveDateTime> = users::table
            .find(user)
            .select(users::new_until)
            .first(conn)?;
        let waiting: i64 = uploads::table
            .filter(uploads::uploader_id.eq(user))
            .filter(uploads::seq.is_null())
            .filter(uploads::state.ne("gone"))
            .count()
            .get_result(conn)?;
        if waiting >= UNSENT_MAX {
            return Err(Error::Refused("refusal-upload-unsent"));
        }
        let is_new = new_until.is_some_and(|until| until > Time::now().sql());
        let (most, refusal) = match self.0 {
            0 => return Ok(()),
            quota if is_new && quota > NEW_BYTES_MAX => (NEW_BYTES_MAX, "refusal-upload-new"),
            quota => (quota, "refusal-upload-quota"),
        };
        if used_by(conn, user)?.saturating_add(more) <= most {
            Ok(())
        } else {
            Err(Error::Refused(refusal))
        }
    }

    /// How much that is; `None` where there is no limit.
    pub fn bytes(self) -> Option<u64> {
        (self.0 > 0).then_some(self.0)
    }
}

/// The bytes of all files of somebody, those that arrive too.
pub fn used_by(conn: &mut Conn, user: UserId) -> Result<u64> {
    let bytes: i64 = uploads::table
        .filter(uploads::uploader_id.eq(user))
        .filter(uploads::state.ne("gone"))
        // PostgreSQL sums up in another type.
        .select(sql::<BigInt>("CAST(COALESCE(SUM(size), 0) AS BIGINT)"))
        .first(conn)?;
    Ok(u64::try_from(bytes).unwrap_or(0))
}
