//! Wrong passwords, forgotten ones, and those who guess.

use std::time::{Duration, Instant};

use crate::people::Person;
use crate::site::http::{Answer, Browser};
use crate::site::{Database, PASSWORD, Site};

on_both_databases!(
    a_forgotten_password_is_replaced_by_a_link,
    guessing_at_one_account_is_slowed_down,
    guessing_from_many_places_is_slowed_down_and_the_owner_gets_in,
);

whatever_the_database!(
    an_unknown_name_and_a_wrong_password_get_the_same_answer,
    guessing_at_many_accounts_is_slowed_down,
    a_forged_address_does_not_help_a_guesser,
    signing_in_right_is_never_counted,
    throttling_can_be_switched_off,
    passwords_of_any_size_do_no_harm,
);

const NEW_PASSWORD: &str = "an even longer easy talk";

async fn a_forgotten_password_is_replaced_by_a_link(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    // The site is on a free port, which nobody but it knows.
    let nowhere = site.command(&["user", "reset-link", "ada"]);
    assert_eq!(nowhere.status.code(), Some(1));
    assert!(
        nowhere.stdout.is_empty() && String::from_utf8_lossy(&nowhere.stderr).contains("ADDA_URL"),
        "{nowhere:?}"
    );
    let origin = site.origin();
    let unknown = site.command(&["user", "reset-link", "nobody", "--url", &origin]);
    assert_eq!(unknown.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&unknown.stderr).contains("nobody"),
        "{unknown:?}"
    );
    let printed = site.command(&["user", "reset-link", "Ada", "--url", &origin]);
    assert_eq!(printed.status.code(), Some(0), "{printed:?}");
    let link = String::from_utf8_lossy(&printed.stdout).into_owned();
    assert!(link.starts_with(&origin), "{link}");
    let token = link
        .split_once("/reset?token=")
        .expect("a link")
        .1
        .trim()
        .to_owned();

    let browser = site.browser();
    for _ in 0..2 {
        let page = browser
            .get(&format!("/reset?token={token}"))
            .await
            .expect(200, "looking does not use it up");
        assert_eq!(page.field("token"), token);
    }
    let weak = browser
        .form("/reset", &[("token", &token), ("password", "short")])
        .await;
    weak.expect(422, "a password of five characters");
    let done = browser
        .form("/reset", &[("token", &token), ("password", NEW_PASSWORD)])
        .await
        .expect(303, "replaced");
    assert_eq!(done.location(), "/");
    browser.get("/api/me").await.expect(200, "and signed in");
    assert_eq!(
        ada.socket().close_code().await,
        4001,
        "whoever was signed in before is not any more"
    );
    ada.get("/api/me").await.expect(401, "their cookie is void");

    let again = site
        .browser()
        .form(
            "/reset",
            &[("token", &token), ("password", "a third one, stolen")],
        )
        .await;
    assert!(
        matches!(again.status, 403 | 404 | 410 | 422),
        "good once: {}",
        again.status
    );
    sign_in(&site.browser(), "ada", PASSWORD)
        .await
        .expect(401, "the old password");
    sign_in(&site.browser(), "ada", NEW_PASSWORD)
        .await
        .expect(303, "the new password");
}

async fn guessing_at_one_account_is_slowed_down(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGN_INS_PER_MINUTE", "3")]);
    site.person("ada").await;
    site.person("ben").await;
    for _ in 0..3 {
        sign_in(&site.browser(), "ada", "wrong password")
            .await
            .expect(401, "a wrong password");
    }
    let refused = sign_in(&site.browser(), "ADA", "wrong password")
        .await
        .expect(429, "too many");
    let wait: u64 = refused
        .header("retry-after")
        .expect("Retry-After")
        .parse()
        .unwrap();
    assert!((1..=60).contains(&wait), "{wait} s");
    assert_eq!(refused.field("username"), "ADA", "the form is there again");
    sign_in(&site.browser(), "ada", PASSWORD)
        .await
        .expect(429, "the right one is not even looked at");
    sign_in(&site.browser(), "ben", PASSWORD)
        .await
        .expect(303, "others are not held up");
}

async fn guessing_from_many_places_is_slowed_down_and_the_owner_gets_in(database: Database) {
    let site = Site::with(
        database,
        &[
            ("ADDA_SIGN_INS_PER_MINUTE", "1"),
            ("ADDA_TRUSTED_PROXIES", "127.0.0.1"),
        ],
    );
    let ada = site.person("ada").await;
    for place in 1..=10 {
        let answer = sign_in_from(
            &site.browser(),
            &format!("203.0.113.{place}"),
            "ada",
            "wrong password",
        )
        .await;
        answer.expect(401, "each place has its own allowance");
    }
    let guess = sign_in_from(&site.browser(), "203.0.113.99", "ada", "wrong password").await;
    guess.expect(429, "the account has had ten times that");
    let stranger = sign_in_from(&site.browser(), "203.0.113.100", "ada", PASSWORD).await;
    stranger.expect(429, "an unknown browser waits");

    ada.browser
        .form("/logout", &[])
        .await
        .expect(303, "ada signs out");
    let owner = sign_in_from(&ada.browser, "203.0.113.101", "ada", PASSWORD).await;
    owner.expect(303, "a browser that has signed in before is let in");
}

async fn an_unknown_name_and_a_wrong_password_get_the_same_answer(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGN_INS_PER_MINUTE", "0")]);
    site.person("ada").await;
    let mut times = [Duration::MAX; 2];
    let mut pages = [const { String::new() }; 2];
    // The quickest of many, since the machine is busy with other things too.
    for _ in 0..10 {
        for (place, name) in ["ada", "eve"].into_iter().enumerate() {
            let began = Instant::now();
            let answer = sign_in(&site.browser(), name, "wrong password")
                .await
                .expect(401, name);
            times[place] = times[place].min(began.elapsed());
            pages[place] = answer.text().replace(name, "NAME");
            assert_eq!(answer.all("set-cookie").count(), 0, "{name}");
        }
    }
    assert_eq!(pages[0], pages[1]);
    let (known, unknown) = (times[0].as_secs_f64(), times[1].as_secs_f64());
    assert!(
        known / unknown < 3.0 && unknown / known < 3.0,
        "known {known:.3} s, unknown {unknown:.3} s"
    );
}

async fn guessing_at_many_accounts_is_slowed_down(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGN_INS_PER_MINUTE", "1")]);
    site.person("ada").await;
    for number in 0..6 {
        sign_in(&site.browser(), &format!("guess{number}"), "password1")
            .await
            .expect(401, "six accounts");
    }
    sign_in(&site.browser(), "guess7", "password1")
        .await
        .expect(429, "six times the allowance");
}

async fn a_forged_address_does_not_help_a_guesser(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGN_INS_PER_MINUTE", "2")]);
    site.person("ada").await;
    for place in 1..=2 {
        sign_in_from(
            &site.browser(),
            &format!("198.51.100.{place}"),
            "ada",
            "wrong password",
        )
        .await
        .expect(401, "a guess");
    }
    sign_in_from(&site.browser(), "198.51.100.3", "ada", "wrong password")
        .await
        .expect(429, "nobody believes the header");
    let warnings = site.log().matches("X-Forwarded").count();
    assert_eq!(warnings, 1, "and it is warned of once:\n{}", site.log());
}

async fn signing_in_right_is_never_counted(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGN_INS_PER_MINUTE", "2")]);
    site.person("ada").await;
    for _ in 0..5 {
        sign_in(&site.browser(), "ada", PASSWORD)
            .await
            .expect(303, "right");
    }
}

async fn throttling_can_be_switched_off(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGN_INS_PER_MINUTE", "0")]);
    site.person("ada").await;
    for _ in 0..25 {
        sign_in(&site.browser(), "ada", "wrong password")
            .await
            .expect(401, "as often as one likes");
    }
}

async fn passwords_of_any_size_do_no_harm(database: Database) {
    let site = Site::start(database);
    site.person("ada").await;
    for (password, statuses) in [
        ("x".repeat(1_000_000), [413, 413]),
        ("x".repeat(100_000), [413, 413]),
        ("x".repeat(10_000), [401, 422]),
        ("a\0b".to_owned(), [401, 422]),
    ] {
        let answer = sign_in(&site.browser(), "ada", &password).await;
        assert!(
            statuses.contains(&answer.status),
            "{} characters: {}",
            password.len(),
            answer.status
        );
    }
    Person::at(site.browser())
        .get("/login")
        .await
        .expect(200, "it goes on");
}

async fn sign_in(browser: &Browser, username: &str, password: &str) -> Answer {
    browser
        .form("/login", &[("username", username), ("password", password)])
        .await
}

async fn sign_in_from(browser: &Browser, address: &str, username: &str, password: &str) -> Answer {
    browser
        .form("/login", &[("username", username), ("password", password)])
        .with("X-Forwarded-For", address)
        .await
}
