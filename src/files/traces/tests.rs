//! What is overwritten, and what stays as it was.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, RgbImage};

use super::*;

const PLACE: &[u8] = b"23.7104N90.4074E";

fn picture(format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(40, 20, |x, y| {
        image::Rgb([(x * 6) as u8, (y * 12) as u8, 90])
    });
    let mut file = Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut file, format)
        .unwrap();
    file.into_inner()
}

/// What a camera writes: lying on its side, and taken at a place.
fn exif() -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend_from_slice(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    exif.extend_from_slice(b"\x25\x88\x04\0\x01\0\0\0\x26\0\0\0");
    exif.extend_from_slice(&[0; 4]);
    // The list of the place: one text, which lies behind it.
    exif.extend_from_slice(b"\x01\0\x02\0\x02\0\x10\0\0\0\x38\0\0\0\0\0\0\0");
    exif.extend_from_slice(PLACE);
    exif
}

fn jpeg() -> Vec<u8> {
    let plain = picture(ImageFormat::Jpeg);
    let mut jpeg = plain[..2].to_vec();
    for (kind, content) in [
        (0xe1, [b"Exif\0\0", exif().as_slice()].concat()),
        (0xe1, [b"http://ns.adobe.com/xap/1.0/\0", PLACE].concat()),
        (0xed, PLACE.to_vec()),
        (0xfe, PLACE.to_vec()),
        (0xe2, b"ICC_PROFILE\0 as it was".to_vec()),
    ] {
        jpeg.extend_from_slice(&[0xff, kind]);
        jpeg.extend_from_slice(&(content.len() as u16 + 2).to_be_bytes());
        jpeg.extend_from_slice(&content);
    }
    jpeg.extend_from_slice(&plain[2..]);
    jpeg
}

fn png() -> Vec<u8> {
    let plain = picture(ImageFormat::Png);
    let mut png = plain[..33].to_vec();
    for (kind, content) in [
        (b"eXIf", exif()),
        (b"tEXt", [b"Comment\0", PLACE].concat()),
        (b"iTXt", [b"XML:com.adobe.xmp\0\0\0\0\0", PLACE].concat()),
    ] {
        png.extend_from_slice(&(content.len() as u32).to_be_bytes());
        png.extend_from_slice(kind);
        png.extend_from_slice(&content);
        // Whoever wrote it took no care of the checksum.
        png.extend_from_slice(&[0; 4]);
    }
    png.extend_from_slice(&plain[33..]);
    png
}

fn webp() -> Vec<u8> {
    let mut webp = picture(ImageFormat::WebP);
    for (kind, content) in [(b"EXIF", exif()), (b"XMP ", PLACE.to_vec())] {
        webp.extend_from_slice(kind);
        webp.extend_from_slice(&(content.len() as u32).to_le_bytes());
        webp.extend_from_slice(&content);
    }
    let size = webp.len() as u32 - 8;
    webp[4..8].copy_from_slice(&size.to_le_bytes());
    webp
}

fn gif() -> Vec<u8> {
    let mut gif = picture(ImageFormat::Gif);
    let end = gif.len() - 1;
    let mut comment = vec![0x21, 0xfe, PLACE.len() as u8];
    comment.extend_from_slice(PLACE);
    comment.push(0);
    gif.splice(end..end, comment);
    gif
}

fn overwritten(mut file: Vec<u8>, content_type: &str) -> (Vec<u8>, Left) {
    let left = overwrite(&mut Cursor::new(&mut file), content_type).unwrap();
    file.truncate(left.end as usize);
    (file, left)
}

fn holds(file: &[u8], words: &[u8]) -> bool {
    file.windows(words.len()).any(|part| part == words)
}

fn pixels(file: &[u8]) -> Vec<u8> {
    image::load_from_memory(file).unwrap().to_rgb8().into_raw()
}

fn orientation(file: &[u8]) -> Orientation {
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format();
    let mut decoder = reader.unwrap().into_decoder().unwrap();
    decoder.orientation().unwrap()
}

#[test]
fn a_picture_tells_nothing_but_what_it_shows_and_which_way_up() {
    for (content_type, file, format) in [
        ("image/jpeg", jpeg(), ImageFormat::Jpeg),
        ("image/png", png(), ImageFormat::Png),
        ("image/webp", webp(), ImageFormat::WebP),
        ("image/gif", gif(), ImageFormat::Gif),
    ] {
        assert!(holds(&file, PLACE), "{content_type}");
        let (left, found) = overwritten(file.clone(), content_type);
        assert!(!holds(&left, PLACE), "{content_type}");
        assert_eq!(found.frames, 1, "{content_type}");
        assert_eq!(left.len(), file.len(), "{content_type}");
        assert_eq!(pixels(&left), pixels(&picture(format)), "{content_type}");
        if matches!(format, ImageFormat::Jpeg | ImageFormat::Png) {
            assert_eq!(orientation(&left), Orientation::Rotate90, "{content_type}");
        }
        let again = overwritten(left.clone(), content_type);
        assert_eq!(again.0, left, "{content_type}: once is enough");
    }
    assert!(holds(
        &overwritten(jpeg(), "image/jpeg").0,
        b"ICC_PROFILE\0 as it was"
    ));
}

#[test]
fn what_hides_behind_a_picture_is_cut_off() {
    for (content_type, file) in [
        ("image/jpeg", jpeg()),
        ("image/png", png()),
        ("image/webp", webp()),
        ("image/gif", gif()),
    ] {
        let length = file.len();
        let hiding = [file, b"PK\x03\x04 another file".to_vec()].concat();
        assert_eq!(
            overwritten(hiding, content_type).0.len(),
            length,
            "{content_type}"
        );
    }
}

#[test]
fn frames_are_counted_before_anything_is_read() {
    let mut gif = picture(ImageFormat::Gif);
    let frame = gif.iter().position(|byte| *byte == 0x2c).unwrap();
    let frames = gif[frame..gif.len() - 1].repeat(600);
    gif.splice(frame..gif.len() - 1, frames);
    assert!(overwritten(gif, "image/gif").1.frames >= 600);
}

#[test]
fn a_broken_picture_is_told_from_a_whole_one_wherever_it_ends() {
    for (content_type, file) in [
        ("image/jpeg", jpeg()),
        ("image/png", png()),
        ("image/webp", webp()),
        ("image/gif", gif()),
    ] {
        for end in 0..file.len() {
            let mut part = file[..end].to_vec();
            let found = overwrite(&mut Cursor::new(&mut part), content_type);
            assert!(found.is_err(), "{content_type} {end}");
        }
    }
}

#[test]
fn a_photograph_inside_of_another_file_loses_its_place() {
    let heif = [
        b"\0\0\0\x18ftypheic\0\0\0\0 Exif\0\0".as_slice(),
        &exif(),
        b" and more",
    ]
    .concat();
    let (left, _) = overwritten(heif.clone(), "image/heif");
    assert!(!holds(&left, PLACE));
    assert_eq!(left.len(), heif.len());
    assert!(left.ends_with(b" and more"));
    assert!(!holds(&overwritten(exif(), "image/tiff").0, PLACE));
}

#[test]
fn a_film_loses_what_is_written_beside_it() {
    let atom = |kind: &[u8; 4], content: &[u8]| {
        let size = (content.len() as u32 + 8).to_be_bytes();
        [&size, kind.as_slice(), content].concat()
    };
    let place = atom(b"udta", &atom(b"\xa9xyz", PLACE));
    let film = [
        atom(b"ftyp", b"isom\0\0\0\0"),
        atom(b"mdat", b"what it shows"),
        atom(b"moov", &[atom(b"trak", &place), place.clone()].concat()),
    ]
    .concat();
    let (left, _) = overwritten(film.clone(), "video/mp4");
    assert!(!holds(&left, PLACE));
    assert!(holds(&left, b"what it shows"));
    assert_eq!(left.len(), film.len());
    for beside in [
        b"free", b"skip", b"wide", b"XMP_", b"sefd", b"uuid", b"meta", b"beam",
    ] {
        let beside = || atom(beside, PLACE);
        let media = atom(b"mdia", &[atom(b"mdhd", b"its time"), beside()].concat());
        let track = atom(
            b"trak",
            &[atom(b"tkhd", b"its size"), media, beside()].concat(),
        );
        let film = [
            atom(b"ftyp", b"isom\0\0\0\0"),
            beside(),
            atom(
                b"moov",
                &[atom(b"mvhd", b"its length"), track, beside()].concat(),
            ),
            atom(b"mdat", b"what it shows"),
            beside(),
        ]
        .concat();
        let (left, _) = overwritten(film.clone(), "video/quicktime");
        assert!(!holds(&left, PLACE));
        for kept in [
            b"what it shows".as_slice(),
            b"its time",
            b"its size",
            b"its length",
        ] {
            assert!(holds(&left, kept));
        }
        assert_eq!(left.len(), film.len());
    }
    let called = atom(
        b"udta",
        &[atom(b"\xa9nam", b"A song"), atom(b"\xa9xyz", PLACE)].concat(),
    );
    let sound = [atom(b"ftyp", b"M4A \0\0\0\0"), atom(b"moov", &called)].concat();
    let (left, _) = overwritten(sound.clone(), "audio/mp4");
    assert!(!holds(&left, PLACE) && holds(&left, b"A song"));
}

/// A file that counts what is read and overwritten of it.
struct Counted {
    file: Cursor<Vec<u8>>,
    read: usize,
    overwritten: usize,
}

impl Read for Counted {
    fn read(&mut self, bytes: &mut [u8]) -> Result<usize> {
        let count = self.file.read(bytes)?;
        self.read += count;
        Ok(count)
    }
}

impl Write for Counted {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        let count = self.file.write(bytes)?;
        self.overwritten += count;
        Ok(count)
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: std::io::SeekFrom) -> Result<u64> {
        self.file.seek(to)
    }
}

/// A TIFF whose entries all lead to places, all of whose entries lead to a stretch of it; or to nothing.
fn leading_around(size: usize, stretch: u32) -> Vec<u8> {
    let (lists, entries) = (200_u16, 200_u16);
    let list_of_entries = 8 + 2 + 12 * u32::from(lists);
    let mut tiff = b"II*\0\x08\0\0\0".to_vec();
    tiff.extend_from_slice(&lists.to_le_bytes());
    for _ in 0..lists {
        tiff.extend_from_slice(b"\x25\x88\x04\0\x01\0\0\0");
        tiff.extend_from_slice(&list_of_entries.to_le_bytes());
    }
    tiff.extend_from_slice(&entries.to_le_bytes());
    let behind = list_of_entries + 2 + 12 * u32::from(entries);
    for _ in 0..entries {
        tiff.extend_from_slice(b"\x01\0\x02\0");
        tiff.extend_from_slice(&stretch.to_le_bytes());
        tiff.extend_from_slice(&behind.to_le_bytes());
    }
    tiff.resize(size, b'x');
    tiff
}

#[test]
fn what_leads_around_in_circles_costs_no_more_than_a_picture() {
    let size = 1_000_000;
    let marked = [b"Exif\0\0".as_slice(), &leading_around(20_000, 2)].concat();
    for (content_type, file) in [
        ("image/tiff", leading_around(size, size as u32)),
        ("image/heif", marked.repeat(size / marked.len())),
    ] {
        let size = file.len();
        let mut counted = Counted {
            file: Cursor::new(file),
            read: 0,
            overwritten: 0,
        };
        // It may be told to be broken; more is not to be done about it.
        let _ = overwrite(&mut counted, content_type);
        assert!(counted.overwritten <= 2 * size, "{content_type}");
        assert!(
            counted.read <= 4 * size + 64 * 64 * 1024,
            "{content_type}: {}",
            counted.read
        );
    }
}
