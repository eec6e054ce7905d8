//! A copy takes the database's place: whoever knows more than it does loads afresh.

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, SqliteConnection};
use serde_json::json;

use crate::people::texts;
use crate::site::{Database, Site, postgres};

whatever_the_database!(
    an_older_copy_put_back_begins_another_history,
    a_plain_restart_goes_on_with_the_history_and_a_renewal_does_not,
    the_history_is_not_renewed_under_a_running_server,
    what_was_put_back_under_a_running_server_takes_no_messages,
);

async fn an_older_copy_put_back_begins_another_history(database: Database) {
    let mut site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("in the copy").await;
    let epoch = ada.socket().epoch.clone();
    stops(&mut site).await;
    let file = site.data().join("adda.db");
    let copy = site.data().join("copy");
    std::fs::copy(&file, &copy).unwrap();

    site.start_again();
    ada.loses_the_connection();
    assert!(ada.comes_back().await, "a restart is no restore");
    ada.says("after it").await;
    ada.says("and more").await;
    stops(&mut site).await;
    let log = format!("{}-wal", file.display());
    let left = std::fs::metadata(log).map_or(0, |log| log.len());
    assert_eq!(left, 0, "nothing that would be taken for the copy's");
    std::fs::rename(&copy, &file).unwrap();
    site.start_again();

    ada.loses_the_connection();
    assert!(!ada.comes_back().await, "what ada knows is not so here");
    assert_ne!(ada.socket().epoch, epoch);
    assert_eq!(ada.socket().revision, 1);
    assert_eq!(texts(&ada.history("lobby").await), ["in the copy"]);
    ada.says("another second message").await;
    assert!(site.log().contains("a copy"), "{}", site.log());
}

async fn a_plain_restart_goes_on_with_the_history_and_a_renewal_does_not(database: Database) {
    for database in [database, Database::Postgresql] {
        let mut site = Site::start(database);
        let mut ada = site.person("ada").await;
        ada.enters("lobby").await;
        ada.says("before").await;
        let epoch = ada.socket().epoch.clone();
        site.start_again();
        ada.loses_the_connection();
        assert!(ada.comes_back().await);
        assert_eq!(ada.socket().epoch, epoch, "after a crash, too");

        site.kill();
        let renewed = site.command(&["epoch", "renew"]);
        assert!(renewed.status.success(), "{renewed:?}");
        site.start_again();
        ada.loses_the_connection();
        assert!(!ada.comes_back().await);
        assert_ne!(ada.socket().epoch, epoch);
        assert_eq!(texts(&ada.history("lobby").await), ["before"]);
    }
}

async fn the_history_is_not_renewed_under_a_running_server(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let refused = site.command(&["epoch", "renew"]);
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("already running"), "{said}");
    ada.enters("lobby").await;
    ada.says("nothing has changed").await;
}

#[test]
fn a_node_whose_history_was_renewed_under_it_stops_and_says_so() {
    crate::play(async {
        let mut site = Site::start(Database::Postgresql);
        let mut ada = site.person("ada").await;
        ada.enters("lobby").await;
        ada.says("before").await;
        let renewed = site.command(&["epoch", "renew"]);
        assert!(renewed.status.success(), "{renewed:?}");
        assert_eq!(ada.socket().close_code().await, 1012);
        assert_eq!(
            site.ends().await.code(),
            Some(1),
            "for whoever starts it again"
        );
        site.start_again();
        ada.loses_the_connection();
        assert!(!ada.comes_back().await);
        assert_eq!(texts(&ada.history("lobby").await), ["before"]);
    });
}

async fn what_was_put_back_under_a_running_server_takes_no_messages(database: Database) {
    for database in [database, Database::Postgresql] {
        a_running_server_on_what_was_put_back(database).await;
    }
}

async fn a_running_server_on_what_was_put_back(database: Database) {
    let url = matches!(database, Database::Postgresql).then(postgres::new_database);
    let settings: Vec<(&str, &str)> = url
        .iter()
        .map(|url| ("DATABASE_URL", url.as_str()))
        .collect();
    let mut site = Site::with(database, &settings);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    for text in ["one", "two", "three"] {
        ada.says(text).await;
        ben.sees(text).await;
    }
    let lost =
        "UPDATE room_counters SET last_seq = 1, revision = 1; DELETE FROM messages WHERE seq > 1";
    match &url {
        Some(url) => PgConnection::establish(url).unwrap().batch_execute(lost),
        None => {
            let file = site.data().join("adda.db");
            SqliteConnection::establish(file.to_str().unwrap())
                .unwrap()
                .batch_execute(lost)
        }
    }
    .unwrap();

    ada.sends("four", "c-4").await;
    let refusal = ada.is_told_of("c-4").await;
    assert_eq!(refusal["type"], "error", "{refusal}");
    assert_eq!(refusal["code"], "unavailable", "{refusal}");
    let message = json!({"message": "five", "client_id": "c-5"});
    let answer = ben.posts("/api/rooms/lobby/messages", &message).await;
    answer.expect(503, "nor over the API");
    ben.sees_nothing_more().await;
    assert_eq!(
        texts(&ada.history("lobby").await),
        ["one"],
        "nothing is stored"
    );
    assert!(site.log().contains("adda epoch renew"), "{}", site.log());

    stops(&mut site).await;
    assert!(site.command(&["epoch", "renew"]).status.success());
    site.start_again();
    for person in [&mut ada, &mut ben] {
        person.loses_the_connection();
        assert!(!person.comes_back().await, "another history");
    }
    ada.sends("four", "c-4").await;
    ben.sees("four").await;
    assert_eq!(texts(&ada.history("lobby").await), ["one", "four"]);
}

async fn stops(site: &mut Site) {
    site.terminate();
    assert_eq!(site.ends().await.code(), Some(0));
}
