//! What a room is called, what it is about, and whom it is for: changes that take their place among the messages.

use serde_json::json;

use crate::membership::{event, events, members};
use crate::site::{Database, Site};

on_both_databases!(
    what_happens_to_a_room_takes_its_place_among_the_messages,
    a_room_that_is_closed_is_found_by_its_members_alone,
    an_archived_room_is_read_and_restored,
    only_owners_change_a_room_and_extra_fields_grant_nothing,
    what_was_so_already_changes_nothing,
    all_of_it_works_by_forms_without_script,
    people_come_in_whatever_became_of_the_lobby,
);

async fn what_happens_to_a_room_takes_its_place_among_the_messages(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let slug = ada.makes_room("Rowing club").await;
    let (mut beside, mut watching) = (ada.opens(&slug).await, ada.opens(&slug).await);
    ada.enters(&slug).await;
    ada.says("first").await;
    let path = format!("/api/rooms/{slug}");
    let changed = ada
        .asks("PATCH", &path, &json!({"name": "Rowers", "topic": "Boats"}))
        .await
        .expect(200, &path)
        .value();
    assert_eq!(
        (&changed["name"], &changed["topic"], &changed["slug"]),
        (&json!("Rowers"), &json!("Boats"), &json!("rowing-club")),
        "a rename keeps the slug"
    );
    ada.says("last").await;
    let shown = beside.next_messages(4).await;
    let numbers: Vec<_> = shown
        .iter()
        .map(|frame| (frame["seq"].as_i64(), frame["revision"].as_i64()))
        .collect();
    assert_eq!(
        numbers,
        (1..=4).map(|n| (Some(n), Some(n))).collect::<Vec<_>>()
    );
    assert_eq!(
        shown[1]["event"],
        json!({"code": "renamed", "name": "Rowers"})
    );
    assert_eq!(
        shown[2]["event"],
        json!({"code": "topic", "topic": "Boats"})
    );
    let again = ada.opens(&slug).await;
    assert_eq!(again.welcome["room"]["name"], "Rowers");
    let room = watching
        .awaits("the room as it is now", |frame| {
            frame["type"] == "room" && frame["topic"] == "Boats"
        })
        .await;
    assert_eq!(
        room,
        json!({"type": "room", "slug": slug, "name": "Rowers", "kind": "open", "topic": "Boats", "archived": false,
               "read_only": false, "slow_mode": 0, "shows_reading": false})
    );
}

async fn a_room_that_is_closed_is_found_by_its_members_alone(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let slug = ada.makes_room("Rowing club").await;
    ada.enters(&slug).await;
    ada.says("among us").await;
    let changed = ada
        .asks(
            "PATCH",
            &format!("/api/rooms/{slug}"),
            &json!({"kind": "closed"}),
        )
        .await
        .expect(200, "closing")
        .value();
    let hidden = changed["slug"].as_str().unwrap().to_owned();
    assert!(hidden.starts_with("rowing-club-"), "{hidden}");
    let room = ada
        .socket()
        .awaits("the room as it is now", |frame| frame["type"] == "room")
        .await;
    assert_eq!(room["slug"], hidden);
    ben.get(&format!("/api/rooms/{slug}"))
        .await
        .expect(404, "for strangers it is gone");
    let moved = ada
        .get(&format!("/chat/{slug}/"))
        .await
        .expect(303, "moved");
    assert_eq!(moved.location(), format!("/chat/{hidden}/"));
    assert_eq!(
        ada.reads(&format!("/api/rooms/{slug}")).await["slug"],
        hidden
    );
    let other = ben.makes_room("Rowing club").await;
    assert_eq!(other, slug, "the name is free for others");
    ada.asks(
        "PATCH",
        &format!("/api/rooms/{hidden}"),
        &json!({"kind": "open"}),
    )
    .await
    .expect(409, "what was said among few is not opened to all");
    ada.says("still here").await;
    assert_eq!(ada.history(&hidden).await.len(), 3);
}

async fn an_archived_room_is_read_and_restored(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let slug = ada.makes_room("Rowing club").await;
    ben.enters(&slug).await;
    ada.enters(&slug).await;
    ada.says("the season is over").await;
    let path = format!("/api/rooms/{slug}");
    ada.asks("PATCH", &path, &json!({"archived": true}))
        .await
        .expect(200, "archiving");
    let room = ben.reads(&path).await;
    assert_eq!(
        (&room["archived"], &room["can_post"], &room["unread"]),
        (&json!(true), &json!(false), &json!(0))
    );
    ben.posts(&format!("{path}/messages"), &json!({"message": "wait"}))
        .await
        .expect(403, "read-only");
    ada.asks("PATCH", &path, &json!({"name": "Rowers"}))
        .await
        .expect(403, "as it was");
    assert_eq!(ben.history(&slug).await[0]["message"], "the season is over");
    ada.asks(
        "PATCH",
        &path,
        &json!({"archived": false, "name": "Rowers"}),
    )
    .await
    .expect(200, "restoring");
    ben.says("hello again").await;
}

async fn only_owners_change_a_room_and_extra_fields_grant_nothing(database: Database) {
    let site = Site::start(database);
    let (_, ben) = (site.person("ada").await, site.person("ben").await);
    let (cem, slug) = (
        site.person("cem").await,
        ben.makes_room("Rowing club").await,
    );
    let path = format!("/api/rooms/{slug}");
    ben.adds("cem", &slug).await;
    for (method, path, body) in [
        ("PATCH", path.clone(), json!({"name": "Mine"})),
        ("PATCH", path.clone(), json!({"archived": true})),
        ("PATCH", path.clone(), json!({"kind": "closed"})),
        (
            "PUT",
            format!("{path}/members/cem"),
            json!({"role": "owner"}),
        ),
        ("DELETE", format!("{path}/members/ben"), json!({})),
    ] {
        cem.asks(method, &path, &body).await.expect(403, &path);
    }
    let message = json!({"message": "hi", "owner": true, "role": "administrator", "kind": "notice", "event": {"code": "owner"}});
    let said = cem
        .posts(&format!("{path}/messages"), &message)
        .await
        .expect(201, "a message like any")
        .value();
    assert_eq!(
        (&said["kind"], &said["event"]),
        (&json!(null), &json!(null))
    );
    assert_eq!(
        members(&cem, &slug).await,
        [("ben".to_owned(), true), ("cem".to_owned(), false)]
    );
    assert_eq!(cem.reads("/api/me").await["role"], "member");
}

async fn what_was_so_already_changes_nothing(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    site.person("ben").await;
    let slug = ada.makes_closed_room("Rowing council").await;
    let path = format!("/api/rooms/{slug}");
    for _ in 0..2 {
        ada.adds("ben", &slug).await;
        ada.asks(
            "PATCH",
            &path,
            &json!({"name": "Rowing council", "topic": "", "kind": "closed", "archived": false}),
        )
        .await
        .expect(200, "as it is");
        ada.asks(
            "PUT",
            &format!("{path}/members/ada"),
            &json!({"role": "owner"}),
        )
        .await
        .expect(200, "an owner already");
    }
    assert_eq!(events(&ada, &slug).await, [event("added", "ben")]);
    for name in ["nobody", "%00", "%F0%9F%98%80"] {
        ada.asks("PUT", &format!("{path}/members/{name}"), &json!({}))
            .await
            .expect(404, name);
    }
    ada.asks(
        "PUT",
        &format!("{path}/members/ben"),
        &json!({"role": "king"}),
    )
    .await
    .expect(400, "no such role");
}

async fn all_of_it_works_by_forms_without_script(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let (ben, cem) = (site.person("ben").await, site.person("cem").await);
    let made = ada
        .browser
        .form("/rooms", &[("name", "Rowing council"), ("kind", "closed")])
        .await
        .expect(303, "making a closed room");
    let room = made.location().to_owned();
    let details = format!("{room}details");
    let submit = async |person: &crate::people::Person, fields: &[(&str, &str)], status| {
        let answer = person.browser.form(&details, fields).await;
        answer.expect(status, &format!("{fields:?}"))
    };
    submit(
        &ada,
        &[
            ("do", "change"),
            ("name", "<b>Rowers</b>"),
            ("topic", "Boats & oars"),
        ],
        303,
    )
    .await;
    submit(&ada, &[("do", "add"), ("username", "@Ben")], 303).await;
    let again = submit(&ada, &[("do", "add"), ("username", "nobody")], 422).await;
    assert!(again.text().contains("Nobody here has that username."));
    submit(&ada, &[("do", "member"), ("username", "ada")], 422).await;
    submit(&ben, &[("do", "archive")], 403).await;
    submit(&ben, &[("do", "dance")], 400).await;
    submit(&cem, &[("do", "join")], 404).await;
    submit(&ada, &[("do", "owner"), ("username", "ben")], 303).await;
    submit(&ben, &[("do", "remove"), ("username", "ada")], 303).await;
    submit(&ben, &[("do", "archive")], 303).await;
    let page = ben.get(&room).await.text();
    for words in [
        "renamed the room to \u{2068}&lt;b&gt;Rowers&lt;/b&gt;\u{2069}",
        "set the topic: \u{2068}Boats &amp; oars",
        "added \u{2068}ben",
        "made \u{2068}ben\u{2069} an owner",
        "removed \u{2068}ada",
        "archived the room",
        "This room is archived",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let shown = ben.get(&details).await.expect(200, "its details").text();
    assert!(shown.contains("value=\"restore\"") && !shown.contains("value=\"add\""));
    let left = submit(&ben, &[("do", "leave")], 303).await;
    assert_eq!(left.location(), "/");
    ben.get(&room).await.expect(404, "who left a closed room");
}

async fn people_come_in_whatever_became_of_the_lobby(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.asks("PATCH", "/api/rooms/lobby", &json!({"archived": true}))
        .await
        .expect(200, "archiving the lobby");
    let mut ben = site.person("ben").await;
    ben.enters("lobby").await;
    let hello = json!({"message": "hi"});
    let said = ben.posts("/api/rooms/lobby/messages", &hello).await;
    said.expect(403, "it is read along");
    let room = json!({"archived": false, "kind": "closed"});
    let closed = ada.asks("PATCH", "/api/rooms/lobby", &room).await;
    let closed = closed.expect(200, "closing it").value();
    let cem = site.person("cem").await;
    let rooms = cem.reads("/api/rooms").await;
    assert_eq!(rooms["rooms"], json!([]), "there is none for them");
    ada.enters(closed["slug"].as_str().unwrap()).await;
    ada.says("who is in?").await;
}
