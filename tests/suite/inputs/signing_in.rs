//! Ways in that are not for whoever tries them.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use diesel::{Connection, SqliteConnection};
use futures_util::future::join_all;

use super::Before;
use crate::site::{Database, PASSWORD, Site};

on_both_databases!(a_role_is_nothing_that_a_form_gives);

whatever_the_database!(
    whoever_guesses_at_links_is_slowed_down,
    a_crowd_that_signs_in_at_once_waits_its_turn,
    somebody_deactivated_is_nobody,
);

async fn whoever_guesses_at_links_is_slowed_down(database: Database) {
    let settings = [("ADDA_SIGN_INS_PER_MINUTE", "1"), ("ADDA_SIGNUP", "invite")];
    for (is_set_up, guessed_at) in [(false, "/setup"), (true, "/signup"), (true, "/reset")] {
        let site = Site::with(database, &settings);
        if is_set_up {
            site.person("ada").await;
        }
        let guess = async |path: &str| {
            let fields = [
                ("token", "guessed-guessed-guessed"),
                ("invite", "guessed-guessed-guessed"),
                ("username", "eve"),
                ("password", PASSWORD),
            ];
            site.browser().form(path, &fields).await
        };
        // Six times the allowance, as for passwords guessed at from one address.
        for _ in 0..6 {
            let status = guess(guessed_at).await.status;
            assert!(matches!(status, 403 | 404 | 410), "{guessed_at}: {status}");
        }
        let refused = guess(guessed_at).await.expect(429, guessed_at);
        assert!(refused.header("retry-after").is_some(), "{guessed_at}");
        guess("/reset").await.expect(429, "at other links alike");
        super::unharmed(&site);
    }
}

async fn a_crowd_that_signs_in_at_once_waits_its_turn(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGN_INS_PER_MINUTE", "0")]);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    let before = Before::of(&site).await;
    let crowd = join_all((0..150).map(|number| {
        let name = if number % 2 == 0 { "ada" } else { "nobody" };
        let browser = site.browser();
        async move {
            let fields = [("username", name), ("password", "a wrong password")];
            let asked = browser.form("/login", &fields);
            asked.within(Duration::from_secs(60)).await
        }
    }));
    let talk = async {
        let mut slowest = Duration::ZERO;
        for number in 0..10 {
            let began = Instant::now();
            ada.says(&format!("line {number}")).await;
            slowest = slowest.max(began.elapsed());
        }
        slowest
    };
    let began = Instant::now();
    let crowd = async { (crowd.await, began.elapsed()) };
    let ((answers, crowded), slowest) = tokio::join!(crowd, talk);
    for answer in &answers {
        match answer.status {
            401 => {}
            503 => assert!(answer.header("retry-after").is_some(), "when to come again"),
            other => panic!("{other}: {}", answer.text()),
        }
    }
    // Whoever waited behind the crowd would have waited for nearly all of it.
    assert!(
        slowest < crowded / 2,
        "talk waited {slowest:?} of {crowded:?}"
    );
    // A few hashes at a time, at 19 MiB each.
    before.is_as_after(&site, 160 * 1024).await;
}

async fn somebody_deactivated_is_nobody(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGN_INS_PER_MINUTE", "0")]);
    site.person("ada").await;
    let mut ben = site.person("ben").await;
    ben.enters("lobby").await;
    let file = site.data().join("adda.db");
    let mut beside = SqliteConnection::establish(file.to_str().unwrap()).unwrap();
    beside
        .batch_execute(
            "PRAGMA busy_timeout=2000; UPDATE users SET deactivated_at = created_at, \
             access_revision = access_revision + 1 WHERE username = 'ben'",
        )
        .unwrap();
    assert_eq!(ben.socket().close_code().await, 4001);
    ben.get("/api/me")
        .await
        .expect(401, "with the cookie of before");
    let sign_in = async |name: &str, password: &str| {
        let fields = [("username", name), ("password", password)];
        let answer = site.browser().form("/login", &fields).await;
        assert_eq!(answer.all("set-cookie").count(), 0, "{name}");
        answer.expect(401, name).text().replace(name, "NAME")
    };
    let right = sign_in("ben", PASSWORD).await;
    assert_eq!(right, sign_in("ben", "a wrong password").await);
    assert_eq!(
        right,
        sign_in("nobody", PASSWORD).await,
        "as a name that nobody has"
    );
    let taken = [("username", "BEN"), ("password", PASSWORD)];
    let taken = site.browser().form("/signup", &taken).await;
    taken.expect(422, "a name is never given again");
    super::unharmed(&site);
}

async fn a_role_is_nothing_that_a_form_gives(database: Database) {
    let site = Site::start(database);
    site.person("ada").await;
    let eve = site.browser();
    let fields = [
        ("username", "eve"),
        ("password", PASSWORD),
        ("role", "administrator"),
        ("id", "1"),
        ("is_admin", "true"),
    ];
    eve.form("/signup", &fields).await.expect(303, "an account");
    let me = eve.get("/api/me").await.expect(200, "eve").value();
    assert_eq!(me["role"], "member", "{me}");
    assert_eq!(me["username"], "eve");
    eve.form("/invitation", &[("role", "administrator")])
        .await
        .expect(403, "what is for administrators");
    let room = serde_json::json!({"name": "hall", "created_by": 1, "id": 1, "slug": "lobby", "people": ["ada"]});
    let made = eve.json("POST", "/api/rooms", &room).await;
    let made = made.expect(201, "a room").value();
    assert_eq!(made["slug"], "hall", "{made}");
}
