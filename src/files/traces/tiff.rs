//! TIFF, in which cameras say what they know of a picture: by itself, and inside of other files.

use std::io::Result;

use super::Changeable;
use super::window::{Window, broken};

const ORIENTATION: u16 = 0x0112;
/// Leads to where the picture was taken.
const PLACE: u16 = 0x8825;
/// Bytes of an entry.
const ENTRY: u64 = 12;
/// Entries that are looked at.
const ENTRIES_MAX: u64 = 512;
const MARK: &[u8; 6] = b"Exif\0\0";

/// A TIFF that says which way up a picture is, and nothing else.
pub(super) fn saying(orientation: u16) -> [u8; 26] {
    let mut tiff = *b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\0\0\0\0\0\0\0\0";
    tiff[18..20].copy_from_slice(&orientation.to_le_bytes());
    tiff
}

/// Which way up a picture is by the TIFF in a stretch; `None` where that says nothing.
pub(super) fn orientation<F: Changeable>(
    window: &mut Window<F>,
    from: u64,
    to: u64,
) -> Option<u16> {
    let tiff = Tiff::at(window, from).ok()?;
    let (first, count) = tiff.entries(window).ok()?;
    for number in 0..count {
        let entry = first + number * ENTRY;
        if entry + ENTRY > to {
            return None;
        }
        if tiff.short(window, entry).ok()? == ORIENTATION {
            let found = tiff.short(window, entry + 8).ok()?;
            return (1..=8).contains(&found).then_some(found);
        }
    }
    None
}

/// Overwrites where the picture was taken in the TIFF that begins at a place.
pub(super) fn overwrite_place<F: Changeable>(window: &mut Window<F>, base: u64) -> Result<()> {
    let tiff = Tiff::at(window, base)?;
    let (first, count) = tiff.entries(window)?;
    for number in 0..count {
        let entry = first + number * ENTRY;
        if tiff.short(window, entry)? == PLACE {
            let place = base + u64::from(tiff.long(window, entry + 8)?);
            tiff.overwrite_entries(window, place)?;
        }
    }
    Ok(())
}

/// Overwrites where the picture was taken in each TIFF that is marked inside of a file.
pub(super) fn overwrite_inside<F: Changeable>(window: &mut Window<F>) -> Result<()> {
    let mut at = 0;
    while at < window.end() {
        let stretch = window.stretch(at)?;
        let found = stretch.windows(MARK.len()).position(|part| part == MARK);
        let seen = stretch.len() as u64;
        match found {
            Some(place) => {
                at += place as u64 + MARK.len() as u64;
                // What is only called so is none.
                if Tiff::at(window, at).is_ok() {
                    overwrite_place(window, at)?;
                }
            }
            // The mark may be cut by the edge of what is seen.
            None => at += seen.saturating_sub(MARK.len() as u64 - 1).max(1),
        }
    }
    Ok(())
}

struct Tiff {
    base: u64,
    is_little: bool,
}

impl Tiff {
    fn at<F: Changeable>(window: &mut Window<F>, base: u64) -> Result<Tiff> {
        let is_little = match window.bytes(base, 4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return Err(broken()),
        };
        Ok(Tiff { base, is_little })
    }

    /// Where the first entry is, and how many there are.
    fn entries<F: Changeable>(&self, window: &mut Window<F>) -> Result<(u64, u64)> {
        let list = self.base + u64::from(self.long(window, self.base + 4)?);
        let count = u64::from(self.short(window, list)?);
        Ok((list + 2, count.min(ENTRIES_MAX)))
    }

    /// Overwrites a list of entries and all that they lead to.
    fn overwrite_entries<F: Changeable>(&self, window: &mut Window<F>, list: u64) -> Result<()> {
        let count = u64::from(self.short(window, list)?).min(ENTRIES_MAX);
        for number in 0..count {
            let entry = list + 2 + number * ENTRY;
            let size = match self.short(window, entry + 2)? {
                3 | 8 => 2,
                4 | 9 | 11 => 4,
                5 | 10 | 12 => 8,
                _ => 1,
            };
            let length = u64::from(self.long(window, entry + 4)?) * size;
            if length > 4 {
                let from = self.base + u64::from(self.long(window, entry + 8)?);
                let to = from.saturating_add(length).min(window.end());
                window.blank(from.min(to), to)?;
            }
        }
        window.blank(list, list + 2 + count * ENTRY)
    }

    fn short<F: Changeable>(&self, window: &mut Window<F>, at: u64) -> Result<u16> {
        let bytes = window.bytes(at, 2)?;
        let pair = [bytes[0], bytes[1]];
        Ok(if self.is_little {
            u16::from_le_bytes(pair)
        } else {
            u16::from_be_bytes(pair)
        })
    }

    fn long<F: Changeable>(&self, window: &mut Window<F>, at: u64) -> Result<u32> {
        if self.is_little {
            window.little(at)
        } else {
            window.big(at)
        }
    }
}
