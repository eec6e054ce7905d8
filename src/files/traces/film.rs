//! Films: phones write beside the picture where it was filmed.

use std::io::{Result, SeekFrom};

use super::Changeable;
use crate::files::boxes::{self, Found, Step};

/// What a film is made of, as far down as its tracks (ISO/IEC 14496-12, and QuickTime's own); all else is written beside it.
const FILM: [&[u8; 4]; 33] = [
    b"clip", b"cmov", b"ctab", b"edts", b"elng", b"emsg", b"ftyp", b"hdlr", b"imap", b"iods",
    b"load", b"matt", b"mdat", b"mdhd", b"mfra", b"minf", b"moof", b"mvex", b"mvhd", b"pdin",
    b"prft", b"pssh", b"rmra", b"sidx", b"ssix", b"styp", b"tapt", b"tkhd", b"tref", b"trgr",
    b"moov", b"trak", b"mdia",
];
const HOLD_MORE: [&[u8; 4]; 3] = [b"moov", b"trak", b"mdia"];
/// Where a sound was recorded, as QuickTime and 3GPP write it.
const PLACES: [&[u8; 4]; 2] = [b"\xa9xyz", b"loci"];

/// Overwrites what is written beside a film, and makes it free space. Tracks that tell of the way by the second, as some cameras record
/// them, are a part of the film and stay.
pub(super) fn overwrite(file: &mut impl Changeable) -> Result<()> {
    boxes::walk(file, &mut |file, found| {
        if HOLD_MORE.contains(&&found.kind) {
            return Ok(Step::Into(0));
        }
        if !FILM.contains(&&found.kind) {
            free(file, found)?;
        }
        Ok(Step::Over)
    })
}

/// Overwrites where a sound was recorded; what it is called and whose it is stays.
pub(super) fn overwrite_places(file: &mut impl Changeable) -> Result<()> {
    boxes::walk(file, &mut |file, found| {
        if HOLD_MORE.contains(&&found.kind) || &found.kind == b"udta" {
            return Ok(Step::Into(0));
        }
        if PLACES.contains(&&found.kind) {
            free(file, found)?;
        }
        Ok(Step::Over)
    })
}

fn free(file: &mut impl Changeable, found: &Found) -> Result<()> {
    const NOTHING: [u8; 4096] = [0; 4096];
    file.seek(SeekFrom::Start(found.kind_at))?;
    file.write_all(b"free")?;
    file.seek(SeekFrom::Start(found.from))?;
    let mut left = found.to - found.from;
    while left > 0 {
        let count = left.min(NOTHING.len() as u64);
        file.write_all(&NOTHING[..count as usize])?;
        left -= count;
    }
    file.flush()
}
