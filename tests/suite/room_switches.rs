//! What owners switch: who writes, how often, and who adds people.

use serde_json::json;

use crate::site::{Database, Site};

on_both_databases!(
    where_only_owners_write_others_read,
    in_a_slow_room_members_wait_their_turn,
    members_add_others_until_owners_switch_that_off,
);

async fn where_only_owners_write_others_read(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let slug = ada.makes_room("News").await;
    let path = format!("/api/rooms/{slug}");
    ada.enters(&slug).await;
    ben.enters(&slug).await;
    ben.says("may I?").await;
    let quiet = ada.asks("PATCH", &path, &json!({"read_only": true})).await;
    assert_eq!(quiet.expect(200, "read-only").value()["read_only"], true);
    let room = ben.socket().expect_type("room").await;
    assert_eq!(room["read_only"], true);
    ben.sends("still here", "late").await;
    let refused = ben.socket().expect_type("error").await;
    assert_eq!(
        (&refused["code"], &refused["retry"]),
        (&json!("forbidden"), &json!(false))
    );
    assert_eq!(ben.reads(&path).await["can_post"], false);
    let page = ben.get(&format!("/chat/{slug}/")).await.expect(200, "read");
    assert!(!page.text().contains("id=\"composer\""));
    assert!(page.text().contains("Only those who look after this room"));
    ada.says("read all about it").await;
    ben.sees("read all about it").await;
    let cem = site.person("cem").await;
    let body = json!({"message": "in by the first word"});
    let said = cem.posts(&format!("{path}/messages"), &body).await;
    said.expect(403, "nobody joins by a word that may not be said");
    ada.asks("PATCH", &path, &json!({"read_only": false}))
        .await
        .expect(200, "for all again");
    ben.says("thanks").await;
}

async fn in_a_slow_room_members_wait_their_turn(database: Database) {
    let site = Site::start(database);
    let mut ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let slug = ada.makes_room("Rush hour").await;
    let path = format!("/api/rooms/{slug}");
    for seconds in [json!(-1), json!(3_601), json!("30")] {
        let wait = json!({"slow_mode": seconds});
        let refused = ada.asks("PATCH", &path, &wait).await;
        refused.expect(400, "no such wait");
    }
    ada.asks("PATCH", &path, &json!({"slow_mode": 600}))
        .await
        .expect(200, "slow");
    ben.enters(&slug).await;
    ben.sends("one", "one").await;
    ben.sees("one").await;
    let again = json!({"message": "one", "client_id": "one"});
    let known = ben.posts(&format!("{path}/messages"), &again).await;
    known.expect(200, "a retry of what was said is no second message");
    let more = json!({"message": "two", "client_id": "two"});
    let wait = ben.posts(&format!("{path}/messages"), &more).await;
    let wait = wait.expect(429, "too soon");
    let seconds: u64 = wait.header("retry-after").unwrap().parse().unwrap();
    assert!((590..=600).contains(&seconds), "{seconds} s");
    ben.sends("two", "two").await;
    let refused = ben.socket().expect_type("error").await;
    assert_eq!(
        (&refused["code"], &refused["retry"]),
        (&json!("rate_limited"), &json!(true))
    );
    ada.enters(&slug).await;
    ada.says("owners").await;
    ada.says("do not wait").await;
    ada.asks("PATCH", &path, &json!({"slow_mode": 0}))
        .await
        .expect(200, "as before");
    ben.sends("two", "two").await;
    ben.sees("two").await;
}

async fn members_add_others_until_owners_switch_that_off(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    site.person("cem").await;
    let slug = ada.makes_closed_room("Choir").await;
    ada.adds("ben", &slug).await;
    let details = format!("/chat/{slug}/details");
    let form = [("do", "switch"), ("read_only", "on"), ("slow_mode", "30")];
    ada.browser
        .form(&details, &form)
        .await
        .expect(303, "by form");
    let room = ada.reads(&format!("/api/rooms/{slug}")).await;
    assert_eq!(
        (&room["read_only"], &room["slow_mode"], &room["members_add"]),
        (&json!(true), &json!(30), &json!(false))
    );
    let cem = format!("/api/rooms/{slug}/members/cem");
    let add = ben.asks("PUT", &cem, &json!({})).await;
    add.expect(403, "only owners add");
    ben.browser
        .form(&details, &form)
        .await
        .expect(403, "no owner");
    let codes: Vec<_> = ada.history(&slug).await;
    let codes: Vec<&str> = codes
        .iter()
        .map(|notice| notice["event"]["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["added", "read_only", "members_add", "slow_mode"]);
    let page = ada.get(&format!("/chat/{slug}/")).await.expect(200, "it");
    assert!(page.text().contains("one message in 30 seconds"));
}
