//! The picture that the site shows at its door. It is in the database, so that every node has it.

use diesel::prelude::*;

use super::{Settings, locked};
use crate::error::{Error, Result};
use crate::store::connection::{Conn, snapshot};
use crate::store::schema::{logos, site_settings};
use crate::store::users::Viewer;
use crate::store::{Store, administration, audit};

/// That picture.
#[derive(Debug, Clone)]
pub struct Logo {
    /// A word that is another one for another picture.
    pub version: String,
    /// What kind of file it is.
    pub content_type: String,
    /// The file.
    pub bytes: Vec<u8>,
}

impl Store {
    /// Gives the site another one, or none, for whoever looks after it; here that counts at once.
    ///
    /// Errors: `Forbidden`, and those of the store.
    pub async fn set_logo(&self, actor: &Viewer, logo: Option<Logo>) -> Result<()> {
        let actor = actor.clone();
        let changed = self
            .write(move |conn| set(conn, &actor, logo.as_ref()))
            .await?;
        self.settings.learn(changed);
        Ok(())
    }
}

/// The picture of a version. Errors: `NotFound` where the site has another one, or none.
pub fn of(conn: &mut Conn, version: &str) -> Result<Logo> {
    snapshot(conn, |conn| {
        let current: Option<String> = site_settings::table
            .select(site_settings::logo)
            .first(conn)?;
        if current.as_deref() != Some(version) {
            return Err(Error::NotFound);
        }
        let (content_type, bytes) = logos::table
            .select((logos::content_type, logos::bytes))
            .first(conn)?;
        Ok(Logo {
            version: version.to_owned(),
            content_type,
            bytes,
        })
    })
}

fn set(conn: &mut Conn, actor: &Viewer, logo: Option<&Logo>) -> Result<Settings> {
    administration::permit(conn, actor)?;
    let mut settings = locked(conn)?;
    let version = logo.map(|logo| logo.version.clone());
    if settings.logo == version {
        return Ok(settings);
    }
    settings.logo = version;
    settings.revision += 1;
    diesel::update(site_settings::table)
        .set((
            site_settings::revision.eq(settings.revision),
            site_settings::logo.eq(&settings.logo),
        ))
        .execute(conn)?;
    diesel::delete(logos::table).execute(conn)?;
    if let Some(logo) = logo {
        diesel::insert_into(logos::table)
            .values((
                logos::id.eq(1_i64),
                logos::content_type.eq(&logo.content_type),
                logos::bytes.eq(&logo.bytes),
            ))
            .execute(conn)?;
    }
    let action = if logo.is_some() {
        "logo"
    } else {
        "logo_removed"
    };
    audit::note(conn, actor.id, action, "", "")?;
    Ok(settings)
}
