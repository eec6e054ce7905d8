//! Pictures that people bring: read with care, cut to shape, and drawn anew, so that nothing of the file that came is given to others.

#[cfg(test)]
mod tests;

use std::io::Cursor;
use std::panic::catch_unwind;

use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::metadata::Orientation;
use image::{
    DynamicImage, GenericImageView, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits,
    Rgba, Rgba32FImage, RgbaImage,
};

use crate::error::{Error, Result};
use crate::secrets;

/// Bytes of a file that is taken.
pub const FILE_BYTES_MAX: usize = 8 * 1024 * 1024;
const SIDE_MAX: u32 = 16_384;
const PIXELS_MAX: u64 = 40_000_000;
/// What a picture may fill once it is read: all pixels that are let pass, at four bytes each.
const MEMORY_MAX: u64 = PIXELS_MAX * 4;
/// Beside it, what reading takes by itself.
const MEMORY_BESIDE: u64 = 32 * 1024 * 1024;
/// Bytes of what is drawn.
const DRAWN_BYTES_MAX: usize = 64 * 1024;
/// From the one that shows no loss to the one that fits whatever is drawn.
const QUALITIES: [u8; 3] = [86, 70, 45];

/// What becomes of a picture's sides. None is ever made larger.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// The square in its middle, with sides of at most so many pixels.
    Square(u32),
    /// All of it, with at most so many pixels in width and height.
    Within(u32, u32),
}

/// A picture that is safe to give to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// `image/jpeg`, or `image/png` where something shines through.
    pub content_type: &'static str,
    /// Its file.
    pub bytes: Vec<u8>,
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
}

impl Picture {
    /// A word that is another one for another picture.
    pub fn version(&self) -> String {
        secrets::fingerprint(&self.bytes)
    }
}

/// Reads a PNG, JPEG, WebP or GIF, whatever its name says it is, and draws it anew: upright, in its shape, without anything that the
/// file said beside it. Of a picture that moves, the first one is taken. Takes a second of a core at most, and as much memory
/// as the limits say.
///
/// Errors: `TooLarge`; `Field` where it is no picture, has too many pixels, or is broken.
pub fn redraw(file: &[u8], shape: Shape) -> Result<Picture> {
    if file.len() > FILE_BYTES_MAX {
        return Err(Error::TooLarge);
    }
    // Those who wrote the decoders promise that they do not panic. A picture is no reason to believe it.
    catch_unwind(|| {
        let (picture, orientation) = read(file)?;
        drawn(&picture, orientation, shape)
    })
    .unwrap_or_else(|_| Err(refused("refusal-picture-broken")))
}

fn refused(code: &'static str) -> Error {
    Error::Field {
        field: "picture",
        code,
    }
}

fn read(file: &[u8]) -> Result<(DynamicImage, Orientation)> {
    let broken = |fault: ImageError| match fault {
        ImageError::Limits(_) => refused("refusal-picture-pixels"),
        _ => refused("refusal-picture-broken"),
    };
    let mut reader = ImageReader::new(Cursor::new(file))
        .with_guessed_format()
        .map_err(|_| refused("refusal-picture-kind"))?;
    match reader.format() {
        Some(ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::Gif) => (),
        Some(ImageFormat::WebP) if chunks_fit(file) => (),
        Some(ImageFormat::WebP) => return Err(refused("refusal-picture-broken")),
        _ => return Err(refused("refusal-picture-kind")),
    }
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(SIDE_MAX);
    limits.max_image_height = Some(SIDE_MAX);
    limits.max_alloc = Some(MEMORY_MAX + MEMORY_BESIDE);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > SIDE_MAX || pixels > PIXELS_MAX || decoder.total_bytes() > MEMORY_MAX {
        return Err(refused("refusal-picture-pixels"));
    }
    if pixels == 0 {
        return Err(refused("refusal-picture-broken"));
    }
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(broken)?;
    Ok((picture, orientation))
}

/// Whether each part of a WebP ends within the file: the decoder makes room for what a part says of its size.
fn chunks_fit(file: &[u8]) -> bool {
    let mut at: usize = 12;
    while let Some(head) = file.get(at..at + 8) {
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        at = at.saturating_add(8).saturating_add(size);
        if at > file.len() {
            return false;
        }
        at += size % 2;
    }
    true
}

fn drawn(picture: &DynamicImage, orientation: Orientation, shape: Shape) -> Result<Picture> {
    let (part, (width, height)) = measured(picture, orientation, shape);
    let mut small = reduced(picture, part, width, height);
    // The small one is quickly turned, and both are cut in the middle.
    small.apply_orientation(orientation);
    loop {
        let drawn = encoded(&small)?;
        if drawn.bytes.len() <= DRAWN_BYTES_MAX {
            return Ok(drawn);
        }
        // A photograph through which something shines: there is no small file of it at this size.
        let (width, height) = small.dimensions();
        let whole = Part(0, 0, width, height);
        small = reduced(&small, whole, (width / 2).max(1), (height / 2).max(1));
    }
}

/// The part of a picture that is kept: where it begins, its width and its height.
struct Part(u32, u32, u32, u32);

/// Which part of a picture is kept, and the sides it is brought to, both before it is turned upright.
fn measured(picture: &DynamicImage, orientation: Orientation, shape: Shape) -> (Part, (u32, u32)) {
    let (width, height) = picture.dimensions();
    match shape {
        Shape::Square(most) => {
            let side = width.min(height);
            let part = Part((width - side) / 2, (height - side) / 2, side, side);
            (part, (side.min(most), side.min(most)))
        }
        Shape::Within(most_width, most_height) => {
            let lies = matches!(
                orientation,
                Orientation::Rotate90
                    | Orientation::Rotate270
                    | Orientation::Rotate90FlipH
                    | Orientation::Rotate270FlipH
            );
            let (most_width, most_height) = if lies {
                (most_height, most_width)
            } else {
                (most_width, most_height)
            };
            let scale = (f64::from(most_width) / f64::from(width))
                .min(f64::from(most_height) / f64::from(height))
                .min(1.0);
            let side = |side: u32| ((f64::from(side) * scale).round() as u32).max(1);
            (Part(0, 0, width, height), (side(width), side(height)))
        }
    }
}

/// All of a picture in another size, with what shines through.
pub(super) fn reduced_whole(picture: &DynamicImage, width: u32, height: u32) -> DynamicImage {
    let (whole_width, whole_height) = picture.dimensions();
    reduced(
        picture,
        Part(0, 0, whole_width, whole_height),
        width,
        height,
    )
}

/// A part of a picture in another size. Colours count by how opaque they are, so that what is hidden does not shine at the edges.
fn reduced(picture: &DynamicImage, part: Part, width: u32, height: u32) -> DynamicImage {
    let Part(left, top, part_width, part_height) = part;
    // First whole blocks become a pixel each, down to about twice the size: quick, and of a large picture little is held.
    let block = (part_width / (2 * width))
        .min(part_height / (2 * height))
        .max(1);
    let weight = (block * block) as f32 * 255.0;
    let weighted = Rgba32FImage::from_fn(part_width / block, part_height / block, |x, y| {
        let mut sums = [0.0_f32; 4];
        for (across, down) in
            (0..block).flat_map(|down| (0..block).map(move |across| (across, down)))
        {
            let pixel = picture.get_pixel(left + x * block + across, top + y * block + down);
            let [red, green, blue, opaque] = pixel.0.map(f32::from);
            let share = opaque / 255.0;
            for (sum, value) in
                sums.iter_mut()
                    .zip([red * share, green * share, blue * share, opaque])
            {
                *sum += value;
            }
        }
        Rgba(sums.map(|sum| sum / weight))
    });
    let scaled = imageops::resize(&weighted, width, height, FilterType::CatmullRom);
    let pixels = RgbaImage::from_fn(width, height, |x, y| {
        let [red, green, blue, opaque] = scaled.get_pixel(x, y).0;
        let byte = |value: f32| (value * 255.0).round().clamp(0.0, 255.0) as u8;
        let full = |value: f32| byte(value / opaque.max(f32::EPSILON));
        Rgba([full(red), full(green), full(blue), byte(opaque)])
    });
    pixels.into()
}

/// A picture's file: as small as it looks good in.
fn encoded(picture: &DynamicImage) -> Result<Picture> {
    let fault =
        |cause: ImageError| Error::Internal(format!("a picture could not be drawn: {cause}"));
    let (width, height) = picture.dimensions();
    let opaque = picture.pixels().all(|(_, _, pixel)| pixel.0[3] == u8::MAX);
    let mut bytes = Vec::new();
    if opaque {
        let colours = picture.to_rgb8();
        for quality in QUALITIES {
            bytes.clear();
            let encoder = JpegEncoder::new_with_quality(&mut bytes, quality);
            colours.write_with_encoder(encoder).map_err(fault)?;
            if bytes.len() <= DRAWN_BYTES_MAX {
                break;
            }
        }
    } else {
        picture
            .write_to(&mut Cursor::new(&mut bytes), ImageFormat::Png)
            .map_err(fault)?;
    }
    Ok(Picture {
        content_type: if opaque { "image/jpeg" } else { "image/png" },
        bytes,
        width,
        height,
    })
}
