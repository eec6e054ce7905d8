//! Files of messages: shown to whoever may read, as they are asked for, and gone with their message.

use image::ImageFormat;
use serde_json::{Value, json};

use crate::eventually;
use crate::sending::{form, lying, part, picture, sends, shows, upload, uploaded};
use crate::site::{Database, Site};

on_both_databases!(
    a_file_is_for_whoever_may_read_its_message_now,
    files_go_with_their_message_at_once,
    a_message_that_is_refused_for_its_files_was_never_its_authors_turn,
);

whatever_the_database!(
    a_form_without_script_sends_files,
    a_form_with_too_many_files_leaves_none_of_them,
    a_voice_says_how_long_and_how_loud_it_is,
    a_stretch_of_a_file_is_given_as_it_is_asked_for,
    an_animation_moves_and_has_a_still_picture,
);

async fn a_message_that_is_refused_for_its_files_was_never_its_authors_turn(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let room = ada.makes_room("Tea").await;
    ada.asks(
        "PATCH",
        &format!("/api/rooms/{room}"),
        &json!({"slow_mode": 600}),
    )
    .await
    .expect(200, "slow");
    let members = format!("/api/rooms/{room}/members");
    let before = ada.reads(&members).await;
    sends(&ben, &room, json!(["a".repeat(26)]))
        .await
        .expect(403, "there is no such file");
    assert_eq!(ada.reads(&members).await, before, "and nobody joined");
    let path = format!("/api/rooms/{room}/messages");
    let said = json!({"message": "tea"});
    ben.posts(&path, &said).await.expect(201, "his turn");
    ben.posts(&path, &said).await.expect(429, "and that was it");
}

async fn a_file_is_for_whoever_may_read_its_message_now(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let carl = site.person("carl").await;
    let room = ada.makes_closed_room("Tea").await;
    ada.adds("ben", &room).await;
    upload(&carl, &room, "tea.txt", b"tea")
        .await
        .expect(404, "a stranger sends nothing");
    let file = uploaded(&ada, &room, "tea.png", &picture(30, 20, ImageFormat::Png)).await;
    let paths = [&file["url"], &file["thumbnail_url"]].map(|url| url.as_str().unwrap().to_owned());
    for path in &paths {
        ada.get(path).await.expect(200, "one's own");
        ben.get(path).await.expect(404, "not sent yet");
    }
    let message = sends(&ada, &room, json!([file["id"]]))
        .await
        .expect(201, "sent")
        .value();
    for path in &paths {
        ben.get(path).await.expect(200, "a member");
        carl.get(path).await.expect(404, "a stranger");
        site.browser().get(path).await.expect(303, "nobody");
    }
    let tag = ben.get(&paths[0]).await;
    let tag = tag.header("etag").unwrap().to_owned();
    let kept = ben.get(&paths[0]).with("If-None-Match", &tag).await;
    assert!(kept.expect(304, "it is kept").body.is_empty());
    ada.puts_out("ben", &room).await.expect(200, "ben goes");
    for path in &paths {
        let asked = ben.get(path).with("If-None-Match", &tag).await;
        asked.expect(404, "a former member, though it is kept");
    }
    let taken_back = format!("/api/rooms/{room}/messages/{}", message["seq"]);
    ada.asks("DELETE", &taken_back, &json!({}))
        .await
        .expect(200, "deleted");
    for path in &paths {
        ada.get(path).await.expect(404, "gone");
    }
}

async fn files_go_with_their_message_at_once(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let room = ada.makes_room("Tea").await;
    let file = picture(300, 200, ImageFormat::Jpeg);
    let message = shows(&ada, "lobby", "one.jpg", &file).await;
    shows(&ada, &room, "two.jpg", &file).await;
    uploaded(&ben, "lobby", "three.jpg", &file).await;
    assert_eq!(lying(&site.data()).len(), 6, "each with its small picture");
    let path = format!("/api/rooms/lobby/messages/{}", message["seq"]);
    let left = ada
        .asks("DELETE", &path, &json!({}))
        .await
        .expect(200, "deleted")
        .value();
    assert!(left.get("attachments").is_none(), "{left}");
    eventually("the bytes of a message to go", async || {
        lying(&site.data()).len() == 4
    })
    .await;
    ada.asks(
        "DELETE",
        &format!("/api/rooms/{room}"),
        &json!({"name": "Tea"}),
    )
    .await
    .expect(200, "the room goes");
    eventually("the bytes of a room to go", async || {
        lying(&site.data()).len() == 2
    })
    .await;
    let checked = site.command(&["check"]);
    assert!(checked.status.success(), "{checked:?}");
}

async fn a_voice_says_how_long_and_how_loud_it_is(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let parts = "/api/rooms/lobby/uploads/parts";
    let mut recording = b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm A_OPUS".to_vec();
    recording.resize(20_000, 7);
    let begin = async |duration: Value, peaks: Value| {
        let voice = json!({"duration": duration, "peaks": peaks});
        let announced = json!({"name": "voice.webm", "size": recording.len(), "voice": voice});
        ada.posts(parts, &announced).await
    };
    let peaks: Vec<u8> = (0..64).collect();
    for (duration, peaks) in [
        (json!(0), json!(peaks)),
        (json!(600.5), json!(peaks)),
        (json!(-1), json!(peaks)),
        (json!("1"), json!(peaks)),
        (json!(5), json!(peaks[1..])),
        (json!(5), json!(vec![256; 64])),
    ] {
        begin(duration.clone(), peaks.clone())
            .await
            .expect(400, &format!("{duration} {peaks}"));
    }
    let send = async |duration: f64, content: &[u8]| {
        let begun = begin(json!(duration), json!(peaks))
            .await
            .expect(201, "begun")
            .value();
        let path = format!("{parts}/{}", begun["id"].as_str().unwrap());
        (part(&ada, &path, 0, content).await, path)
    };
    let (sent, _) = send(5.25, &recording).await;
    let voice = sent.expect(201, "a voice").value();
    assert_eq!(voice["voice"], true);
    assert_eq!(voice["duration"], 5.25);
    assert_eq!(voice["peaks"], json!(peaks));
    assert_eq!(voice["content_type"], "audio/webm");
    let (too_long, path) = send(500.0, &recording).await;
    too_long.expect(400, "far too small for it");
    ada.get(&path).await.expect(404, "it is not kept");
    let (no_sound, _) = send(5.0, &vec![7; recording.len()]).await;
    no_sound.expect(400, "no sound");
}

async fn a_stretch_of_a_file_is_given_as_it_is_asked_for(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let content: Vec<u8> = (0..700_000_u32)
        .map(|number| (number % 253) as u8)
        .collect();
    let message = shows(&ada, "lobby", "film", &content).await;
    let url = message["attachments"][0]["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let whole = ada.get(&url).await.expect(200, "all of it");
    assert_eq!(whole.body, content);
    assert_eq!(whole.header("accept-ranges"), Some("bytes"));
    let tag = whole.header("etag").unwrap().to_owned();
    let part = ada
        .get(&url)
        .with("Range", "bytes=300000-600000")
        .await
        .expect(206, "a stretch");
    assert_eq!(part.body, content[300_000..=600_000]);
    assert_eq!(
        part.header("content-range"),
        Some("bytes 300000-600000/700000")
    );
    assert_eq!(part.header("content-length"), Some("300001"));
    let end = ada
        .get(&url)
        .with("Range", "bytes=-10")
        .with("If-Range", &tag)
        .await;
    assert_eq!(end.expect(206, "the end").body, content[699_990..]);
    let other = ada
        .get(&url)
        .with("Range", "bytes=0-9")
        .with("If-Range", "\"other\"")
        .await;
    assert_eq!(
        other.expect(200, "of another file").body.len(),
        content.len()
    );
    let outside = ada
        .get(&url)
        .with("Range", "bytes=700000-")
        .await
        .expect(416, "outside");
    assert_eq!(outside.header("content-range"), Some("bytes */700000"));
    for odd in ["bytes=9-3", "bytes=0-1,5-6", "lines=1-2", "bytes=a-"] {
        let answer = ada.get(&url).with("Range", odd).await.expect(200, odd);
        assert_eq!(answer.body.len(), content.len());
    }
    let head = ada.browser.ask("HEAD", &url).await.expect(200, "its head");
    assert_eq!(head.header("content-length"), Some("700000"));
    assert!(head.body.is_empty());
}

async fn an_animation_moves_and_has_a_still_picture(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let mut gif = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut gif);
    for shade in [0, 90, 180] {
        let frame = image::RgbaImage::from_pixel(40, 30, image::Rgba([shade, 9, 9, 255]));
        encoder.encode_frame(image::Frame::new(frame)).unwrap();
    }
    drop(encoder);
    let message = shows(&ada, "lobby", "moves.gif", &gif).await;
    let seen = &message["attachments"][0];
    assert_eq!(
        (&seen["animated"], &seen["width"]),
        (&json!(true), &json!(40))
    );
    let original = ada
        .get(seen["url"].as_str().unwrap())
        .await
        .expect(200, "it");
    assert_eq!(original.body, gif);
    let still = ada
        .get(seen["thumbnail_url"].as_str().unwrap())
        .await
        .expect(200, "its still");
    assert_ne!(still.header("content-type"), Some("image/gif"));
    let page = ada.get("/chat/lobby/").await.text();
    assert!(page.contains("prefers-reduced-motion"), "{page}");
}

async fn a_form_with_too_many_files_leaves_none_of_them(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let file = ("name=\"file\"; filename=\"tea\"", b"tea".as_slice());
    let mut parts = vec![("name=\"message\"", b"the whole album".as_slice())];
    parts.extend([file; 11]);
    let refused = form(&ada, "/chat/lobby/", &parts)
        .await
        .expect(400, "eleven of them")
        .text();
    assert!(refused.contains("at most 10 files"), "{refused}");
    assert!(refused.contains("the whole album"), "{refused}");
    eventually("those that arrived to go", async || {
        lying(&site.data()).is_empty()
    })
    .await;
    form(&ada, "/chat/lobby/", &parts[..11])
        .await
        .expect(303, "ten of them");
}

async fn a_form_without_script_sends_files(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let parts: [(&str, &[u8]); 5] = [
        ("name=\"message\"", b"two\r\nlines"),
        ("name=\"client_id\"", b"c-1"),
        (
            "name=\"file\"; filename=\"a.txt\"\r\nContent-Type: text/plain",
            b"tea",
        ),
        (
            "name=\"file\"; filename=\"\"\r\nContent-Type: application/octet-stream",
            b"",
        ),
        (
            "name=\"file\"; filename=\"b.txt\"\r\nContent-Type: text/plain",
            b"more tea",
        ),
    ];
    form(&ada, "/chat/lobby/", &parts)
        .await
        .expect(303, "posted");
    let history = ada.history("lobby").await;
    assert_eq!(history[0]["message"], "two\nlines");
    let names: Vec<&Value> = history[0]["attachments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| &file["name"])
        .collect();
    assert_eq!(names, ["a.txt", "b.txt"]);
    let only = [
        ("name=\"covered\"", b"on".as_slice()),
        ("name=\"message\"", b""),
        ("name=\"file\"; filename=\"c.txt\"", b"tea"),
    ];
    form(&ada, "/chat/lobby/", &only)
        .await
        .expect(303, "a file alone");
    let history = ada.history("lobby").await;
    assert_eq!(history[1]["attachments"][0]["covered"], true);
    let nothing = [
        ("name=\"message\"", b"".as_slice()),
        ("name=\"file\"; filename=\"\"", b""),
    ];
    form(&ada, "/chat/lobby/", &nothing)
        .await
        .expect(422, "nothing at all");
    let stranger = site.person("ben").await;
    let room = ada.makes_closed_room("Tea").await;
    form(&stranger, &format!("/chat/{room}/"), &only)
        .await
        .expect(404, "a stranger");
    assert_eq!(lying(&site.data()).len(), 3);
}
