//! Whatever is sent as a file: it is refused with a reason, or given back as what it is, and never as a page.

use image::ImageFormat;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::Before;
use crate::eventually;
use crate::sending::{lying, multipart, part, picture, shows, upload, uploaded};
use crate::site::{Database, Site};

whatever_the_database!(
    malformed_forms_are_refused,
    a_file_over_the_limit_is_refused_with_and_without_a_length,
    a_file_that_stalls_is_let_go,
    a_name_is_never_a_path_and_never_leaves_its_header,
    nothing_is_ever_given_as_a_page,
);

const UPLOADS: &str = "/api/rooms/lobby/uploads";
const UNLIMITED: (&str, &str) = ("ADDA_MESSAGES_PER_SECOND", "0");

async fn malformed_forms_are_refused(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let before = Before::of(&site).await;
    let send = |kind: &str, body: &[u8]| {
        ada.browser
            .ask("POST", UPLOADS)
            .with("Origin", &ada.browser.origin())
            .with("Content-Type", kind)
            .carrying(body.to_vec())
    };
    let whole = multipart(&[("name=\"file\"; filename=\"a\"", b"tea")]);
    let kind = "multipart/form-data; boundary=edge";
    for (what, kind, body) in [
        ("no boundary", "multipart/form-data", whole.as_slice()),
        (
            "another boundary",
            "multipart/form-data; boundary=other",
            &whole,
        ),
        ("no form", "application/json", b"{}".as_slice()),
        ("no type", "", b"tea"),
        ("nothing", kind, b""),
        ("no end", kind, &whole[..whole.len() - 12]),
        ("no head", kind, b"--edge\r\n\r\ntea\r\n--edge--\r\n"),
        (
            "no name",
            kind,
            b"--edge\r\nContent-Disposition: form-data\r\n\r\ntea\r\n--edge--\r\n",
        ),
        ("noise", kind, &[0xff; 9_000]),
        (
            "a head without end",
            kind,
            &[b"--edge\r\nX: ".as_slice(), &[b'x'; 90_000]].concat(),
        ),
        ("no file", kind, &multipart(&[("name=\"other\"", b"tea")])),
        (
            "an empty file",
            kind,
            &multipart(&[("name=\"file\"; filename=\"a\"", b"")]),
        ),
        (
            "a large field beside it",
            kind,
            &multipart(&[("name=\"other\"", &[7; 90_000])]),
        ),
    ] {
        let answer = send(kind, body).await;
        assert!(
            (400..500).contains(&answer.status),
            "{what}: {}",
            answer.status
        );
    }
    let many: Vec<(&str, &[u8])> = vec![("name=\"other\"", b"x"); 50];
    send(kind, &multipart(&many))
        .await
        .expect(400, "too many fields");
    eventually("nothing to be left", async || {
        lying(&site.data()).is_empty()
    })
    .await;
    uploaded(&ada, "lobby", "tea.txt", b"tea").await;
    before.is_as_after(&site, 8 * 1024).await;
}

async fn a_file_over_the_limit_is_refused_with_and_without_a_length(database: Database) {
    let site = Site::with(database, &[("ADDA_UPLOAD_MAX", "2MB")]);
    let ada = site.person("ada").await;
    upload(&ada, "lobby", "large", &vec![7; 2_000_001])
        .await
        .expect(413, "with a length");
    // In pieces whose sum nobody announces, and which does not end.
    let mut stream = ada.browser.connect().await;
    let head = format!(
        "POST {UPLOADS} HTTP/1.1\r\nHost: {}\r\nOrigin: {}\r\nCookie: {}\r\n\
         Content-Type: multipart/form-data; boundary=edge\r\nTransfer-Encoding: chunked\r\n\r\n",
        ada.browser.host(),
        ada.browser.origin(),
        ada.browser.cookie_header().unwrap(),
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let begins = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
    let begins = format!("{:x}\r\n{begins}\r\n", begins.len());
    stream.write_all(begins.as_bytes()).await.unwrap();
    let piece = [b"10000\r\n".as_slice(), &[7; 0x10000], b"\r\n"].concat();
    let (mut reading, mut writing) = stream.into_split();
    let flood = tokio::spawn(async move {
        // Until nobody takes it any more.
        for _ in 0..4_000 {
            if writing.write_all(&piece).await.is_err() {
                return;
            }
        }
    });
    let mut answer = vec![0; 64];
    let count = reading.read(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer[..count]).into_owned();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    flood.abort();
    eventually("nothing to be left", async || {
        lying(&site.data()).is_empty()
    })
    .await;
    super::unharmed(&site);
}

async fn a_file_that_stalls_is_let_go(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let mut stream = ada.browser.connect().await;
    let begins = "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\"\r\n\r\n";
    let head = format!(
        "POST {UPLOADS} HTTP/1.1\r\nHost: {}\r\nOrigin: {}\r\nCookie: {}\r\n\
         Content-Type: multipart/form-data; boundary=edge\r\nContent-Length: 900000\r\n\r\n{begins}",
        ada.browser.host(),
        ada.browser.origin(),
        ada.browser.cookie_header().unwrap(),
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&[7; 600_000]).await.unwrap();
    let mut answer = Vec::new();
    let wait = std::time::Duration::from_secs(40);
    let read = tokio::time::timeout(wait, stream.read_to_end(&mut answer)).await;
    read.expect("it ends by itself").unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("\"timeout\""), "{answer}");
    assert!(answer.contains("The file stopped arriving."), "{answer}");
    eventually("what arrived to go", async || {
        lying(&site.data()).is_empty()
    })
    .await;
    super::unharmed(&site);
}

async fn a_name_is_never_a_path_and_never_leaves_its_header(database: Database) {
    let site = Site::with(database, &[UNLIMITED]);
    let ada = site.person("ada").await;
    let parts = "/api/rooms/lobby/uploads/parts";
    for name in [
        "../../../etc/passwd",
        "..\\..\\tea.exe",
        "/",
        "",
        "a\r\nSet-Cookie: x=y",
        "a\"; filename=\"b.html",
        "tea\u{202e}gpj.exe",
        "thumbnail",
        "চা %00 100%.txt",
        "..",
        &"x".repeat(5_000),
    ] {
        let begun = ada
            .posts(parts, &json!({"name": name, "size": 3}))
            .await
            .expect(201, name);
        let path = format!("{parts}/{}", begun.value()["id"].as_str().unwrap());
        let file = part(&ada, &path, 0, b"tea").await.expect(201, name).value();
        let kept = file["name"].as_str().unwrap();
        assert!(!kept.is_empty() && kept.len() <= 200, "{kept:?}");
        assert!(
            !kept.contains(['/', '\\', '\r', '\n', '\u{202e}']),
            "{kept:?}"
        );
        let answer = ada
            .get(file["url"].as_str().unwrap())
            .await
            .expect(200, name);
        assert_eq!(answer.body, b"tea", "{name:?}");
        assert!(answer.header("set-cookie").is_none());
        let disposition = answer.header("content-disposition").unwrap();
        assert!(
            disposition.starts_with("attachment; filename=\""),
            "{disposition}"
        );
        assert_eq!(disposition.matches('"').count(), 2, "{disposition}");
        ada.asks("DELETE", &path, &json!({}))
            .await
            .expect(204, name);
    }
    for entry in std::fs::read_dir(site.data()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let is_known = ["adda.", "search.", "uploads"]
            .iter()
            .any(|begins| name.starts_with(begins));
        assert!(is_known, "{name} lies outside of the folder");
    }
}

async fn nothing_is_ever_given_as_a_page(database: Database) {
    let site = Site::with(database, &[UNLIMITED]);
    let ada = site.person("ada").await;
    let script = b"<script>alert(document.cookie)</script>".as_slice();
    let png = picture(9, 9, ImageFormat::Png);
    let jpeg = picture(9, 9, ImageFormat::Jpeg);
    for (name, content, is_shown) in [
        (
            "a.png",
            [b"<!doctype html>".as_slice(), script].concat(),
            false,
        ),
        (
            "a.svg",
            [
                b"<svg xmlns=\"http://www.w3.org/2000/svg\">".as_slice(),
                script,
            ]
            .concat(),
            false,
        ),
        (
            "a.jpg",
            [b"<?xml version=\"1.0\"?><svg>".as_slice(), script].concat(),
            false,
        ),
        ("a.pdf", [b"%PDF-1.7\n".as_slice(), script].concat(), false),
        ("a.html", [b"GIF89a".as_slice(), script].concat(), false),
        (
            "a.htm",
            [b"\x89PNG\r\n\x1a\n".as_slice(), script].concat(),
            false,
        ),
        ("a.js", b"alert(1)".to_vec(), false),
        ("a.html", [png.as_slice(), script].concat(), true),
        ("a.html", [jpeg.as_slice(), script].concat(), true),
        (
            "a.heic",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(),
            false,
        ),
        ("a.bmp", b"BM\x9a\0\0\0\0\0\0\0\x36\0\0\0".to_vec(), false),
    ] {
        let message = shows(&ada, "lobby", name, &content).await;
        let file = &message["attachments"][0];
        assert_eq!(
            file.get("thumbnail_url").is_some(),
            is_shown,
            "{name}: {file}"
        );
        let answer = ada
            .get(file["url"].as_str().unwrap())
            .await
            .expect(200, name);
        let kind = answer.header("content-type").unwrap();
        for page in ["html", "svg", "xml", "javascript"] {
            assert!(!kind.contains(page), "{name}: {kind}");
        }
        assert_eq!(
            kind.starts_with("image/png") || kind.starts_with("image/jpeg"),
            is_shown,
            "{name}: {kind}"
        );
        let disposition = answer.header("content-disposition").unwrap();
        assert_eq!(
            disposition.starts_with("inline"),
            is_shown,
            "{name}: {disposition}"
        );
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let policy = answer.header("content-security-policy").unwrap();
        assert!(
            policy.contains("sandbox") && policy.contains("default-src 'none'"),
            "{policy}"
        );
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            Some("same-origin")
        );
        let holds = answer.body.windows(script.len()).any(|part| part == script);
        assert!(
            !(is_shown && holds),
            "what hid behind the picture is cut off"
        );
    }
    let wanted = shows(&ada, "lobby", "tea.png", &png).await;
    let url = wanted["attachments"][0]["url"].as_str().unwrap().to_owned();
    let saved = ada
        .get(&format!("{url}?download"))
        .await
        .expect(200, "to save");
    assert!(
        saved
            .header("content-disposition")
            .unwrap()
            .starts_with("attachment")
    );
}
