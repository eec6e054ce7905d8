//! Whether the bytes of every file are where its row says.

use diesel::prelude::*;

use super::Report;
use crate::error::{Error, Result};
use crate::files::FileId;
use crate::store::blobs::{Folder, Piece};
use crate::store::connection::Conn;
use crate::store::schema::uploads;

/// Files that are looked up at once.
const PIECE: i64 = 1_000;

/// Compares the rows with the folder.
pub(super) fn examine(conn: &mut Conn, folder: &Folder, report: &mut Report) -> Result<()> {
    let mut after = String::new();
    loop {
        let rows: Vec<(String, i64, Option<String>)> = uploads::table
            .filter(uploads::state.eq("whole"))
            .filter(uploads::id.gt(&after))
            .order(uploads::id.asc())
            .limit(PIECE)
            .select((uploads::id, uploads::size, uploads::thumbnail))
            .load(conn)?;
        let Some(last) = rows.last() else {
            return Ok(());
        };
        after = last.0.clone();
        for (id, size, small) in rows {
            let Ok(id) = FileId::parse(&id) else {
                report.add(format!("the file {id:?} has an id that none can have"));
                continue;
            };
            match folder.size(&id, Piece::Whole) {
                Ok(found) if i64::try_from(found) == Ok(size) => {}
                Ok(found) => report.add(format!(
                    "the file {id} has {found} bytes in place of {size}"
                )),
                Err(Error::NotFound) => report.add(format!("the file {id} is missing")),
                Err(fault) => return Err(fault),
            }
            if small.is_some() && folder.size(&id, Piece::Small) == Err(Error::NotFound) {
                report.add(format!("the small picture of the file {id} is missing"));
            }
        }
    }
}
