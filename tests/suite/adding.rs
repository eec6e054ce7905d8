//! Administrators add people by a list: what is made, what is wrong with a line, and links that each work once.

use serde_json::json;

use crate::people::Person;
use crate::site::http::Answer;
use crate::site::{Database, PASSWORD, Site};
use crate::site_settings::chooses_rights;

on_both_databases!(
    people_are_added_by_a_list_and_come_by_their_links,
    guests_are_added_into_their_rooms_alone,
    two_hundred_are_added_at_once,
    whoever_waits_keeps_their_name,
);

whatever_the_database!(
    what_is_wrong_with_a_line_is_said_and_nothing_is_made,
    usernames_are_made_of_names_and_numbered,
    whoever_has_not_come_gets_another_link,
    nobody_else_adds_people_and_forged_fields_are_refused,
);

async fn asks(person: &Person, what: &str, people: &str, more: &[(&str, &str)]) -> Answer {
    let mut fields = vec![("do", what), ("people", people)];
    fields.extend(more);
    person.browser.form("/admin/newcomers", &fields).await
}

async fn users(person: &Person) -> usize {
    let everyone = person.reads("/api/users").await;
    everyone["users"].as_array().unwrap().len()
}

/// The tokens on a sheet, in the order of its cards.
fn tokens(sheet: &Answer) -> Vec<String> {
    let text = sheet.text();
    text.split("/reset?token=")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().to_owned())
        .collect()
}

async fn comes(site: &Site, token: &str) -> Person {
    let browser = site.browser();
    let fields = [("token", token), ("password", PASSWORD)];
    browser.form("/reset", &fields).await.expect(303, "in");
    Person::at(browser)
}

async fn people_are_added_by_a_list_and_come_by_their_links(database: Database) {
    let site = Site::with(database, &[("ADDA_SIGNUP", "closed")]);
    let mut ada = site.person("ada").await;
    let (open, closed) = (
        ada.makes_room("Rowing").await,
        ada.makes_closed_room("Board").await,
    );
    ada.enters(&closed).await;
    let rooms = [("room", open.as_str()), ("room", closed.as_str())];
    let list = "Ben Bell\n\n  Cem Can <cem> \r\nDora Diaz, dora.d\n";
    let looked = asks(&ada, "look", list, &rooms).await;
    let looked = looked.expect(200, "what would be made");
    for line in ["@ben.bell", "@cem", "@dora.d", "Make 3 accounts"] {
        assert!(looked.text().contains(line), "{line}: {}", looked.text());
    }
    assert_eq!(users(&ada).await, 1, "looking makes nothing");
    let made = looked.field("people").replace("&lt;", "<");
    let made = made.replace("&gt;", ">");
    let sheet = asks(&ada, "make", &made, &rooms).await.expect(200, "made");
    assert_eq!(sheet.header("cache-control"), Some("private, no-store"));
    let links = tokens(&sheet);
    assert_eq!(links.len(), 3);
    for name in ["ben.bell", "cem", "dora.d"] {
        let notice = ada.socket().expect_type("message").await;
        assert_eq!(notice["event"]["person"]["username"], name);
    }
    let again = asks(&ada, "make", &made, &rooms).await;
    let again = again.expect(422, "the same form once more").text();
    assert!(again.contains("is taken") && tokens(&sheet).len() == 3);
    let list = ada.get("/admin/people").await.text();
    assert_eq!(list.matches("has not come yet").count(), 3, "{list}");

    let page = site.browser().get(&format!("/reset?token={}", links[1]));
    let page = page.await.expect(200, "whose it is").text();
    assert!(page.contains("You were added as cem") && !page.contains("Dora"));
    let credentials = [("username", "cem"), ("password", "")];
    let without = site.browser().form("/login", &credentials).await;
    without.expect(401, "no password is none");
    let cem = comes(&site, &links[1]).await;
    let me = cem.reads("/api/me").await;
    assert_eq!(
        (&me["username"], &me["name"], &me["role"]),
        (&json!("cem"), &json!("Cem Can"), &json!("member"))
    );
    for slug in ["lobby", &open, &closed] {
        let room = cem.reads(&format!("/api/rooms/{slug}")).await;
        assert_eq!(room["joined"], true, "{slug}");
    }
    let used = [("token", links[1].as_str()), ("password", PASSWORD)];
    let used = site.browser().form("/reset", &used).await;
    used.expect(410, "each works once");
    let list = ada.get("/admin/people").await.text();
    assert_eq!(list.matches("has not come yet").count(), 2);
    let log = ada.get("/admin/log?q=cem").await.text();
    let log = log.replace(['\u{2068}', '\u{2069}'], "");
    assert!(log.contains("ada made an account for cem"), "{log}");
    assert!(links.iter().all(|link| !log.contains(link)));
}

async fn guests_are_added_into_their_rooms_alone(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let slug = ada.makes_room("Visitors").await;
    ada.enters(&slug).await;
    let guest = [("role", "guest")];
    let nowhere = asks(&ada, "make", "Gus", &guest).await;
    let nowhere = nowhere.expect(422, "a guest of no room").text();
    assert!(nowhere.contains("Choose at least one"));
    let guest = [("role", "guest"), ("room", slug.as_str())];
    let sheet = asks(&ada, "make", "Gus", &guest).await;
    let gus = comes(&site, &tokens(&sheet.expect(200, "made"))[0]).await;
    assert_eq!(gus.reads("/api/me").await["role"], "guest");
    let rooms = gus.reads("/api/rooms").await;
    let rooms = rooms["rooms"].as_array().unwrap();
    assert_eq!((rooms.len(), &rooms[0]["slug"]), (1, &json!(slug)));
    let notice = ada.socket().expect_type("message").await;
    assert_eq!(notice["event"]["code"], "added");
}

async fn two_hundred_are_added_at_once(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let list = |count: usize| {
        let lines: Vec<String> = (0..count).map(|n| format!("Person {n}")).collect();
        lines.join("\n")
    };
    let closed = ada.makes_closed_room("All hands").await;
    let room = [("room", closed.as_str())];
    let many = asks(&ada, "make", &list(201), &room).await;
    assert!(many.expect(422, "too many").text().contains("At most 200"));
    let sheet = ada
        .browser
        .form(
            "/admin/newcomers",
            &[("do", "make"), ("people", &list(200)), room[0]],
        )
        .within(std::time::Duration::from_secs(30))
        .await
        .expect(200, "all of them");
    let mut links = tokens(&sheet);
    links.sort();
    links.dedup();
    assert_eq!(links.len(), 200);
    let members = ada.reads(&format!("/api/rooms/{closed}/members")).await;
    assert_eq!(members["members"].as_array().unwrap().len(), 201);
    let room = ada.reads(&format!("/api/rooms/{closed}")).await;
    assert_eq!(room["last_seq"], 200, "a notice for each");
    comes(&site, &links[77]).await;
}

async fn what_is_wrong_with_a_line_is_said_and_nothing_is_made(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    site.person("ben").await;
    let long = "x".repeat(65);
    for (line, said) in [
        ("Somebody, ada", "is taken"),
        ("Somebody, АDA", "is taken"),
        ("Somebody, admin", "kept for adda itself"),
        ("Somebody, a", "2 to 32 characters"),
        ("Somebody, a b", "is made of letters"),
        ("<someone>", "1 to 64 characters"),
        (long.as_str(), "1 to 64 characters"),
        ("Some\u{202E}body", "cannot be shown"),
        ("bеn", "somebody else’s name"),
        ("One, twin\nTwo, twin", "is taken"),
        ("Dоra, one\nDora, two", "somebody else’s name"),
    ] {
        for what in ["look", "make"] {
            let list = format!("Cem Can\n{line}");
            let refused = asks(&ada, what, &list, &[]).await.expect(422, line);
            let text = refused.text();
            assert!(text.contains(said), "{line}: {text}");
            assert!(text.contains("One line cannot be taken"), "{line}");
            assert!(tokens(&refused).is_empty());
        }
    }
    for empty in ["", "  \n \r\n\t"] {
        let refused = asks(&ada, "make", empty, &[]).await;
        assert!(refused.expect(422, "nobody").text().contains("nobody on"));
    }
    let odd = "<script>alert(1)</script>\n\"><b>, quote";
    let page = asks(&ada, "look", odd, &[]).await.text();
    assert!(!page.contains("<script>alert") && !page.contains("\"><b>"));
    assert_eq!(users(&ada).await, 2);
}

async fn usernames_are_made_of_names_and_numbered(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let list = "Eli Ek\nEli Ek\nSomebody Else, eli.ek3\nEli Ek\nZoë\nব্রজেন দাস\n!!\n";
    let sheet = asks(&ada, "look", list, &[]).await.text();
    for username in [
        "@eli.ek<",
        "@eli.ek2<",
        "@eli.ek3<",
        "@eli.ek4<",
        "@zoë<",
        "@ব্রজেন.দাস<",
        "@person<",
    ] {
        assert!(sheet.contains(username), "{username}: {sheet}");
    }
}

async fn whoever_has_not_come_gets_another_link(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let sheet = asks(&ada, "make", "Ben Bell", &[]).await;
    let lost = tokens(&sheet.expect(200, "made")).remove(0);
    let anew = [("do", "reset")];
    let page = ada.browser.form("/admin/people/ben.bell", &anew).await;
    let page = page.expect(200, "made anew");
    assert!(page.text().contains("for 14 days"), "{}", page.text());
    let link = tokens(&page).remove(0);
    let old = site.browser().get(&format!("/reset?token={lost}")).await;
    old.expect(410, "the lost one is void");
    comes(&site, &link).await;
    let page = ada.browser.form("/admin/people/ben.bell", &anew).await;
    assert!(
        page.text().contains("for a day"),
        "who forgot their password"
    );
    // Out of use before they came: then the link is of no use.
    let sheet = asks(&ada, "make", "Cem Can", &[]).await;
    let link = tokens(&sheet.expect(200, "made")).remove(0);
    let out = [("do", "deactivate")];
    let out = ada.browser.form("/admin/people/cem.can", &out).await;
    out.expect(303, "out of use");
    let void = site.browser().get(&format!("/reset?token={link}")).await;
    void.expect(410, "of no use");
}

async fn nobody_else_adds_people_and_forged_fields_are_refused(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let hidden = ben.makes_closed_room("Hidden from Ada").await;
    ben.get("/admin/newcomers").await.expect(403, "a member");
    asks(&ben, "make", "Cem", &[]).await.expect(403, "a member");
    for (field, status) in [
        (("role", "administrator"), 400),
        (("role", "bot"), 400),
        (("do", "delete"), 400),
        (("room", hidden.as_str()), 404),
        (("room", "never-was"), 404),
    ] {
        let what = format!("{field:?}");
        let answer = asks(&ada, "make", "Cem", &[field]).await;
        answer.expect(status, &what);
    }
    let eleven = [("room", "lobby"); 11];
    let many = asks(&ada, "make", "Cem", &eleven).await;
    many.expect(422, "at most ten rooms");
    ada.asks("PATCH", "/api/rooms/lobby", &json!({"archived": true}))
        .await
        .expect(200, "archived");
    let archived = asks(&ada, "make", "Cem", &[("room", "lobby")]).await;
    archived.expect(403, "nobody is added to an archived room");
    let page = ada.get("/admin/newcomers").await.expect(200, "the form");
    assert!(!page.text().contains("Hidden from Ada"));
    assert_eq!(users(&ada).await, 2);
}

async fn whoever_waits_keeps_their_name(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    chooses_rights(&ada, &[("approves", "on")]).await;
    site.person("eve").await;
    for (line, said) in [
        ("Somebody, eve", "is taken"),
        ("Eve, another", "somebody else’s name"),
        ("еvе, another", "somebody else’s name"),
    ] {
        let refused = asks(&ada, "make", line, &[]).await.expect(422, line);
        assert!(refused.text().contains(said), "{line}");
        assert!(tokens(&refused).is_empty());
    }
}
