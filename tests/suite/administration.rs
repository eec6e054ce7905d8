//! What administrators do to accounts, and that it takes effect at once, everywhere, and is written down.

use serde_json::json;

use crate::people::Person;
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};
use crate::socket::Upgrade;

on_both_databases!(
    accounts_are_taken_out_of_use_and_into_it_again,
    roles_are_given_and_the_last_administrator_stays_one,
    a_link_for_a_new_password_works_once,
    nobody_else_looks_after_accounts,
    a_room_passes_on_whose_owner_can_no_longer_look_after_it,
    whoever_becomes_a_guest_hears_no_more_of_strangers,
);

async fn does(person: &Person, username: &str, what: &[(&str, &str)], status: u16) -> String {
    let path = format!("/admin/people/{username}");
    let answer = person.browser.form(&path, what).await;
    answer
        .expect(status, &format!("{what:?} to {username}"))
        .text()
}

async fn log(person: &Person) -> String {
    let page = person.get("/admin/log").await;
    page.expect(200, "the log")
        .text()
        .replace(['\u{2068}', '\u{2069}'], "")
}

async fn accounts_are_taken_out_of_use_and_into_it_again(database: Database) {
    let site = Site::start(database);
    let (ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    let mut ada = ada;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ben.says("I was here").await;
    does(&ada, "ben", &[("do", "deactivate")], 303).await;
    assert_eq!(ben.socket().close_code().await, 4001);
    ben.get("/api/me").await.expect(401, "no account");
    let sign_in = site.browser();
    let credentials = [("username", "ben"), ("password", crate::site::PASSWORD)];
    sign_in
        .form("/login", &credentials)
        .await
        .expect(401, "no account");
    let said = ada.history("lobby").await;
    assert_eq!(
        (&said[0]["message"], &said[0]["username"]),
        (&json!("I was here"), &json!("ben"))
    );
    let page = ada.get("/admin/people?q=BEN").await.expect(200, "ben");
    assert!(page.text().contains("out of use") && !page.text().contains("@ada"));
    does(&ada, "ben", &[("do", "reactivate")], 303).await;
    sign_in
        .form("/login", &credentials)
        .await
        .expect(303, "again");
    let written = log(&ada).await;
    assert!(
        written.contains("ada took the account of ben out of use"),
        "{written}"
    );
    assert!(written.contains("ada took the account of ben into use again"));
}

async fn roles_are_given_and_the_last_administrator_stays_one(database: Database) {
    let site = Site::start(database);
    let (ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    let refused = does(&ada, "ada", &[("do", "role"), ("role", "member")], 422).await;
    assert!(refused.contains("Make somebody else an administrator first"));
    does(&ada, "ada", &[("do", "deactivate")], 422).await;
    for role in ["emperor", "bot", ""] {
        does(&ada, "ben", &[("do", "role"), ("role", role)], 400).await;
    }
    // A guest is out of a room they only looked into, on the socket that is open.
    let slug = ada.makes_room("Open to all").await;
    ben.enters(&slug).await;
    does(&ada, "ben", &[("do", "role"), ("role", "guest")], 303).await;
    assert_eq!(ben.socket().close_code().await, 4003);
    assert_eq!(ben.reads("/api/me").await["role"], "guest");
    does(
        &ada,
        "ben",
        &[("do", "role"), ("role", "administrator")],
        303,
    )
    .await;
    // Two put each other out at once: one of them is still there.
    let path = |name: &str| format!("/admin/people/{name}");
    let member = [("do", "role"), ("role", "member")];
    let (to_ben, to_ada) = (path("ben"), path("ada"));
    let (first, second) = tokio::join!(
        ada.browser.form(&to_ben, &member),
        ben.browser.form(&to_ada, &member)
    );
    let statuses = [first.status, second.status];
    assert!(statuses.contains(&303), "{statuses:?}");
    let roles = [
        ada.reads("/api/me").await["role"].clone(),
        ben.reads("/api/me").await["role"].clone(),
    ];
    let administrators = roles.iter().filter(|role| **role == json!("administrator"));
    assert_eq!(administrators.count(), 1, "{roles:?} after {statuses:?}");
}

async fn a_link_for_a_new_password_works_once(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let page = does(&ada, "ben", &[("do", "reset")], 200).await;
    let token = page.split("/reset?token=").nth(1).expect("a link");
    let token = token.split(['<', '"', '&']).next().unwrap().to_owned();
    assert!(!log(&ada).await.contains(&token), "it is shown once");
    let form = [("token", token.as_str()), ("password", "another password")];
    let stranger = site.browser();
    stranger.form("/reset", &form).await.expect(303, "used");
    let again = site.browser();
    assert_ne!(again.form("/reset", &form).await.status, 303);
    ben.get("/api/me").await.expect(401, "the old sign-in");
    does(&ada, "ben", &[("do", "sign-out")], 303).await;
    stranger.get("/api/me").await.expect(401, "signed out");
}

async fn nobody_else_looks_after_accounts(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    for path in ["/admin/people", "/admin/log"] {
        ben.get(path).await.expect(403, path);
        site.browser().get(path).await.expect(303, path);
        ada.get(path).await.expect(200, path);
    }
    does(&ben, "ada", &[("do", "deactivate")], 403).await;
    does(
        &ben,
        "ben",
        &[("do", "role"), ("role", "administrator")],
        403,
    )
    .await;
    does(&ada, "nobody", &[("do", "deactivate")], 404).await;
    assert!(log(&ada).await.contains("Nothing yet"));
}

#[test]
fn whoever_is_taken_out_of_use_is_out_on_every_node() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        ben.enters("lobby").await;
        does(&ada, "ben", &[("do", "deactivate")], 303).await;
        assert_eq!(ben.socket().close_code().await, 4001);
        assert_eq!(Upgrade::new(&ben.browser, "/ws/").refusal().await, 401);
    });
}

async fn a_room_passes_on_whose_owner_can_no_longer_look_after_it(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let (ben, mut cem) = (site.person("ben").await, site.person("cem").await);
    let _dan = site.person("dan").await;
    for (name, duty) in [
        ("Choir", vec![("do", "role"), ("role", "guest")]),
        ("Band", vec![("do", "deactivate")]),
    ] {
        let slug = ben.makes_closed_room(name).await;
        for other in ["cem", "dan"] {
            ben.adds(other, &slug).await;
        }
        cem.enters(&slug).await;
        does(&ada, "ben", &duty, 303).await;
        let told = cem
            .socket()
            .expect("who looks after it", |frame| {
                frame["event"]["code"] == "handed_on"
            })
            .await;
        assert_eq!(told["event"]["owner"]["username"], "cem");
        let topic = json!({"topic": "songs"});
        let path = format!("/api/rooms/{slug}");
        let changed = cem.asks("PATCH", &path, &topic).await;
        changed.expect(200, "looking after it");
        does(&ada, "ben", &[("do", "role"), ("role", "member")], 303).await;
    }
}

async fn whoever_becomes_a_guest_hears_no_more_of_strangers(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let cem = site.person("cem").await;
    let slug = ada.makes_closed_room("Choir").await;
    ada.adds("ben", &slug).await;
    ben.puts_out("ben", "lobby").await.expect(200, "leaving");
    let mut page = ben.opens_lobby_page().await;
    does(&ada, "ben", &[("do", "role"), ("role", "guest")], 303).await;
    // What comes behind it is told of a guest.
    let status = json!({"status": {"text": "here first"}});
    ada.asks("PATCH", "/api/me", &status)
        .await
        .expect(200, "a status");
    page.expect("somebody of a room of theirs", |frame| {
        frame["type"] == "presence" && frame.to_string().contains("here first")
    })
    .await;
    let status = json!({"status": {"text": "unseen"}});
    cem.asks("PATCH", "/api/me", &status)
        .await
        .expect(200, "a status");
    let status = json!({"status": {"text": "here last"}});
    ada.asks("PATCH", "/api/me", &status)
        .await
        .expect(200, "a status");
    page.expect("somebody of a room of theirs", |frame| {
        frame["type"] == "presence" && frame.to_string().contains("here last")
    })
    .await;
    let leaked = page
        .all_that_came()
        .any(|frame| frame.to_string().contains("unseen"));
    assert!(!leaked, "a guest heard of a stranger");
}
