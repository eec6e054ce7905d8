//! The database is away, slow or locked: everyone is told, nothing acknowledged is lost, and it mends without a restart.

use std::net::SocketAddr;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};

use crate::eventually;
use crate::people::{Person, assert_gapless, texts};
use crate::site::wire::Wire;
use crate::site::{Database, Site, postgres};

#[test]
fn people_are_told_while_the_database_is_away_and_go_on_when_it_is_back() {
    crate::play(async {
        let direct = postgres::new_database();
        let server = direct.split(['@', '/']).nth(3).unwrap();
        let wire = Wire::to(server.parse::<SocketAddr>().unwrap());
        let through_wire = direct.replace(server, &wire.address().to_string());
        let site = Site::with(Database::Postgresql, &[("DATABASE_URL", &through_wire)]);
        let mut ada = site.person("ada").await;
        let mut ben = site.person("ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        ada.says("before").await;

        wire.cut();
        ada.sends("meanwhile", "c-1").await;
        let refusal = ada.socket().expect_type("error").await;
        assert_eq!(refusal["code"], "unavailable", "{refusal}");
        assert_eq!(refusal["retry"], true, "{refusal}");
        let ready = async || site.browser().get("/readyz").await.status;
        eventually("/readyz to say so", async || ready().await == 503).await;
        site.browser()
            .get("/healthz")
            .await
            .expect(200, "the process lives");
        ada.get("/chat/lobby/").await.expect(503, "a page");
        let api = ada.get("/api/rooms").await.expect(503, "the API");
        assert_eq!(api.code(), "unavailable");
        assert!(api.header("retry-after").is_some());

        wire.mend();
        eventually("/readyz to be well", async || ready().await == 200).await;
        sends_until_stored(&mut ada, "meanwhile", "c-1").await;
        // The sockets stayed open all the time.
        ben.sees("before").await;
        ben.sees("meanwhile").await;
        ben.sees_nothing_more().await;
        assert_gapless(&ada.history("lobby").await);
        assert!(!site.log().contains("panicked"), "{}", site.log());
    });
}

#[test]
fn connections_that_the_database_ends_are_made_anew() {
    crate::play(async {
        let database = postgres::new_database();
        let site = Site::with(Database::Postgresql, &[("DATABASE_URL", &database)]);
        let mut ada = site.person("ada").await;
        ada.enters("lobby").await;
        for round in 0..3 {
            postgres::end_connections(&database);
            let text = format!("round {round}");
            sends_until_stored(&mut ada, &text, &format!("c-{round}")).await;
            let readable = async || ada.get("/api/rooms/lobby/messages").await.status == 200;
            eventually("reading to work again", readable).await;
        }
        assert_eq!(
            texts(&ada.history("lobby").await),
            ["round 0", "round 1", "round 2"]
        );
    });
}

#[test]
fn while_another_process_holds_the_file_people_are_told_and_can_read() {
    crate::play(async {
        let site = Site::start(Database::Sqlite);
        let mut ada = site.person("ada").await;
        ada.enters("lobby").await;
        ada.says("before").await;
        let file = site.data().join("adda.db");
        let mut other = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        other.batch_execute("BEGIN IMMEDIATE").unwrap();

        ada.sends("meanwhile", "c-1").await;
        let refusal = ada.socket().expect_type("error").await;
        assert!(
            refusal["code"] == "busy" || refusal["code"] == "unavailable",
            "{refusal}"
        );
        assert_eq!(refusal["retry"], true, "{refusal}");
        let sentence = refusal["message"].as_str().unwrap();
        assert!(
            !sentence.contains("locked"),
            "that is for the log: {sentence}"
        );
        assert_eq!(
            texts(&ada.history("lobby").await),
            ["before"],
            "reading goes on"
        );

        other.batch_execute("ROLLBACK").unwrap();
        sends_until_stored(&mut ada, "meanwhile", "c-1").await;
        assert_eq!(texts(&ada.history("lobby").await), ["before", "meanwhile"]);
    });
}

#[test]
fn a_database_of_a_newer_version_is_not_touched() {
    crate::play(async {
        let mut site = Site::start(Database::Sqlite);
        site.kill();
        let file = site.data().join("adda.db");
        let mut other = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
        other
            .batch_execute(
                "INSERT INTO __diesel_schema_migrations (version) VALUES ('29990101000000')",
            )
            .unwrap();
        drop(other);
        let ended = site.command(&[]);
        assert_eq!(ended.status.code(), Some(1), "{ended:?}");
        let said = String::from_utf8_lossy(&ended.stderr).into_owned();
        assert!(said.contains("newer"), "{said}");
    });
}

/// What a client does: the same message again, after each refusal that allows it.
async fn sends_until_stored(person: &mut Person, text: &str, client_id: &str) {
    for _ in 0..20 {
        person.sends(text, client_id).await;
        let what = format!("an answer to {client_id}");
        let answer = person
            .socket()
            .expect(&what, |frame| frame["client_id"] == client_id)
            .await;
        if answer["type"] != "error" {
            return;
        }
        assert_eq!(answer["retry"], true, "{answer}");
        let wait = answer["retry_after_ms"].as_u64().unwrap_or(500);
        tokio::time::sleep(Duration::from_millis(wait)).await;
    }
    panic!("{text:?} was refused twenty times");
}
