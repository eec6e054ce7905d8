//! What fits best, of what was said over years.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use serde_json::json;

use super::{finds, numbers, searches};
use crate::site::{Database, Site, postgres};

on_both_databases!(what_fits_best_is_found_however_old_it_is);

/// Days on which a tulip is named, today the last.
const DAYS: usize = 600;
/// Messages of a day, of which one names it: in all, more than are looked through one by one.
const A_DAY: usize = 24;
const SAID: usize = DAYS * A_DAY;

/// Names a tulip each day, in very few words or many, and now and then several times.
fn says_for_days(site: &Site, url: Option<&str>) {
    let sent_at = match url {
        Some(_) => {
            format!("now() AT TIME ZONE 'utc' - ({SAID} + 1 - number) * INTERVAL '1 hour'")
        }
        None => {
            format!(
                "strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || ({SAID} + 1 - number) || ' hours')"
            )
        }
    };
    let statements = format!(
        "INSERT INTO messages (room_id, seq, revision, author_id, author_name, client_id, content_hash, text, markup_version, sent_at) \
         WITH RECURSIVE numbers (number) AS (SELECT 2 UNION ALL SELECT number + 1 FROM numbers WHERE number <= {SAID}) \
         SELECT room_id, number, number, author_id, author_name, 'c-' || number, content_hash, \
             CASE WHEN number % {A_DAY} <> 1 THEN 'daisy' ELSE 'tulip' \
                 || CASE number / {A_DAY} % 7 WHEN 0 THEN ' and tulips' WHEN 3 THEN ' tulip tulip tulip' ELSE '' END \
                 || CASE number / {A_DAY} % 5 WHEN 1 THEN ' for everyone who walks by the river on a late afternoon in spring' \
                     ELSE '' END END, \
             markup_version, {sent_at} FROM messages, numbers WHERE seq = 1; \
         UPDATE room_counters SET last_seq = {SAID} + 1, revision = {SAID} + 1 WHERE room_id = 1"
    );
    match url {
        Some(url) => PgConnection::establish(url)
            .unwrap()
            .batch_execute(&statements),
        None => {
            let file = site.data().join("adda.db");
            let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
            conn.batch_execute("PRAGMA busy_timeout = 2000").unwrap();
            conn.batch_execute(&statements)
        }
    }
    .unwrap();
}

async fn what_fits_best_is_found_however_old_it_is(database: Database) {
    let url = matches!(database, Database::Postgresql).then(postgres::new_database);
    let settings = url.iter().map(|url| ("DATABASE_URL", url.as_str()));
    let mut settings: Vec<(&str, &str)> = settings.collect();
    settings.push(("ADDA_MESSAGES_PER_SECOND", "0"));
    let site = Site::with(database, &settings);
    let ada = site.person("ada").await;
    let says = async |text: &str| {
        ada.posts("/api/rooms/lobby/messages", &json!({ "message": text }))
            .await
            .expect(201, text);
    };
    says("the first word").await;
    says_for_days(&site, url.as_deref());
    says("daffodil").await;
    finds(&ada, "daffodil", 1).await;

    let mut by_page = Vec::new();
    for limit in [3, 50] {
        let (mut seen, mut next) = (Vec::new(), String::new());
        loop {
            let path = format!("q=tulip&order=best&limit={limit}{next}");
            let found = searches(&ada, &path).await;
            seen.extend(numbers(&found));
            let Some(cursor) = found["next"].as_str() else {
                break;
            };
            next = format!("&before={cursor}");
        }
        by_page.push(seen);
    }
    assert_eq!(by_page[0], by_page[1], "however much is on a page");
    let days: Vec<i64> = by_page[0]
        .iter()
        .map(|seq| (seq - 1) / A_DAY as i64)
        .collect();
    let mut every = days.clone();
    every.sort_unstable();
    assert_eq!(every, (1..=DAYS as i64).collect::<Vec<i64>>());
    let place = |day: i64| days.iter().position(|found| *found == day).unwrap();
    assert!(place(598) < place(600), "two days ago, four times");
    assert!(place(591) < place(596), "in as many other words");
    assert!(place(3) > place(600), "years ago");
}
