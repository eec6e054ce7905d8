//! Whoever comes back gets what they missed: each message once, in order, before anything newer.

use serde_json::json;

use crate::people::{assert_gapless, texts};
use crate::site::{Database, Site};
use crate::socket::Upgrade;

on_both_databases!(
    a_person_who_reconnects_sees_what_they_missed_in_order,
    a_person_who_missed_nothing_gets_nothing,
    a_person_who_comes_back_after_a_restart_goes_on,
    a_person_with_a_flapping_connection_misses_nothing,
    a_room_that_nobody_was_in_meanwhile_still_knows,
    an_unknown_place_to_resume_from_means_loading_afresh,
    more_than_a_thousand_missed_changes_mean_loading_afresh,
    changes_can_be_paged_through,
    the_newest_page_is_a_place_to_resume_from,
);

async fn a_person_who_reconnects_sees_what_they_missed_in_order(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ada.says("before").await;
    ben.sees("before").await;

    ben.loses_the_connection();
    for number in 1..=10 {
        ada.says(&format!("missed {number}")).await;
    }
    assert!(
        ben.comes_back().await,
        "the server goes on from where ben was"
    );
    ada.says("after").await;
    let heard = ben.socket().next_messages(11).await;
    let mut expected: Vec<String> = (1..=10).map(|number| format!("missed {number}")).collect();
    expected.push("after".to_owned());
    assert_eq!(texts(&heard), expected);
}

async fn a_person_who_missed_nothing_gets_nothing(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("seen").await;
    ada.loses_the_connection();
    assert!(ada.comes_back().await);
    ada.sees_nothing_more().await;
}

async fn a_person_who_comes_back_after_a_restart_goes_on(database: Database) {
    let mut site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ada.says("before the restart").await;
    ben.sees("before the restart").await;
    ben.loses_the_connection();
    ada.says("just before").await;
    ada.loses_the_connection();

    site.start_again();
    assert!(ben.comes_back().await);
    ben.sees("just before").await;
    assert!(ada.comes_back().await);
    ada.says("after the restart").await;
    ben.sees("after the restart").await;
    assert_gapless(&ada.history("lobby").await);
}

async fn a_person_with_a_flapping_connection_misses_nothing(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let mut heard = Vec::new();
    for round in 0..15 {
        ada.socket()
            .send_all((0..8).map(|number| json!({"message": format!("{round}.{number}")})))
            .await;
        // Now and then a part is read first, so that the place to resume from is in the middle.
        let part = if round % 3 == 0 { 3 } else { 0 };
        heard.extend(ben.socket().next_messages(part).await);
        // What arrived with that part is known to the socket and not to its reader: it is read too.
        let known = ben
            .socket()
            .unread()
            .iter()
            .filter(|frame| frame["type"] == "message")
            .count();
        heard.extend(ben.socket().next_messages(known).await);
        ben.loses_the_connection();
        assert!(ben.comes_back().await);
    }
    let rest = 15 * 8 - heard.len();
    heard.extend(ben.socket().next_messages(rest).await);
    assert_gapless(&heard);
    ben.sees_nothing_more().await;
}

async fn a_room_that_nobody_was_in_meanwhile_still_knows(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let slug = ada.makes_room("Quiet room").await;
    ada.enters(&slug).await;
    ada.loses_the_connection();
    ben.posts(
        &format!("/api/rooms/{slug}/messages"),
        &json!({"message": "anyone?"}),
    )
    .await
    .expect(201, "a post");
    assert!(ada.comes_back().await);
    ada.sees("anyone?").await;
}

async fn an_unknown_place_to_resume_from_means_loading_afresh(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("hello").await;
    let epoch = ada.socket().epoch.clone();
    for query in [
        String::new(),
        "?since=0&epoch=anotherhistory".to_owned(),
        "?since=0".to_owned(),
        format!("?since=1000&epoch={epoch}"),
        format!("?since={}&epoch={epoch}", i64::MAX),
    ] {
        let mut socket = Upgrade::new(&ada.browser, &format!("/ws/chat/lobby/{query}"))
            .open()
            .await;
        assert_eq!(socket.welcome["resumed"], false, "{query}");
        assert_eq!(socket.welcome["revision"], 1, "{query}");
        socket.sees_nothing_more().await;
    }
    let mut whole = Upgrade::new(
        &ada.browser,
        &format!("/ws/chat/lobby/?since=0&epoch={epoch}"),
    )
    .open()
    .await;
    assert_eq!(
        whole.welcome["resumed"], true,
        "the beginning is a place to resume from"
    );
    whole.sees("hello").await;
}

async fn more_than_a_thousand_missed_changes_mean_loading_afresh(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    for round in 0..21 {
        ada.socket()
            .send_all((0..50).map(|number| json!({"message": format!("{round}.{number}")})))
            .await;
        ada.socket().next_messages(50).await;
    }
    let epoch = ada.socket().epoch.clone();
    for (since, resumed) in [(0, false), (49, false), (50, true), (1_049, true)] {
        let path = format!("/ws/chat/lobby/?since={since}&epoch={epoch}");
        let mut socket = Upgrade::new(&ada.browser, &path).open().await;
        assert_eq!(socket.welcome["resumed"], resumed, "since {since} of 1,050");
        let expected = if resumed { 1_050 - since } else { 0 };
        let came = socket.everything().await;
        assert_eq!(
            came.iter()
                .filter(|frame| frame["type"] == "message")
                .count(),
            expected,
            "since {since}"
        );
    }
}

async fn changes_can_be_paged_through(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.socket()
        .send_all((0..25).map(|number| json!({"message": format!("line {number}")})))
        .await;
    ada.socket().next_messages(25).await;
    let mut since = 0;
    let mut found = Vec::new();
    loop {
        let page = ada
            .reads(&format!("/api/rooms/lobby/changes?since={since}&limit=10"))
            .await;
        found.extend(page["messages"].as_array().unwrap().iter().cloned());
        since = page["revision"].as_i64().unwrap();
        if page["complete"] == true {
            break;
        }
        assert_eq!(
            since,
            found.last().unwrap()["revision"].as_i64().unwrap(),
            "the next place is the last one returned"
        );
    }
    assert_gapless(&found);
    assert_eq!((since, found.len()), (25, 25));
    let nothing = ada.reads("/api/rooms/lobby/changes?since=25").await;
    assert_eq!(nothing["messages"], json!([]));
    assert_eq!(nothing["complete"], true);
    assert_eq!(nothing["epoch"], ada.socket().epoch.as_str());
}

async fn the_newest_page_is_a_place_to_resume_from(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    ada.says("one").await;
    let page = ada.reads("/api/rooms/lobby/messages").await;
    ada.says("two").await;
    let path = format!(
        "/ws/chat/lobby/?since={}&epoch={}",
        page["revision"],
        page["epoch"].as_str().unwrap()
    );
    let mut socket = Upgrade::new(&ada.browser, &path).open().await;
    assert_eq!(socket.welcome["resumed"], true);
    assert_eq!(texts(&socket.next_messages(1).await), ["two"]);
    socket.sees_nothing_more().await;
}
