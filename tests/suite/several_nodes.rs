//! Several nodes on one database: people have one account and one history, whichever of them answers.

use std::time::Duration;

use serde_json::json;

use crate::eventually;
use crate::people::{assert_gapless, texts};
use crate::site::nodes::Nodes;
use crate::site::redis::{Redis, Reply};

#[test]
fn people_meet_one_history_on_every_node() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        ada.enters("lobby").await;
        ada.says("from the first node").await;
        ben.enters("lobby").await;
        ben.says("from the second").await;
        let elsewhere = ada.on(&nodes.sites[1]);
        for person in [&ada, &elsewhere, &ben] {
            let history = person.history("lobby").await;
            assert_gapless(&history);
            assert_eq!(texts(&history), ["from the first node", "from the second"]);
        }
    });
}

#[test]
fn what_happens_to_a_room_at_one_node_holds_at_the_other() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        let slug = ada.makes_closed_room("Rowing council").await;
        let mut elsewhere = ben.opens_lobby_page().await;
        ada.adds("ben", &slug).await;
        ben.enters(&slug).await;
        ada.enters(&slug).await;
        ada.says("welcome aboard").await;
        elsewhere
            .awaits("activity in the room they were added to", |frame| {
                frame["type"] == "activity" && frame["slug"] == slug
            })
            .await;
        let path = format!("/api/rooms/{slug}");
        ada.asks("PATCH", &path, &json!({"name": "Rowers"}))
            .await
            .expect(200, "a new name");
        let room = ben
            .socket()
            .awaits("the room as it is now", |frame| frame["type"] == "room")
            .await;
        assert_eq!(room["name"], "Rowers");
        ada.puts_out("ben", &slug).await.expect(200, "put out");
        assert_eq!(ben.socket().close_code().await, 4003);
        ben.get(&path).await.expect(404, "at the other node too");
        assert_gapless(&ada.history(&slug).await);
    });
}

#[test]
fn whoever_only_looks_around_is_out_at_every_node_when_the_room_is_closed() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[0].person("ben").await;
        let mut cem = nodes.sites[1].person("cem").await;
        let mut eda = nodes.sites[1].person("eda").await;
        let slug = ada.makes_room("Rowing club").await;
        for person in [&mut ada, &mut ben, &mut cem, &mut eda] {
            person.enters(&slug).await;
        }
        eda.says("I belong here").await;
        let path = format!("/api/rooms/{slug}");
        let closed = ada.asks("PATCH", &path, &json!({"kind": "closed"})).await;
        closed.expect(200, "closing it");
        for person in [&mut ben, &mut cem] {
            // By the room they may come back, if they have become a member meanwhile; whoever looks first who may be there knows.
            let code = person.socket().close_code().await;
            assert!(matches!(code, 1012 | 4003), "{code}");
            person.get(&path).await.expect(404, "who looked around");
        }
        ada.says("among ourselves").await;
        eda.sees("among ourselves").await;
    });
}

#[test]
fn a_person_whose_node_is_frozen_goes_on_at_another() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        ada.enters("lobby").await;
        ada.says("before").await;
        nodes.sites[0].freeze();
        ben.enters("lobby").await;
        ben.says("meanwhile").await;
        ada.loses_the_connection();
        ada.moves_to(&nodes.sites[1]);
        assert!(ada.comes_back().await);
        ada.sees("meanwhile").await;
        nodes.sites[0].thaw();
        let well = async || nodes.sites[0].browser().get("/readyz").await.status == 200;
        eventually("the frozen node to be well", well).await;
    });
}

#[test]
fn a_redis_of_the_tests_own_can_be_paused_killed_and_started_again() {
    let mut redis = Redis::start();
    assert_eq!(
        redis.command(&["SET", "a", "two words"]),
        Reply::Text("OK".to_owned())
    );
    assert_eq!(
        redis.command(&["GET", "a"]),
        Reply::Text("two words".to_owned())
    );
    redis.pause(Duration::from_millis(100));
    redis.kill();
    assert!(redis.try_command(&["PING"]).is_err());
    redis.start_again();
    assert_eq!(redis.command(&["GET", "a"]), Reply::Nothing);
    redis.freeze();
    redis.thaw();
    assert_eq!(
        redis.command(&["KEYS", "*"]),
        Reply::List(Vec::new()),
        "it keeps nothing"
    );
}
