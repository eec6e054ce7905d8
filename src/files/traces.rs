//! What a file tells beside what it shows: where it was taken, by whom, with what. It is overwritten in place; what the file shows
//! is not touched, and nothing is drawn anew.
//!
//! Which way up a picture is stays, and which colours are meant. What follows the end of a picture is cut off: that is where other
//! files hide.

mod film;
mod gif;
mod jpeg;
mod png;
mod tiff;
mod webp;
mod window;

use std::io::{Read, Result, Seek, Write};

use window::Window;

/// A file that can be read and overwritten anywhere.
pub trait Changeable: Read + Write + Seek {}

impl<F: Read + Write + Seek> Changeable for F {}

/// What is left of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Left {
    /// Where it ends now.
    pub end: u64,
    /// Pictures that follow each other in it; 0 where it is no picture.
    pub frames: u32,
}

/// Overwrites what a file of that type tells beside what it shows.
///
/// Errors: those of reading and writing; `UnexpectedEof` and `InvalidData` where it is broken.
pub fn overwrite(file: &mut impl Changeable, content_type: &str) -> Result<Left> {
    let mut window = Window::over(file)?;
    let whole = Left {
        end: window.end(),
        frames: 0,
    };
    match content_type {
        "image/jpeg" => jpeg::overwrite(&mut window),
        "image/png" => png::overwrite(&mut window),
        "image/webp" => webp::overwrite(&mut window),
        "image/gif" => gif::overwrite(&mut window),
        "image/heif" | "image/avif" => tiff::overwrite_inside(&mut window).map(|()| whole),
        "image/tiff" | "image/x-canon-cr2" => tiff::overwrite_place(&mut window, 0).map(|()| whole),
        "video/mp4" | "video/quicktime" => {
            drop(window);
            film::overwrite(file).map(|()| whole)
        }
        "audio/mp4" => {
            drop(window);
            film::overwrite_places(file).map(|()| whole)
        }
        _ => Ok(whole),
    }
}

#[cfg(test)]
mod tests;
