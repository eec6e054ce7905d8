//! People talk in a room.

use serde_json::json;

use crate::people::{Person, fresh_client_id};
use crate::site::{Database, Site};

on_both_databases!(
    two_people_talk,
    everyone_sees_the_same_frame,
    a_newcomer_is_welcomed_with_all_there_is_to_know,
    one_person_talks_from_two_devices,
    a_client_of_the_well_known_tutorial_works,
    a_message_may_answer_another,
    text_of_every_script_arrives_as_typed,
    markup_is_drawn_only_where_there_is_some,
    a_post_through_the_api_is_seen_by_those_in_the_room,
    a_pong_comes_behind_all_that_was_queued,
);

async fn two_people_talk(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;

    ada.says("Is this thing on?").await;
    ben.sees("Is this thing on?").await;
    ben.says("It is!").await;
    ada.sees("It is!").await;
    ada.sees_nothing_more().await;
}

async fn everyone_sees_the_same_frame(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;

    ada.sends("hello", "c-1").await;
    let own = ada.sees("hello").await;
    assert_eq!(own, ben.sees("hello").await);
    assert_eq!(own["type"], "message");
    assert_eq!(own["seq"], 1);
    assert_eq!(own["username"], "ada");
    assert_eq!(own["client_id"], "c-1");
    let sent_at = own["sent_at"].as_str().unwrap();
    assert!(
        is_a_moment(sent_at),
        "RFC 3339 in UTC with milliseconds: {sent_at}"
    );
    for left_out in [
        "kind",
        "edited_at",
        "deleted",
        "reply_to",
        "attachments",
        "reactions",
        "event",
        "html",
    ] {
        assert!(
            own.get(left_out).is_none(),
            "{left_out} has nothing to say and is left out: {own}"
        );
    }
}

async fn a_newcomer_is_welcomed_with_all_there_is_to_know(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("early").await;
    let ben = site.person("ben").await;

    let welcome = ben.opens("lobby").await.welcome;
    assert_eq!(welcome["resumed"], false);
    assert_eq!(welcome["you"]["username"], "ben");
    assert_eq!(welcome["room"]["slug"], "lobby");
    assert_eq!(welcome["room"]["last_seq"], 1);
    assert_eq!(welcome["revision"], welcome["room"]["revision"]);
    assert_eq!(welcome["room"]["can_post"], true);
    for field in [
        "id",
        "name",
        "kind",
        "topic",
        "first_seq",
        "read_seq",
        "unread",
        "mentions",
        "level",
        "archived",
    ] {
        assert!(
            welcome["room"].get(field).is_some(),
            "a Room has {field}: {welcome}"
        );
    }
    let mut online: Vec<&str> = welcome["online"]
        .as_array()
        .unwrap()
        .iter()
        .map(|user| user["username"].as_str().unwrap())
        .collect();
    online.sort_unstable();
    assert_eq!(online, ["ada", "ben"]);
    assert_eq!(welcome["online_count"], 2);

    let elsewhere = ben.opens_lobby_page().await.welcome;
    assert_eq!(elsewhere["you"]["username"], "ben");
    assert!(
        elsewhere.get("room").is_none(),
        "outside of rooms there is none to tell of: {elsewhere}"
    );
}

async fn one_person_talks_from_two_devices(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    let mut phone = ada.opens("lobby").await;

    ada.says("from the desk").await;
    phone.sees("from the desk").await;
    phone.send(&json!({"message": "from the phone"})).await;
    assert_eq!(ada.sees("from the phone").await["username"], "ada");
}

async fn a_client_of_the_well_known_tutorial_works(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ben.enters("lobby").await;

    let mut tutorial = ada.opens("lobby").await;
    tutorial.send(&json!({"message": "hi"})).await;
    let frame = tutorial
        .expect("a frame with a message", |frame| {
            frame.get("message").is_some()
        })
        .await;
    assert_eq!(frame["message"], "hi");
    assert!(
        !frame["client_id"].as_str().unwrap().is_empty(),
        "the server gives an id to what comes without: {frame}"
    );
    ben.sees("hi").await;
}

async fn a_message_may_answer_another(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let question = ada.says("Tea?").await["seq"].clone();

    ben.sees("Tea?").await;
    ben.socket()
        .send(&json!({"message": "Yes", "reply_to": question}))
        .await;
    assert_eq!(ada.sees("Yes").await["reply_to"], question);

    let nowhere = json!({"message": "To whom?", "reply_to": 999, "client_id": "c-none"});
    ben.socket().send(&nowhere).await;
    assert_eq!(
        ben.is_told_of("c-none").await["type"],
        "error",
        "an answer to nothing is refused"
    );
}

async fn text_of_every_script_arrives_as_typed(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let long = "ক".repeat(16_000);
    let stacked = format!("Z{}", "\u{0301}".repeat(1_000));
    for text in [
        "আড্ডা দিতে এসো",
        "لنتحدث هنا",
        "日本語と한국어",
        "👩‍👩‍👧‍👦 🏳️‍🌈",
        "a \u{202E}right to left override",
        "  spaces and\n\nlines \t kept  ",
        "<b>&amp;</b> {{ 7 * 7 }} {% raw %} ${x} ' \" \\",
        "'; DROP TABLE messages; --",
        &stacked,
        &long,
    ] {
        ada.says(text).await;
        ben.sees(text).await;
    }
    let history = ben.history("lobby").await;
    assert_eq!(history.last().unwrap()["message"], long.as_str());
}

async fn markup_is_drawn_only_where_there_is_some(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;

    let plain = ada.says("nothing to draw").await;
    assert!(plain.get("html").is_none(), "{plain}");
    let link = ada.says("see https://example.com/a?b=1&c=2 <there>").await;
    let html = link["html"].as_str().unwrap();
    assert!(
        html.contains("href=\"https://example.com/a?b=1&amp;c=2\""),
        "{html}"
    );
    assert!(html.contains("&lt;there&gt;"), "{html}");
    assert!(
        ada.says("one\ntwo").await["html"].is_string(),
        "a line break is drawn"
    );
}

async fn a_post_through_the_api_is_seen_by_those_in_the_room(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;

    let stored = ben
        .posts(
            "/api/rooms/lobby/messages",
            &json!({"message": "from a script", "client_id": "s-1"}),
        )
        .await;
    let stored = stored.expect(201, "a post").value();
    let mut seen = ada.sees("from a script").await;
    seen.as_object_mut().unwrap().remove("type");
    assert_eq!(seen, stored);
}

async fn a_pong_comes_behind_all_that_was_queued(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    let mut people: Vec<Person> = vec![];
    for name in ["ben", "cleo"] {
        people.push(site.person(name).await);
    }
    for person in &mut people {
        person.enters("lobby").await;
        person.says("hello").await;
    }
    let id = fresh_client_id();
    ada.socket()
        .send(&json!({"type": "ping", "client_id": id}))
        .await;
    let pong = ada
        .socket()
        .awaits("a pong", |frame| frame["type"] == "pong")
        .await;
    assert_eq!(pong["revision"], 2, "the room's head: {pong}");
    assert_eq!(
        pong["client_id"],
        id.as_str(),
        "answers repeat the client_id: {pong}"
    );
    let kinds: Vec<_> = ada
        .socket()
        .unread()
        .iter()
        .map(|frame| frame["type"].clone())
        .collect();
    assert_eq!(kinds, ["message", "message", "pong"]);
}

fn is_a_moment(text: &str) -> bool {
    let pattern = "dddd-dd-ddTdd:dd:dd.dddZ";
    text.len() == pattern.len()
        && text
            .chars()
            .zip(pattern.chars())
            .all(|(found, wanted)| match wanted {
                'd' => found.is_ascii_digit(),
                _ => found == wanted,
            })
}
