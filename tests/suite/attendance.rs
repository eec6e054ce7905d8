//! Who is typing, and who is there: told to the people of a room on every node, and to nobody else.

use serde_json::{Value, json};

use crate::people::Person;
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};
use crate::socket::Socket;

on_both_databases!(
    who_types_is_shown_to_the_others_and_only_now_and_then,
    who_comes_and_goes_is_told,
    whoever_is_invisible_is_not_there_for_others,
    a_page_that_nobody_uses_is_away,
    what_somebody_says_of_themself_is_seen_at_once,
);

/// That somebody is told of, as they are now.
async fn is_shown(socket: &mut Socket, username: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let what = format!("{username} in a presence frame");
    let shows = |frame: &Value| {
        let mut users = frame["users"].as_array().into_iter().flatten();
        frame["type"] == "presence" && users.any(|user| user["username"] == username && is_so(user))
    };
    let frame = socket.expect(&what, shows).await;
    let users = frame["users"].as_array().unwrap();
    users
        .iter()
        .find(|user| user["username"] == username)
        .unwrap()
        .clone()
}

fn names(users: &Value) -> Vec<&str> {
    let users = users.as_array().unwrap().iter();
    let mut names: Vec<&str> = users
        .map(|user| user["username"].as_str().unwrap())
        .collect();
    names.sort_unstable();
    names
}

async fn changes(person: &Person, wishes: &Value) -> Value {
    let changed = person.asks("PATCH", "/api/me", wishes).await;
    changed.expect(200, "a changed profile").value()
}

async fn who_types_is_shown_to_the_others_and_only_now_and_then(database: Database) {
    let site = Site::start(database);
    let (mut ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let mut beside = ada.opens("lobby").await;
    for what in ["text", "voice", "text"] {
        ada.socket()
            .send(&json!({"type": "typing", "what": what}))
            .await;
    }
    let shown = ben.socket().expect_type("typing").await;
    assert_eq!(
        shown,
        json!({"type": "typing", "username": "ada", "name": "ada", "what": "text"})
    );
    ada.says("there").await;
    ben.sees("there").await;
    let is_typing = |frames: Vec<Value>| frames.iter().any(|frame| frame["type"] == "typing");
    assert!(!is_typing(ben.socket().everything().await), "once in 3 s");
    assert!(
        !is_typing(beside.everything().await),
        "nobody is told of themself"
    );
    ada.socket()
        .send(&json!({"type": "typing", "what": "dance", "client_id": "t"}))
        .await;
    let refused = ada.is_told_of("t").await;
    assert_eq!(refused["code"], "bad_request");
}

async fn who_comes_and_goes_is_told(database: Database) {
    let site = Site::start(database);
    let (mut ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    let mut lobby = ada.opens_lobby_page().await;
    ada.enters("lobby").await;
    assert_eq!(names(&ada.socket().welcome["online"]), ["ada"]);
    ben.enters("lobby").await;
    assert_eq!(names(&ben.socket().welcome["online"]), ["ada", "ben"]);
    assert_eq!(ben.socket().welcome["online_count"], 2);
    let came = is_shown(ada.socket(), "ben", |ben| ben["online"] == true).await;
    assert_eq!(came["here"], true);
    assert_eq!(came["last_seen"], Value::Null, "who is there is seen now");
    is_shown(&mut lobby, "ben", |ben| ben["online"] == true).await;
    ben.loses_the_connection();
    let gone = is_shown(ada.socket(), "ben", |ben| ben["online"] != true).await;
    assert_eq!(gone["here"], Value::Null);
    assert!(gone["last_seen"].is_string(), "{gone}");
    is_shown(&mut lobby, "ben", |ben| ben["online"] != true).await;
    // In another room he is there, and not here.
    let slug = ben.makes_room("Elsewhere").await;
    ben.joins("lobby").await;
    ben.enters(&slug).await;
    let elsewhere = is_shown(ada.socket(), "ben", |ben| ben["online"] == true).await;
    assert_eq!(elsewhere["here"], Value::Null);
}

async fn whoever_is_invisible_is_not_there_for_others(database: Database) {
    let site = Site::start(database);
    let (mut ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    is_shown(ada.socket(), "ben", |ben| ben["online"] == true).await;
    let me = changes(&ben, &json!({"invisible": true})).await;
    assert_eq!(
        (me["invisible"].clone(), me["username"].clone()),
        (json!(true), json!("ben"))
    );
    is_shown(ada.socket(), "ben", |ben| ben["online"] != true).await;
    // Neither a page nor what he does gives him away.
    let mut another = ada.opens("lobby").await;
    assert_eq!(names(&another.welcome["online"]), ["ada"]);
    assert_eq!(another.welcome["online_count"], 1);
    ben.socket().send(&json!({"type": "typing"})).await;
    ben.says("who said that?").await;
    another.sees("who said that?").await;
    ben.loses_the_connection();
    ben.comes_back().await;
    let people = ada.reads("/api/users").await;
    let is_ben = |user: &&Value| user["username"] == "ben";
    let seen = people["users"].as_array().unwrap().iter().find(is_ben);
    assert_eq!(seen.unwrap()["online"], Value::Null);
    changes(&ben, &json!({"invisible": false})).await;
    is_shown(&mut another, "ben", |ben| ben["here"] == true).await;
    let came = |frame: &&Value| {
        frame["type"] == "typing"
            || (frame["type"] == "presence" && frame.to_string().contains("ben"))
    };
    assert_eq!(another.all_that_came().filter(came).count(), 1);
}

async fn a_page_that_nobody_uses_is_away(database: Database) {
    let site = Site::start(database);
    let (mut ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    is_shown(ada.socket(), "ben", |ben| ben["online"] == true).await;
    ben.socket()
        .send(&json!({"type": "active", "on": false}))
        .await;
    let away = is_shown(ada.socket(), "ben", |ben| ben["away"] == true).await;
    assert_eq!(away["online"], true);
    // One device that is used is enough.
    let _telephone = ben.opens_lobby_page().await;
    is_shown(ada.socket(), "ben", |ben| ben["away"] != true).await;
}

async fn what_somebody_says_of_themself_is_seen_at_once(database: Database) {
    let site = Site::start(database);
    let (mut ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let wishes = json!({"name": "Benjamin", "role": "administrator", "status": {"emoji": "🌧", "text": "in the rain"}});
    let me = changes(&ben, &wishes).await;
    assert_eq!(
        (&me["name"], &me["role"]),
        (&json!("Benjamin"), &json!("member"))
    );
    let shown = is_shown(ada.socket(), "ben", |ben| ben["status"].is_object()).await;
    assert_eq!(shown["name"], "Benjamin");
    assert_eq!(shown["status"]["text"], "in the rain");
    // His socket was opened under the other name.
    ben.says("It is I").await;
    assert_eq!(ada.sees("It is I").await["name"], "Benjamin");
    changes(&ben, &json!({"status": null, "hides_last_seen": true})).await;
    is_shown(ada.socket(), "ben", |ben| ben["status"].is_null()).await;
    ben.loses_the_connection();
    let gone = is_shown(ada.socket(), "ben", |ben| ben["online"] != true).await;
    assert_eq!(gone["last_seen"], Value::Null);
}

#[test]
fn people_of_a_closed_room_are_nobody_elses_business() {
    crate::play(async {
        let site = Site::start(Database::Sqlite);
        let (ada, mut ben) = (site.person("ada").await, site.person("ben").await);
        let slug = ben.makes_closed_room("Between us").await;
        let mut ada = ada;
        ada.enters("lobby").await;
        ben.enters(&slug).await;
        ben.socket().send(&json!({"type": "typing"})).await;
        let seen = is_shown(ada.socket(), "ben", |ben| ben["online"] == true).await;
        assert_eq!(seen["here"], Value::Null, "he is a member of the lobby");
        let is_secret =
            |frame: &&Value| frame["type"] == "typing" || frame.to_string().contains(&slug);
        ada.socket().everything().await;
        assert_eq!(ada.socket().all_that_came().filter(is_secret).count(), 0);
    });
}

#[test]
fn nodes_tell_each_other_who_is_there_and_who_types() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        is_shown(ada.socket(), "ben", |ben| ben["here"] == true).await;
        is_shown(ben.socket(), "ada", |ada| ada["here"] == true).await;
        ben.socket().send(&json!({"type": "typing"})).await;
        let shown = ada.socket().expect_type("typing").await;
        assert_eq!(shown["username"], "ben");
        // Whoever comes later finds everyone, wherever they are.
        let third = ada.opens("lobby").await;
        assert_eq!(names(&third.welcome["online"]), ["ada", "ben"]);
        assert_eq!(third.welcome["online_count"], 2);
        changes(&ben.on(&nodes.sites[0]), &json!({"invisible": true})).await;
        is_shown(ada.socket(), "ben", |ben| ben["online"] != true).await;
    });
}
