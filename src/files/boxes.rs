//! The boxes of MP4 and its kin: each with its size, its kind, and what it holds, which may be boxes again.

use std::io::{Read, Result, Seek, SeekFrom};

/// Boxes that are looked at; what has more is not looked at to its end.
const BOXES_MAX: usize = 20_000;
const DEPTH_MAX: usize = 8;

/// A box, and where its content lies in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) kind: [u8; 4],
    /// Where its kind is written.
    pub(super) kind_at: u64,
    /// Where what it holds begins.
    pub(super) from: u64,
    /// Where that ends.
    pub(super) to: u64,
}

/// What is done with a box.
pub(super) enum Step {
    /// It is passed over.
    Over,
    /// The boxes in it are looked at, behind so many bytes.
    Into(u64),
}

/// Looks at the boxes of a file, from its beginning to its end or to where it breaks.
pub(super) fn walk<F: Read + Seek>(
    file: &mut F,
    visit: &mut dyn FnMut(&mut F, &Found) -> Result<Step>,
) -> Result<()> {
    let end = file.seek(SeekFrom::End(0))?;
    // Stretches that are still to be looked at, the next one last.
    let mut stretches = vec![(0, end)];
    for _ in 0..BOXES_MAX {
        let Some((at, to)) = stretches.pop() else {
            return Ok(());
        };
        let Some(found) = next(file, at, to)? else {
            continue;
        };
        if found.to < to {
            stretches.push((found.to, to));
        }
        if let Step::Into(behind) = visit(file, &found)?
            && stretches.len() < DEPTH_MAX
        {
            stretches.push((found.from + behind, found.to));
        }
    }
    Ok(())
}

/// The first bytes of what a box holds.
pub(super) fn beginning<F: Read + Seek>(
    file: &mut F,
    found: &Found,
    most: usize,
) -> Result<Vec<u8>> {
    file.seek(SeekFrom::Start(found.from))?;
    let mut bytes = Vec::new();
    let length = (found.to - found.from).min(most as u64);
    file.by_ref().take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The box at a place; `None` where there is none that ends before the stretch does.
fn next<F: Read + Seek>(file: &mut F, at: u64, to: u64) -> Result<Option<Found>> {
    if at.saturating_add(8) > to {
        return Ok(None);
    }
    let mut head = [0; 16];
    file.seek(SeekFrom::Start(at))?;
    file.read_exact(&mut head[..8])?;
    let (short, rest) = head.split_at(4);
    let size = u64::from(u32::from_be_bytes([short[0], short[1], short[2], short[3]]));
    let kind = [rest[0], rest[1], rest[2], rest[3]];
    let (from, end) = match size {
        0 => (at + 8, to),
        1 if at.saturating_add(16) <= to => {
            let mut long = [0; 8];
            file.read_exact(&mut long)?;
            (at + 16, at.saturating_add(u64::from_be_bytes(long)))
        }
        size => (at + 8, at + size),
    };
    let fits = from <= end && end <= to;
    Ok(fits.then_some(Found {
        kind,
        kind_at: at + 4,
        from,
        to: end,
    }))
}
