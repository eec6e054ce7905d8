//! People's pictures: drawn anew, shown to whoever may know of them, on every node and every page.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use serde_json::{Value, json};

use crate::people::Person;
use crate::site::http::{Answer, Request};
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};

on_both_databases!(
    a_picture_is_shown_wherever_its_owner_is,
    a_picture_goes_when_it_is_removed_by_whoever_may,
    a_guest_sees_pictures_of_people_of_their_own_rooms,
    a_picture_goes_with_its_account,
);

/// Red at the left, blue at the right.
pub(crate) fn halves(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, _| {
        Rgb(if x < width / 2 {
            [220, 20, 20]
        } else {
            [20, 20, 220]
        })
    });
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut file, format)
        .unwrap();
    file.into_inner()
}

pub(crate) fn puts(person: &Person, file: Vec<u8>) -> Request {
    let browser = &person.browser;
    browser
        .ask("PUT", "/api/me/avatar")
        .with("Origin", &browser.origin())
        .with("Content-Type", "image/png")
        .carrying(file)
}

/// The form of the settings, with the parts as they are given.
pub(crate) fn submits(person: &Person, parts: &[(&str, &[u8])]) -> Request {
    let mut body = Vec::new();
    for (disposition, content) in parts {
        body.extend_from_slice(b"--edge\r\nContent-Disposition: form-data; ");
        body.extend_from_slice(disposition.as_bytes());
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    posts(person, "multipart/form-data; boundary=edge", body)
}

pub(crate) fn posts(person: &Person, kind: &str, body: Vec<u8>) -> Request {
    let browser = &person.browser;
    browser
        .ask("POST", "/settings/avatar")
        .with("Origin", &browser.origin())
        .with("Content-Type", kind)
        .carrying(body)
}

pub(crate) async fn version(person: &Person) -> Option<String> {
    let me = person.reads("/api/me").await;
    me["avatar"].as_str().map(str::to_owned)
}

pub(crate) fn decoded(answer: &Answer) -> RgbImage {
    image::load_from_memory(&answer.body).unwrap().to_rgb8()
}

fn shows(user: &Value, username: &str, version: &Value) -> bool {
    user["username"] == username && user["avatar"] == *version
}

async fn a_picture_is_shown_wherever_its_owner_is(database: Database) {
    let site = Site::start(database);
    let (mut ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    ada.enters("lobby").await;
    ben.enters("lobby").await;
    ada.says("before").await;
    let first = puts(&ada, halves(600, 300, ImageFormat::Png)).await;
    let first = first.expect(200, "a picture").value()["avatar"].clone();
    // Those who look at her see it at once.
    ben.socket()
        .awaits("ada with her picture", |frame| {
            let users = frame["users"].as_array();
            frame["type"] == "presence"
                && users.is_some_and(|users| users.iter().any(|user| shows(user, "ada", &first)))
        })
        .await;
    ada.says("after").await;
    assert_eq!(ben.sees("after").await["avatar"], first);
    for message in ben.history("lobby").await {
        assert_eq!(message["avatar"], first, "what was said before too");
    }
    let people = ben.reads("/api/users").await;
    let mut people = people["users"].as_array().unwrap().iter();
    assert!(people.any(|user| shows(user, "ada", &first)));
    let address = format!("/people/ada/avatar/{}", first.as_str().unwrap());
    for page in ["/", "/chat/lobby/", "/chat/lobby/details", "/people/ada/"] {
        let drawn = ben.get(page).await.expect(200, page).text();
        assert!(drawn.contains(&format!("src=\"{address}\"")), "{page}");
    }
    let picture = ben.get(&address).await.expect(200, "the picture");
    assert_eq!(picture.header("content-type"), Some("image/jpeg"));
    assert_eq!(picture.header("x-content-type-options"), Some("nosniff"));
    let alone = "default-src 'none'; sandbox";
    assert_eq!(picture.header("content-security-policy"), Some(alone));
    let kept = picture.header("cache-control").unwrap();
    assert!(kept.starts_with("private") && kept.contains("immutable"));
    assert_eq!(decoded(&picture).dimensions(), (256, 256));
    let again = ben
        .get(&address)
        .with("If-None-Match", picture.header("etag").unwrap());
    assert!(again.await.expect(304, "known").body.is_empty());
    // Another one has another address, and the earlier one leads there.
    let second = submits(
        &ada,
        &[(
            "name=\"picture\"; filename=\"me.gif\"",
            &halves(31, 50, ImageFormat::Gif),
        )],
    );
    assert_eq!(
        second.await.expect(303, "the form").location(),
        "/settings?done=picture"
    );
    let now = version(&ada).await.unwrap();
    assert_ne!(first, now.as_str());
    let moved = ben.get(&address).await.expect(307, "the earlier address");
    assert_eq!(moved.location(), format!("/people/ada/avatar/{now}"));
    assert_eq!(moved.header("cache-control"), Some("private, no-store"));
    let nobody = site.browser();
    nobody.get(&address).await.expect(303, "nobody");
    ben.get("/people/ben/avatar/x")
        .await
        .expect(404, "no picture");
    ben.get("/people/a%00b/avatar/x")
        .await
        .expect(404, "no name");
}

async fn a_picture_goes_when_it_is_removed_by_whoever_may(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let picture = || halves(40, 40, ImageFormat::Png);
    puts(&ben, picture()).await.expect(200, "a picture");
    submits(
        &ben,
        &[
            ("name=\"picture\"; filename=\"\"", b""),
            ("name=\"remove\"", b"yes"),
        ],
    )
    .await
    .expect(303, "by the form");
    assert_eq!(version(&ben).await, None);
    puts(&ben, picture()).await.expect(200, "a picture");
    let removed = ben.asks("DELETE", "/api/me/avatar", &json!({})).await;
    assert_eq!(
        removed.expect(200, "by a program").value()["avatar"],
        Value::Null
    );
    puts(&ben, picture()).await.expect(200, "a picture");
    let mine = ben
        .get("/settings/data.json")
        .await
        .expect(200, "his data")
        .value();
    assert_eq!(mine["picture"]["content_type"], "image/jpeg");
    assert!(mine["picture"]["base64"].as_str().unwrap().len() > 100);
    let wish = [("do", "picture")];
    let not_his = ben.browser.form("/admin/people/ada", &wish).await;
    not_his.expect(403, "no administrator");
    let gone = ada.browser.form("/admin/people/ben", &wish).await;
    gone.expect(303, "an administrator");
    assert_eq!(version(&ben).await, None);
    // Where there is none nothing was done.
    let again = ada.browser.form("/admin/people/ben", &wish).await;
    again.expect(303, "none is left");
    let log = ada
        .get("/admin/log")
        .await
        .text()
        .replace(['\u{2068}', '\u{2069}'], "");
    assert_eq!(
        log.matches("ada removed the picture of ben").count(),
        1,
        "{log}"
    );
}

async fn a_guest_sees_pictures_of_people_of_their_own_rooms(database: Database) {
    let site = Site::unlimited(database);
    let (ada, ben, eve) = (
        site.person("ada").await,
        site.person("ben").await,
        site.person("eve").await,
    );
    puts(&ben, halves(40, 40, ImageFormat::Png))
        .await
        .expect(200, "a picture");
    let guest = [("do", "role"), ("role", "guest")];
    let made = ada.browser.form("/admin/people/eve", &guest).await;
    made.expect(303, "a guest");
    let address = format!("/people/ben/avatar/{}", version(&ben).await.unwrap());
    eve.get(&address).await.expect(200, "both are in the lobby");
    let lobby = "/api/rooms/lobby/members/eve";
    let out = ada.asks("DELETE", lobby, &json!({})).await;
    out.expect(200, "out of the lobby");
    eve.get(&address).await.expect(404, "hidden from a guest");
    puts(&eve, halves(40, 40, ImageFormat::Png))
        .await
        .expect(200, "her own");
    let own = format!("/people/eve/avatar/{}", version(&eve).await.unwrap());
    eve.get(&own).await.expect(200, "her own");
    // What somebody said stays when their account is out of use, and so does their picture.
    let out = [("do", "deactivate")];
    let done = ada.browser.form("/admin/people/ben", &out).await;
    done.expect(303, "out of use");
    ada.get(&address).await.expect(200, "whoever knew him");
}

async fn a_picture_goes_with_its_account(database: Database) {
    let site = Site::start(database);
    let (ada, mut ben) = (site.person("ada").await, site.person("ben").await);
    puts(&ben, halves(40, 40, ImageFormat::Png))
        .await
        .expect(200, "a picture");
    let address = format!("/people/ben/avatar/{}", version(&ben).await.unwrap());
    ben.enters("lobby").await;
    ben.says("good bye").await;
    let form = [("current", crate::site::PASSWORD)];
    let gone = ben.browser.form("/settings/delete", &form).await;
    gone.expect(303, "his account");
    ada.get(&address).await.expect(404, "his picture");
    let history = ada.history("lobby").await;
    assert!(history.iter().all(|message| message["avatar"].is_null()));
}

#[test]
fn a_picture_changes_on_the_pages_of_the_other_node_too() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let ada = nodes.sites[0].person("ada").await;
        let mut ben = nodes.sites[1].person("ben").await;
        ben.enters("lobby").await;
        let mut in_lobby = ben.opens_lobby_page().await;
        puts(&ada, halves(90, 60, ImageFormat::Jpeg))
            .await
            .expect(200, "a picture");
        let version = json!(version(&ada).await.unwrap());
        for socket in [ben.socket(), &mut in_lobby] {
            socket
                .awaits("ada with her picture", |frame| {
                    let users = frame["users"].as_array();
                    users.is_some_and(|users| users.iter().any(|user| shows(user, "ada", &version)))
                })
                .await;
        }
        let address = format!("/people/ada/avatar/{}", version.as_str().unwrap());
        ben.get(&address).await.expect(200, "the other node has it");
        let removed = ada.asks("DELETE", "/api/me/avatar", &json!({})).await;
        removed.expect(200, "removed");
        ben.socket()
            .awaits("ada without", |frame| {
                let users = frame["users"].as_array();
                users.is_some_and(|users| users.iter().any(|user| shows(user, "ada", &Value::Null)))
            })
            .await;
        ben.get(&address).await.expect(404, "it is gone there too");
    });
}
