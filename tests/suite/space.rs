//! Files and the disk: too little space, none at all, and what nobody needs any more.

use std::fs::File;
use std::path::Path;
use std::time::{Duration, SystemTime};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use serde_json::json;

use crate::eventually;
use crate::people::Person;
use crate::sending::{lying, sends, shows, upload, uploaded};
use crate::site::{Database, Site};

whatever_the_database!(
    a_disk_that_fills_up_refuses_files_and_nothing_else,
    what_nobody_needs_is_swept_away,
    another_database_deletes_no_files_that_it_does_not_know,
);

/// What a disk of 100 GB says of itself that has a megabyte left.
fn nearly_full() -> String {
    let numbers: [u64; 5] = [0xef53, 4_096, 26_214_400, 256, 256];
    let bytes: Vec<String> = numbers
        .iter()
        .flat_map(|number| number.to_le_bytes())
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("poke_exit=@arg2={}", bytes.concat())
}

async fn is_refused_for_want_of_space(person: &Person, content: &[u8]) {
    let refused = upload(person, "lobby", "tea", content).await;
    assert_eq!(refused.status, 503);
    assert!(refused.header("retry-after").is_some());
    let refusal = refused.value();
    assert_eq!(refusal["error"]["code"], "unavailable");
    let sentence = refusal["error"]["message"].as_str().unwrap();
    assert!(sentence.contains("no space left for files"), "{sentence}");
}

#[test]
fn some_of_the_disk_stays_free_for_the_database() {
    crate::play(async {
        let site = Site::faulty("statfs", &nearly_full(), &[]);
        let mut ada = site.person("ada").await;
        ada.enters("lobby").await;
        is_refused_for_want_of_space(&ada, b"tea").await;
        let announced = json!({"name": "tea", "size": 3});
        let parts = "/api/rooms/lobby/uploads/parts";
        ada.posts(parts, &announced).await.expect(503, "in parts");
        ada.says("talking goes on").await;
        assert!(
            site.log().contains("too little for files"),
            "{}",
            site.log()
        );
        site.is_let_go_by_strace();
        let message = shows(&ada, "lobby", "tea", b"tea").await;
        assert_eq!(message["attachments"][0]["size"], 3);
        assert_eq!(lying(&site.data()).len(), 1, "no file is left behind");
    });
}

async fn a_disk_that_fills_up_refuses_files_and_nothing_else(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    let large = vec![7; 6_000_000];
    let message = shows(&ada, "lobby", "large", &large).await;
    let url = message["attachments"][0]["url"].as_str().unwrap();
    // More than the database's files have, and less than the file.
    site.is_limited("fsize", "5000000");
    is_refused_for_want_of_space(&ada, &large).await;
    ada.says("talking goes on").await;
    let read = ada.get(url).await.expect(200, "so does reading");
    assert_eq!(read.body.len(), large.len());
    eventually("what had arrived to go", async || {
        lying(&site.data()).len() == 1
    })
    .await;
    site.is_limited("fsize", "unlimited");
    shows(&ada, "lobby", "large", &large).await;
    assert_eq!(lying(&site.data()).len(), 2);
    let checked = site.command(&["check"]);
    assert!(checked.status.success(), "{checked:?}");
}

/// A file that somebody began to write so long ago.
fn left_lying(data: &Path, id: &str, ago: Duration) {
    let folder = data.join("uploads").join(&id[..2]);
    std::fs::create_dir_all(&folder).unwrap();
    let file = File::create(folder.join(id)).unwrap();
    file.set_modified(SystemTime::now() - ago).unwrap();
}

async fn another_database_deletes_no_files_that_it_does_not_know(database: Database) {
    let mut site = Site::start(database);
    let ada = site.person("ada").await;
    shows(&ada, "lobby", "tea", b"somebody needs it").await;
    let owner = site.data().join("uploads").join("owner");
    eventually("the folder to be theirs", async || owner.exists()).await;
    std::fs::write(&owner, "another site\n").unwrap();
    left_lying(
        &site.data(),
        &"a".repeat(26),
        Duration::from_secs(2 * 60 * 60),
    );
    site.start_again();
    eventually("that to be said", async || {
        site.log()
            .contains("what this one does not know stays there")
    })
    .await;
    assert_eq!(lying(&site.data()).len(), 2);
}

async fn what_nobody_needs_is_swept_away(database: Database) {
    let mut site = Site::start(database);
    let ada = site.person("ada").await;
    shows(&ada, "lobby", "tea", b"it stays").await;
    let forgotten = uploaded(&ada, "lobby", "tea", b"it was never sent").await;
    let young = uploaded(&ada, "lobby", "tea", b"it is still to be sent").await;
    left_lying(
        &site.data(),
        &"a".repeat(26),
        Duration::from_secs(2 * 60 * 60),
    );
    left_lying(&site.data(), &"b".repeat(26), Duration::from_secs(60));
    assert_eq!(lying(&site.data()).len(), 5);
    let id = forgotten["id"].as_str().unwrap();
    let file = site.data().join("adda.db");
    let mut conn = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    let long_ago =
        format!("UPDATE uploads SET created_at = '2026-01-01 00:00:00' WHERE id = '{id}'");
    conn.batch_execute("PRAGMA busy_timeout = 2000").unwrap();
    conn.batch_execute(&long_ago).unwrap();
    drop(conn);
    site.start_again();
    eventually("what nobody needs to go", async || {
        lying(&site.data()).len() == 3
    })
    .await;
    sends(&ada, "lobby", json!([id]))
        .await
        .expect(403, "it is gone");
    sends(&ada, "lobby", json!([young["id"]]))
        .await
        .expect(201, "it was in time");
}
