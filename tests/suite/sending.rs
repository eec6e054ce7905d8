//! How people send files: the vocabulary of what is tried with them.

use std::io::Cursor;
use std::path::{Path, PathBuf};

use image::{DynamicImage, ImageFormat};
use serde_json::{Value, json};

use crate::people::Person;
use crate::site::http::{Answer, Request};

/// A form with parts, each with what stands in its head.
pub fn multipart(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut body = Vec::new();
    for (head, content) in parts {
        body.extend_from_slice(b"--edge\r\nContent-Disposition: form-data; ");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(b"\r\n\r\n");
        body.extend_from_slice(content);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--edge--\r\n");
    body
}

/// A form that is sent to some address.
pub fn form(person: &Person, path: &str, parts: &[(&str, &[u8])]) -> Request {
    person
        .browser
        .ask("POST", path)
        .with("Origin", &person.browser.origin())
        .with("Content-Type", "multipart/form-data; boundary=edge")
        .carrying(multipart(parts))
}

/// A file on its way to a room.
pub fn upload(person: &Person, slug: &str, name: &str, content: &[u8]) -> Request {
    let head = format!("name=\"file\"; filename=\"{name}\"\r\nContent-Type: image/png");
    form(
        person,
        &format!("/api/rooms/{slug}/uploads"),
        &[(&head, content)],
    )
}

/// A file that has arrived.
pub async fn uploaded(person: &Person, slug: &str, name: &str, content: &[u8]) -> Value {
    let answer = upload(person, slug, name, content).await;
    answer.expect(201, &format!("{name} arrives")).value()
}

/// A message with files and no text.
pub async fn sends(person: &Person, slug: &str, attachments: Value) -> Answer {
    let path = format!("/api/rooms/{slug}/messages");
    person
        .posts(&path, &json!({ "attachments": attachments }))
        .await
}

/// A file in a message of its own: the message.
pub async fn shows(person: &Person, slug: &str, name: &str, content: &[u8]) -> Value {
    let id = uploaded(person, slug, name, content).await["id"].clone();
    let answer = sends(person, slug, json!([id])).await;
    answer.expect(201, &format!("{name} is sent")).value()
}

/// The next part of a file.
pub fn part(person: &Person, path: &str, offset: usize, content: &[u8]) -> Request {
    person
        .browser
        .ask("PATCH", &format!("{path}?offset={offset}"))
        .with("Origin", &person.browser.origin())
        .with("Content-Type", "application/octet-stream")
        .carrying(content.to_vec())
}

/// A picture with much in it.
pub fn picture(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        image::Rgb([(x % 256) as u8, (y % 256) as u8, ((x * y) % 256) as u8])
    });
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut file, format)
        .unwrap();
    file.into_inner()
}

/// The files that lie in a site's folder, but for the one that says whose they are.
pub fn lying(data: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![data.join("uploads")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                found.push(entry.path());
            }
        }
    }
    found.retain(|file| !file.ends_with("owner"));
    found
}
