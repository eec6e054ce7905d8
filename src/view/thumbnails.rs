//! Small pictures of the pictures in messages: drawn anew, upright, and still.

use std::io::{BufRead, Seek};
use std::panic::{AssertUnwindSafe, catch_unwind};

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{
    DynamicImage, GenericImageView, ImageDecoder, ImageFormat, ImageReader, Limits, RgbImage,
};

use super::pictures;

/// Pixels within which a small picture is.
const BOX: (u32, u32) = (1_280, 960);
/// Pixels of a picture that is read, of all its frames together, and frames.
const PIXELS_MAX: u64 = 50_000_000;
const MOVING_PIXELS_MAX: u64 = 1_500_000_000;
const FRAMES_MAX: u32 = 500;
const SIDE_MAX: u32 = 32_768;
const MEMORY_BESIDE: u64 = 32 * 1024 * 1024;
const QUALITY: u8 = 82;
/// What was drawn without loss stays so, where that is not larger.
const LOSSLESS_BYTES_MAX: usize = 256 * 1024;
/// Something through which the ground shines is made smaller until it has no more bytes than that.
const CLEAR_BYTES_MAX: usize = 1024 * 1024;

/// A small picture, and how large the one is that it was made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Thumbnail {
    /// `image/jpeg`, or `image/png`.
    pub content_type: &'static str,
    /// Its file.
    pub bytes: Vec<u8>,
    /// Width and height in pixels of the picture itself, as it is shown.
    pub sides: (u32, u32),
}

/// Reads the first frame of a picture of that type, and draws it small. `None` where it cannot be read, or is larger than what is: then
/// it is a file like any other. Blocks, and takes up to a second of a core.
pub fn draw(file: impl BufRead + Seek, content_type: &str, frames: u32) -> Option<Thumbnail> {
    // Those who wrote the decoders promise that they do not panic. A picture is no reason to believe it.
    catch_unwind(AssertUnwindSafe(|| drawn(file, content_type, frames)))
        .ok()
        .flatten()
}

fn drawn(file: impl BufRead + Seek, content_type: &str, frames: u32) -> Option<Thumbnail> {
    let format = match content_type {
        "image/jpeg" => ImageFormat::Jpeg,
        "image/png" => ImageFormat::Png,
        "image/gif" => ImageFormat::Gif,
        "image/webp" => ImageFormat::WebP,
        _ => return None,
    };
    let mut reader = ImageReader::with_format(file, format);
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(PIXELS_MAX * 4 + MEMORY_BESIDE);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    if !may_be_read(width, height, decoder.total_bytes(), frames) {
        return None;
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).ok()?;
    let lies = turns_over(orientation);
    let most = if lies { (BOX.1, BOX.0) } else { BOX };
    let mut small = reduced(picture, scaled((width, height), most));
    small.apply_orientation(orientation);
    let (content_type, bytes) = encoded(small, format != ImageFormat::Jpeg)?;
    Some(Thumbnail {
        content_type,
        bytes,
        sides: if lies {
            (height, width)
        } else {
            (width, height)
        },
    })
}

fn may_be_read(width: u32, height: u32, bytes: u64, frames: u32) -> bool {
    let pixels = u64::from(width) * u64::from(height);
    width.max(height) <= SIDE_MAX
        && (1..=PIXELS_MAX).contains(&pixels)
        && bytes <= PIXELS_MAX * 4
        && (1..=FRAMES_MAX).contains(&frames)
        && pixels * u64::from(frames) <= MOVING_PIXELS_MAX
}

fn turns_over(orientation: Orientation) -> bool {
    matches!(
        orientation,
        Orientation::Rotate90
            | Orientation::Rotate270
            | Orientation::Rotate90FlipH
            | Orientation::Rotate270FlipH
    )
}

/// Sides within others, never larger than they are.
fn scaled((width, height): (u32, u32), (most_width, most_height): (u32, u32)) -> (u32, u32) {
    let scale = (f64::from(most_width) / f64::from(width))
        .min(f64::from(most_height) / f64::from(height))
        .min(1.0);
    let side = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
    (side(width), side(height))
}

/// A picture in another size. Where nothing shines through, which is most of them and the largest ones, this is quick.
fn reduced(picture: DynamicImage, (width, height): (u32, u32)) -> DynamicImage {
    if picture.dimensions() == (width, height) {
        return picture;
    }
    if picture.color().has_alpha() {
        return pictures::reduced_whole(&picture, width, height);
    }
    let colours = picture.into_rgb8();
    let block = (colours.width() / width).min(colours.height() / height);
    let near = blocks(colours, block.max(1));
    imageops::resize(&near, width, height, FilterType::Triangle).into()
}

/// Whole blocks become a pixel each.
fn blocks(picture: RgbImage, block: u32) -> RgbImage {
    if block == 1 {
        return picture;
    }
    let (width, height) = (picture.width() / block, picture.height() / block);
    let line = picture.width() as usize * 3;
    let (side, count) = (block as usize, block * block);
    let mut pixels = Vec::with_capacity((width * height * 3) as usize);
    let mut sums = vec![0_u32; width as usize * 3];
    for lines in picture.as_raw().chunks_exact(line * side) {
        sums.fill(0);
        for line in lines.chunks_exact(line) {
            for (sums, block) in sums.chunks_exact_mut(3).zip(line.chunks_exact(3 * side)) {
                for pixel in block.chunks_exact(3) {
                    for (sum, value) in sums.iter_mut().zip(pixel) {
                        *sum += u32::from(*value);
                    }
                }
            }
        }
        pixels.extend(sums.iter().map(|sum| ((sum + count / 2) / count) as u8));
    }
    RgbImage::from_raw(width, height, pixels).unwrap_or(picture)
}

/// A small picture's file.
fn encoded(picture: DynamicImage, is_lossless: bool) -> Option<(&'static str, Vec<u8>)> {
    let is_opaque =
        !picture.color().has_alpha() || picture.pixels().all(|(_, _, pixel)| pixel.0[3] == u8::MAX);
    if !is_opaque {
        let mut picture = picture;
        loop {
            let bytes = as_png(&picture)?;
            let (width, height) = picture.dimensions();
            if bytes.len() <= CLEAR_BYTES_MAX || width.max(height) < 64 {
                return Some(("image/png", bytes));
            }
            let (width, height) = ((width / 2).max(1), (height / 2).max(1));
            picture = pictures::reduced_whole(&picture, width, height);
        }
    }
    let colours = DynamicImage::from(picture.into_rgb8());
    let mut bytes = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut bytes, QUALITY);
    colours.write_with_encoder(encoder).ok()?;
    if is_lossless {
        let exact = as_png(&colours)?;
        if exact.len() <= LOSSLESS_BYTES_MAX.max(bytes.len()) {
            return Some(("image/png", exact));
        }
    }
    Some(("image/jpeg", bytes))
}

fn as_png(picture: &DynamicImage) -> Option<Vec<u8>> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).ok()?;
    Some(bytes.into_inner())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn file(picture: &DynamicImage, format: ImageFormat) -> Cursor<Vec<u8>> {
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, format).unwrap();
        file.set_position(0);
        file
    }

    /// Red at the left, blue at the right.
    fn halves(width: u32, height: u32) -> DynamicImage {
        DynamicImage::from(RgbImage::from_fn(width, height, |x, _| {
            image::Rgb(if x < width / 2 {
                [220, 20, 20]
            } else {
                [20, 20, 220]
            })
        }))
    }

    #[test]
    fn a_large_picture_becomes_a_small_one_and_its_size_is_told() {
        let jpeg = draw(
            file(&halves(4_000, 1_500), ImageFormat::Jpeg),
            "image/jpeg",
            1,
        )
        .unwrap();
        assert_eq!(jpeg.sides, (4_000, 1_500));
        assert_eq!(jpeg.content_type, "image/jpeg");
        let again = image::load_from_memory(&jpeg.bytes).unwrap().to_rgb8();
        assert_eq!(again.dimensions(), (1_280, 480));
        assert!(again.get_pixel(20, 240).0[0] > 180);
        assert!(again.get_pixel(1_260, 240).0[2] > 180);
        let small = draw(file(&halves(40, 30), ImageFormat::Png), "image/png", 1).unwrap();
        assert_eq!((small.sides, small.content_type), ((40, 30), "image/png"));
    }

    #[test]
    fn what_shines_through_still_does() {
        let clear = image::RgbaImage::from_pixel(2_000, 2_000, image::Rgba([9, 9, 9, 0]));
        let png = draw(file(&clear.into(), ImageFormat::Png), "image/png", 1).unwrap();
        assert_eq!(png.content_type, "image/png");
        let again = image::load_from_memory(&png.bytes).unwrap().to_rgba8();
        assert_eq!(again.dimensions(), (960, 960));
        assert_eq!(again.get_pixel(5, 5).0[3], 0);
    }

    #[test]
    fn what_is_too_large_is_not_read() {
        assert!(may_be_read(10_000, 5_000, 200_000_000, 1));
        assert!(!may_be_read(10_000, 5_001, 150_030_000, 1));
        assert!(!may_be_read(65_535, 65_535, 0, 1));
        assert!(!may_be_read(0, 10, 0, 1));
        assert!(!may_be_read(10, 10, 400, 501));
        assert!(!may_be_read(4_000, 3_000, 48_000_000, 500));
    }

    #[test]
    fn whatever_is_broken_or_something_else_is_no_picture() {
        let whole = file(&halves(90, 60), ImageFormat::Png).into_inner();
        for end in [0, 8, 13, 40, whole.len() / 2] {
            assert_eq!(
                draw(Cursor::new(&whole[..end]), "image/png", 1),
                None,
                "{end}"
            );
        }
        assert_eq!(draw(Cursor::new(&whole), "image/jpeg", 1), None);
        assert_eq!(draw(Cursor::new(&whole), "image/svg+xml", 1), None);
    }
}
