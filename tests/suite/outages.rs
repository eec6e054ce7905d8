//! PostgreSQL hangs, crashes, or is held by somebody else's lock, while people talk.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection};
use serde_json::{Value, json};

use crate::eventually;
use crate::people::{Person, assert_gapless, texts};
use crate::site::http::Browser;
use crate::site::postgres::{self, Backends, Cluster};
use crate::site::{Database, Site};

/// Within which somebody is told that something cannot be done: two seconds, and what a busy machine takes.
const TOLD_WITHIN: Duration = Duration::from_millis(2_500);
/// Within which everything goes on once the database answers again.
const WELL_WITHIN: Duration = Duration::from_secs(5);
const UNLIMITED: (&str, &str) = ("ADDA_MESSAGES_PER_SECOND", "0");

#[test]
fn while_the_database_hangs_people_are_told_and_go_on_when_it_answers() {
    crate::play(async {
        let cluster = Cluster::start();
        let url = cluster.new_database();
        let site = Site::with(Database::Postgresql, &[UNLIMITED, ("DATABASE_URL", &url)]);
        // Longer than a room waits for the outcome of a save, and than the threads that are stuck may stay.
        outage(
            &site,
            Duration::from_secs(9),
            || cluster.freeze(),
            || cluster.thaw(),
        )
        .await;
        for kind in ["reading", "writing"] {
            let replaced = format!("{kind} threads have been in the database for more than");
            assert!(site.log().contains(&replaced), "{}", site.log());
        }
    });
}

#[test]
fn while_connections_hang_others_take_their_places() {
    crate::play(async {
        let url = postgres::new_database();
        let site = Site::with(Database::Postgresql, &[UNLIMITED, ("DATABASE_URL", &url)]);
        let mut ada = site.person("ada").await;
        let mut ben = site.person("ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        ada.says("before").await;
        let hung = Backends::of(&url);
        hung.are_told("STOP");

        let refusal = told(&mut ada, "meanwhile", "c-1").await;
        assert_eq!(refusal["code"], "unavailable", "{refusal}");
        // Those that hang go on hanging; the room waits four seconds for what became of its save, and no longer.
        let stored = stores(&mut ada, "meanwhile", "c-1").await;
        assert!(stored < WELL_WITHIN, "{stored:?}");
        let well = ready(&site.browser()).await;
        eprintln!(
            "stored after {stored:?} with the former connections hanging, ready {well:?} later"
        );
        ada.says("and more").await;

        hung.are_told("CONT");
        let back = async || {
            site.log()
                .contains("a writing thread that was stuck has come back")
        };
        eventually("those that hung to come back", back).await;
        ada.says("after").await;
        let history = ada.history("lobby").await;
        assert_gapless(&history);
        let said = ["before", "meanwhile", "and more", "after"];
        assert_eq!(
            texts(&history),
            said,
            "what hung was stored by another, once"
        );
        for text in said {
            ben.sees(text).await;
        }
        ben.sees_nothing_more().await;
        assert!(site.command(&["check"]).status.success());
    });
}

#[test]
fn a_server_that_is_asked_to_stop_ends_although_the_database_hangs() {
    crate::play(async {
        let cluster = Cluster::start();
        let url = cluster.new_database();
        let mut site = Site::with(Database::Postgresql, &[UNLIMITED, ("DATABASE_URL", &url)]);
        let mut ada = site.person("ada").await;
        ada.enters("lobby").await;
        ada.says("before").await;
        cluster.freeze();
        ada.sends("on its way", "c-1").await;
        site.terminate();
        let asked = Instant::now();
        assert_eq!(site.ends().await.code(), Some(0));
        eprintln!("ended after {:?}", asked.elapsed());
        cluster.thaw();
        site.start_again();
        ada.loses_the_connection();
        assert!(ada.comes_back().await);
        stores(&mut ada, "on its way", "c-1").await;
        let history = ada.history("lobby").await;
        assert_gapless(&history);
        assert_eq!(texts(&history), ["before", "on its way"]);
    });
}

#[test]
fn a_crash_of_the_database_is_survived() {
    crate::play(async {
        let cluster = Cluster::start();
        let url = cluster.new_database();
        let site = Site::with(Database::Postgresql, &[UNLIMITED, ("DATABASE_URL", &url)]);
        for _ in 0..2 {
            let away = Duration::from_secs(3);
            outage(&site, away, || cluster.stop(), || cluster.start_again()).await;
        }
    });
}

#[test]
fn while_somebody_holds_the_messages_people_are_told_and_go_on_afterwards() {
    crate::play(async {
        let url = postgres::new_database();
        let site = Site::with(Database::Postgresql, &[UNLIMITED, ("DATABASE_URL", &url)]);
        let mut ada = site.person("ada").await;
        ada.enters("lobby").await;
        ada.says("before").await;
        let mut other = PgConnection::establish(&url).unwrap();
        other
            .batch_execute("BEGIN; LOCK TABLE messages IN ACCESS EXCLUSIVE MODE")
            .unwrap();
        for _ in 0..2 {
            let refusal = told(&mut ada, "meanwhile", "c-1").await;
            assert!(
                refusal["code"] == "unavailable" || refusal["code"] == "busy",
                "{refusal}"
            );
            let sentence = refusal["message"].as_str().unwrap();
            assert!(
                !sentence.contains("lock"),
                "that is for the log: {sentence}"
            );
        }
        let began = Instant::now();
        ada.get("/api/rooms/lobby/messages")
            .await
            .expect(503, "reading waits for the same lock");
        assert!(began.elapsed() < TOLD_WITHIN, "{:?}", began.elapsed());

        other.batch_execute("ROLLBACK").unwrap();
        let stored = stores(&mut ada, "meanwhile", "c-1").await;
        assert!(stored < WELL_WITHIN, "{stored:?}");
        let history = ada.history("lobby").await;
        assert_gapless(&history);
        assert_eq!(texts(&history), ["before", "meanwhile"]);
    });
}

/// Talks before, during and after an outage, and looks at what everyone got.
async fn outage(site: &Site, length: Duration, begin: impl Fn(), end: impl Fn()) {
    let round = site.log().len();
    let name = |who: &str| format!("{who}{round}");
    let mut ada = site.person(&name("ada")).await;
    let mut ben = site.person(&name("ben")).await;
    let slug = ada.makes_room(&format!("round {round}")).await;
    ada.enters(&slug).await;
    ben.enters(&slug).await;
    ada.says("before").await;
    // Under load: these are on their way when it happens.
    let frames = (0..300).map(|number| post(&format!("m-{number}")));
    ada.socket().send_all(frames).await;
    begin();
    let began = Instant::now();
    let away = unready(site).await;
    assert!(
        away < TOLD_WITHIN + Duration::from_millis(500),
        "/readyz after {away:?}"
    );
    let memory = site.resident_kib();
    let mut slowest = Duration::ZERO;
    while began.elapsed() < length {
        let asked = Instant::now();
        let refusal = told(&mut ben, "meanwhile", "b-1").await;
        assert_eq!(refusal["code"], "unavailable", "{refusal}");
        slowest = slowest.max(asked.elapsed());
        let asked = Instant::now();
        ben.get("/api/rooms").await.expect(503, "the API");
        slowest = slowest.max(asked.elapsed());
        site.browser()
            .get("/healthz")
            .await
            .expect(200, "the process lives");
    }
    assert!(slowest < TOLD_WITHIN, "somebody waited for {slowest:?}");
    let grown = site.resident_kib().saturating_sub(memory);
    assert!(grown < 16 * 1024, "{grown} KiB were kept");

    end();
    let ended = Instant::now();
    stores(&mut ben, "meanwhile", "b-1").await;
    let well = ready(&site.browser()).await + ended.elapsed();
    assert!(well < WELL_WITHIN, "well again after {well:?}");
    eprintln!("told within {slowest:?}, /readyz after {away:?}, well after {well:?}");
    // The sender's retries find the first: what was stored after all is not stored again.
    for number in 0..300 {
        let id = format!("m-{number}");
        let message = json!({"message": format!("words {id}"), "client_id": id});
        let answer = ada
            .posts(&format!("/api/rooms/{slug}/messages"), &message)
            .await;
        assert!(answer.status == 200 || answer.status == 201, "{answer:?}");
    }
    let history = ada.history(&slug).await;
    assert_gapless(&history);
    assert_eq!(history.len(), 302, "each once");
    let seen = ben.socket().everything().await;
    let came = ben
        .socket()
        .all_that_came()
        .filter(|frame| frame["type"] == "message");
    assert_eq!(
        came.count(),
        302,
        "ben saw each, each once, on the socket he had: {}",
        seen.len()
    );
    assert!(site.command(&["check"]).status.success());
    assert!(!site.log().contains("panicked"), "{}", site.log());
}

/// How long it takes until somebody is told what became of a message.
async fn told(person: &mut Person, text: &str, client_id: &str) -> Value {
    let began = Instant::now();
    person.sends(text, client_id).await;
    let answer = person
        .socket()
        .expect("an answer", |frame| frame["client_id"] == client_id);
    let answer = answer.await;
    assert!(
        began.elapsed() < TOLD_WITHIN,
        "{:?}: {answer}",
        began.elapsed()
    );
    answer
}

/// Sends the same message until it is stored; how long that takes.
async fn stores(person: &mut Person, text: &str, client_id: &str) -> Duration {
    let began = Instant::now();
    while told(person, text, client_id).await["type"] == "error" {
        assert!(began.elapsed() < 2 * WELL_WITHIN, "{text:?} was not stored");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
    began.elapsed()
}

async fn unready(site: &Site) -> Duration {
    let began = Instant::now();
    let answer = site.browser().get("/readyz").await;
    answer.expect(503, "/readyz");
    began.elapsed()
}

async fn ready(browser: &Browser) -> Duration {
    let began = Instant::now();
    while browser.get("/readyz").await.status != 200 {
        assert!(began.elapsed() < 2 * WELL_WITHIN);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    began.elapsed()
}

fn post(id: &str) -> Value {
    json!({"type": "message", "message": format!("words {id}"), "client_id": id})
}
