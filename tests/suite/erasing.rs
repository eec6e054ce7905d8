//! What was taken back, and what was said before it was edited, is nowhere on the disk any more.

use std::path::Path;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl};
use serde_json::json;

use crate::clock::Clock;
use crate::editing::edits;
use crate::eventually;
use crate::people::Person;
use crate::replies::answers;
use crate::site::{Database, Site, postgres};

/// Words that stand for themselves wherever they are found.
const SAID: &str = "zebra-5f1c-said";
const EDITED: &str = "zebra-5f1c-edited";
const KEPT: &str = "zebra-5f1c-kept";

/// Something is said among other things, edited and answered; nothing of it is gone yet.
async fn says_and_edits(clock: &Clock, ada: &mut Person, rest: &str) {
    ada.enters("lobby").await;
    for number in 0..20 {
        ada.says(&format!("before {number}")).await;
    }
    ada.says(&format!("{SAID} {rest}")).await;
    answers(ada, 21, "an answer").await;
    for number in 0..20 {
        ada.says(&format!("after {number}")).await;
    }
    ada.says(KEPT).await;
    clock.is("+130");
    edits(ada, "lobby", 21, &format!("{EDITED} {rest}"), 200).await;
}

async fn takes_it_back(ada: &Person) {
    ada.browser
        .ask("DELETE", "/api/rooms/lobby/messages/21")
        .await
        .expect(200, "taking it back");
    let history = ada.history("lobby").await;
    assert_eq!(history[20]["deleted"], true);
}

/// Whether a word is in one of a folder's files.
fn holds(folder: &Path, word: &str) -> bool {
    let files = std::fs::read_dir(folder).unwrap();
    let mut paths = files.map(|file| file.unwrap().path());
    paths.any(|path| {
        // One that is gone by now holds nothing.
        let bytes = std::fs::read(&path).unwrap_or_default();
        bytes
            .windows(word.len())
            .any(|window| window == word.as_bytes())
    })
}

#[test]
fn sqlite_overwrites_it_in_the_file_and_in_the_log() {
    crate::play(async {
        let clock = Clock::start();
        let site = clock.site(Database::Sqlite, &[("ADDA_MESSAGES_PER_SECOND", "0")]);
        let data = site.data();
        let mut ada = site.person("ada").await;
        // More than fits into one page of the file.
        let rest = "words ".repeat(1_000);
        says_and_edits(&clock, &mut ada, &rest).await;
        for word in [SAID, EDITED, KEPT] {
            assert!(holds(&data, word), "{word} is stored");
        }
        takes_it_back(&ada).await;
        eventually("it is overwritten while adda runs", async || {
            !holds(&data, SAID) && !holds(&data, EDITED)
        })
        .await;
        assert!(holds(&data, KEPT), "the others stay");
        // What an edit replaced within two minutes is kept by nobody.
        ada.says("zebra-5f1c-teh").await;
        edits(&ada, "lobby", 44, "the", 200).await;
        eventually("neither is that", async || !holds(&data, "zebra-5f1c-teh")).await;
        let gone = json!({"name": "Lobby"});
        ada.asks("DELETE", "/api/rooms/lobby", &gone)
            .await
            .expect(200, "deleting the room");
        eventually("nor what a deleted room held", async || !holds(&data, KEPT)).await;
        assert!(site.command(&["check"]).status.success());
    });
}

#[derive(diesel::QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

fn counts(url: &str, question: &str) -> i64 {
    let mut conn = PgConnection::establish(url).unwrap();
    let found: Number = diesel::sql_query(format!("SELECT ({question}) AS number"))
        .get_result(&mut conn)
        .unwrap();
    found.number
}

#[test]
fn postgresql_is_vacuumed_within_a_day() {
    crate::play(async {
        let clock = Clock::start();
        let url = postgres::new_database();
        let settings = [("ADDA_MESSAGES_PER_SECOND", "0"), ("DATABASE_URL", &*url)];
        let mut site: Site = clock.site(Database::Postgresql, &settings);
        let mut ada = site.person("ada").await;
        says_and_edits(&clock, &mut ada, "").await;
        takes_it_back(&ada).await;
        let kept = format!(
            "SELECT COUNT(*) FROM (SELECT text FROM messages UNION ALL SELECT text FROM versions) said \
             WHERE text LIKE '{SAID}%' OR text LIKE '{EDITED}%'"
        );
        assert_eq!(counts(&url, &kept), 0);
        let vacuumed = "SELECT COUNT(*) FROM pg_stat_user_tables \
             WHERE relname IN ('messages', 'versions', 'mentions') AND last_vacuum IS NOT NULL";
        assert_eq!(counts(&url, vacuumed), 0, "not before a day has passed");
        let mut conn = PgConnection::establish(&url).unwrap();
        conn.batch_execute("UPDATE chores SET done_at = done_at - INTERVAL '1 day'")
            .unwrap();
        site.kill();
        site.start_again();
        eventually("the tables are vacuumed", async || {
            counts(&url, vacuumed) == 3
        })
        .await;
        eventually("it is noted", async || {
            counts(
                &url,
                "SELECT COUNT(*) FROM chores WHERE done_at > CURRENT_TIMESTAMP - INTERVAL '1 hour'",
            ) == 1
        })
        .await;
    });
}
