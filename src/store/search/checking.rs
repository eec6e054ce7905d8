//! Whether an index agrees with the rooms: how far it is behind, and that it is not ahead of them.

use std::collections::HashMap;

use super::path_beside;
use super::{Known, due, postgres, sqlite};
use crate::error::Result;
use crate::store::RoomId;
use crate::store::connection::{self, Conn, Opener};

/// What was found about an index.
#[derive(Debug, Default)]
pub(in crate::store) struct Checked {
    /// What is wrong with it, a sentence each.
    pub(in crate::store) findings: Vec<String>,
    /// Changes that are not in it yet.
    pub(in crate::store) behind: i64,
}

/// How far an index is with each room.
pub(in crate::store) struct Index(HashMap<RoomId, Known>);

/// Reads the file of an index, before the rooms are read that it follows; nothing on PostgreSQL. What is no index is one that holds
/// nothing: it is made anew.
pub(in crate::store) fn file(opener: &Opener) -> Option<Index> {
    let Opener::Sqlite(database) = opener else {
        return None;
    };
    let path = path_beside(database);
    let known = connection::open_file(&connection::file_name(&path, "ro"), &path)
        .and_then(|conn| sqlite::known(&mut Conn::Sqlite(conn)));
    Some(Index(known.unwrap_or_default()))
}

/// Compares an index with the rooms.
pub(in crate::store) fn compare(conn: &mut Conn, index: Option<Index>) -> Result<Checked> {
    let known = match (index, &mut *conn) {
        (Some(Index(known)), _) => known,
        (None, Conn::Postgres(postgres)) => postgres::known(postgres)?,
        (None, Conn::Sqlite(_)) => HashMap::new(),
    };
    let mut checked = Checked::default();
    for head in due::heads(conn)? {
        let at = known.get(&head.room).map_or(0, |known| known.revision);
        if at > head.revision {
            checked.findings.push(format!(
                "the search index knows {at} changes of room number {}, and there are {}: it is made anew at the next start",
                head.room, head.revision
            ));
        }
        checked.behind += (head.revision - at).max(0);
    }
    Ok(checked)
}
