//! GIF: blocks of small pieces, each with its length.

use std::io::Result;

use super::window::{Window, broken};
use super::{Changeable, Left};

/// Pieces that are overwritten: comments of some megabytes. More is made to keep a thread busy.
const BLANKED_MAX: u32 = 16_384;

/// Overwrites comments, and what programs write that are not asked how the picture moves.
pub(super) fn overwrite<F: Changeable>(window: &mut Window<F>) -> Result<Left> {
    let head = window.bytes(0, 13)?;
    if !matches!(&head[..6], b"GIF87a" | b"GIF89a") {
        return Err(broken());
    }
    let mut at = 13 + table(head[10]);
    let (mut frames, mut blanked) = (0_u32, 0_u32);
    loop {
        match window.bytes(at, 1)?[0] {
            0x3b => {
                return Ok(Left {
                    end: at + 1,
                    frames,
                });
            }
            0x2c => {
                frames += 1;
                let own = table(window.bytes(at + 9, 1)?[0]);
                at = pieces(window, at + 11 + own, None)?;
            }
            0x21 => {
                let is_kept = match window.bytes(at + 1, 1)?[0] {
                    0xfe => false,
                    0xff => matches!(
                        window.bytes(at + 3, 11)?,
                        b"NETSCAPE2.0" | b"ANIMEXTS1.0" | b"ICCRGBG1012"
                    ),
                    _ => true,
                };
                at = pieces(window, at + 2, (!is_kept).then_some(&mut blanked))?;
            }
            _ => return Err(broken()),
        }
    }
}

/// Bytes of the table of colours that a byte of flags announces.
fn table(flags: u8) -> u64 {
    if flags & 0x80 == 0 {
        return 0;
    }
    3 << ((flags & 7) + 1)
}

/// Passes over the pieces of a block, or overwrites and counts them; where the next one begins.
fn pieces<F: Changeable>(
    window: &mut Window<F>,
    mut at: u64,
    mut blanked: Option<&mut u32>,
) -> Result<u64> {
    loop {
        let length = u64::from(window.bytes(at, 1)?[0]);
        let next = at + 1 + length;
        if length == 0 {
            return Ok(next);
        }
        if next > window.end() {
            return Err(broken());
        }
        if let Some(blanked) = &mut blanked {
            **blanked += 1;
            if **blanked > BLANKED_MAX {
                return Err(broken());
            }
            window.blank(at + 1, next)?;
        }
        at = next;
    }
}
