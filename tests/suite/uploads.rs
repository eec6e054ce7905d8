//! Files on their way into messages: at once or in parts, by whoever may post, and no more than their share.

use image::ImageFormat;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::eventually;
use crate::people::Person;
use crate::sending::{lying, part, picture, sends, shows, upload, uploaded};
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};

on_both_databases!(
    a_picture_is_sent_and_everyone_sees_it,
    a_file_arrives_in_parts_and_goes_on_after_a_restart,
    a_file_is_named_once_by_its_uploader_in_its_room,
    nobody_keeps_more_than_their_share,
);

whatever_the_database!(what_was_never_sent_can_be_taken_back,);

async fn a_picture_is_sent_and_everyone_sees_it(database: Database) {
    let site = Site::start(database);
    let (mut ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    let original = picture(1_600, 800, ImageFormat::Png);
    let attachment = uploaded(&ada, "lobby", "tea & চা.png", &original).await;
    assert_eq!(attachment["name"], "tea & চা.png");
    assert_eq!(attachment["content_type"], "image/png");
    assert_eq!(attachment["size"], original.len());
    assert_eq!(
        (&attachment["width"], &attachment["height"]),
        (&json!(1_600), &json!(800))
    );
    let frame = json!({"type": "message", "attachments": [{"id": attachment["id"], "covered": true}], "client_id": "c-1"});
    ada.socket().send_all([frame]).await;
    let shown = ben
        .socket()
        .expect("the picture", |frame| frame["client_id"] == "c-1")
        .await;
    let seen = &shown["attachments"][0];
    assert_eq!(seen["covered"], true);
    assert!(shown.get("message").is_none(), "{shown}");
    let url = seen["url"].as_str().unwrap();
    let answer = ben.get(url).await.expect(200, "the picture");
    assert_eq!(answer.body, original);
    assert_eq!(answer.header("content-type"), Some("image/png"));
    let small = seen["thumbnail_url"].as_str().unwrap();
    let small = ben.get(small).await.expect(200, "the small picture");
    let small = image::load_from_memory(&small.body).unwrap();
    assert_eq!((small.width(), small.height()), (1_280, 640));
    for message in [
        ben.history("lobby").await.pop().unwrap(),
        ben.reads("/api/rooms/lobby/changes?since=0").await["messages"][0].clone(),
    ] {
        assert_eq!(message["attachments"][0], *seen);
    }
    let page = ben.get("/chat/lobby/").await.expect(200, "the page").text();
    assert!(page.contains("width=\"480\" height=\"240\""), "{page}");
    assert!(page.contains("cover__lid"), "{page}");
    // It is there after a restart, and the database agrees with the folder.
    let checked = site.command(&["check"]);
    assert!(checked.status.success(), "{checked:?}");
}

async fn a_file_arrives_in_parts_and_goes_on_after_a_restart(database: Database) {
    let mut site = Site::start(database);
    let ada = site.person("ada").await;
    let content: Vec<u8> = (0..3_000_000_u32)
        .map(|number| (number % 251) as u8)
        .collect();
    let parts = "/api/rooms/lobby/uploads/parts";
    let announced = json!({"name": "tea.bin", "size": content.len()});
    let begun = ada
        .posts(parts, &announced)
        .await
        .expect(201, "begun")
        .value();
    assert_eq!(
        (&begun["offset"], &begun["size"]),
        (&json!(0), &json!(content.len()))
    );
    let path = format!("{parts}/{}", begun["id"].as_str().unwrap());
    let first = part(&ada, &path, 0, &content[..1_000_000]).await;
    assert_eq!(first.expect(200, "a part").value()["offset"], 1_000_000);
    let wrong = part(&ada, &path, 7, &content[7..99])
        .await
        .expect(409, "elsewhere");
    assert_eq!(wrong.value()["offset"], 1_000_000);
    assert_eq!(wrong.value()["error"]["code"], "conflict");
    site.start_again();
    let progress = ada.get(&path).await.expect(200, "how far it is").value();
    assert_eq!(progress["offset"], 1_000_000);
    let more = part(&ada, &path, 1_000_000, &content[1_000_000..]).await;
    let attachment = more.expect(201, "the rest").value();
    assert_eq!(attachment["content_type"], "application/octet-stream");
    let again = part(&ada, &path, content.len(), b"")
        .await
        .expect(201, "asked again");
    assert_eq!(again.value(), attachment);
    let too_much = part(&ada, &path, content.len(), b"x").await;
    assert_eq!(too_much.expect(201, "it is whole").value(), attachment);
    sends(&ada, "lobby", json!([attachment["id"]]))
        .await
        .expect(201, "sent");
    let got = ada
        .get(attachment["url"].as_str().unwrap())
        .await
        .expect(200, "the file");
    assert_eq!(got.body, content);
    let disposition = got.header("content-disposition").unwrap();
    assert!(disposition.starts_with("attachment;"), "{disposition}");
}

async fn a_file_is_named_once_by_its_uploader_in_its_room(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let room = ada.makes_room("Tea").await;
    let id = uploaded(&ada, "lobby", "tea.txt", b"tea").await["id"].clone();
    let refused = async |person: &crate::people::Person, slug: &str, named: Value, what: &str| {
        let answer = sends(person, slug, named).await;
        assert!(
            matches!(answer.status, 400 | 403),
            "{what}: {}",
            answer.status
        );
    };
    refused(&ben, "lobby", json!([id]), "somebody else's").await;
    refused(&ada, &room, json!([id]), "of another room").await;
    refused(&ada, "lobby", json!([id, id]), "twice").await;
    refused(&ada, "lobby", json!(["a".repeat(26)]), "nobody's").await;
    refused(&ada, "lobby", json!(["../tea"]), "no id").await;
    refused(
        &ada,
        "lobby",
        json!([{"id": id, "covered": "yes"}]),
        "not a bool",
    )
    .await;
    let eleven = vec![id.clone(); 11];
    refused(&ada, "lobby", json!(eleven), "too many").await;
    let message = json!({"message": "tea", "client_id": "c-1", "attachments": [id]});
    let path = "/api/rooms/lobby/messages";
    let first = ada.posts(path, &message).await.expect(201, "sent").value();
    let again = ada.posts(path, &message).await.expect(200, "again").value();
    assert_eq!(first, again);
    let other = json!({"message": "tea", "client_id": "c-1"});
    ada.posts(path, &other)
        .await
        .expect(409, "without its file");
    let twice = json!({"message": "more", "attachments": [id]});
    ada.posts(path, &twice)
        .await
        .expect(403, "in another message");
    assert_eq!(ada.history("lobby").await.len(), 1);
    sends(&ada, "lobby", json!([]))
        .await
        .expect(422, "nothing at all");
}

/// What is answered to a form that announces much more than it sends.
async fn answered_before_it_arrives(person: &Person, path: &str) -> String {
    let mut stream = person.browser.connect().await;
    let begun = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nOrigin: {}\r\nCookie: {}\r\n\
         Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: 900000\r\n\r\n\
         --edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n",
        person.browser.host(),
        person.browser.origin(),
        person.browser.cookie_header().unwrap(),
    );
    stream.write_all(begun.as_bytes()).await.unwrap();
    let mut answer = vec![0; 64];
    let count = stream.read(&mut answer).await.unwrap();
    String::from_utf8_lossy(&answer[..count]).into_owned()
}

async fn nobody_keeps_more_than_their_share(database: Database) {
    let settings = [("ADDA_UPLOAD_MAX", "1MB"), ("ADDA_UPLOAD_QUOTA", "1500kB")];
    let site = Site::with(database, &settings);
    let ada = site.person("ada").await;
    let large = vec![7; 1_000_000];
    upload(&ada, "lobby", "larger", &vec![7; 1_000_001])
        .await
        .expect(413, "over the limit");
    let message = shows(&ada, "lobby", "large", &large).await;
    let refused = upload(&ada, "lobby", "large", &large)
        .await
        .expect(403, "over her share");
    let refusal = refused.value()["error"]["message"].clone();
    assert!(refusal.as_str().unwrap().contains("space"), "{refusal}");
    for path in ["/api/rooms/lobby/uploads", "/chat/lobby/"] {
        let answer = answered_before_it_arrives(&ada, path).await;
        assert!(answer.starts_with("HTTP/1.1 403"), "{path}: {answer}");
    }
    let parts = "/api/rooms/lobby/uploads/parts";
    for (size, status) in [(1_000_000, 403), (1_000_001, 413), (0, 422), (500_000, 201)] {
        let announced = json!({"name": "large", "size": size});
        ada.posts(parts, &announced)
            .await
            .expect(status, &format!("{size} announced"));
    }
    upload(&ada, "lobby", "small", b"small")
        .await
        .expect(403, "what is announced counts");
    eventually("what was refused to go", async || {
        lying(&site.data()).len() == 1
    })
    .await;
    let settings = ada
        .get("/settings")
        .await
        .expect(200, "her settings")
        .text();
    assert!(settings.contains("take 1.5 MB of 1.5 MB"), "{settings}");
    assert!(settings.contains("/chat/lobby/?at=1"), "{settings}");
    let path = format!("/api/rooms/lobby/messages/{}", message["seq"]);
    ada.asks("DELETE", &path, &json!({}))
        .await
        .expect(200, "deleted");
    uploaded(&ada, "lobby", "large", &large).await;
}

async fn what_was_never_sent_can_be_taken_back(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let file = uploaded(&ada, "lobby", "tea.txt", b"tea").await;
    let path = format!(
        "/api/rooms/lobby/uploads/parts/{}",
        file["id"].as_str().unwrap()
    );
    ben.asks("DELETE", &path, &json!({}))
        .await
        .expect(404, "not his");
    ada.asks("DELETE", &path, &json!({}))
        .await
        .expect(204, "taken back");
    ada.asks("DELETE", &path, &json!({}))
        .await
        .expect(404, "once");
    sends(&ada, "lobby", json!([file["id"]]))
        .await
        .expect(403, "it is gone");
    eventually("its bytes to go", async || lying(&site.data()).is_empty()).await;
    let sent = shows(&ada, "lobby", "tea.txt", b"tea").await;
    let id = sent["attachments"][0]["id"].as_str().unwrap();
    let path = format!("/api/rooms/lobby/uploads/parts/{id}");
    ada.asks("DELETE", &path, &json!({}))
        .await
        .expect(404, "it was sent");
    ada.get(sent["attachments"][0]["url"].as_str().unwrap())
        .await
        .expect(200, "and stays");
}

#[test]
fn several_nodes_share_the_folder() {
    crate::play(async {
        let shared = tempfile::tempdir().unwrap();
        let folder = shared.path().to_str().unwrap();
        let nodes = Nodes::with(2, &[("ADDA_DATA", folder)]);
        let [first, second] = &nodes.sites[..] else {
            panic!("two nodes")
        };
        let ada = first.person("ada").await;
        let there = ada.on(second);
        let content = vec![7; 2_000_000];
        let parts = "/api/rooms/lobby/uploads/parts";
        let announced = json!({"name": "tea", "size": content.len()});
        let begun = ada
            .posts(parts, &announced)
            .await
            .expect(201, "begun")
            .value();
        let path = format!("{parts}/{}", begun["id"].as_str().unwrap());
        part(&ada, &path, 0, &content[..700_000])
            .await
            .expect(200, "on one node");
        let rest = part(&there, &path, 700_000, &content[700_000..]).await;
        let file = rest.expect(201, "on the other").value();
        sends(&ada, "lobby", json!([file["id"]]))
            .await
            .expect(201, "sent");
        let url = file["url"].as_str().unwrap();
        assert_eq!(there.get(url).await.expect(200, "read there").body, content);
    });
}
