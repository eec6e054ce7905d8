//! Every field of every frame and route with every wrong type, and what is hardly JSON at all.

use serde_json::{Value, json};

use super::{Before, unharmed};
use crate::people::{Person, texts};
use crate::site::http::encoded;
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};

on_both_databases!(
    a_field_of_another_type_is_refused_on_every_route,
    bodies_that_are_no_json_are_refused,
    what_databases_disagree_about_is_answered_alike,
);

whatever_the_database!(a_field_of_another_type_is_refused_in_every_frame);

/// A value of every type; each field is refused with all but those of its own.
fn values() -> Vec<Value> {
    vec![
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(1.5),
        json!(i64::MIN),
        json!(u64::MAX),
        json!(1e300),
        json!("text"),
        json!([]),
        json!(["text"]),
        json!({}),
        json!({"text": "text"}),
        json!([[[[]]]]),
    ]
}

async fn a_field_of_another_type_is_refused_in_every_frame(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    let whole = [
        json!({"type": "message", "message": "hi", "client_id": "c-1", "reply_to": 1}),
        json!({"type": "read", "seq": 0, "client_id": "c-1"}),
        json!({"type": "react", "seq": 1, "text": "hi", "on": false, "username": "ben", "client_id": "c-1"}),
        json!({"type": "pin", "seq": 1, "on": false, "client_id": "c-1"}),
        json!({"type": "ping", "client_id": "c-1"}),
    ];
    for frame in &whole {
        for field in frame.as_object().unwrap().keys() {
            for value in values() {
                let fits = match field.as_str() {
                    "reply_to" | "based_on" => value.is_i64(),
                    "seq" => value.as_i64().is_some_and(|seq| seq >= 0),
                    "on" => value.is_boolean(),
                    "type" => false,
                    _ => value.is_string(),
                };
                if fits {
                    continue;
                }
                let mut wrong = frame.clone();
                wrong[field] = value;
                ada.socket().send(&wrong).await;
                let answer = ada.socket().expect("an answer", |_| true).await;
                assert_eq!(answer["type"], "error", "{wrong}: {answer}");
                assert_eq!(answer["code"], "bad_request", "{wrong}: {answer}");
                assert_eq!(answer["retry"], false, "{wrong}: {answer}");
                let known = field != "client_id";
                assert_eq!(answer["client_id"] == "c-1", known, "{wrong}: {answer}");
            }
        }
    }
    ada.says("still here").await;
    assert_eq!(texts(&ada.history("lobby").await), ["still here"]);
    unharmed(&site);
}

async fn a_field_of_another_type_is_refused_on_every_route(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let rooms = ada.reads("/api/rooms").await;
    let routes = [
        (
            "POST",
            "/api/rooms",
            json!({"name": "hall", "kind": "open", "topic": "talk"}),
        ),
        (
            "POST",
            "/api/rooms/lobby/messages",
            json!({"message": "hi", "client_id": "c-1", "reply_to": 1}),
        ),
        (
            "PATCH",
            "/api/rooms/lobby/messages/1",
            json!({"message": "hi", "based_on": 1}),
        ),
        ("PUT", "/api/rooms/lobby/read", json!({"seq": 0})),
        ("PUT", "/api/rooms/lobby/unread", json!({"seq": 1})),
        (
            "PUT",
            "/api/rooms/lobby/notifications",
            json!({"level": "all", "muted_until": "2099-01-01T00:00:00Z"}),
        ),
    ];
    for (method, path, whole) in &routes {
        for field in whole.as_object().unwrap().keys() {
            for value in values() {
                let fits = match field.as_str() {
                    "reply_to" | "based_on" => value.is_i64(),
                    "seq" => value.as_i64().is_some_and(|seq| seq >= 0),
                    "kind" => false,
                    _ => value.is_string(),
                };
                if fits {
                    continue;
                }
                let mut wrong = whole.clone();
                wrong[field] = value;
                let answer = ada.browser.json(method, path, &wrong).await;
                assert_eq!(
                    answer.status,
                    400,
                    "{method} {path} {wrong}: {}",
                    answer.text()
                );
                assert_eq!(answer.code(), "bad_request", "{method} {path} {wrong}");
            }
        }
    }
    assert_eq!(ada.reads("/api/rooms").await, rooms, "nothing was made");
    unharmed(&site);
}

async fn bodies_that_are_no_json_are_refused(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let deep = |open: &str, close: &str| {
        format!(
            "{{\"message\":{}1{}}}",
            open.repeat(100_000),
            close.repeat(100_000)
        )
    };
    let bodies: Vec<Vec<u8>> = vec![
        vec![],
        b"null".to_vec(),
        b"5".to_vec(),
        b"\"hi\"".to_vec(),
        b"{".to_vec(),
        b"}".to_vec(),
        b"{\"message\":\"x\"".to_vec(),
        b"{\"message\":\"x\"} {}".to_vec(),
        b"{\"message\":\"x\",}".to_vec(),
        b"{'message':'x'}".to_vec(),
        b"{\"message\":\"x\",\"message\":\"y\"}".to_vec(),
        b"\xef\xbb\xbf{\"message\":\"x\"}".to_vec(),
        b"{\"message\":\"\xff\"}".to_vec(),
        b"{\"message\":\"\xed\xa0\x80\"}".to_vec(),
        b"{\"message\":\"\\ud800\"}".to_vec(),
        b"{\"message\":\"\\udc00\\ud800\"}".to_vec(),
        b"{\"message\":\"\\u12\"}".to_vec(),
        b"{\"message\":\"a\x00b\"}".to_vec(),
        b"{\"message\":\"x\",\"reply_to\":1e400,\"based_on\":1e400}".to_vec(),
        b"{\"message\":\"x\",\"reply_to\":99999999999999999999,\"based_on\":99999999999999999999}"
            .to_vec(),
        b"{\"message\":\"x\",\"reply_to\":0x1,\"based_on\":0x1}".to_vec(),
        b"{\"message\":NaN}".to_vec(),
        b"message=x".to_vec(),
        // The fields of each route in an array, without their names.
        b"[\"hi\",\"c-1\",null]".to_vec(),
        b"[\"hall\",\"open\",\"talk\"]".to_vec(),
        b"[0]".to_vec(),
        deep("[", "]").into_bytes(),
        deep("{\"a\":", "}").into_bytes(),
        "[".repeat(100_000).into_bytes(),
    ];
    all_are_refused(&ada, &bodies).await;
    // What is needed once, such as room for the largest, is there. If each body stayed, eight rounds would be 36 MiB.
    let before = Before::of(&site).await;
    for _ in 0..8 {
        all_are_refused(&ada, &bodies).await;
    }
    assert!(ada.history("lobby").await.is_empty());
    before.is_as_after(&site, 24 * 1024).await;
}

/// That each body gets a refusal that programs can read, wherever it is sent.
async fn all_are_refused(ada: &Person, bodies: &[Vec<u8>]) {
    for body in bodies {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        for (method, path) in [
            ("POST", "/api/rooms/lobby/messages"),
            ("PATCH", "/api/rooms/lobby/messages/1"),
            ("POST", "/api/rooms"),
            ("PUT", "/api/rooms/lobby/read"),
        ] {
            let asked = ada.browser.json(method, path, &Value::Null);
            let answer = asked.carrying(body.clone()).await;
            assert_eq!(
                answer.status,
                400,
                "{method} {path} {shown}: {}",
                answer.text()
            );
            assert_eq!(answer.code(), "bad_request", "{method} {path} {shown}");
        }
    }
}

async fn what_databases_disagree_about_is_answered_alike(database: Database) {
    let site = Site::unlimited(database);
    let mut ada = site.person("ada").await;
    ada.enters("lobby").await;
    // NUL, which one database can hold and the other cannot, wherever text may stand.
    for path in [
        "/chat/%00/",
        "/chat/lobby%00/",
        "/api/rooms/%00",
        "/api/rooms/lobby%00/messages",
        "/api/rooms/lobby/messages?around=%00",
        "/api/rooms/lobby/changes?since=%00",
        "/reset?token=%00",
        "/signup?invite=%00",
        "/login?next=%00",
    ] {
        let answer = ada.get(path).await;
        assert!(answer.status < 500, "{path}: {}", answer.text());
    }
    for field in ["name", "topic", "kind"] {
        let mut room = json!({"name": "hall", "kind": "open", "topic": "talk"});
        room[field] = json!("a\0b");
        let answer = ada.posts("/api/rooms", &room).await;
        assert_eq!(answer.status, 400, "{field}: {}", answer.text());
    }
    for (path, fields) in [
        ("/login", [("username", "a\0da"), ("password", "x")]),
        ("/login", [("username", "ada"), ("password", "a\0b")]),
        ("/signup", [("username", "a\0b"), ("password", "12345678")]),
        ("/signup", [("username", "zoe"), ("password", "1234567\08")]),
        ("/reset", [("token", "a\0b"), ("password", "12345678")]),
        ("/setup", [("token", "a\0b"), ("username", "zoe")]),
        ("/rooms", [("name", "a\0b"), ("topic", "x")]),
        ("/chat/lobby/", [("message", "a\0b"), ("client_id", "c-1")]),
    ] {
        let answer = ada.browser.another().form(path, &fields).await;
        assert!(
            matches!(answer.status, 303 | 400..500),
            "{path} {fields:?}: {}",
            answer.status
        );
    }
    ada.browser.set_cookie("filler", "%00%ff%");
    ada.get("/api/me")
        .await
        .expect(200, "an odd cookie beside the own one");

    // Everything else that is text is kept as it is.
    let odd = "\u{1}\u{7f}\u{80}\u{fdd0}\u{fffe}\u{ffff}\u{10ffff}\u{e000}\u{feff}x\u{301}\u{202e}\r\n\t\\0 \\u0000 '\"; --%_";
    ada.says(odd).await;
    let history = ada.history("lobby").await;
    assert_eq!(texts(&history), [odd]);
    let slug = format!("Odd {}", "é\u{301}\u{10ffff}x");
    let made = ada.posts("/api/rooms", &json!({"name": slug})).await;
    let made = made.expect(201, "an odd name").value();
    let path = format!("/api/rooms/{}", encoded(made["slug"].as_str().unwrap()));
    assert_eq!(ada.reads(&path).await["name"], made["name"]);
    unharmed(&site);
}

#[test]
fn one_id_on_two_nodes_at_once_is_one_message() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let mut elsewhere = ada.on(&nodes.sites[1]);
        ada.enters("lobby").await;
        elsewhere.enters("lobby").await;
        let path = "/api/rooms/lobby/messages";
        for round in 0..20 {
            let id = format!("c-{round}");
            let same = json!({"message": "the same", "client_id": id});
            let (one, two) = tokio::join!(ada.posts(path, &same), elsewhere.posts(path, &same));
            let mut statuses = [one.status, two.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [200, 201], "{} {}", one.text(), two.text());
            assert_eq!(one.value(), two.value(), "both are told of the first");

            let id = format!("d-{round}");
            let words = |text: &str| json!({"message": text, "client_id": id});
            let (mine, other) = (words("these words"), words("other words"));
            let (one, two) = tokio::join!(ada.posts(path, &mine), elsewhere.posts(path, &other));
            let mut statuses = [one.status, two.status];
            statuses.sort_unstable();
            assert_eq!(statuses, [201, 409], "{} {}", one.text(), two.text());

            let id = format!("e-{round}");
            tokio::join!(
                ada.sends("by socket", &id),
                elsewhere.sends("by socket", &id)
            );
            let (one, two) = tokio::join!(ada.is_told_of(&id), elsewhere.is_told_of(&id));
            assert_eq!(one["seq"], two["seq"], "{one} {two}");
            assert!(
                one["type"] != "error" && two["type"] != "error",
                "{one} {two}"
            );
        }
        let history = ada.history("lobby").await;
        crate::people::assert_gapless(&history);
        assert_eq!(history.len(), 60);
        for node in &nodes.sites {
            unharmed(node);
        }
    });
}
