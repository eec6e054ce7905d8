//! Files that are sent as pictures: what of them is kept, and what is refused.

use image::ImageFormat;

use crate::avatars::{decoded, halves, posts, puts, submits, version};
use crate::site::{Database, Site};

const MEBIBYTE: usize = 1024 * 1024;

whatever_the_database!(
    a_photograph_is_turned_upright_and_says_nothing_else,
    what_is_no_picture_is_refused_whatever_it_calls_itself,
    what_is_too_large_is_refused_as_soon_as_that_is_known,
    forms_in_disorder_are_refused,
    pictures_leave_no_memory_behind,
);

/// A photograph as a telephone writes it: lying, with the place where it was taken.
fn photograph() -> Vec<u8> {
    let file = halves(900, 300, ImageFormat::Jpeg);
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x02".to_vec();
    // Orientation: a quarter turn to the right makes it upright.
    exif.extend_from_slice(&[0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0]);
    // A description, where a place could stand as well.
    exif.extend_from_slice(&[0x01, 0x0E, 0, 2, 0, 0, 0, 20, 0, 0, 0, 38]);
    exif.extend_from_slice(&[0, 0, 0, 0]);
    exif.extend_from_slice(b"23.8103 N, 90.4125 E");
    let mut photograph = vec![0xFF, 0xD8, 0xFF, 0xE1];
    photograph.extend_from_slice(&(exif.len() as u16 + 2).to_be_bytes());
    photograph.extend_from_slice(&exif);
    photograph.extend_from_slice(&file[2..]);
    photograph
}

async fn a_photograph_is_turned_upright_and_says_nothing_else(database: Database) {
    let site = Site::start(database);
    let ada = site.person("ada").await;
    let file = photograph();
    assert!(file.windows(7).any(|it| it == b"23.8103"));
    puts(&ada, file).await.expect(200, "a photograph");
    let address = format!("/people/ada/avatar/{}", version(&ada).await.unwrap());
    let answer = ada.get(&address).await.expect(200, "her picture");
    let picture = decoded(&answer);
    assert!(
        picture.get_pixel(128, 20).0[0] > 180,
        "what was at the left is above"
    );
    assert!(
        picture.get_pixel(128, 236).0[2] > 180,
        "what was at the right is below"
    );
    for said in [&b"23.8103"[..], b"Exif", b"90.4125"] {
        assert!(!answer.body.windows(said.len()).any(|it| it == said));
    }
}

async fn what_is_no_picture_is_refused_whatever_it_calls_itself(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let mut png = halves(300, 300, ImageFormat::Png);
    let broken = png[..png.len() / 2].to_vec();
    // The sides, in a file of some bytes: 65,535 each.
    png[16..24].copy_from_slice(&[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]);
    let mut jpeg = halves(300, 300, ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|it| it == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF; 4]);
    let before = site.resident_kib();
    for (what, file) in [
        ("nothing", Vec::new()),
        (
            "a page",
            b"<!doctype html><script>alert(1)</script>".to_vec(),
        ),
        (
            "a drawing with a script",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec(),
        ),
        ("half a picture", broken),
        ("sides without a sum", png),
        ("sides of a giant", jpeg),
        ("noise", vec![0xA5; MEBIBYTE]),
    ] {
        let refused = puts(&ada, file.clone()).await.expect(400, what);
        assert_eq!(refused.code(), "bad_request", "{what}");
        let part = (
            "name=\"picture\"; filename=\"me.png\"\r\nContent-Type: image/png",
            &file[..],
        );
        let page = submits(&ada, &[part]).await.expect(422, what).text();
        assert!(
            page.contains("id=\"picture-refusal\" role=\"alert\">"),
            "{what}"
        );
    }
    assert!(
        site.resident_kib() < before + 64 * 1024,
        "sides were believed"
    );
    let kind = puts(&ada, halves(9, 9, ImageFormat::Png)).with("Content-Type", "text/html");
    assert_eq!(kind.await.expect(415, "no picture").code(), "unsupported");
    assert_eq!(version(&ada).await, None);
}

async fn what_is_too_large_is_refused_as_soon_as_that_is_known(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let large = || vec![0xA5; 8 * MEBIBYTE + 1];
    let announced = puts(&ada, Vec::new()).with("Content-Length", "99000000000");
    assert_eq!(announced.await.expect(413, "announced").code(), "too_large");
    puts(&ada, large()).await.expect(413, "sent");
    // Without a length, in pieces.
    let mut pieces = Vec::new();
    for piece in large().chunks(MEBIBYTE) {
        pieces.extend_from_slice(format!("{:x}\r\n", piece.len()).as_bytes());
        pieces.extend_from_slice(piece);
        pieces.extend_from_slice(b"\r\n");
    }
    pieces.extend_from_slice(b"0\r\n\r\n");
    let streamed = puts(&ada, pieces)
        .without("Content-Length")
        .with("Transfer-Encoding", "chunked");
    streamed.await.expect(413, "without a length");
    let page = submits(&ada, &[("name=\"picture\"; filename=\"me.png\"", &large())]);
    let page = page.await.expect(413, "by the form").text();
    assert!(page.contains("A picture has at most 8 MB"), "{page}");
    assert_eq!(version(&ada).await, None);
}

async fn forms_in_disorder_are_refused(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let picture = halves(40, 40, ImageFormat::Png);
    let kind = "multipart/form-data; boundary=edge";
    for (what, kind, body, status) in [
        ("no form", "text/plain", b"hello".to_vec(), 415),
        ("no edge", "multipart/form-data", b"hello".to_vec(), 400),
        ("nothing", kind, Vec::new(), 400),
        (
            "no end",
            kind,
            b"--edge\r\nContent-Disposition: form-data; name=\"picture\"\r\n\r\nhalf".to_vec(),
            400,
        ),
        (
            "no name",
            kind,
            b"--edge\r\nContent-Type: image/png\r\n\r\nx\r\n--edge--\r\n".to_vec(),
            400,
        ),
        (
            "an endless head",
            kind,
            [b"--edge\r\n".to_vec(), vec![b'x'; MEBIBYTE]].concat(),
            413,
        ),
        ("an empty form", kind, b"--edge--\r\n".to_vec(), 422),
    ] {
        posts(&ada, kind, body).await.expect(status, what);
    }
    let other = ("name=\"other\"", &b"x"[..]);
    submits(&ada, &[other; 9]).await.expect(400, "many fields");
    submits(&ada, &[("name=\"other\"", &[b'x'; MEBIBYTE])])
        .await
        .expect(413, "a long field");
    submits(&ada, &[other]).await.expect(422, "no picture");
    assert_eq!(version(&ada).await, None);
    submits(&ada, &[other, ("name=\"picture\"", &picture)])
        .await
        .expect(303, "in order");
    assert!(version(&ada).await.is_some());
    let foreign =
        submits(&ada, &[("name=\"remove\"", b"yes")]).with("Sec-Fetch-Site", "cross-site");
    foreign.await.expect(403, "the page of another site");
    assert!(version(&ada).await.is_some());
}

async fn pictures_leave_no_memory_behind(database: Database) {
    let site = Site::unlimited(database);
    let ada = site.person("ada").await;
    let picture = halves(1_600, 1_200, ImageFormat::Png);
    for _ in 0..3 {
        puts(&ada, picture.clone()).await.expect(200, "a picture");
    }
    let before = site.resident_kib();
    for _ in 0..12 {
        puts(&ada, picture.clone()).await.expect(200, "a picture");
    }
    let after = site.resident_kib();
    // Each fills 6 MiB while it is read.
    assert!(
        after < before + 32 * 1024,
        "{before} KiB before, {after} KiB after"
    );
}
