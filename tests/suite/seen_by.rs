//! Who has seen what: shown where the room shows it, to those who show their own.

use serde_json::{Value, json};

use crate::eventually;
use crate::people::Person;
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};

on_both_databases!(
    in_a_direct_room_both_see_what_the_other_has_read,
    elsewhere_owners_say_whether_it_is_shown,
    who_hides_theirs_sees_nobodys,
    what_others_see_never_falls,
    whoever_is_invisible_gives_nothing_away_by_reading,
);

async fn direct(from: &Person, with: &str) -> String {
    let room = from
        .posts("/api/directs", &json!({"usernames": [with]}))
        .await
        .expect(201, "a direct room")
        .value();
    room["slug"].as_str().unwrap().to_owned()
}

async fn reads(person: &mut Person, seq: i64) {
    person
        .socket()
        .send(&json!({"type": "read", "seq": seq}))
        .await;
}

async fn are_shown(person: &Person, slug: &str) -> Value {
    let slug = slug.replace('~', "%7E");
    person
        .reads(&format!("/api/rooms/{slug}/reads"))
        .await
        .get("reads")
        .cloned()
        .unwrap()
}

/// Whether a frame told of somebody's reading, once everything sent before has come.
async fn was_told(person: &mut Person) -> bool {
    person.socket().everything().await;
    person
        .socket()
        .all_that_came()
        .any(|frame| frame["type"] == "read")
}

async fn in_a_direct_room_both_see_what_the_other_has_read(database: Database) {
    let site = Site::start(database);
    let (mut ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    let slug = direct(&ada, "ben").await;
    ada.enters(&slug).await;
    ben.enters(&slug).await;
    let seq = ada.says("Seen?").await["seq"].as_i64().unwrap();
    ben.sees("Seen?").await;
    reads(&mut ben, seq).await;
    let told = ada.socket().expect_type("read").await;
    assert_eq!(told["reads"], json!([{"username": "ben", "seq": seq}]));
    let shown = are_shown(&ada, &slug).await;
    assert_eq!(
        shown,
        json!([{"username": "ada", "seq": seq}, {"username": "ben", "seq": seq}])
    );
    // A mark beyond the last message is none.
    ben.socket()
        .send(&json!({"type": "read", "seq": seq + 1, "client_id": "forged"}))
        .await;
    assert_eq!(ben.is_told_of("forged").await["code"], "bad_request");
}

async fn elsewhere_owners_say_whether_it_is_shown(database: Database) {
    let site = Site::start(database);
    let (mut ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let seq = ada.says("one").await["seq"].as_i64().unwrap();
    ben.sees("one").await;
    let mark = json!({"seq": seq});
    let read = ben.asks("PUT", "/api/rooms/lobby/read", &mark).await;
    read.expect(200, "read");
    assert!(!was_told(&mut ada).await);
    assert_eq!(are_shown(&ada, "lobby").await, json!([]));
    let room = "/api/rooms/lobby";
    let wish = json!({"shows_reading": true});
    ben.asks("PATCH", room, &wish).await.expect(403, "no owner");
    ada.asks("PATCH", room, &wish)
        .await
        .expect(200, "the owner");
    let looks = ben.socket().expect_type("room").await;
    assert_eq!(looks["shows_reading"], true);
    let seq = ada.says("two").await["seq"].as_i64().unwrap();
    reads(&mut ben, seq).await;
    let told = ada
        .socket()
        .expect("ben's mark", |frame| {
            frame["type"] == "read" && frame["reads"][0]["seq"] == seq
        })
        .await;
    assert_eq!(told["reads"][0]["username"], "ben");
}

async fn who_hides_theirs_sees_nobodys(database: Database) {
    let site = Site::start(database);
    let (mut ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    let hide = json!({"hides_reading": true});
    ben.asks("PATCH", "/api/me", &hide)
        .await
        .expect(200, "hide");
    let slug = direct(&ada, "ben").await;
    ada.enters(&slug).await;
    ben.enters(&slug).await;
    let seq = ada.says("Seen?").await["seq"].as_i64().unwrap();
    ben.sees("Seen?").await;
    reads(&mut ben, seq).await;
    let seq = ben.says("I do not tell").await["seq"].as_i64().unwrap();
    ada.sees("I do not tell").await;
    reads(&mut ada, seq).await;
    // Her own mark is shown to herself: then it would have been to him.
    let told = ada.socket().expect_type("read").await;
    assert_eq!(told["reads"], json!([{"username": "ada", "seq": seq}]));
    assert!(!was_told(&mut ben).await);
    assert_eq!(are_shown(&ben, &slug).await, json!([]));
    assert_eq!(
        are_shown(&ada, &slug).await,
        json!([{"username": "ada", "seq": seq}])
    );
}

async fn what_others_see_never_falls(database: Database) {
    let site = Site::start(database);
    let (mut ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    let slug = direct(&ada, "ben").await;
    ada.enters(&slug).await;
    ben.enters(&slug).await;
    let seq = ada.says("Seen?").await["seq"].as_i64().unwrap();
    ben.sees("Seen?").await;
    reads(&mut ben, seq).await;
    ada.socket().expect_type("read").await;
    let path = format!("/api/rooms/{}/unread", slug.replace('~', "%7E"));
    let unread = ben.asks("PUT", &path, &json!({"seq": seq})).await;
    assert_eq!(unread.expect(200, "unread").value()["read_seq"], seq - 1);
    let shown = are_shown(&ada, &slug).await;
    assert_eq!(shown[1], json!({"username": "ben", "seq": seq}));
}

#[test]
fn reading_is_seen_on_the_other_node() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let mut ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        let slug = direct(&ada, "ben").await;
        ada.enters(&slug).await;
        ben.enters(&slug).await;
        let seq = ada.says("Seen there?").await["seq"].as_i64().unwrap();
        ben.sees("Seen there?").await;
        reads(&mut ben, seq).await;
        let told = ada.socket().expect_type("read").await;
        assert_eq!(told["reads"], json!([{"username": "ben", "seq": seq}]));
    });
}

async fn whoever_is_invisible_gives_nothing_away_by_reading(database: Database) {
    let site = Site::start(database);
    let (mut ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    let slug = direct(&ada, "ben").await;
    let invisible = json!({"invisible": true});
    let hides = ben.asks("PATCH", "/api/me", &invisible).await;
    hides.expect(200, "being invisible");
    ada.enters(&slug).await;
    ben.enters(&slug).await;
    let seq = ada.says("Are you there?").await["seq"].as_i64().unwrap();
    ben.sees("Are you there?").await;
    reads(&mut ben, seq).await;
    let path = format!("/api/rooms/{}", slug.replace('~', "%7E"));
    eventually("what he read to be kept", async || {
        ben.reads(&path).await["read_seq"] == seq
    })
    .await;
    assert!(!was_told(&mut ada).await);
    let shown = are_shown(&ada, &slug).await;
    assert_eq!(shown[1], json!({"username": "ben", "seq": 0}), "{shown}");
    let visible = json!({"invisible": false});
    let shows = ben.asks("PATCH", "/api/me", &visible).await;
    shows.expect(200, "being seen");
    let next = ada.says("Ah, there you are").await["seq"].as_i64().unwrap();
    ben.sees("Ah, there you are").await;
    reads(&mut ben, next).await;
    let told = ada.socket().expect_type("read").await;
    assert_eq!(told["reads"], json!([{"username": "ben", "seq": next}]));
}
