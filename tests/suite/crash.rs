//! The promise: what was shown as sent is on disk. The server is killed in the middle of a conversation, again and again.

use std::collections::BTreeMap;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::people::{Person, assert_gapless};
use crate::site::{Database, Site};

on_both_databases!(
    a_killed_server_forgets_nothing_that_was_acknowledged,
    a_server_that_is_asked_to_stop_says_goodbye,
    a_client_that_is_stuck_does_not_hold_up_the_stop,
);

const ROUNDS: usize = 3;
const EACH: usize = 300;

async fn a_killed_server_forgets_nothing_that_was_acknowledged(database: Database) {
    let mut site = Site::unlimited(database);
    let mut people = Vec::new();
    for name in ["ada", "ben", "cleo"] {
        people.push(site.person(name).await);
    }
    let mut acknowledged: BTreeMap<String, Value> = BTreeMap::new();
    for round in 0..ROUNDS {
        for person in &mut people {
            person.enters("lobby").await;
        }
        let told = {
            let talk = join_all(
                people
                    .iter_mut()
                    .enumerate()
                    .map(|(speaker, person)| talk(person, round, speaker)),
            );
            // Another moment each time, while all are talking.
            let fall = async {
                tokio::time::sleep(Duration::from_millis(60 + 70 * round as u64)).await;
                site.kill();
            };
            tokio::join!(talk, fall).0
        };
        acknowledged.extend(told.into_iter().flatten());
        for person in &mut people {
            person.loses_the_connection();
        }
        site.start_again();
        let history = people[0].history("lobby").await;
        assert_gapless(&history);
        for (text, message) in &acknowledged {
            let place = usize::try_from(message["seq"].as_i64().unwrap()).unwrap();
            let kept = history
                .get(place - 1)
                .unwrap_or_else(|| panic!("{text:?} was acknowledged and is gone"));
            assert_eq!(
                kept["message"],
                text.as_str(),
                "what is kept at {place} is what was acknowledged there"
            );
        }
        retry_everything(&people, round, &history).await;
    }
    assert!(
        !acknowledged.is_empty(),
        "somebody was heard before the server was killed"
    );
}

/// Says things until the connection breaks; what was acknowledged.
async fn talk(person: &mut Person, round: usize, speaker: usize) -> Vec<(String, Value)> {
    let socket = person.socket();
    let mut acknowledged = Vec::new();
    for wave in 0..EACH / 10 {
        let frames = (wave * 10..wave * 10 + 10).map(|number| post(round, speaker, number));
        if !socket.try_send_all(frames).await {
            break;
        }
        if !socket
            .heard_until(&format!("{round}-{speaker}-{}", wave * 10 + 9))
            .await
        {
            break;
        }
    }
    for frame in socket.all_that_came() {
        if frame["type"] == "message" {
            acknowledged.push((frame["message"].as_str().unwrap().to_owned(), frame.clone()));
        }
    }
    acknowledged
}

/// Sends each message of a round once more: the stored ones come back as they were, the others are stored now.
async fn retry_everything(people: &[Person], round: usize, history: &[Value]) {
    for (speaker, person) in people.iter().enumerate() {
        for number in [0, 5, 9, 55] {
            let mut frame = post(round, speaker, number);
            frame.as_object_mut().unwrap().remove("type");
            let answer = person.posts("/api/rooms/lobby/messages", &frame).await;
            match history
                .iter()
                .find(|message| message["message"] == frame["message"])
            {
                Some(first) => assert_eq!(&answer.expect(200, "known").value(), first),
                None => drop(answer.expect(201, "not stored before")),
            }
        }
    }
}

fn post(round: usize, speaker: usize, number: usize) -> Value {
    let id = format!("{round}-{speaker}-{number}");
    json!({"type": "message", "message": format!("words {id}"), "client_id": id})
}

async fn a_server_that_is_asked_to_stop_says_goodbye(database: Database) {
    let mut site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;
    let mut elsewhere = ben.opens_lobby_page().await;
    ada.says("kept").await;

    site.terminate();
    for socket in [ada.socket(), &mut elsewhere] {
        let bye = socket.expect_type("bye").await;
        assert!(bye["reconnect_in_ms"].is_u64(), "when to come back: {bye}");
        assert_eq!(socket.close_code().await, 1012);
    }
    let status = site.ends().await;
    assert_eq!(status.code(), Some(0));
    site.start_again();
    assert_eq!(ada.history("lobby").await.len(), 1);
}

async fn a_client_that_is_stuck_does_not_hold_up_the_stop(database: Database) {
    let mut site = Site::start(database);
    let ada = site.person("ada").await;
    let mut stuck = crate::raw::RawSocket::open(&ada.browser, "/ws/chat/lobby/").await;
    stuck.sees("welcome").await;
    let half_asked = ada.browser.connect().await;
    site.terminate();
    assert_eq!(site.ends().await.code(), Some(0));
    drop((stuck, half_asked));
}
