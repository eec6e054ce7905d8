//! Films: phones write beside the picture where it was filmed.

use std::io::{Result, SeekFrom};

use super::Changeable;
use crate::files::boxes::{self, Step};

/// Overwrites the boxes in which a film is described, and makes them free space. Tracks that tell of the way by the second, as some
/// cameras record them, are a part of the film and stay.
pub(super) fn overwrite(file: &mut impl Changeable) -> Result<()> {
    boxes::walk(file, &mut |file, found| {
        match &found.kind {
            b"moov" | b"trak" => return Ok(Step::Into(0)),
            b"udta" | b"meta" | b"uuid" => {
                file.seek(SeekFrom::Start(found.kind_at))?;
                file.write_all(b"free")?;
                file.seek(SeekFrom::Start(found.from))?;
                let mut left = found.to - found.from;
                const NOTHING: [u8; 4096] = [0; 4096];
                while left > 0 {
                    let count = left.min(NOTHING.len() as u64);
                    file.write_all(&NOTHING[..count as usize])?;
                    left -= count;
                }
                file.flush()?;
            }
            _ => {}
        }
        Ok(Step::Over)
    })
}
