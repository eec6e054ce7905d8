//! Everyone sees the same messages in the same order, each once, however often it was sent.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::people::{Person, assert_gapless, texts};
use crate::site::{Database, Site};

on_both_databases!(
    a_message_sent_again_is_stored_once,
    a_message_sent_again_through_the_api_is_answered_with_the_first,
    the_same_id_with_other_words_is_a_conflict,
    an_id_is_its_senders_own_in_each_room,
    five_people_talk_at_once_and_all_see_one_order,
    what_one_person_says_keeps_its_order,
    the_same_message_from_two_devices_at_once_is_stored_once,
    after_a_refusal_nothing_overtakes_what_was_refused,
);

async fn a_message_sent_again_is_stored_once(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;

    ada.sends("once", "c-1").await;
    let first = ada.sees("once").await;
    ada.sends("once", "c-1").await;
    let done = ada.socket().expect_type("done").await;
    assert_eq!(done["client_id"], "c-1");
    assert_eq!(done["seq"], first["seq"]);
    assert_eq!(done["revision"], first["revision"]);
    ben.sees("once").await;
    ben.sees_nothing_more().await;
    assert_eq!(texts(&ben.history("lobby").await), ["once"]);
}

async fn a_message_sent_again_through_the_api_is_answered_with_the_first(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let message = json!({"message": "once", "client_id": "c-1"});
    let first = ada
        .posts("/api/rooms/lobby/messages", &message)
        .await
        .expect(201, "the first time")
        .value();
    let again = ada
        .posts("/api/rooms/lobby/messages", &message)
        .await
        .expect(200, "the second time")
        .value();
    assert_eq!(first, again);
}

async fn the_same_id_with_other_words_is_a_conflict(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.sends("these words", "c-1").await;
    ada.sees("these words").await;

    ada.sends("other words", "c-1").await;
    let refusal = ada.socket().expect_type("error").await;
    assert_eq!(refusal["code"], "conflict", "{refusal}");
    assert_eq!(refusal["client_id"], "c-1");
    assert_eq!(refusal["retry"], false);
    let other = json!({"message": "other words", "client_id": "c-1"});
    assert_eq!(
        ada.posts("/api/rooms/lobby/messages", &other)
            .await
            .expect(409, "other words")
            .code(),
        "conflict"
    );
    assert_eq!(texts(&ada.history("lobby").await), ["these words"]);
}

async fn an_id_is_its_senders_own_in_each_room(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let slug = ada.makes_room("Rowing club").await;
    for (person, room, text) in [
        (&ada, "lobby", "ada's"),
        (&ben, "lobby", "ben's"),
        (&ada, slug.as_str(), "ada's here"),
    ] {
        let message = json!({"message": text, "client_id": "the-same"});
        person
            .posts(&format!("/api/rooms/{room}/messages"), &message)
            .await
            .expect(201, text);
    }
    assert_eq!(texts(&ada.history("lobby").await), ["ada's", "ben's"]);
}

async fn five_people_talk_at_once_and_all_see_one_order(database: Database) {
    const EACH: usize = 20;
    let site = Site::unlimited(database);
    let mut people = Vec::new();
    for name in ["ada", "ben", "cleo", "dana", "emre"] {
        let mut person = site.person(name).await;
        person.enters("lobby").await;
        people.push(person);
    }
    let count = people.len() * EACH;
    let seen = join_all(
        people
            .iter_mut()
            .enumerate()
            .map(|(speaker, person)| async move {
                let frames = (0..EACH)
                    .map(|number| post(&format!("{speaker}: {number}"), &format!("c-{number}")));
                person.socket().send_all(frames).await;
                person.socket().next_messages(count).await
            }),
    )
    .await;
    for messages in &seen {
        assert_gapless(messages);
        assert_eq!(messages, &seen[0], "all saw the same");
    }
    for speaker in 0..people.len() {
        let own: Vec<&str> = texts(&seen[0])
            .into_iter()
            .filter(|text| text.starts_with(&format!("{speaker}: ")))
            .collect();
        let said: Vec<String> = (0..EACH)
            .map(|number| format!("{speaker}: {number}"))
            .collect();
        assert_eq!(own, said, "each speaker's words keep their order");
    }
}

async fn what_one_person_says_keeps_its_order(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let said: Vec<String> = (0..200).map(|number| format!("line {number}")).collect();
    ada.socket()
        .send_all(said.iter().map(|text| post(text, &text.replace(' ', "-"))))
        .await;
    let heard = ben.socket().next_messages(said.len()).await;
    assert_eq!(texts(&heard), said);
}

async fn the_same_message_from_two_devices_at_once_is_stored_once(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let mut desk = ada.opens("lobby").await;
    let mut phone = ada.opens("lobby").await;
    let frames: Vec<Value> = (0..30)
        .map(|number| post(&format!("line {number}"), &format!("c-{number}")))
        .collect();
    tokio::join!(
        desk.send_all(frames.clone()),
        phone.send_all(frames.clone())
    );
    for socket in [&mut desk, &mut phone] {
        for frame in &frames {
            let id = frame["client_id"].clone();
            socket
                .awaits(&format!("the message {id}"), |seen| {
                    seen["type"] == "message" && seen["client_id"] == id
                })
                .await;
        }
    }
    let history = ada.history("lobby").await;
    assert_gapless(&history);
    assert_eq!(history.len(), frames.len());
}

async fn after_a_refusal_nothing_overtakes_what_was_refused(database: Database) {
    let settings = [
        ("ADDA_MESSAGES_PER_SECOND", "2"),
        ("ADDA_MESSAGES_BURST", "3"),
    ];
    let site = Site::with(database, &settings);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    let ids: Vec<String> = (0..6).map(|number| format!("c-{number}")).collect();
    ada.socket()
        .send_all(ids.iter().map(|id| post(&format!("words of {id}"), id)))
        .await;
    let refusal = told(&mut ada, &ids[3]).await;
    assert_eq!(refusal["code"], "rate_limited", "{refusal}");
    assert_eq!(refusal["retry"], true);
    let wait = refusal["retry_after_ms"]
        .as_u64()
        .expect("how long to wait");
    tokio::time::sleep(std::time::Duration::from_millis(wait)).await;

    ada.sends("too early", "c-later").await;
    let overtaking = told(&mut ada, "c-later").await;
    assert_eq!(
        overtaking["retry"], true,
        "it waits behind the oldest refused: {overtaking}"
    );

    let mut waiting: Vec<(String, String)> = ids[3..]
        .iter()
        .map(|id| (format!("words of {id}"), id.clone()))
        .collect();
    waiting.push(("too early".to_owned(), "c-later".to_owned()));
    for (text, id) in &waiting {
        loop {
            ada.sends(text, id).await;
            let answer = told(&mut ada, id).await;
            if answer["type"] == "message" {
                break;
            }
            let wait = answer["retry_after_ms"]
                .as_u64()
                .unwrap_or_else(|| panic!("a refusal that may be tried again: {answer}"));
            tokio::time::sleep(std::time::Duration::from_millis(wait)).await;
        }
    }
    let said: Vec<String> = ids
        .iter()
        .map(|id| format!("words of {id}"))
        .chain(["too early".to_owned()])
        .collect();
    assert_eq!(texts(&ada.history("lobby").await), said);
}

fn post(text: &str, client_id: &str) -> Value {
    json!({"type": "message", "message": text, "client_id": client_id})
}

/// The next answer to an id, read past.
async fn told(person: &mut Person, client_id: &str) -> Value {
    person
        .socket()
        .expect(&format!("an answer to {client_id}"), |frame| {
            frame["client_id"] == client_id
        })
        .await
}
