//! Rooms that are deleted: nobody finds them any more, and nothing of them is left.

use serde_json::json;

use crate::eventually;
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};

on_both_databases!(
    a_deleted_room_is_gone_with_all_that_was_said,
    only_administrators_delete_rooms_and_only_by_their_name,
);

async fn a_deleted_room_is_gone_with_all_that_was_said(database: Database) {
    let site = Site::with(database, &[("ADDA_MESSAGES_PER_SECOND", "0")]);
    let ada = site.person("ada").await;
    let mut ben = site.person("ben").await;
    let mut cem = site.person("cem").await;
    let slug = ben.makes_room("Rowing club").await;
    ben.enters(&slug).await;
    cem.enters(&slug).await;
    ben.says("in a boat").await;
    cem.sees("in a boat").await;
    let path = format!("/api/rooms/{slug}");
    let form = [("do", "delete"), ("confirm", "Rowing club")];
    let details = format!("/chat/{slug}/details");
    let gone = ada.browser.form(&details, &form).await;
    assert_eq!(gone.expect(303, "deleting it").location(), "/");
    for person in [&mut ben, &mut cem] {
        assert_eq!(person.socket().close_code().await, 4003);
        person.get(&path).await.expect(404, "the room");
        person
            .get(&format!("/chat/{slug}/"))
            .await
            .expect(404, "its page");
    }
    let rooms = ben.reads("/api/rooms").await;
    assert_eq!(rooms["rooms"].as_array().unwrap().len(), 1, "{rooms}");
    let checked = async || {
        let said = site.command(&["check"]);
        assert!(said.status.success(), "{said:?}");
        String::from_utf8_lossy(&said.stdout).contains("all is well: 1 rooms, 0 messages")
    };
    eventually("only the lobby to be left", checked).await;
    assert_eq!(
        ben.makes_room("Rowing club").await,
        slug,
        "its name is free"
    );
    assert_eq!(ben.history(&slug).await, [] as [serde_json::Value; 0]);
}

async fn only_administrators_delete_rooms_and_only_by_their_name(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let ben = site.person("ben").await;
    let slug = ben.makes_room("Rowing club").await;
    let path = format!("/api/rooms/{slug}");
    let name = json!({"name": "Rowing club"});
    let owner = ben.asks("DELETE", &path, &name).await;
    owner.expect(403, "its owner");
    let other = json!({"name": "Tea"});
    ada.asks("DELETE", &path, &other)
        .await
        .expect(400, "another name");
    let form = [("do", "delete"), ("confirm", "rowing")];
    let page = ada.browser.form(&format!("/chat/{slug}/details"), &form);
    let page = page.await.expect(422, "by form");
    assert!(page.text().contains("That is not the name"));
    let hidden = ben.makes_closed_room("Secret").await;
    let secret = json!({"name": "Secret"});
    ada.asks("DELETE", &format!("/api/rooms/{hidden}"), &secret)
        .await
        .expect(404, "a room that an administrator is not in");
    ben.reads(&path).await;
    ada.asks("DELETE", &path, &name)
        .await
        .expect(200, "deleted");
}

#[test]
fn a_room_that_is_deleted_at_one_node_is_gone_at_the_other() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        let mut cem = nodes.sites[1].person("cem").await;
        let slug = ada.makes_room("Rowing club").await;
        ben.joins(&slug).await;
        ben.enters(&slug).await;
        cem.enters(&slug).await;
        let name = json!({"name": "Rowing club"});
        let path = format!("/api/rooms/{slug}");
        let gone = ada.asks("DELETE", &path, &name).await;
        gone.expect(200, "deleting it");
        for person in [&mut ben, &mut cem] {
            assert_eq!(person.socket().close_code().await, 4003);
        }
    });
}
