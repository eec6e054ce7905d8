//! How people get in for the first time: set-up, invitations, names and passwords.

use serde_json::json;

use crate::people::Person;
use crate::site::http::encoded;
use crate::site::{Database, PASSWORD, Site};

on_both_databases!(
    the_first_person_sets_the_site_up_with_the_printed_link,
    of_many_who_set_up_at_once_one_does,
    the_setup_link_is_printed_at_every_start_until_used,
    a_friend_joins_by_invitation,
    an_administrator_renews_the_invitation,
    where_sign_up_is_closed_nobody_makes_an_account,
    names_that_are_taken_or_odd_are_refused,
);

whatever_the_database!(links_that_people_pass_on_name_the_sites_address);

async fn the_first_person_sets_the_site_up_with_the_printed_link(database: Database) {
    let site = Site::start(database);
    let token = site.take_setup_token().unwrap();
    let browser = site.browser();
    browser
        .get("/")
        .await
        .expect(303, "nobody is signed in yet");
    browser
        .get("/setup?token=wrong-wrong-wrong-wrong")
        .await
        .expect(403, "a wrong token");
    let page = browser
        .get(&format!("/setup?token={token}"))
        .await
        .expect(200, "the form");
    assert_eq!(page.field("token"), token);
    browser
        .get(&format!("/setup?token={token}"))
        .await
        .expect(200, "looking does not use it up");
    let wrong = [
        ("token", "wrong-wrong-wrong-wrong"),
        ("username", "eve"),
        ("password", PASSWORD),
    ];
    browser
        .form("/setup", &wrong)
        .await
        .expect(403, "a wrong token makes nobody an administrator");
    let weak = [
        ("token", token.as_str()),
        ("username", "ada"),
        ("password", "short"),
    ];
    let refused = browser
        .form("/setup", &weak)
        .await
        .expect(422, "a password of five characters");
    assert_eq!(refused.field("username"), "ada", "what was typed is kept");

    let fields = [
        ("token", token.as_str()),
        ("username", "ada"),
        ("password", PASSWORD),
        ("name", "Ada Lovelace"),
    ];
    let done = browser.form("/setup", &fields).await.expect(303, "set up");
    assert_eq!(done.location(), "/");
    let ada = Person::at(browser);
    let me = ada.reads("/api/me").await;
    assert_eq!(
        (&me["username"], &me["name"], &me["role"]),
        (
            &json!("ada"),
            &json!("Ada Lovelace"),
            &json!("administrator")
        )
    );
    assert_eq!(ada.reads("/api/rooms/lobby").await["kind"], "open");
    let late = [
        ("token", token.as_str()),
        ("username", "eve"),
        ("password", PASSWORD),
    ];
    site.browser()
        .form("/setup", &late)
        .await
        .expect(404, "afterwards there is no set-up");
    site.browser()
        .get(&format!("/setup?token={token}"))
        .await
        .expect(404, "nor its page");
}

async fn of_many_who_set_up_at_once_one_does(database: Database) {
    let site = Site::start(database);
    let token = site.take_setup_token().unwrap();
    let attempts = ["ada", "ben", "cleo", "dana"].map(|name| {
        let (browser, token) = (site.browser(), token.clone());
        async move {
            browser
                .form(
                    "/setup",
                    &[
                        ("token", &token),
                        ("username", name),
                        ("password", PASSWORD),
                    ],
                )
                .await
                .status
        }
    });
    let mut statuses = futures_util::future::join_all(attempts).await;
    statuses.sort_unstable();
    assert_eq!(statuses[0], 303, "one sets up: {statuses:?}");
    assert!(
        statuses[1..]
            .iter()
            .all(|status| matches!(status, 403 | 404)),
        "the others are told: {statuses:?}"
    );
}

async fn the_setup_link_is_printed_at_every_start_until_used(database: Database) {
    let mut site = Site::with(
        database,
        &[("ADDA_SETUP_TOKEN", "chosen-by-the-one-who-installs")],
    );
    assert_eq!(
        site.take_setup_token().unwrap(),
        "chosen-by-the-one-who-installs"
    );
    site.start_again();
    assert!(
        site.next_line()
            .unwrap()
            .contains("/setup?token=chosen-by-the-one-who-installs")
    );
    let fields = [
        ("token", "chosen-by-the-one-who-installs"),
        ("username", "ada"),
        ("password", PASSWORD),
    ];
    site.browser()
        .form("/setup", &fields)
        .await
        .expect(303, "set up");
    site.start_again();
    site.terminate();
    site.ends().await;
    assert_eq!(
        site.next_line(),
        None,
        "once it is used nothing more is printed"
    );
}

async fn a_friend_joins_by_invitation(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGNUP", "invite")]);
    let ada = site.person("ada").await;
    let uninvited = site.browser();
    uninvited
        .get("/signup")
        .await
        .expect(403, "without an invitation");
    uninvited
        .get("/signup?invite=made-up")
        .await
        .expect(403, "with a made-up one");
    let fields = [("username", "eve"), ("password", PASSWORD)];
    uninvited
        .form("/signup", &fields)
        .await
        .expect(403, "nor by form");

    let invite = invitation(&ada).await;
    let friend = site.browser();
    let page = friend
        .get(&format!("/signup?invite={invite}"))
        .await
        .expect(200, "the form");
    assert_eq!(page.field("invite"), invite);
    for name in ["ben", "cleo"] {
        let browser = site.browser();
        let fields = [
            ("username", name),
            ("password", PASSWORD),
            ("invite", &invite),
            ("role", "administrator"),
        ];
        let joined = browser
            .form("/signup", &fields)
            .await
            .expect(303, "the link serves many");
        assert_eq!(joined.location(), "/");
        let person = Person::at(browser);
        assert_eq!(
            person.reads("/api/me").await["role"],
            "member",
            "nobody grants themselves a role"
        );
        person.opens("lobby").await;
    }
}

async fn an_administrator_renews_the_invitation(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGNUP", "invite")]);
    let ada = site.person("ada").await;
    let old = invitation(&ada).await;
    let ben = site.browser();
    ben.form(
        "/signup",
        &[
            ("username", "ben"),
            ("password", PASSWORD),
            ("invite", &old),
        ],
    )
    .await
    .expect(303, "ben joins");
    ben.form("/invitation", &[])
        .await
        .expect(403, "a member renews nothing");
    assert_eq!(invitation(&ada).await, old);
    ada.browser
        .form("/invitation", &[])
        .await
        .expect(303, "renewed");
    let new = invitation(&ada).await;
    assert_ne!(new, old);
    site.browser()
        .get(&format!("/signup?invite={old}"))
        .await
        .expect(403, "the old link is void");
    site.browser()
        .get(&format!("/signup?invite={new}"))
        .await
        .expect(200, "the new one is good");
}

async fn where_sign_up_is_closed_nobody_makes_an_account(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGNUP", "closed")]);
    let ada = site.person("ada").await;
    assert!(
        !ada.get("/")
            .await
            .expect(200, "the lobby")
            .text()
            .contains("/signup?invite="),
        "no link is shown"
    );
    let browser = site.browser();
    browser.get("/signup").await.expect(403, "closed");
    browser
        .form("/signup", &[("username", "ben"), ("password", PASSWORD)])
        .await
        .expect(403, "closed");
}

async fn names_that_are_taken_or_odd_are_refused(database: Database) {
    let site = Site::start(database);
    site.person("Ada.L").await;
    let long = "x".repeat(33);
    for name in [
        "Ada.L",
        "ada.l",
        "АDA.L",
        "a",
        &long,
        "",
        "admin",
        "Administrator",
        "room",
        "everyone",
        "-ben",
        "ben.",
        "b..en",
        "b en",
        "ben\u{0}",
        "<ben>",
        "ben\u{202E}",
        "b\u{200B}en",
    ] {
        let answer = site
            .browser()
            .form("/signup", &[("username", name), ("password", PASSWORD)])
            .await;
        assert_eq!(answer.status, 422, "{name:?}");
    }
    for password in ["", "7 chars", &"x".repeat(257), "nul \u{0} inside"] {
        let answer = site
            .browser()
            .form("/signup", &[("username", "ben"), ("password", password)])
            .await;
        assert_eq!(
            answer.status,
            422,
            "{} characters",
            password.chars().count()
        );
    }
    let display = [
        ("username", "ben"),
        ("password", PASSWORD),
        ("name", &"x".repeat(65)),
    ];
    site.browser()
        .form("/signup", &display)
        .await
        .expect(422, "a long display name");
    for (name, password) in [
        ("ব্রজেন", "আটটি অক্ষর"),
        ("zoë-2_x.y", "12345678"),
        ("ｆｕｌｌ", &"x".repeat(256)),
    ] {
        let browser = site.browser();
        browser
            .form("/signup", &[("username", name), ("password", password)])
            .await
            .expect(303, name);
        let again = site.browser();
        again
            .form("/login", &[("username", name), ("password", password)])
            .await
            .expect(303, "and signs in so");
    }
}

async fn links_that_people_pass_on_name_the_sites_address(database: Database) {
    let mut site = Site::with(
        database,
        &[
            ("ADDA_SIGNUP", "invite"),
            ("ADDA_URL", "http://chat.test:8080,http://other.test"),
            ("ADDA_SETUP_TOKEN", "chosen-by-the-one-who-installs"),
        ],
    );
    site.start_again();
    assert!(
        site.next_line()
            .unwrap()
            .contains("http://chat.test:8080/setup?token="),
        "the printed link too"
    );
    let ada = site.signed_up("ada").await;
    let page = ada.get("/").await.expect(200, "the lobby").text();
    assert!(
        page.contains("http://chat.test:8080/signup?invite="),
        "the first address is the one for links"
    );

    let site = Site::with(database, &[("ADDA_SIGNUP", "invite")]);
    let ada = site.signed_up("ada").await;
    let page = ada
        .get("/")
        .with("Host", "chat.test:1234")
        .await
        .expect(200, "the lobby")
        .text();
    assert!(
        page.contains("http://chat.test:1234/signup?invite="),
        "else what Host says"
    );
}

/// The token of the invitation link on the lobby page.
async fn invitation(person: &Person) -> String {
    let page = person.get("/").await.expect(200, "the lobby").text();
    let (_, rest) = page
        .split_once("/signup?invite=")
        .expect("an invitation link on the lobby page");
    let token: String = rest
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c))
        .collect();
    assert_eq!(encoded(&token), token);
    token
}
