//! The picture that a site shows at its door.

use image::ImageFormat;

use crate::avatars::{decoded, halves};
use crate::eventually;
use crate::people::Person;
use crate::site::http::Request;
use crate::site::nodes::Nodes;
use crate::site::{Database, Site};

on_both_databases!(a_picture_hangs_at_the_door_until_it_is_taken_away);

whatever_the_database!(only_pictures_of_administrators_hang_there);

/// The form of the page, with one part as it is given.
fn sends(person: &Person, disposition: &str, content: &[u8]) -> Request {
    let mut body = b"--edge\r\nContent-Disposition: form-data; ".to_vec();
    body.extend_from_slice(disposition.as_bytes());
    body.extend_from_slice(b"\r\n\r\n");
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    let browser = &person.browser;
    browser
        .ask("POST", "/admin/site/logo")
        .with("Origin", &browser.origin())
        .with("Content-Type", "multipart/form-data; boundary=edge")
        .carrying(body)
}

const PICTURE: &str = "name=\"picture\"; filename=\"logo.png\"";
const REMOVAL: &str = "name=\"remove\"";

/// Where the picture on the sign-in page is.
async fn address(site: &Site) -> Option<String> {
    let door = site.browser().get("/login").await.expect(200, "the door");
    let text = door.text();
    let (_, address) = text.split_once("class=\"door__logo\" src=\"")?;
    Some(address.split('"').next().unwrap().to_owned())
}

async fn a_picture_hangs_at_the_door_until_it_is_taken_away(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    assert_eq!(address(&site).await, None);
    let file = halves(1_200, 300, ImageFormat::Png);
    sends(&ada, PICTURE, &file).await.expect(303, "a picture");
    let first = address(&site).await.expect("a picture at the door");
    let picture = site.browser().get(&first).await.expect(200, "to anybody");
    assert_eq!(decoded(&picture).dimensions(), (512, 128), "all of it");
    let kept = picture.header("cache-control").unwrap_or_default();
    assert!(kept.contains("immutable"), "{kept}");
    let other = halves(100, 100, ImageFormat::Jpeg);
    sends(&ada, PICTURE, &other).await.expect(303, "another");
    let second = address(&site).await.expect("the other one");
    assert_ne!(first, second);
    site.browser().get(&first).await.expect(404, "it is gone");
    sends(&ada, REMOVAL, b"yes").await.expect(303, "none");
    assert_eq!(address(&site).await, None);
    site.browser().get(&second).await.expect(404, "gone too");
    let log = ada.get("/admin/log").await.text();
    let log = log.replace(['\u{2068}', '\u{2069}'], "");
    assert_eq!(log.matches("ada gave the site another picture").count(), 2);
    assert!(log.contains("ada removed the picture of the site"));
}

async fn only_pictures_of_administrators_hang_there(database: Database) {
    let site = Site::start(database);
    let (ada, ben) = (site.person("ada").await, site.person("ben").await);
    let file = halves(100, 100, ImageFormat::Png);
    sends(&ben, PICTURE, &file).await.expect(403, "ben");
    sends(&ben, REMOVAL, b"yes").await.expect(403, "ben");
    let words = sends(&ada, PICTURE, b"<svg onload=alert(1)>").await;
    let words = words.expect(422, "no picture").text();
    assert!(
        words.contains("not a picture that can be shown here"),
        "{words}"
    );
    let none = sends(&ada, PICTURE, b"").await.expect(422, "none");
    assert!(none.text().contains("Choose a picture first"));
    assert_eq!(address(&site).await, None);
    for guess in ["x", "%00", ""] {
        let path = format!("/logo/{guess}");
        site.browser().get(&path).await.expect(404, &path);
    }
}

#[test]
fn a_picture_that_is_hung_at_one_node_hangs_at_the_other() {
    crate::play(async {
        let nodes = Nodes::start(2);
        let ada = nodes.sites[0].person("ada").await;
        let file = halves(100, 100, ImageFormat::Png);
        sends(&ada, PICTURE, &file).await.expect(303, "a picture");
        let here = address(&nodes.sites[0]).await.expect("here");
        let elsewhere = nodes.sites[1].browser();
        elsewhere.get(&here).await.expect(200, "given at once");
        eventually("that the other door shows it", async || {
            address(&nodes.sites[1]).await.as_ref() == Some(&here)
        })
        .await;
    });
}
