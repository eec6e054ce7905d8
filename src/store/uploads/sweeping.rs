//! Clearing up: files that nobody sent, those whose message is gone, and bytes that no row knows of.

use std::collections::HashSet;
use std::time::Duration;

use diesel::prelude::*;
use tokio::time::{Instant, timeout};

use super::erasing::locked;
use crate::error::Result;
use crate::files::FileId;
use crate::store::blobs::{Blobs, Resting};
use crate::store::connection::Conn;
use crate::store::schema::uploads;
use crate::store::time::Time;
use crate::store::{Store, site};

/// How long a file waits for its message, and one that arrives for its next part.
const UNSENT_FOR: Duration = Duration::from_secs(60 * 60);
/// Between two looks, where nothing is known to have gone.
const SWEEP_EVERY: Duration = Duration::from_secs(60);
/// The whole folder is walked through this often.
const WALK_EVERY: Duration = Duration::from_secs(60 * 60);
/// Files in one transaction.
const PIECE: usize = 200;

impl Store {
    /// Clears up for as long as the store is there: at once where something went, and else now and then.
    pub async fn look_after_files(&self) {
        let mut walked: Option<Instant> = None;
        loop {
            if let Err(fault) = self.sweep_files().await {
                log::warn!("files that are gone still take space: {fault}");
            }
            if walked.is_none_or(|walked| walked.elapsed() >= WALK_EVERY) {
                walked = Some(Instant::now());
                if let Err(fault) = self.sweep_folder().await {
                    log::warn!("the folder of files was not cleared up: {fault}");
                }
            }
            // Either is reason enough to look again.
            let _ = timeout(SWEEP_EVERY, self.files_gone.notified()).await;
        }
    }

    /// Some files are gone, by a row that was written: their bytes are to follow.
    pub fn files_are_gone(&self) {
        self.files_gone.notify_one();
    }

    /// Lets go what was never sent, and deletes the bytes of all that went.
    async fn sweep_files(&self) -> Result<()> {
        let waiting = self.read(unsent_since_long).await?;
        let (arriving, whole): (Vec<_>, Vec<_>) =
            waiting.into_iter().partition(|(_, arrives)| *arrives);
        let arriving: Vec<FileId> = arriving.into_iter().map(|(id, _)| id).collect();
        let looked = self.blobs.run(move |folder| {
            let rests = |id: &FileId| folder.rests(id, UNSENT_FOR);
            Ok(arriving.into_iter().partition::<Vec<_>, _>(rests))
        });
        let (mut forgotten, going_on) = looked.await?;
        forgotten.extend(whole.into_iter().map(|(id, _)| id));
        if !forgotten.is_empty() || !going_on.is_empty() {
            let write = self.write(move |conn| {
                let_go(conn, &forgotten)?;
                wait_again(conn, &going_on)
            });
            write.await?;
        }
        loop {
            let gone = self.read(gone).await?;
            if gone.is_empty() {
                return Ok(());
            }
            let deleted = delete(&self.blobs, gone).await?;
            if deleted.is_empty() {
                // What cannot be deleted now is tried again at the next look.
                return Ok(());
            }
            self.write(move |conn| forget(conn, &deleted)).await?;
        }
    }

    /// Deletes bytes that no row knows of, such as a crash leaves. Young ones may be of a file that arrives, on whichever node.
    ///
    /// Only beside the history that they were sent in: a database that was put back, or is another one by mistake, knows nothing
    /// of files that somebody still needs.
    async fn sweep_folder(&self) -> Result<()> {
        let site = self.read(site::load).await?;
        let owner = format!("{} {}", site.site_id, site.epoch);
        let found = self.blobs.run(move |folder| {
            if !folder.belongs_to(&owner)? {
                log::warn!(
                    "the folder of files is of another site, or of this one before its database was put back or moved: \
                     what this one does not know stays there. Delete the file uploads/owner once nobody needs that"
                );
                return Ok(Vec::new());
            }
            let (mut files, mut unfinished) = (HashSet::new(), Vec::new());
            folder.resting(UNSENT_FOR, |resting| match resting {
                Resting::File(id) => drop(files.insert(id)),
                Resting::Unfinished(path) => unfinished.push(path),
            })?;
            for path in unfinished {
                let _ = std::fs::remove_file(path);
            }
            Ok(files.into_iter().collect::<Vec<FileId>>())
        });
        for ids in found.await?.chunks(PIECE) {
            let asked = ids.to_vec();
            let known = self.read(move |conn| known(conn, &asked)).await?;
            let orphans: Vec<FileId> = ids
                .iter()
                .filter(|id| !known.contains(id.as_str()))
                .cloned()
                .collect();
            if !orphans.is_empty() {
                log::info!("{} files that no message has are deleted", orphans.len());
                delete(&self.blobs, orphans).await?;
            }
        }
        Ok(())
    }
}

/// Deletes the bytes of files; those of which they are gone. One that stays keeps none of the others.
async fn delete(blobs: &Blobs, mut ids: Vec<FileId>) -> Result<Vec<FileId>> {
    let deleting = blobs.run(move |folder| {
        ids.retain(|id| match folder.delete(id) {
            Ok(()) => true,
            Err(fault) => {
                log::warn!("a file that is gone still takes space: {fault}");
                false
            }
        });
        Ok(ids)
    });
    deleting.await
}

/// Files that were begun long ago and belong to no message, and whether each still arrives.
fn unsent_since_long(conn: &mut Conn) -> Result<Vec<(FileId, bool)>> {
    let rows: Vec<(String, String)> = uploads::table
        .filter(uploads::seq.is_null())
        .filter(uploads::state.ne("gone"))
        .filter(uploads::created_at.lt(Time::now().before(UNSENT_FOR).sql()))
        .order(uploads::created_at.asc())
        .limit(PIECE as i64)
        .select((uploads::id, uploads::state))
        .load(conn)?;
    let read =
        |(id, state): (String, String)| FileId::parse(&id).map(|id| (id, state == "arriving"));
    rows.into_iter().map(read).collect()
}

fn let_go(conn: &mut Conn, ids: &[FileId]) -> Result<()> {
    let words = locked(conn, ids.iter().map(FileId::to_string).collect())?;
    diesel::update(uploads::table)
        .filter(uploads::id.eq_any(words))
        .filter(uploads::seq.is_null())
        .filter(uploads::created_at.lt(Time::now().before(UNSENT_FOR).sql()))
        .set(uploads::state.eq("gone"))
        .execute(conn)?;
    Ok(())
}

/// Files that still arrive are looked at again in an hour.
fn wait_again(conn: &mut Conn, ids: &[FileId]) -> Result<()> {
    let words = locked(conn, ids.iter().map(FileId::to_string).collect())?;
    diesel::update(uploads::table)
        .filter(uploads::id.eq_any(words))
        .filter(uploads::state.eq("arriving"))
        .set(uploads::created_at.eq(Time::now().sql()))
        .execute(conn)?;
    Ok(())
}

fn gone(conn: &mut Conn) -> Result<Vec<FileId>> {
    let rows: Vec<String> = uploads::table
        .filter(uploads::seq.is_null())
        .filter(uploads::state.eq("gone"))
        .order(uploads::created_at.asc())
        .limit(PIECE as i64)
        .select(uploads::id)
        .load(conn)?;
    rows.iter().map(|id| FileId::parse(id)).collect()
}

fn forget(conn: &mut Conn, ids: &[FileId]) -> Result<()> {
    let words = locked(conn, ids.iter().map(FileId::to_string).collect())?;
    diesel::delete(uploads::table)
        .filter(uploads::id.eq_any(words))
        .filter(uploads::state.eq("gone"))
        .execute(conn)?;
    Ok(())
}

fn known(conn: &mut Conn, ids: &[FileId]) -> Result<HashSet<String>> {
    let words: Vec<&str> = ids.iter().map(FileId::as_str).collect();
    let rows: Vec<String> = uploads::table
        .filter(uploads::id.eq_any(words))
        .select(uploads::id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}
