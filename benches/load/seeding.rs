//! A room in which much was said, written to the database at once: through the front door it would take an hour.

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use crate::stage::Stage;
use crate::{Result, postgresql};

/// What everybody said, as SQL of a message's number `n`.
pub const SMALL_TALK: &str =
    "'Number ' || n || ': the rain is over, tea is at five, and everyone may bring a friend.'";
const SECONDS_BETWEEN: i64 = 30;
/// Each of them says a few things in a row.
const IN_A_ROW: i64 = 3;

/// Fills a room that nobody has opened yet with so many messages of its site's people, the newest of now, and starts the nodes anew.
pub fn fill(stage: &mut Stage, room: &str, count: u32, text: &str) -> Result<()> {
    eprintln!("filling a room with {count} messages");
    match stage.backends.database.clone() {
        Some(url) => {
            let numbers = format!("SELECT n FROM generate_series(1, {count}) AS series (n)");
            let sent_at = format!(
                "date_trunc('milliseconds', now() AT TIME ZONE 'utc') - ({count} - n) * INTERVAL '{SECONDS_BETWEEN} seconds'"
            );
            let hash = "decode(repeat('00', 32), 'hex')";
            postgresql::perform(&url, &filling(room, count, text, &numbers, &sent_at, hash))?;
            postgresql::perform(&url, "ANALYZE messages")?;
        }
        None => {
            let numbers = format!(
                "WITH RECURSIVE counted (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < {count}) SELECT n FROM counted"
            );
            let sent_at = format!(
                "strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || (({count} - n) * {SECONDS_BETWEEN}) || ' seconds')"
            );
            let file = stage.data().join("adda.db");
            let mut database = SqliteConnection::establish(&file.to_string_lossy())?;
            database.batch_execute("PRAGMA busy_timeout = 10000")?;
            let filling = filling(room, count, text, &numbers, &sent_at, "zeroblob(32)");
            database.batch_execute(&filling)?;
        }
    }
    stage.restart()
}

/// Has PostgreSQL do at once what it does by and by after so much was written.
pub fn settle(stage: &Stage) -> Result<()> {
    match &stage.backends.database {
        Some(url) => {
            postgresql::perform(url, "VACUUM ANALYZE")?;
            postgresql::perform(url, "CHECKPOINT")
        }
        None => Ok(()),
    }
}

fn filling(room: &str, count: u32, text: &str, numbers: &str, sent_at: &str, hash: &str) -> String {
    format!(
        "BEGIN;
        INSERT INTO messages (room_id, seq, revision, author_id, author_name, client_id, content_hash, text, markup_version, sent_at)
        SELECT rooms.id, n, n, users.id, users.name, 'seeded-' || n, {hash}, {text}, 0, {sent_at}
        FROM ({numbers}) AS numbers
        JOIN rooms ON rooms.slug = '{room}'
        JOIN users ON users.id = (n / {IN_A_ROW}) % (SELECT COUNT(*) FROM users) + 1;
        UPDATE room_counters SET last_seq = {count}, revision = {count}
        WHERE room_id = (SELECT id FROM rooms WHERE slug = '{room}');
        COMMIT;"
    )
}
