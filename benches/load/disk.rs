//! How long the disk takes to keep something: the least that a message waits before anyone sees it.

use std::fmt::{self, Display, Formatter};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use crate::Result;
use crate::histogram::Histogram;

const WRITES: usize = 300;
/// A page of SQLite's log.
const BYTES: [u8; 4_096] = [b'a'; 4_096];

/// Times of one write and its way to the disk, in milliseconds.
pub struct Disk {
    pub fsync: f64,
    fsync_p99: f64,
    fdatasync: f64,
    fdatasync_p99: f64,
}

impl Display for Disk {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let Disk {
            fsync,
            fsync_p99,
            fdatasync,
            fdatasync_p99,
        } = self;
        write!(
            to,
            "4 KiB and fsync: median {fsync:.2} ms, p99 {fsync_p99:.2} ms; "
        )?;
        write!(
            to,
            "and fdatasync: median {fdatasync:.2} ms, p99 {fdatasync_p99:.2} ms"
        )
    }
}

/// Writes to a file in the folder, piece by piece.
pub fn run(folder: &Path) -> Result<Disk> {
    let mut file = tempfile::tempfile_in(folder)?;
    let whole = measure(&mut file, File::sync_all)?;
    let data = measure(&mut file, File::sync_data)?;
    Ok(Disk {
        fsync: whole.quantile(0.5),
        fsync_p99: whole.quantile(0.99),
        fdatasync: data.quantile(0.5),
        fdatasync_p99: data.quantile(0.99),
    })
}

fn measure(file: &mut File, keep: fn(&File) -> std::io::Result<()>) -> Result<Histogram> {
    let mut times = Histogram::default();
    for _ in 0..WRITES {
        let begin = Instant::now();
        file.write_all(&BYTES)?;
        keep(file)?;
        times.add(begin.elapsed().as_micros() as u64);
    }
    Ok(times)
}
