//! A file, seen through a window that moves along with what is looked at.

use std::io::{Error, ErrorKind, Result, SeekFrom};

use super::Changeable;

const WIDTH: usize = 64 * 1024;
/// How often all of a file may be read and overwritten: each stretch by itself and, where it is looked through, with the half before it.
const READ_MOST: u64 = 4;
const OVERWRITTEN_MOST: u64 = 2;
/// And how many stretches besides, since what leads to and fro in a picture is seen anew.
const STRETCHES_BESIDES: u64 = 64;

/// What leads to the same places over and over is no picture, and costs no more than one: what may be read and overwritten is bounded.
pub(super) struct Window<'a, F> {
    file: &'a mut F,
    end: u64,
    from: u64,
    seen: Vec<u8>,
    /// Bytes that may still be read, and overwritten.
    to_read: u64,
    to_overwrite: u64,
}

impl<'a, F: Changeable> Window<'a, F> {
    pub(super) fn over(file: &'a mut F) -> Result<Window<'a, F>> {
        let end = file.seek(SeekFrom::End(0))?;
        Ok(Window {
            file,
            end,
            from: 0,
            seen: Vec::new(),
            to_read: end * READ_MOST + STRETCHES_BESIDES * WIDTH as u64,
            to_overwrite: end * OVERWRITTEN_MOST,
        })
    }

    /// Where the file ends.
    pub(super) fn end(&self) -> u64 {
        self.end
    }

    /// So many bytes at a place, less than the window is wide. Errors: `UnexpectedEof`.
    pub(super) fn bytes(&mut self, at: u64, count: usize) -> Result<&[u8]> {
        let stretch = self.stretch(at)?;
        stretch
            .get(..count)
            .ok_or_else(|| Error::from(ErrorKind::UnexpectedEof))
    }

    /// What can be seen from a place on: a good part of the window, or all up to the end of the file. Errors: `InvalidData` where
    /// it was looked at too much already.
    pub(super) fn stretch(&mut self, at: u64) -> Result<&[u8]> {
        let seen_to = self.from + self.seen.len() as u64;
        let is_near_the_edge = at + WIDTH as u64 / 2 > seen_to && seen_to < self.end;
        if at < self.from || at > seen_to || is_near_the_edge {
            self.from = at.min(self.end);
            self.file.seek(SeekFrom::Start(self.from))?;
            let width = (self.end - self.from).min(WIDTH as u64) as usize;
            spend(&mut self.to_read, width)?;
            self.seen.resize(width, 0);
            self.file.read_exact(&mut self.seen)?;
        }
        let start = usize::try_from(at - self.from).unwrap_or(usize::MAX);
        Ok(self.seen.get(start..).unwrap_or_default())
    }

    /// A number of four bytes, the first one the greatest.
    pub(super) fn big(&mut self, at: u64) -> Result<u32> {
        let bytes = self.bytes(at, 4)?;
        Ok(u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
    }

    /// A number of four bytes, the first one the smallest.
    pub(super) fn little(&mut self, at: u64) -> Result<u32> {
        self.big(at).map(u32::swap_bytes)
    }

    /// Overwrites bytes at a place. Errors: `InvalidData` where too much was already.
    pub(super) fn put(&mut self, at: u64, bytes: &[u8]) -> Result<()> {
        spend(&mut self.to_overwrite, bytes.len())?;
        if at + bytes.len() as u64 > self.end {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        self.file.seek(SeekFrom::Start(at))?;
        self.file.write_all(bytes)?;
        self.file.flush()?;
        // What is seen of it is seen as it is now.
        let seen_to = self.from + self.seen.len() as u64;
        let (from, to) = (at.max(self.from), (at + bytes.len() as u64).min(seen_to));
        if from < to {
            let (place, part) = ((from - self.from) as usize, (from - at) as usize);
            let count = (to - from) as usize;
            self.seen[place..place + count].copy_from_slice(&bytes[part..part + count]);
        }
        Ok(())
    }

    /// Overwrites a stretch with nothing.
    pub(super) fn blank(&mut self, from: u64, to: u64) -> Result<()> {
        const NOTHING: [u8; 4096] = [0; 4096];
        let mut at = from;
        while at < to {
            let count = (to - at).min(NOTHING.len() as u64) as usize;
            self.put(at, &NOTHING[..count])?;
            at += count as u64;
        }
        Ok(())
    }

    /// Overwrites a stretch with a text in which nothing is said but which way up the picture is, if that is not the usual one.
    pub(super) fn blank_but_orientation(&mut self, from: u64, to: u64) -> Result<()> {
        let orientation = super::tiff::orientation(self, from, to).unwrap_or(1);
        self.blank(from, to)?;
        let upright = super::tiff::saying(orientation);
        if orientation != 1 && from + upright.len() as u64 <= to {
            self.put(from, &upright)?;
        }
        Ok(())
    }
}

fn spend(left: &mut u64, bytes: usize) -> Result<()> {
    *left = left.checked_sub(bytes as u64).ok_or_else(broken)?;
    Ok(())
}

/// The file is not what it begins as.
pub(super) fn broken() -> Error {
    ErrorKind::InvalidData.into()
}
