//! Those who make their account themself: for a day they disturb few, and where administrators want it so they wait to be let in.

use serde_json::json;

use crate::inputs::beside;
use crate::people::Person;
use crate::site::{Database, PASSWORD, Site};
use crate::site_settings::chooses_rights;
use crate::socket::Upgrade;

on_both_databases!(
    somebody_new_begins_five_conversations,
    somebody_new_calls_nobody_by_room,
    somebody_who_waits_sees_nothing_and_is_seen_by_nobody,
    whoever_is_refused_is_gone_and_the_name_is_free,
    somebody_new_invites_nobody,
    a_link_that_lets_in_nobody_but_everyone_changes_nothing,
);

whatever_the_database!(
    whoever_waits_is_refused_everywhere,
    whoever_waits_is_only_let_in_or_refused,
    nobody_comes_in_once_it_was_decided_that_nobody_does,
);

async fn somebody_new_begins_five_conversations(database: Database) {
    let site = Site::unlimited(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let names = ["p1", "p2", "p3", "p4", "p5", "p6"];
    for name in names {
        site.person(name).await;
    }
    let with = |name: &str| json!({ "usernames": [name] });
    ben.posts("/api/directs", &with("ben"))
        .await
        .expect(201, "notes are no conversation");
    for name in &names[..4] {
        ben.posts("/api/directs", &with(name))
            .await
            .expect(201, name);
    }
    // At the same moment, as if each were the fifth.
    let (fifth, sixth) = (with("p5"), with("p6"));
    let (one, other) = tokio::join!(
        ben.posts("/api/directs", &fifth),
        ben.posts("/api/directs", &sixth)
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 403]);
    let refused = if one.status == 403 { one } else { other };
    assert!(refused.text().contains("first day"), "{}", refused.text());
    ben.posts("/api/directs", &with("p1"))
        .await
        .expect(200, "one of them");
    for name in names {
        ada.posts("/api/directs", &with(name))
            .await
            .expect(201, "who set the site up is not new");
    }
}

/// The token of the invitation that is on somebody's home page.
async fn invitation(of: &Person) -> String {
    let home = of.get("/").await.expect(200, "home").text();
    let token = home.split("/signup?invite=").nth(1).expect("an invitation");
    token.split(['"', '<', '&']).next().unwrap().to_owned()
}

/// Somebody with an account by a link.
async fn comes_by(site: &Site, token: &str, username: &str) -> Person {
    let browser = site.browser();
    let fields = [
        ("username", username),
        ("password", PASSWORD),
        ("invite", token),
    ];
    let joined = browser.form("/signup", &fields).await;
    joined.expect(303, username);
    Person::at(browser)
}

async fn somebody_new_calls_nobody_by_room(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGNUP", "")]);
    let ada = site.person("ada").await;
    let ben = comes_by(&site, &invitation(&ada).await, "ben").await;
    chooses_rights(&ada, &[]).await;
    let eve = site.person("eve").await;
    let path = "/api/rooms/lobby/messages";
    for (person, called) in [(&eve, 0), (&ben, 1)] {
        let said = json!({"message": "@room look here"});
        let said = person.posts(path, &said).await.expect(201, "said").value();
        assert_eq!(said["html"].is_string(), called > 0, "{said}");
        let lobby = ada.reads("/api/rooms/lobby").await;
        assert_eq!(lobby["mentions"], called);
    }
}

async fn somebody_who_waits_sees_nothing_and_is_seen_by_nobody(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    chooses_rights(&ada, &[("approves", "on")]).await;
    let eve = site.person("eve").await;
    let home = eve.get("/").await.expect(303, "she waits");
    assert_eq!(home.location(), "/waiting");
    let page = eve.get("/waiting").await.expect(200, "her page").text();
    assert!(page.contains("eve") && page.contains("has to let you in"));
    let users = ben.reads("/api/users").await.to_string();
    assert!(!users.contains("eve"), "{users}");
    ben.get("/people/eve/").await.expect(404, "nor her page");
    let members = ben.reads("/api/rooms/lobby/members").await.to_string();
    assert!(!members.contains("eve"), "{members}");
    let home = ada.get("/").await.text();
    assert!(home.contains("1 person waits to be let in"));
    assert!(!ben.get("/").await.text().contains("waits to be let in"));
    let queue = ada.get("/admin/people?show=waiting").await.text();
    assert!(queue.contains("@eve") && !queue.contains("@ben"));
    ben.browser
        .form("/admin/people/eve", &[("do", "let-in")])
        .await
        .expect(403, "ben lets nobody in");
    // She may come back meanwhile, and from elsewhere.
    eve.browser.form("/logout", &[]).await.expect(303, "out");
    let sign_in = |password| [("username", "eve"), ("password", password)];
    let wrong = eve.browser.form("/login", &sign_in("wrong one")).await;
    wrong.expect(401, "a wrong password");
    let again = eve.browser.form("/login", &sign_in(PASSWORD)).await;
    again.expect(303, "she waits on");
    ada.browser
        .form("/admin/people/eve", &[("do", "let-in")])
        .await
        .expect(303, "let in");
    assert_eq!(eve.get("/waiting").await.expect(303, "in").location(), "/");
    let lobby = eve.reads("/api/rooms/lobby").await;
    assert_eq!(lobby["joined"], true, "as if she had come just now");
    let log = ada.get("/admin/log").await.text();
    let log = log.replace(['\u{2068}', '\u{2069}'], "");
    assert!(log.contains("ada let eve in"), "{log}");
    ada.browser
        .form("/admin/people/eve", &[("do", "refuse")])
        .await
        .expect(404, "whoever is in is not refused any more");
}

async fn whoever_is_refused_is_gone_and_the_name_is_free(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    chooses_rights(&ada, &[("approves", "on")]).await;
    let eve = site.person("eve").await;
    let taken = site.browser();
    let fields = [("username", "EVE"), ("password", PASSWORD)];
    taken
        .form("/signup", &fields)
        .await
        .expect(422, "the name is hers");
    ada.browser
        .form("/admin/people/eve", &[("do", "refuse")])
        .await
        .expect(303, "refused");
    let home = eve.get("/").await.expect(303, "gone");
    assert!(home.location().starts_with("/login"), "{}", home.location());
    eve.get("/api/me").await.expect(401, "nobody");
    let people = ada.get("/admin/people").await.text();
    assert!(!people.contains("@eve"));
    chooses_rights(&ada, &[]).await;
    taken
        .form("/signup", &fields)
        .await
        .expect(303, "the name is free");
    let log = ada.get("/admin/log").await.text();
    let log = log.replace(['\u{2068}', '\u{2069}'], "");
    assert!(log.contains("ada refused to let eve in"), "{log}");
}

async fn whoever_waits_is_refused_everywhere(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    chooses_rights(&ada, &[("approves", "on")]).await;
    let eve = site.person("eve").await;
    for path in [
        "/",
        "/rooms",
        "/chat/lobby/",
        "/chat/lobby/details",
        "/chat/direct/ada/",
        "/settings",
        "/settings/data.json",
        "/settings/delete",
        "/people/ada/",
        "/admin/people",
        "/admin/site",
    ] {
        let answer = eve.get(path).await.expect(303, path);
        assert_eq!(answer.location(), "/waiting", "{path}");
    }
    for (path, fields) in [
        ("/rooms", [("name", "Rowing club")]),
        ("/settings/profile", [("name", "Eve")]),
        ("/chat/lobby/details", [("do", "join")]),
        ("/admin/people/eve", [("do", "let-in")]),
    ] {
        let answer = eve.browser.form(path, &fields).await.expect(303, path);
        assert_eq!(answer.location(), "/waiting", "{path}");
    }
    eve.browser
        .form("/chat/lobby/", &[("message", "hello?")])
        .await
        .expect(401, "nothing is said");
    for path in [
        "/api/me",
        "/api/users",
        "/api/rooms",
        "/api/rooms/lobby",
        "/api/rooms/lobby/messages",
        "/api/rooms/lobby/members",
    ] {
        let answer = eve.get(path).await.expect(403, path);
        assert_eq!(answer.code(), "forbidden", "{path}");
    }
    eve.posts("/api/rooms/lobby/messages", &json!({"message": "hello?"}))
        .await
        .expect(403, "nor so");
    for path in ["/ws/", "/ws/chat/lobby/"] {
        assert_eq!(Upgrade::new(&eve.browser, path).refusal().await, 403);
    }
    assert!(ada.history("lobby").await.is_empty());
}

async fn whoever_waits_is_only_let_in_or_refused(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    chooses_rights(&ada, &[("approves", "on")]).await;
    let eve = site.person("eve").await;
    for fields in [
        &[("do", "reactivate")][..],
        &[("do", "role"), ("role", "administrator")],
        &[("do", "reset")],
        &[("do", "deactivate")],
    ] {
        let answer = ada.browser.form("/admin/people/eve", fields).await;
        answer.expect(404, &format!("{fields:?}"));
    }
    eve.get("/api/me").await.expect(403, "she waits still");
    ada.asks("PUT", "/api/rooms/lobby/members/eve", &json!({}))
        .await
        .expect(404, "nobody of that name is known");
}

async fn somebody_new_invites_nobody(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGNUP", "")]);
    let ada = site.person("ada").await;
    let ben = comes_by(&site, &invitation(&ada).await, "ben").await;
    chooses_rights(&ada, &[]).await;
    let eve = site.person("eve").await;
    let slug = eve.makes_room("Rowing").await;
    for room in ["", slug.as_str()] {
        let wanted = [("room", room), ("lasts", "7"), ("uses", "unlimited")];
        let refused = eve.browser.form("/invitations", &wanted).await;
        let refused = refused.expect(422, "on her first day").text();
        assert!(refused.contains("first day"), "{refused}");
    }
    let wanted = [("room", ""), ("lasts", "7"), ("uses", "unlimited")];
    let made = ben.browser.form("/invitations", &wanted).await;
    made.expect(303, "whoever was invited is not new");
}

async fn a_link_that_lets_in_nobody_but_everyone_changes_nothing(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGNUP", "")]);
    let ada = site.person("ada").await;
    let token = invitation(&ada).await;
    let wanted = [("room", ""), ("lasts", "7"), ("uses", "unlimited")];
    let made = ada.browser.form("/invitations", &wanted).await;
    made.expect(303, "a link of her own");
    let hers = ada.get("/invitations").await.text();
    let hers = hers.split("/signup?invite=").nth(1).expect("hers");
    let hers = hers.split(['"', '<', '&']).next().unwrap();
    chooses_rights(&ada, &[("approves", "on")]).await;
    let eve = comes_by(&site, &token, "eve").await;
    let home = eve.get("/").await.expect(303, "she waits as others do");
    assert_eq!(home.location(), "/waiting");
    let cem = comes_by(&site, hers, "cem").await;
    cem.get("/").await.expect(200, "whom ada wants here");
    chooses_rights(&ada, &[]).await;
    let dora = comes_by(&site, &token, "dora").await;
    let refused = dora.browser.form("/invitations", &wanted).await;
    refused.expect(422, "she is new as others are");
}

async fn nobody_comes_in_once_it_was_decided_that_nobody_does(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGNUP", "")]);
    let ada = site.person("ada").await;
    let token = invitation(&ada).await;
    chooses_rights(&ada, &[]).await;
    // Another node said so, of which this one has not heard: it would hear of the revision.
    let statement = |mode: &str| format!("UPDATE site_settings SET signup = '{mode}'");
    for (mode, invite, status) in [
        ("closed", "", 403),
        ("closed", token.as_str(), 403),
        ("invite", "", 403),
        ("invite", token.as_str(), 303),
    ] {
        beside(&site, &statement(mode));
        let fields = [
            ("username", "eve"),
            ("password", PASSWORD),
            ("invite", invite),
        ];
        let answer = site.browser().form("/signup", &fields).await;
        answer.expect(status, mode);
    }
}
