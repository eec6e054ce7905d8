//! JPEG: segments, each with its marker and its length, and the picture between them.

use std::io::Result;

use super::window::{Window, broken};
use super::{Changeable, Left};

/// Segments that are looked at.
const SEGMENTS_MAX: usize = 10_000;

/// Overwrites all segments in which programs write what they like, but for the colours' profile and what decoders need.
pub(super) fn overwrite<F: Changeable>(window: &mut Window<F>) -> Result<Left> {
    if window.bytes(0, 2)? != b"\xff\xd8" {
        return Err(broken());
    }
    let mut at = 2;
    for _ in 0..SEGMENTS_MAX {
        let head = window.bytes(at, 2)?;
        let (mark, kind) = (head[0], head[1]);
        match (mark, kind) {
            (0xff, 0xff) => at += 1,
            (0xff, 0xd9) => {
                return Ok(Left {
                    end: at + 2,
                    frames: 1,
                });
            }
            (0xff, 0x01 | 0xd0..=0xd7) => at += 2,
            (0xff, kind) => {
                let length = window.bytes(at + 2, 2)?;
                let length = u64::from(u16::from_be_bytes([length[0], length[1]]));
                let (from, to) = (at + 4, at + 2 + length);
                if to < from || to > window.end() {
                    return Err(broken());
                }
                overwrite_segment(window, kind, from, to)?;
                at = if kind == 0xda {
                    next_marker(window, to)?
                } else {
                    to
                };
            }
            _ => return Err(broken()),
        }
    }
    Err(broken())
}

fn overwrite_segment<F: Changeable>(
    window: &mut Window<F>,
    kind: u8,
    from: u64,
    to: u64,
) -> Result<()> {
    const EXIF: &[u8] = b"Exif\0\0";
    let begins = |window: &mut Window<F>, with: &[u8]| -> Result<bool> {
        Ok(to - from >= with.len() as u64 && window.bytes(from, with.len())? == with)
    };
    match kind {
        0xe1 if begins(window, EXIF)? => window.blank_but_orientation(from + EXIF.len() as u64, to),
        0xe2 if begins(window, b"ICC_PROFILE\0")? => Ok(()),
        0xe1..=0xed | 0xef | 0xfe => window.blank(from, to),
        _ => Ok(()),
    }
}

/// Where the picture's own bytes end.
fn next_marker<F: Changeable>(window: &mut Window<F>, mut at: u64) -> Result<u64> {
    loop {
        let stretch = window.stretch(at)?;
        if stretch.len() < 2 {
            return Err(broken());
        }
        let found = stretch
            .windows(2)
            .position(|pair| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7 | 0xff));
        match found {
            Some(place) => return Ok(at + place as u64),
            None => at += stretch.len() as u64 - 1,
        }
    }
}
