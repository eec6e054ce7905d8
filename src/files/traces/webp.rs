//! WebP: chunks, each with its kind and its length.

use std::io::Result;

use super::window::{Window, broken};
use super::{Changeable, Left};

const CHUNKS_MAX: usize = 100_000;

/// Overwrites all chunks that do not belong to the picture.
pub(super) fn overwrite<F: Changeable>(window: &mut Window<F>) -> Result<Left> {
    if window.bytes(0, 4)? != b"RIFF" || window.bytes(8, 4)? != b"WEBP" {
        return Err(broken());
    }
    let end = u64::from(window.little(4)?) + 8;
    if end > window.end() {
        return Err(broken());
    }
    let (mut at, mut moving) = (12, 0);
    for _ in 0..CHUNKS_MAX {
        if at + 8 > end {
            let frames = moving.max(1);
            return Ok(Left { end, frames });
        }
        let mut kind = [0; 4];
        kind.copy_from_slice(window.bytes(at, 4)?);
        let length = u64::from(window.little(at + 4)?);
        let (from, to) = (at + 8, at + 8 + length);
        if to > end {
            return Err(broken());
        }
        match &kind {
            b"VP8 " | b"VP8L" | b"VP8X" | b"ALPH" | b"ANIM" | b"ICCP" => {}
            b"ANMF" => moving += 1,
            b"EXIF" => window.blank_but_orientation(from, to)?,
            _ => window.blank(from, to)?,
        }
        at = to + length % 2;
    }
    Err(broken())
}
