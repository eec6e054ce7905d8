//! What went wrong in the engine that adda takes the place of, and must not again. What belongs to a topic is tested
//! there: the newest page (`pages`), markup (`security`), reconnecting (`resume`), malformed frames (`refusals`).

use futures_util::future::join_all;
use serde_json::json;

use crate::eventually;
use crate::people::{assert_gapless, texts};
use crate::site::{Database, Site};

on_both_databases!(
    under_load_nothing_vanishes,
    reading_along_tells_nobody_else,
    whoever_closes_one_of_two_tabs_is_still_online,
    after_a_crash_nobody_is_online_who_is_not,
    a_crowd_that_joins_does_not_flood_those_who_are_there,
);

async fn under_load_nothing_vanishes(database: Database) {
    const PEOPLE: usize = 12;
    const EACH: usize = 40;
    let site = Site::unlimited(database);
    let mut people = Vec::new();
    for number in 0..PEOPLE {
        let mut person = site.person(&format!("person{number}")).await;
        person.enters("lobby").await;
        people.push(person);
    }
    let seen = join_all(people.iter_mut().map(|person| async move {
        // Waves, since a person may have only so much waiting to be stored.
        let mut seen = Vec::new();
        for wave in 0..EACH / 10 {
            person
                .socket()
                .send_all((0..10).map(|number| json!({"message": format!("{wave}.{number}")})))
                .await;
            seen.extend(person.socket().next_messages(10).await);
        }
        seen.extend(
            person
                .socket()
                .next_messages(PEOPLE * EACH - seen.len())
                .await,
        );
        seen
    }))
    .await;
    for messages in &seen {
        assert_gapless(messages);
        assert_eq!(messages, &seen[0]);
    }
}

async fn reading_along_tells_nobody_else(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let mut cleo = site.person("cleo").await;
    for person in [&mut ada, &mut ben, &mut cleo] {
        person.enters("lobby").await;
    }
    for number in 1..=5 {
        ada.says(&format!("line {number}")).await;
        ben.socket()
            .send(&json!({"type": "read", "seq": number}))
            .await;
        cleo.socket()
            .send(&json!({"type": "read", "seq": number}))
            .await;
    }
    ben.socket().everything().await;
    cleo.socket().everything().await;
    let frames = ada.socket().everything().await;
    assert!(
        frames.len() <= 5 + 2,
        "five messages and hardly more: {frames:?}"
    );
    assert_eq!(texts(&ben.history("lobby").await).len(), 5);
}

async fn whoever_closes_one_of_two_tabs_is_still_online(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let one = ben.opens("lobby").await;
    let mut two = ben.opens("lobby").await;
    one.close().await;
    two.sees_nothing_more().await;
    assert!(is_online(&ada, "ben").await);
    drop(two);
    let gone = async || !is_online(&ada, "ben").await;
    eventually("ben, who closed all tabs, to be offline", gone).await;
}

async fn after_a_crash_nobody_is_online_who_is_not(database: Database) {
    let mut site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let _tab = ben.opens("lobby").await;
    assert!(is_online(&ada, "ben").await);
    site.kill();
    site.start_again();
    assert!(!is_online(&ada, "ben").await);
}

async fn a_crowd_that_joins_does_not_flood_those_who_are_there(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    let mut crowd = Vec::new();
    for number in 0..25 {
        let person = site.person(&format!("person{number}")).await;
        crowd.push(person.opens("lobby").await);
    }
    let frames = ada.socket().everything().await;
    assert!(
        frames.len() <= 25 + 5,
        "{} frames for 25 people: {frames:?}",
        frames.len()
    );
}

async fn is_online(asking: &crate::people::Person, username: &str) -> bool {
    let users = asking.reads("/api/users").await;
    let user = users["users"]
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["username"] == username)
        .unwrap()
        .clone();
    user["online"] == true
}
