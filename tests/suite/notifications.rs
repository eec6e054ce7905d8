//! Who is told of a message by itself: as they wanted, on every page of theirs, and why.

use serde_json::{Value, json};

use crate::people::Person;
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};
use crate::socket::Socket;

on_both_databases!(
    what_one_wants_to_be_told_of_is_set_in_each_room,
    people_are_told_as_they_want,
    a_mute_room_tells_of_what_names_one_and_counts_for_itself,
    nobody_is_told_of_a_room_they_look_at_or_of_their_own_words,
    what_they_left_unread_in_a_room_they_looked_at_is_told_after_all,
    whoever_wonders_why_finds_out,
    it_all_works_by_forms_without_script,
);

whatever_the_database!(the_script_behind_notifications_is_at_the_root_and_never_old);

const LATER: &str = "2099-01-01T00:00:00.000Z";

/// Sets what somebody wants to be told of in the lobby.
async fn wants(person: &Person, level: &str, muted_until: Option<&str>) {
    let body = json!({"level": level, "muted_until": muted_until});
    let path = "/api/rooms/lobby/notifications";
    let answer = person.asks("PUT", path, &body).await.expect(200, path);
    assert_eq!(answer.value(), body);
}

/// What the next activity up to a message tells of by itself.
async fn told(socket: &mut Socket, last_seq: i64) -> Value {
    let what = format!("activity up to message {last_seq}");
    let is_it = |frame: &Value| frame["type"] == "activity" && frame["last_seq"] == last_seq;
    socket.expect(&what, is_it).await["notice"].clone()
}

async fn what_one_wants_to_be_told_of_is_set_in_each_room(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let path = "/api/rooms/lobby/notifications";
    let suggested = json!({"level": "mentions", "muted_until": null});
    assert_eq!(ben.reads(path).await, suggested);
    assert_eq!(ben.reads("/api/rooms/lobby").await["level"], "mentions");
    wants(&ben, "all", Some(LATER)).await;
    assert_eq!(ben.reads("/api/rooms/lobby").await["level"], "all");
    assert_eq!(ada.reads(path).await, suggested, "for oneself alone");
    ben.asks("PUT", path, &json!({}))
        .await
        .expect(200, "as suggested");
    assert_eq!(ben.reads(path).await, suggested);
    for body in [
        json!({"level": "some"}),
        json!({"level": 1}),
        json!({"muted_until": "tomorrow"}),
        json!({"muted_until": 7}),
        json!([]),
    ] {
        ben.asks("PUT", path, &body)
            .await
            .expect(400, &body.to_string());
    }
    let tea = ada.makes_room("Tea").await;
    let path = format!("/api/rooms/{tea}/notifications");
    ben.asks("PUT", &path, &json!({"level": "all"}))
        .await
        .expect(403, "no member, nothing to be told of");
    let hidden = ada.makes_closed_room("Cake").await;
    let path = format!("/api/rooms/{hidden}/notifications");
    ben.get(&path).await.expect(404, "nobody knows of it");
}

async fn people_are_told_as_they_want(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let mut page = ben.opens_lobby_page().await;
    ada.enters("lobby").await;
    ada.says("good morning").await;
    assert_eq!(told(&mut page, 1).await, Value::Null);
    ada.says("good morning,\n  @ben").await;
    let expected = json!({"seq": 2, "username": "ada", "name": "ada", "excerpt": "good morning, @ben", "reason": "name"});
    assert_eq!(told(&mut page, 2).await, expected);
    for (level, text, reason) in [
        ("all", "anything", json!("everything")),
        ("all", "@room", json!("room")),
        ("mentions", "@here", json!("here")),
        ("mentions", "`@ben`", Value::Null),
        ("nothing", "@ben and @room", Value::Null),
    ] {
        wants(&ben, level, None).await;
        let seq = ada.says(text).await["seq"].as_i64().unwrap();
        let notice = told(&mut page, seq).await;
        assert_eq!(notice["reason"], reason, "{level}: {text}");
    }
}

async fn a_mute_room_tells_of_what_names_one_and_counts_for_itself(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    wants(&ben, "all", Some(LATER)).await;
    let mut page = ben.opens_lobby_page().await;
    ada.enters("lobby").await;
    ada.says("nothing much").await;
    let activity = page.expect_type("activity").await;
    assert_eq!(
        (&activity["muted"], &activity["unread"], &activity["notice"]),
        (&json!(true), &json!(1), &Value::Null)
    );
    ada.says("@ben, though").await;
    assert_eq!(told(&mut page, 2).await["reason"], "name");
    // What was mute until a moment ago is not mute any more.
    wants(&ben, "all", Some("2020-01-01T00:00:00.000Z")).await;
    ada.says("and more").await;
    assert_eq!(told(&mut page, 3).await["reason"], "everything");
}

async fn nobody_is_told_of_a_room_they_look_at_or_of_their_own_words(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let mut elsewhere = ben.opens_lobby_page().await;
    // A page that is open in the background is told of what names its owner, in its own room too.
    ada.says("@ben, one").await;
    for socket in [ben.socket(), &mut elsewhere] {
        assert_eq!(told(socket, 1).await["seq"], 1);
    }
    ben.socket()
        .send(&json!({"type": "focus", "on": true}))
        .await;
    ben.socket().everything().await;
    ada.says("@ben, two").await;
    assert_eq!(told(&mut elsewhere, 2).await, Value::Null);
    ben.socket()
        .send(&json!({"type": "focus", "on": false}))
        .await;
    ben.socket().everything().await;
    ada.says("@ben, three").await;
    assert_eq!(told(&mut elsewhere, 3).await["seq"], 3);
    ben.says("@ben, @room: me").await;
    assert_eq!(told(&mut elsewhere, 4).await, Value::Null);
    for frame in [json!({"type": "focus"}), json!({"type": "focus", "on": 1})] {
        ben.socket().send(&frame).await;
        assert_eq!(
            ben.socket().expect_type("error").await["code"],
            "bad_request"
        );
    }
    elsewhere.send(&json!({"type": "focus", "on": true})).await;
    assert_eq!(elsewhere.expect_type("error").await["code"], "bad_request");
}

/// A window that has the focus shows the lobby.
async fn looks(person: &Person) -> Socket {
    let mut window = person.opens("lobby").await;
    window.send(&json!({"type": "focus", "on": true})).await;
    window.everything().await;
    window
}

/// The number of the next message that a page tells of by itself.
async fn next_told(page: &mut Socket) -> Value {
    let is_told = |frame: &Value| frame["type"] == "activity" && frame["notice"].is_object();
    let told = page.expect("word of a message", is_told).await;
    told["notice"]["seq"].clone()
}

async fn what_they_left_unread_in_a_room_they_looked_at_is_told_after_all(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;
    let mut elsewhere = ben.opens_lobby_page().await;
    let mut window = looks(&ben).await;
    ada.says("@ben, one").await;
    assert_eq!(told(&mut elsewhere, 1).await, Value::Null);
    window.sees("@ben, one").await;
    window.send(&json!({"type": "read", "seq": 1})).await;
    let is_read = |frame: &Value| frame["type"] == "activity" && frame["read_seq"] == 1;
    elsewhere.expect("word that it was read", is_read).await;
    ada.says("@ben, two").await;
    assert_eq!(told(&mut elsewhere, 2).await, Value::Null);
    window.close().await;
    assert_eq!(next_told(&mut elsewhere).await, 2);

    // It had reached a page that was being left, and nothing else was open.
    elsewhere.close().await;
    let mut window = looks(&ben).await;
    ada.says("@ben, three").await;
    window.sees("@ben, three").await;
    window.close().await;
    let mut next = ben.opens_lobby_page().await;
    assert_eq!(next_told(&mut next).await, 3);

    // Whoever only looks at another window is there again before anything is told.
    let mut window = looks(&ben).await;
    ada.says("@ben, four").await;
    assert_eq!(told(&mut next, 4).await, Value::Null);
    for on in [false, true] {
        window.send(&json!({"type": "focus", "on": on})).await;
    }
    window.everything().await;
    ada.says("@ben, five").await;
    assert_eq!(told(&mut next, 5).await, Value::Null);
    window.send(&json!({"type": "focus", "on": false})).await;
    assert_eq!(next_told(&mut next).await, 5, "the newest of them");
}

async fn whoever_wonders_why_finds_out(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let ben = site.person("ben").await;
    ada.enters("lobby").await;
    for text in ["@ben", "@here", "tea?"] {
        ada.says(text).await;
    }
    let path = |seq: i64| format!("/api/rooms/lobby/messages/{seq}/told");
    for (seq, told, reason) in [
        (1, true, "name"),
        (2, false, "away"),
        (3, false, "not_named"),
    ] {
        let expected = json!({"told": told, "reason": reason});
        assert_eq!(ben.reads(&path(seq)).await, expected);
    }
    let _online = ben.opens_lobby_page().await;
    assert_eq!(ben.reads(&path(2)).await["reason"], "here");
    assert_eq!(ada.reads(&path(1)).await["reason"], "own");
    ben.get(&path(4)).await.expect(404, "no such message");
    let page = ben.get("/chat/lobby/notifications?seq=3").await.text();
    assert!(
        page.contains("You are not told: it does not name you"),
        "{page}"
    );
    let hidden = ada.makes_closed_room("Cake").await;
    ada.enters(&hidden).await;
    ada.says("@room").await;
    let path = format!("/api/rooms/{hidden}/messages/1/told");
    ben.get(&path).await.expect(404, "nobody knows of it");
}

async fn it_all_works_by_forms_without_script(database: Database) {
    let site = Site::start(database);
    let ben = site.person("ben").await;
    let path = "/chat/lobby/notifications";
    let page = ben.get("/chat/lobby/").await.text();
    assert!(page.contains(&format!("href=\"{path}\"")), "{page}");
    let form = [("level", "all"), ("mute", "8")];
    let answer = ben.browser.form(path, &form).await.expect(303, path);
    assert_eq!(answer.location(), "/chat/lobby/notifications?done=yes");
    let set = ben.reads("/api/rooms/lobby/notifications").await;
    assert_eq!(set["level"], "all");
    assert!(set["muted_until"].is_string(), "{set}");
    let stays = [("level", "nothing"), ("mute", "stays")];
    ben.browser.form(path, &stays).await.expect(303, path);
    let again = ben.reads("/api/rooms/lobby/notifications").await;
    assert_eq!(again["muted_until"], set["muted_until"]);
    let home = ben.get("/").await.text();
    assert!(home.contains("data-muted"), "{home}");
    ben.browser
        .form(path, &[("level", "all")])
        .await
        .expect(303, path);
    let set = ben.reads("/api/rooms/lobby/notifications").await;
    assert_eq!(set["muted_until"], Value::Null);
    for form in [
        [("level", "all"), ("mute", "3")],
        [("level", "loud"), ("mute", "1")],
    ] {
        ben.browser.form(path, &form).await.expect(400, path);
    }
}

#[test]
fn what_is_set_at_one_node_holds_at_the_other() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let ben = nodes.sites[1].person("ben").await;
        let mut page = ben.opens_lobby_page().await;
        ada.enters("lobby").await;
        ada.says("@ben").await;
        assert_eq!(told(&mut page, 1).await["excerpt"], "@ben");
        wants(&ben.on(&nodes.sites[0]), "nothing", Some(LATER)).await;
        page.expect("word that it is mute", |frame| {
            frame["type"] == "activity" && frame["muted"] == true
        })
        .await;
        ada.says("@ben, are you there?").await;
        assert_eq!(told(&mut page, 2).await, Value::Null);
    });
}

#[test]
fn nobody_is_told_at_one_node_of_a_room_they_look_at_by_way_of_the_other() {
    crate::play(async {
        let nodes = Nodes::with(2, &[("ADDA_MESSAGES_PER_SECOND", "0")]);
        let mut ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        let mut page = ben.on(&nodes.sites[0]).opens_lobby_page().await;
        ada.enters("lobby").await;
        ben.enters("lobby").await;
        for on in [true, false] {
            let focus = json!({"type": "focus", "on": on});
            ben.socket().send(&focus).await;
            ben.socket().everything().await;
            // The other node hears of it within a second or two.
            let mut is_told = on;
            for _ in 0..100 {
                let seq = ada.says("@ben").await["seq"].as_i64().unwrap();
                is_told = told(&mut page, seq).await != Value::Null;
                if is_told != on {
                    break;
                }
            }
            assert_eq!(is_told, !on, "looking: {on}");
        }
    });
}

#[test]
fn what_they_left_unread_at_one_node_is_told_at_the_other() {
    crate::play(async {
        let nodes = Nodes::with(2, &[("ADDA_MESSAGES_PER_SECOND", "0")]);
        let mut ada = nodes.sites[0].person("ada").await;
        let ben = nodes.sites[1].person("ben").await;
        let mut page = ben.on(&nodes.sites[0]).opens_lobby_page().await;
        ada.enters("lobby").await;
        let window = looks(&ben).await;
        // The other node hears of it within a second or two.
        let mut withheld = 0;
        for _ in 0..100 {
            withheld = ada.says("@ben").await["seq"].as_i64().unwrap();
            if told(&mut page, withheld).await == Value::Null {
                break;
            }
        }
        window.close().await;
        assert_eq!(next_told(&mut page).await, withheld);
    });
}

async fn the_script_behind_notifications_is_at_the_root_and_never_old(database: Database) {
    let site = Site::start(database);
    let answer = site.browser().get("/sw.js").await.expect(200, "/sw.js");
    let header = |name| answer.header(name).unwrap_or_default().to_owned();
    assert_eq!(header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(header("cache-control"), "no-cache");
    assert!(answer.text().contains("notificationclick"));
}
