//! The site's own row: its id, its epoch, the secrets that its nodes share, the link for set-up, and who invites.

use diesel::prelude::*;

use super::connection::Conn;
use super::schema::site;
use super::time::Time;
use super::users::Viewer;
use super::{administration, audit, invitations};
use crate::error::Result;
use crate::secrets;

/// Who this site is.
#[derive(Queryable, Selectable, Debug, Clone)]
#[diesel(table_name = site, check_for_backend(super::connection::MultiBackend))]
pub struct Site {
    /// Random and never changed.
    pub site_id: String,
    /// The id of this database's history, changed by a restore.
    pub epoch: String,
    /// 32 random bytes from which keys are derived.
    pub secret_key: Vec<u8>,
    /// The set-up link's token, until it was used.
    pub setup_token: Option<String>,
    /// Whether members make invitations too, or only administrators.
    pub members_invite: bool,
}

/// The site's row.
pub fn load(conn: &mut Conn) -> Result<Site> {
    Ok(site::table.select(Site::as_select()).first(conn)?)
}

/// Makes the row at the first start.
pub(super) fn make_where_missing(conn: &mut Conn) -> Result<()> {
    let exists: i64 = site::table.count().get_result(conn)?;
    if exists > 0 {
        return Ok(());
    }
    diesel::insert_into(site::table)
        .values((
            site::id.eq(1_i64),
            site::site_id.eq(secrets::random_word(16)?),
            site::epoch.eq(secrets::random_word(16)?),
            site::secret_key.eq(secrets::random_bytes::<32>()?.to_vec()),
            site::setup_token.eq(Some(secrets::token()?)),
            site::created_at.eq(Time::now().sql()),
        ))
        .execute(conn)?;
    invitations::make_own(conn)
}

/// Begins another history where the file is not the one that this database was last served from: a copy may be older than
/// what people have seen.
pub(super) fn recognise(conn: &mut Conn, file: &str) -> Result<()> {
    let before: Option<String> = site::table.select(site::served_from).first(conn)?;
    if before.as_deref() == Some(file) {
        return Ok(());
    }
    if before.is_some() {
        log::warn!(
            "the database's file is not the one it was last served from: a copy, it seems. Everyone's page loads afresh"
        );
        renew_epoch(conn)?;
    }
    diesel::update(site::table)
        .set(site::served_from.eq(Some(file)))
        .execute(conn)?;
    Ok(())
}

/// Begins another history: whoever comes back with what they know of the former loads everything afresh.
pub(super) fn renew_epoch(conn: &mut Conn) -> Result<()> {
    diesel::update(site::table)
        .set(site::epoch.eq(secrets::random_word(16)?))
        .execute(conn)?;
    Ok(())
}

/// Replaces the set-up token by one that was chosen; has no effect once set-up is done.
pub(super) fn choose_setup_token(conn: &mut Conn, token: &str) -> Result<()> {
    diesel::update(site::table.filter(site::setup_token.is_not_null()))
        .set(site::setup_token.eq(Some(token)))
        .execute(conn)?;
    Ok(())
}

/// Takes the set-up token; true for the one caller who had the right one.
pub fn use_setup_token(conn: &mut Conn, token: &str) -> Result<bool> {
    let taken = diesel::update(site::table.filter(site::setup_token.eq(Some(token))))
        .set(site::setup_token.eq(None::<String>))
        .execute(conn)?;
    Ok(taken == 1)
}

/// Lets members make invitations, or only administrators. The links that members made work while they may make them.
///
/// Errors: `Forbidden` for who does not look after the site.
pub fn set_members_invite(conn: &mut Conn, actor: &Viewer, on: bool) -> Result<()> {
    invitations::lock_site(conn)?;
    administration::permit(conn, actor)?;
    let changed = diesel::update(site::table)
        .filter(site::members_invite.ne(on))
        .set(site::members_invite.eq(on))
        .execute(conn)?;
    if changed > 0 {
        audit::note(
            conn,
            actor.id,
            "members_invite",
            "",
            if on { "on" } else { "off" },
        )?;
    }
    Ok(())
}
