//! Pictures that are none, or tell more than they show.

use std::io::Cursor;

use image::ImageFormat;
use serde_json::json;

use crate::sending::{picture, shows};
use crate::site::{Database, Site};

whatever_the_database!(
    a_picture_is_judged_before_it_is_read,
    where_a_picture_was_taken_is_told_to_nobody,
);

const UNLIMITED: (&str, &str) = ("ADDA_MESSAGES_PER_SECOND", "0");
const PLACE: &[u8] = b"23.7104N90.4074E";

/// A PNG that says it is so large.
fn announcing(width: u32, height: u32) -> Vec<u8> {
    let mut png = picture(9, 9, ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let mut sum = u32::MAX;
    for byte in &png[12..29] {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            sum = (sum >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(sum & 1));
        }
    }
    png[29..33].copy_from_slice(&(!sum).to_be_bytes());
    png
}

async fn a_picture_is_judged_before_it_is_read(database: Database) {
    let site = Site::with(database, &[UNLIMITED]);
    let ada = site.person("ada").await;
    shows(
        &ada,
        "lobby",
        "warm.png",
        &picture(900, 900, ImageFormat::Png),
    )
    .await;
    let before = site.resident_kib();
    let mut jpeg = picture(9, 9, ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|it| it == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    let mut gif = picture(9, 9, ImageFormat::Gif);
    gif[6..10].copy_from_slice(&[0xff; 4]);
    let whole = picture(200, 200, ImageFormat::Png);
    let mut corrupt = whole.clone();
    let middle = corrupt.len() / 2;
    corrupt[middle..middle + 200].fill(0x55);
    for (name, content) in [
        ("65535.png", announcing(65_535, 65_535)),
        ("none.png", announcing(0, 0)),
        ("65535.jpg", jpeg),
        ("65535.gif", gif),
        ("cut.png", whole[..whole.len() / 2].to_vec()),
        ("head.png", whole[..20].to_vec()),
        ("corrupt.png", corrupt),
        (
            "cut.jpg",
            picture(200, 200, ImageFormat::Jpeg)[..900].to_vec(),
        ),
        (
            "cut.webp",
            picture(200, 200, ImageFormat::WebP)[..400].to_vec(),
        ),
        (
            "cut.gif",
            picture(200, 200, ImageFormat::Gif)[..900].to_vec(),
        ),
    ] {
        let message = shows(&ada, "lobby", name, &content).await;
        let file = &message["attachments"][0];
        assert!(file.get("thumbnail_url").is_none(), "{name}: {file}");
        assert!(file.get("width").is_none(), "{name}: {file}");
        let got = ada
            .get(file["url"].as_str().unwrap())
            .await
            .expect(200, name);
        assert!(
            got.header("content-disposition")
                .unwrap()
                .starts_with("attachment"),
            "{name}"
        );
        assert_eq!(got.body.len(), content.len(), "{name}");
    }
    let grown = site.resident_kib().saturating_sub(before);
    assert!(grown < 32 * 1024, "{grown} KiB were taken");
    super::unharmed(&site);
}

async fn where_a_picture_was_taken_is_told_to_nobody(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let mut jpeg = picture(60, 40, ImageFormat::Jpeg);
    let mut exif = b"\xff\xe1\0\0Exif\0\0II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend_from_slice(
        b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\x25\x88\x04\0\x01\0\0\0\x26\0\0\0\0\0\0\0",
    );
    exif.extend_from_slice(b"\x01\0\x02\0\x02\0\x10\0\0\0\x38\0\0\0\0\0\0\0");
    exif.extend_from_slice(PLACE);
    let length = exif.len() as u16 - 2;
    exif[2..4].copy_from_slice(&length.to_be_bytes());
    jpeg.splice(2..2, exif);
    let message = shows(&ada, "lobby", "tea.jpg", &jpeg).await;
    let file = &message["attachments"][0];
    // It lies on its side, and is told of as it is shown.
    assert_eq!((&file["width"], &file["height"]), (&json!(40), &json!(60)));
    for url in [&file["url"], &file["thumbnail_url"]] {
        let got = ada.get(url.as_str().unwrap()).await.expect(200, "it");
        let holds = got.body.windows(PLACE.len()).any(|part| part == PLACE);
        assert!(!holds, "{url}");
    }
    let small = ada.get(file["thumbnail_url"].as_str().unwrap()).await;
    let small = image::load_from_memory(&small.body).unwrap();
    assert_eq!(
        (small.width(), small.height()),
        (40, 60),
        "it stands upright"
    );
    let original = ada.get(file["url"].as_str().unwrap()).await;
    let mut decoder = image::ImageReader::new(Cursor::new(&original.body))
        .with_guessed_format()
        .unwrap()
        .into_decoder()
        .unwrap();
    let orientation = image::ImageDecoder::orientation(&mut decoder).unwrap();
    assert_eq!(orientation, image::metadata::Orientation::Rotate90);
}
