//! PNG: chunks, each with its length, its kind, and a checksum.

use std::io::Result;

use super::window::{Window, broken};
use super::{Changeable, Left};

const CHUNKS_MAX: usize = 200_000;
/// What belongs to the picture.
const KEPT: [&[u8; 4]; 20] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"sBIT",
    b"bKGD", b"hIST", b"pHYs", b"acTL", b"fcTL", b"fdAT", b"cICP", b"mDCV", b"cLLI", b"eXIf",
];
/// A kind of nobody's, which decoders pass over.
const NOTHING: &[u8; 4] = b"voId";

/// Overwrites all chunks that do not belong to the picture.
pub(super) fn overwrite<F: Changeable>(window: &mut Window<F>) -> Result<Left> {
    if window.bytes(0, 8)? != b"\x89PNG\r\n\x1a\n" {
        return Err(broken());
    }
    let (mut at, mut frames) = (8, 1);
    for _ in 0..CHUNKS_MAX {
        let length = u64::from(window.big(at)?);
        let mut kind = [0; 4];
        kind.copy_from_slice(window.bytes(at + 4, 4)?);
        let (from, to) = (at + 8, at + 8 + length);
        if to + 4 > window.end() {
            return Err(broken());
        }
        match &kind {
            b"IEND" => {
                let end = to + 4;
                return Ok(Left { end, frames });
            }
            b"acTL" if length >= 4 => frames = window.big(from)?,
            b"eXIf" => {
                window.blank_but_orientation(from, to)?;
                seal(window, at + 4, to)?;
            }
            kind if KEPT.contains(&kind) => {}
            _ => {
                window.put(at + 4, NOTHING)?;
                window.blank(from, to)?;
                seal(window, at + 4, to)?;
            }
        }
        at = to + 4;
    }
    Err(broken())
}

/// Writes the checksum of a stretch behind it.
fn seal<F: Changeable>(window: &mut Window<F>, from: u64, to: u64) -> Result<()> {
    let (mut at, mut sum) = (from, u32::MAX);
    while at < to {
        let stretch = window.stretch(at)?;
        let count = stretch
            .len()
            .min(usize::try_from(to - at).unwrap_or(usize::MAX));
        for byte in &stretch[..count] {
            sum ^= u32::from(*byte);
            for _ in 0..8 {
                sum = (sum >> 1) ^ (0xedb8_8320 & 0_u32.wrapping_sub(sum & 1));
            }
        }
        at += count as u64;
    }
    window.put(to, &(!sum).to_be_bytes())
}
