//! What is made of pictures, and which are refused.

use super::*;

fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn code(file: &[u8]) -> &'static str {
    match redraw(file, Shape::Square(256)) {
        Err(Error::Field { code, .. }) => code,
        other => panic!("{other:?}"),
    }
}

/// Red at the left, blue at the right.
fn halves(width: u32, height: u32) -> DynamicImage {
    DynamicImage::from(image::RgbImage::from_fn(width, height, |x, _| {
        image::Rgb(if x < width / 2 {
            [220, 20, 20]
        } else {
            [20, 20, 220]
        })
    }))
}

#[test]
fn each_kind_is_known_by_its_content_and_cut_to_its_middle() {
    for format in [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ] {
        let drawn = redraw(&file(&halves(900, 300), format), Shape::Square(256)).unwrap();
        assert_eq!((drawn.width, drawn.height), (256, 256), "{format:?}");
        assert_eq!(drawn.content_type, "image/jpeg", "{format:?}");
        let again = image::load_from_memory(&drawn.bytes).unwrap().to_rgb8();
        assert!(again.get_pixel(20, 128).0[0] > 180, "{format:?}");
        assert!(again.get_pixel(236, 128).0[2] > 180, "{format:?}");
    }
}

#[test]
fn a_logo_keeps_its_sides_and_what_shines_through() {
    let mut logo = RgbaImage::from_pixel(1_000, 200, Rgba([255, 255, 255, 0]));
    for (x, _, pixel) in logo.enumerate_pixels_mut() {
        if x > 500 {
            *pixel = Rgba([10, 120, 10, 255]);
        }
    }
    let drawn = redraw(
        &file(&logo.into(), ImageFormat::Png),
        Shape::Within(256, 64),
    )
    .unwrap();
    assert_eq!((drawn.width, drawn.height), (256, 51));
    assert_eq!(drawn.content_type, "image/png");
    let again = image::load_from_memory(&drawn.bytes).unwrap().to_rgba8();
    assert_eq!(again.get_pixel(10, 25).0[3], 0);
    // White that nobody saw does not lighten the edge.
    for (_, _, pixel) in again.enumerate_pixels().filter(|it| it.2.0[3] > 16) {
        assert!(pixel.0[0] < 24, "{pixel:?}");
    }
    let thin = redraw(
        &file(&halves(16_000, 2), ImageFormat::Png),
        Shape::Within(256, 64),
    );
    assert_eq!(thin.unwrap().height, 1);
    let small = redraw(&file(&halves(40, 30), ImageFormat::Png), Shape::Square(256));
    assert_eq!(small.unwrap().width, 30, "it is not made larger");
}

#[test]
fn whatever_it_shows_the_file_is_small() {
    let mut state = 1_u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    let clear = RgbaImage::from_fn(300, 300, |_, _| Rgba([noise(), noise(), noise(), noise()]));
    let opaque = image::RgbImage::from_fn(300, 300, |_, _| image::Rgb([noise(), noise(), noise()]));
    for picture in [DynamicImage::from(clear), DynamicImage::from(opaque)] {
        let drawn = redraw(&file(&picture, ImageFormat::Png), Shape::Square(256)).unwrap();
        assert!(
            drawn.bytes.len() <= DRAWN_BYTES_MAX,
            "{}",
            drawn.bytes.len()
        );
    }
}

#[test]
fn what_is_no_picture_is_refused_by_its_content() {
    for file in [
        &b""[..],
        b"<!doctype html><script>alert(1)</script>",
        b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
        b"BM\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00",
        b"II*\x00\x08\x00\x00\x00",
    ] {
        assert_eq!(code(file), "refusal-picture-kind");
    }
    assert_eq!(
        redraw(&vec![0; FILE_BYTES_MAX + 1], Shape::Square(256)),
        Err(Error::TooLarge)
    );
}

#[test]
fn what_is_broken_is_refused_wherever_it_ends() {
    for format in [ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif] {
        let whole = file(&halves(90, 60), format);
        for end in [13, 20, 40, whole.len() / 2] {
            assert_eq!(
                code(&whole[..end]),
                "refusal-picture-broken",
                "{format:?} {end}"
            );
        }
    }
    let whole = file(&halves(90, 60), ImageFormat::Jpeg);
    assert_eq!(code(&whole[..40]), "refusal-picture-broken");
    // A part that says it is larger than anything.
    let mut webp = file(&halves(90, 60), ImageFormat::WebP);
    webp.extend_from_slice(b"EXIF\xf0\xff\xff\xff");
    assert_eq!(code(&webp), "refusal-picture-broken");
}

#[test]
fn sides_are_judged_before_anything_is_read() {
    let mut png = file(&halves(8, 8), ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0xff, 0xff, 0, 0, 0xff, 0xff]);
    let checksum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    assert_eq!(code(&png), "refusal-picture-pixels");
    let mut jpeg = file(&halves(8, 8), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|it| it == [0xff, 0xc0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xff; 4]);
    assert_eq!(code(&jpeg), "refusal-picture-pixels");
    let mut gif = file(&halves(8, 8), ImageFormat::Gif);
    gif[6..10].copy_from_slice(&[0xff; 4]);
    assert_eq!(code(&gif), "refusal-picture-pixels");
}

/// What a part of a PNG ends in.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        })
    })
}
