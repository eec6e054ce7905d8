//! The machine's clock jumps an hour, forward and back, while people talk. The kernel's steady clock goes on, as it does then.

use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::people::{assert_gapless, fresh_client_id, texts};
use crate::site::{Database, PASSWORD, Site};

on_both_databases!(an_hour_forward_and_back_leaves_people_signed_in_and_messages_in_order,);

async fn an_hour_forward_and_back_leaves_people_signed_in_and_messages_in_order(
    database: Database,
) {
    let clock = Clock::start();
    let site = clock.site(
        database,
        &[
            ("ADDA_SIGN_INS_PER_MINUTE", "2"),
            ("ADDA_MESSAGES_PER_SECOND", "2"),
            ("ADDA_MESSAGES_BURST", "3"),
        ],
    );
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let first = ada.says("as it was").await;

    clock.is("+1h");
    let forward = ada.says("an hour on").await;
    assert!(minutes(&first, &forward) >= 60, "{first} and {forward}");
    clock.is("-1h");
    let back = ben.says("an hour before").await;
    assert!(minutes(&first, &back) <= -59, "{first} and {back}");
    assert_eq!(back["seq"], 3, "numbers are no times");

    // Nobody's allowance is used up, or filled, by a jump: two a second are given, and no more.
    for (hour, text) in [("+1h", "one"), ("-1h", "two"), ("+0", "three")] {
        clock.is(hour);
        says_within(&mut ada, text, Duration::from_secs(2)).await;
        ben.sees(text).await;
    }
    // Failed sign-ins are forgiven after a minute of life, not of the clock.
    let wrong = [("username", "ben"), ("password", "not that one")];
    for _ in 0..2 {
        ada.browser
            .another()
            .form("/login", &wrong)
            .await
            .expect(401, "a wrong password");
    }
    clock.is("+1h");
    let refused = ada
        .browser
        .another()
        .form("/login", &wrong)
        .await
        .expect(429, "too many");
    let wait: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait} s");

    for hour in ["+1h", "-1h", "+0"] {
        clock.is(hour);
        ada.get("/chat/lobby/")
            .await
            .expect(200, "ada is signed in");
        ada.loses_the_connection();
        assert!(ada.comes_back().await);
        let newcomer = format!("guest{}", hour.len() + usize::from(hour.starts_with('-')));
        site.signed_up(&newcomer)
            .await
            .get("/")
            .await
            .expect(200, "a sign-in begins");
    }
    let desk = ben.browser.another();
    desk.form("/login", &[("username", "ada"), ("password", PASSWORD)])
        .await
        .expect(303, "a second sign-in");
    // Ben's socket has lived through all of it.
    ben.sees_nothing_more().await;
    let history = ada.history("lobby").await;
    assert_gapless(&history);
    let said = [
        "as it was",
        "an hour on",
        "an hour before",
        "one",
        "two",
        "three",
    ];
    assert_eq!(texts(&history), said);
    assert!(site.command(&["check"]).status.success());
}

/// The offset that a process's clock has, in the words of libfaketime.
pub struct Clock {
    offset: PathBuf,
    _folder: tempfile::TempDir,
}

impl Clock {
    /// As it is everywhere.
    pub fn start() -> Clock {
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock {
            offset: folder.path().join("clock"),
            _folder: folder,
        };
        clock.is("+0");
        clock
    }

    /// A site that lives by it.
    pub fn site(&self, database: Database, settings: &[(&str, &str)]) -> Site {
        let library = library();
        let mut all = vec![
            ("LD_PRELOAD", library.to_str().unwrap()),
            ("FAKETIME_TIMESTAMP_FILE", self.offset.to_str().unwrap()),
            ("FAKETIME_NO_CACHE", "1"),
            ("DONT_FAKE_MONOTONIC", "1"),
        ];
        all.extend(settings);
        Site::with(database, &all)
    }

    pub fn is(&self, offset: &str) {
        // In one step: the server may read it at any moment.
        let next = self.offset.with_extension("next");
        std::fs::write(&next, offset).unwrap();
        std::fs::rename(next, &self.offset).unwrap();
    }
}

/// Says something, as often as the allowance wants it said.
async fn says_within(person: &mut crate::people::Person, text: &str, time: Duration) {
    let client_id = fresh_client_id();
    let saying = async {
        loop {
            person.sends(text, &client_id).await;
            let answer = person
                .socket()
                .expect("an answer", |frame| {
                    frame["client_id"] == client_id.as_str()
                })
                .await;
            if answer["type"] == "message" {
                return;
            }
            assert_eq!(answer["code"], "rate_limited", "{answer}");
            let wait = answer["retry_after_ms"].as_u64().unwrap();
            tokio::time::sleep(Duration::from_millis(wait)).await;
        }
    };
    let said = tokio::time::timeout(time, saying).await;
    said.unwrap_or_else(|_| panic!("{text:?} was not taken within {time:?}"));
}

/// From one message to another, by what was written on them.
fn minutes(from: &serde_json::Value, to: &serde_json::Value) -> i64 {
    let moment = |message: &serde_json::Value| {
        let text = message["sent_at"].as_str().unwrap().to_owned();
        chrono::DateTime::parse_from_rfc3339(&text).unwrap()
    };
    (moment(to) - moment(from)).num_minutes()
}

fn library() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap();
    let places = folders.map(|folder| folder.unwrap().path());
    places
        .chain([PathBuf::from("/usr/lib")])
        .map(|folder| folder.join("faketime/libfaketimeMT.so.1"))
        .find(|path| Path::exists(path))
        .expect("this test needs libfaketime: run bin/test, which installs it")
}
