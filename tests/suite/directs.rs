//! Direct rooms: the same people always meet in the same one, and nobody else finds it.

use serde_json::{Value, json};

use crate::inputs::beside;
use crate::people::Person;
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};
use crate::socket::Upgrade;

on_both_databases!(
    the_same_people_always_get_the_same_room,
    it_shows_itself_to_the_others_with_its_first_message,
    nobody_else_finds_it_administrators_neither,
    it_is_never_left_nor_changed,
    who_is_wanted_is_checked,
    a_conversation_begins_by_form_without_script,
);

whatever_the_database!(
    with_nobody_left_it_is_only_read,
    guests_are_written_to_first,
);

/// Begins a direct conversation; its room.
async fn begins(person: &Person, others: &[&str], status: u16) -> Value {
    let body = json!({ "usernames": others });
    let answer = person.posts("/api/directs", &body).await;
    answer.expect(status, "a direct room").value()
}

fn slug(room: &Value) -> &str {
    room["slug"].as_str().unwrap()
}

async fn the_same_people_always_get_the_same_room(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let cem = site.person("cem").await;
    let two = begins(&ada, &["ben"], 201).await;
    assert!(
        slug(&two).starts_with('~') && two["kind"] == "direct",
        "{two}"
    );
    assert_eq!(two["name"], "ben", "called as the others are");
    let people: Vec<&str> = two["people"]
        .as_array()
        .unwrap()
        .iter()
        .map(|person| person["username"].as_str().unwrap())
        .collect();
    assert_eq!(people, ["ada", "ben"]);
    for (person, others) in [
        (&ada, ["ben", "ben"].as_slice()),
        (&ada, &["@BEN", "ada"]),
        (&ben, &["ada"]),
    ] {
        let again = begins(person, others, 200).await;
        assert_eq!(again["id"], two["id"], "{others:?}");
    }
    let three = begins(&cem, &["ada", "ben"], 201).await;
    assert_ne!(three["id"], two["id"]);
    assert_eq!(three["name"], "ada, ben");
    let notes = begins(&ada, &[], 201).await;
    assert_eq!(begins(&ada, &["ada"], 200).await["id"], notes["id"]);
    let body = json!({"usernames": ["cem"]});
    let together = tokio::join!(
        ben.posts("/api/directs", &body),
        ben.posts("/api/directs", &body),
        ben.posts("/api/directs", &body),
    );
    let ids = [together.0, together.1, together.2].map(|answer| answer.value()["id"].clone());
    assert!(ids.iter().all(|id| *id == ids[0] && id.is_i64()), "{ids:?}");
}

async fn it_shows_itself_to_the_others_with_its_first_message(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let room = begins(&ada, &["ben"], 201).await;
    let listed = async |person: &Person| {
        let rooms = person.reads("/api/rooms").await;
        let rooms = rooms["rooms"].as_array().unwrap();
        rooms.iter().any(|listed| listed["id"] == room["id"])
    };
    assert!(listed(&ada).await && !listed(&ben).await);
    let mut page = ben.opens_lobby_page().await;
    assert!(!ben.get("/").await.text().contains(slug(&room)));
    ada.enters(slug(&room)).await;
    ada.says("between us").await;
    let activity = page
        .awaits("word of it", |frame| frame["slug"] == room["slug"])
        .await;
    assert_eq!(
        (&activity["unread"], &activity["type"]),
        (&json!(1), &json!("activity"))
    );
    assert!(listed(&ben).await);
    assert!(ben.get("/").await.text().contains(slug(&room)));
    ben.enters(slug(&room)).await;
    assert_eq!(ben.socket().welcome["room"]["name"], "ada");
    ben.says("what is it?").await;
    ada.sees("what is it?").await;
}

async fn nobody_else_finds_it_administrators_neither(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let cem = site.person("cem").await;
    let room = begins(&ben, &["cem"], 201).await;
    let path = format!("/api/rooms/{}", slug(&room));
    let hello = json!({"message": "hi"});
    ben.posts(&format!("{path}/messages"), &hello)
        .await
        .expect(201, "between them");
    for rest in ["", "/messages", "/changes?since=0", "/members"] {
        let what = format!("{path}{rest}");
        ada.get(&what).await.expect(404, &what);
        cem.get(&what).await.expect(200, &what);
    }
    ada.posts(&format!("{path}/messages"), &hello)
        .await
        .expect(404, "posting");
    let page = format!("/chat/{}/", slug(&room));
    ada.get(&page).await.expect(404, "its page");
    ada.get(&format!("{page}details")).await.expect(404, "it");
    let socket = format!("/ws{page}");
    assert_eq!(Upgrade::new(&ada.browser, &socket).refusal().await, 404);
    let name = json!({"name": "cem"});
    ada.asks("DELETE", &path, &name).await.expect(404, "it");
    for path in ["/api/rooms", "/", "/rooms?q="] {
        assert!(!ada.get(path).await.text().contains(slug(&room)), "{path}");
    }
    let taken = json!({"name": slug(&room), "kind": "open"});
    let named = ada.posts("/api/rooms", &taken).await;
    let named = named.expect(201, "no name leads to a direct room").value();
    assert_ne!(named["slug"], room["slug"]);
}

async fn it_is_never_left_nor_changed(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    site.person("cem").await;
    let room = begins(&ada, &["ben"], 201).await;
    let path = format!("/api/rooms/{}", slug(&room));
    for change in [
        json!({"name": "Ours"}),
        json!({"topic": "Ours"}),
        json!({"archived": true}),
        json!({"read_only": true}),
    ] {
        let refused = ada.asks("PATCH", &path, &change).await;
        refused.expect(403, &change.to_string());
    }
    for kind in ["open", "closed"] {
        let refused = ada.asks("PATCH", &path, &json!({ "kind": kind })).await;
        assert!((400..500).contains(&refused.status), "{kind}: {refused:?}");
    }
    for (method, whom) in [("PUT", "cem"), ("DELETE", "ben"), ("DELETE", "ada")] {
        let member = format!("{path}/members/{whom}");
        let refused = ada.asks(method, &member, &json!({})).await;
        refused.expect(403, &format!("{method} {whom}"));
    }
    let members = ben.reads(&format!("{path}/members")).await;
    assert_eq!(members["members"].as_array().unwrap().len(), 2);
}

async fn who_is_wanted_is_checked(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let mut many = Vec::new();
    for number in 0..20 {
        many.push(format!("person{number}"));
        site.person(&many[number]).await;
    }
    let body = json!({ "usernames": many });
    let refused = ada.posts("/api/directs", &body).await.expect(400, "21");
    assert!(refused.text().contains("at most 20"));
    let nineteen: Vec<&str> = many.iter().skip(1).map(String::as_str).collect();
    begins(&ada, &nineteen, 201).await;
    for wrong in [
        json!(["nobody"]),
        json!([""]),
        json!(["a\u{0}b"]),
        json!(["x".repeat(9_000)]),
    ] {
        let body = json!({ "usernames": wrong });
        ada.posts("/api/directs", &body).await.expect(404, "nobody");
    }
    for wrong in [
        json!({}),
        json!({"usernames": "ben"}),
        json!({"usernames": [1]}),
    ] {
        ada.posts("/api/directs", &wrong)
            .await
            .expect(400, "no list");
    }
    ada.get("/chat/direct/nobody/").await.expect(404, "nobody");
}

async fn a_conversation_begins_by_form_without_script(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let people = ada.get("/").await.text();
    assert!(people.contains("/chat/direct/ben/"), "{people}");
    ada.get("/chat/direct/ben").await.expect(308, "its slash");
    let page = ada.get("/chat/direct/ben/").await.expect(200, "a page");
    let id = page.field("client_id");
    let rooms = ada.reads("/api/rooms").await;
    assert_eq!(rooms["rooms"].as_array().unwrap().len(), 1, "not yet");
    let empty = [("message", "  "), ("client_id", id.as_str())];
    let path = "/chat/direct/ben/";
    ada.browser.form(path, &empty).await.expect(422, "no word");
    let rooms = ada.reads("/api/rooms").await;
    assert_eq!(rooms["rooms"].as_array().unwrap().len(), 1, "nor by that");
    let hello = [("message", "hello\r\nben"), ("client_id", id.as_str())];
    let sent = ada.browser.form(path, &hello).await.expect(303, "sent");
    let room = sent.location().to_owned();
    let again = ada.browser.form(path, &hello).await.expect(303, "twice");
    assert_eq!(again.location(), room);
    let found = ben.get("/chat/direct/ada/").await.expect(303, "the room");
    assert_eq!(found.location(), room);
    let slug = room.trim_start_matches("/chat/").trim_end_matches('/');
    let history = ben.history(slug).await;
    assert_eq!(history.len(), 1, "{history:?}");
    assert_eq!(history[0]["message"], "hello\nben");
    ada.get("/chat/direct/ada/").await.expect(200, "notes");
}

async fn with_nobody_left_it_is_only_read(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    site.person("ben").await;
    site.person("cem").await;
    let two = begins(&ada, &["ben"], 201).await;
    let three = begins(&ada, &["ben", "cem"], 201).await;
    ada.enters(slug(&two)).await;
    ada.says("see you").await;
    beside(
        &site,
        "UPDATE users SET deactivated_at = created_at, access_revision = access_revision + 1 WHERE username = 'ben'",
    );
    let path = format!("/api/rooms/{}", slug(&two));
    let room = ada.reads(&path).await;
    assert_eq!(room["can_post"], false);
    ada.sends("are you there?", "late").await;
    let refused = ada.socket().expect_type("error").await;
    assert_eq!(refused["code"], "forbidden");
    let page = ada.get(&format!("/chat/{}/", slug(&two))).await.text();
    assert!(
        page.contains("Nobody else here has an account in use"),
        "{page}"
    );
    let third = ada.reads(&format!("/api/rooms/{}", slug(&three))).await;
    assert_eq!(third["can_post"], true, "there is somebody left");
}

async fn guests_are_written_to_first(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let gus = site.person("gus").await;
    let mut hal = site.person("hal").await;
    beside(
        &site,
        "UPDATE users SET role = 'guest', access_revision = access_revision + 1 WHERE username IN ('gus', 'hal'); \
         DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE username = 'hal')",
    );
    let body = json!({"usernames": ["ada"]});
    gus.posts("/api/directs", &body)
        .await
        .expect(403, "a guest");
    hal.posts("/api/directs", &body)
        .await
        .expect(404, "whom they cannot know");
    let page = gus.get("/chat/direct/ada/").await.expect(200, "a page");
    assert!(page.text().contains("Guests are written to first"));
    let form = [("message", "hi"), ("client_id", "c")];
    let refused = gus.browser.form("/chat/direct/ada/", &form).await;
    refused.expect(403, "by form alike");
    let room = begins(&ada, &["hal"], 201).await;
    hal.enters(slug(&room)).await;
    hal.says("thank you").await;
    assert_eq!(begins(&hal, &["ada"], 200).await["id"], room["id"]);
}

#[test]
fn the_first_message_at_one_node_shows_the_room_at_the_other() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let ben = nodes.sites[1].person("ben").await;
        let mut page = ben.opens_lobby_page().await;
        let room = begins(&ada, &["ben"], 201).await;
        ada.enters(slug(&room)).await;
        ada.says("over here").await;
        let activity = page
            .awaits("word of it", |frame| frame["slug"] == room["slug"])
            .await;
        assert_eq!(activity["unread"], 1);
        assert_eq!(begins(&ben, &["ada"], 200).await["id"], room["id"]);
    });
}
