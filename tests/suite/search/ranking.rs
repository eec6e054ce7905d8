//! What is found, and in which order, of what was said over years: often, now and then, or all at once.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use serde_json::json;

use super::{finds, numbers, searches};
use crate::people::Person;
use crate::site::{Database, Site, postgres};

on_both_databases!(
    what_fits_best_is_found_however_old_it_is,
    all_is_found_however_common_it_is,
);

/// Days on which a tulip is named, today the last.
const DAYS: usize = 600;
/// Messages of a day, of which one names it: in all, more than are looked through one by one.
const A_DAY: usize = 24;
const SAID: usize = DAYS * A_DAY;
/// A poppy is named in one of so many other messages: in too many to read them all, and in too few to meet them soon.
const TO_A_POPPY: usize = 100;
/// Crocuses that are named in one moment, about in the middle: a look here and there does not see how many they are.
const CROCUSES: usize = 1_500;

fn is_of_a_tulip(number: usize) -> bool {
    number % A_DAY == 1
}

fn is_of_a_poppy(number: usize) -> bool {
    number % TO_A_POPPY == 7 && !is_of_a_tulip(number)
}

/// Names a tulip each day, in very few words or many, and now and then several times; and behind that the others.
fn says_for_days(site: &Site, url: Option<&str>) {
    let last = SAID + 1;
    let hours =
        format!("CASE WHEN number <= {last} THEN {last} - number ELSE {SAID} / 2 + 7.5 END");
    let sent_at = match url {
        Some(_) => format!("now() AT TIME ZONE 'utc' - ({hours}) * INTERVAL '1 hour'"),
        None => format!("strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || ({hours}) || ' hours')"),
    };
    let end = last + CROCUSES;
    let statements = format!(
        "INSERT INTO messages (room_id, seq, revision, author_id, author_name, client_id, content_hash, text, markup_version, sent_at) \
         WITH RECURSIVE numbers (number) AS (SELECT 2 UNION ALL SELECT number + 1 FROM numbers WHERE number < {end}) \
         SELECT room_id, number, number, author_id, author_name, 'c-' || number, content_hash, \
             CASE WHEN number > {last} THEN 'crocus' \
                 WHEN number % {A_DAY} <> 1 THEN CASE number % {TO_A_POPPY} WHEN 7 THEN 'poppy' ELSE 'daisy' END \
                 ELSE 'tulip' \
                 || CASE number / {A_DAY} % 7 WHEN 0 THEN ' and tulips' WHEN 3 THEN ' tulip tulip tulip' ELSE '' END \
                 || CASE number / {A_DAY} % 5 WHEN 1 THEN ' for everyone who walks by the river on a late afternoon in spring' \
                     ELSE '' END END, \
             markup_version, {sent_at} FROM messages, numbers WHERE seq = 1; \
         UPDATE room_counters SET last_seq = {end}, revision = {end} WHERE room_id = 1"
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

/// A site on which all of that was said, and somebody who looks for it.
async fn after_years(database: Database) -> (Site, Person) {
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
    says("a daffodil by the last crocus").await;
    finds(&ada, "daffodil", 1).await;
    (site, ada)
}

/// The numbers of all that is found, page by page.
async fn all_pages(ada: &Person, query: &str) -> Vec<i64> {
    let (mut seen, mut next) = (Vec::new(), String::new());
    loop {
        let found = searches(ada, &format!("{query}{next}")).await;
        seen.extend(numbers(&found));
        let Some(cursor) = found["next"].as_str() else {
            return seen;
        };
        next = format!("&before={cursor}");
    }
}

async fn all_is_found_however_common_it_is(database: Database) {
    let (_site, ada) = after_years(database).await;
    let said = |is_it: fn(usize) -> bool| (2..=SAID + 1).rev().filter(move |seq| is_it(*seq));
    let mut crocuses = (SAID + 2..=SAID + 2 + CROCUSES).rev();
    let of = |numbers: &mut dyn Iterator<Item = usize>| numbers.map(|seq| seq as i64).collect();
    let all: [(&str, Vec<i64>); 4] = [
        ("tulip", of(&mut said(is_of_a_tulip))),
        ("poppy", of(&mut said(is_of_a_poppy))),
        ("crocus", of(&mut crocuses)),
        ("daffodil", vec![(SAID + 2 + CROCUSES) as i64]),
    ];
    for (word, newest_first) in all {
        let found = all_pages(&ada, &format!("q={word}&limit=50")).await;
        assert_eq!(found, newest_first, "{word}, newest first");
        let mut found = all_pages(&ada, &format!("q={word}&order=best&limit=50")).await;
        found.sort_unstable_by_key(|seq| std::cmp::Reverse(*seq));
        assert_eq!(found, newest_first, "{word}, best first");
    }
}

async fn what_fits_best_is_found_however_old_it_is(database: Database) {
    let (_site, ada) = after_years(database).await;
    let by_page = [
        all_pages(&ada, "q=tulip&order=best&limit=3").await,
        all_pages(&ada, "q=tulip&order=best&limit=50").await,
    ];
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
