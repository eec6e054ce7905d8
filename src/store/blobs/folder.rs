//! The folder itself. Whoever works in it blocks.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::error::{Error, Result};
use crate::files::FileId;

/// Of the disk this much stays free for the database: so many bytes, or so great a part where that is more.
const FREE_MIN: u64 = 1_000_000_000;
const FREE_PART: u64 = 20;
/// Nobody but the one who runs adda reads what people sent.
const FILE_MODE: u32 = 0o600;
const FOLDER_MODE: u32 = 0o700;
/// What says whose files these are.
const OWNER: &str = "owner";
/// What the name of a small picture ends in.
const SMALL: &str = ".small";

/// Which of a file's bytes are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece {
    /// The file as it was sent.
    Whole,
    /// The small picture that was made of it.
    Small,
}

/// A folder of files, spread over folders by how their ids begin.
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    pub(in crate::store) fn new(path: PathBuf) -> Folder {
        Folder { path }
    }

    /// Whether these are somebody's files; a folder that is nobody's is theirs from then on.
    pub fn belongs_to(&self, owner: &str) -> Result<bool> {
        self.make(&self.path)?;
        let path = self.path.join(OWNER);
        match fs::read_to_string(&path) {
            Ok(known) if !known.trim().is_empty() => return Ok(known.trim() == owner),
            Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(self.fault(cause)),
            _ => {}
        }
        fs::write(&path, format!("{owner}\n")).map_err(|cause| self.fault(cause))?;
        Ok(true)
    }

    /// Refuses where so much more would leave too little space for the database.
    ///
    /// Errors: `NoSpace`.
    pub fn has_room_for(&self, more: u64) -> Result<()> {
        self.make(&self.path)?;
        let space = rustix::fs::statvfs(&self.path).map_err(|cause| self.fault(cause.into()))?;
        let (free, all) = (
            space.f_bavail.saturating_mul(space.f_frsize),
            space.f_blocks.saturating_mul(space.f_frsize),
        );
        if leaves_enough(free, all, more) {
            return Ok(());
        }
        log::warn!(
            "{}: {free} bytes of {all} are free, which is too little for files; what is said is still stored",
            self.path.display()
        );
        Err(Error::NoSpace)
    }

    /// Adds bytes to a file that has arrived so far; how far it has then. At 0 the file begins.
    ///
    /// Errors: `Conflict` where it has arrived less far, or further; `NoSpace`; `Unavailable`.
    pub fn append(&self, id: &FileId, at: u64, bytes: &[u8]) -> Result<u64> {
        let path = self.of(id, Piece::Whole);
        if at == 0 {
            self.make(path.parent().unwrap_or(&self.path))?;
        }
        let opened = OpenOptions::new()
            .write(true)
            .create(at == 0)
            .truncate(false)
            .mode(FILE_MODE)
            .open(&path);
        let file = opened.map_err(|cause| match cause.kind() {
            ErrorKind::NotFound => Error::Conflict,
            _ => self.fault(cause),
        })?;
        // Two at once, on whichever nodes: one of them finds that the other was faster.
        file.lock().map_err(|cause| self.fault(cause))?;
        let length = file.metadata().map_err(|cause| self.fault(cause))?.len();
        if length != at {
            return Err(Error::Conflict);
        }
        if let Err(cause) = file.write_all_at(bytes, at) {
            // What came halfway is not there.
            let _ = file.set_len(at);
            return Err(self.fault(cause));
        }
        Ok(at + bytes.len() as u64)
    }

    /// How far a file has arrived; 0 where nothing of it is there.
    pub fn length(&self, id: &FileId) -> Result<u64> {
        match fs::metadata(self.of(id, Piece::Whole)) {
            Ok(about) => Ok(about.len()),
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(0),
            Err(cause) => Err(self.fault(cause)),
        }
    }

    /// A file that has arrived and is still to be looked at, before it is kept. Errors: `NotFound`.
    pub fn arrived(&self, id: &FileId) -> Result<File> {
        let opened = OpenOptions::new()
            .read(true)
            .write(true)
            .open(self.of(id, Piece::Whole));
        opened.map_err(|cause| self.fault(cause))
    }

    /// Brings a file to the disk: from then on it is there whatever happens.
    pub fn keep(&self, id: &FileId) -> Result<()> {
        let path = self.of(id, Piece::Whole);
        let kept = File::open(&path)
            .and_then(|file| file.sync_all())
            .and_then(|()| File::open(path.parent().unwrap_or(&self.path)))
            .and_then(|folder| folder.sync_all());
        kept.map_err(|cause| self.fault(cause))
    }

    /// Stores the small picture of a file; at once, so that nobody reads half of it.
    pub fn put_small(&self, id: &FileId, bytes: &[u8]) -> Result<()> {
        let path = self.of(id, Piece::Small);
        let unfinished = path.with_extension(FileId::fresh()?.as_str());
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(FILE_MODE)
            .open(&unfinished)
            .and_then(|file| {
                file.write_all_at(bytes, 0)?;
                file.sync_all()
            })
            .and_then(|()| fs::rename(&unfinished, &path));
        written.map_err(|cause| {
            let _ = fs::remove_file(&unfinished);
            self.fault(cause)
        })
    }

    /// At most so many bytes from a place on; fewer only at the end. Errors: `NotFound`.
    pub fn read(&self, id: &FileId, piece: Piece, at: u64, most: usize) -> Result<Vec<u8>> {
        let file = File::open(self.of(id, piece)).map_err(|cause| self.fault(cause))?;
        let mut bytes = vec![0; most];
        let mut filled = 0;
        while filled < most {
            match file.read_at(&mut bytes[filled..], at + filled as u64) {
                Ok(0) => break,
                Ok(more) => filled += more,
                Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
                Err(cause) => return Err(self.fault(cause)),
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    /// How long a file's piece is. Errors: `NotFound`.
    pub fn size(&self, id: &FileId, piece: Piece) -> Result<u64> {
        let about = fs::metadata(self.of(id, piece)).map_err(|cause| self.fault(cause))?;
        Ok(about.len())
    }

    /// Deletes all that there is of a file.
    pub fn delete(&self, id: &FileId) -> Result<()> {
        for piece in [Piece::Whole, Piece::Small] {
            match fs::remove_file(self.of(id, piece)) {
                Err(cause) if cause.kind() != ErrorKind::NotFound => return Err(self.fault(cause)),
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether nothing of a file has been written for so long.
    pub fn rests(&self, id: &FileId, span: Duration) -> bool {
        fs::metadata(self.of(id, Piece::Whole)).map_or(true, |about| rests(&about, span))
    }

    /// The files of which nothing has been written for so long, folder by folder; also what was left of one that was being made.
    pub fn resting(&self, span: Duration, mut visit: impl FnMut(Resting)) -> Result<()> {
        let folders = match fs::read_dir(&self.path) {
            Ok(folders) => folders,
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(()),
            Err(cause) => return Err(self.fault(cause)),
        };
        for folder in folders.flatten() {
            let Ok(files) = fs::read_dir(folder.path()) else {
                continue;
            };
            for file in files.flatten() {
                let is_old = file.metadata().is_ok_and(|about| rests(&about, span));
                let name = file.file_name();
                let name = name.to_string_lossy();
                let (word, ending) = name.split_once('.').unwrap_or((&name, ""));
                match FileId::parse(word) {
                    Ok(id) if is_old && (ending.is_empty() || ending == &SMALL[1..]) => {
                        visit(Resting::File(id));
                    }
                    Ok(_) if is_old => visit(Resting::Unfinished(file.path())),
                    _ => {}
                }
            }
        }
        Ok(())
    }

    fn of(&self, id: &FileId, piece: Piece) -> PathBuf {
        let name = match piece {
            Piece::Whole => id.to_string(),
            Piece::Small => format!("{id}{SMALL}"),
        };
        self.path.join(&id.as_str()[..2]).join(name)
    }

    fn make(&self, folder: &Path) -> Result<()> {
        let made = DirBuilder::new()
            .recursive(true)
            .mode(FOLDER_MODE)
            .create(folder);
        made.map_err(|cause| self.fault(cause))
    }

    fn fault(&self, cause: io::Error) -> Error {
        match cause.kind() {
            ErrorKind::NotFound => Error::NotFound,
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => {
                log::warn!("{}: {cause}", self.path.display());
                Error::NoSpace
            }
            _ => Error::Unavailable(format!("{}: {cause}", self.path.display())),
        }
    }
}

/// Something in the folder that nobody writes any more.
pub enum Resting {
    /// A file, or its small picture.
    File(FileId),
    /// What was being made when it ended.
    Unfinished(PathBuf),
}

fn rests(about: &fs::Metadata, span: Duration) -> bool {
    let age = about
        .modified()
        .ok()
        .and_then(|written| SystemTime::now().duration_since(written).ok());
    age.is_some_and(|age| age >= span)
}

/// Whether so many bytes more leave what is kept free.
fn leaves_enough(free: u64, all: u64, more: u64) -> bool {
    free.saturating_sub(more) >= FREE_MIN.max(all / FREE_PART)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gigabyte_or_a_twentieth_stays_free() {
        const GB: u64 = 1_000_000_000;
        assert!(leaves_enough(2 * GB, 10 * GB, 0));
        assert!(leaves_enough(2 * GB, 10 * GB, GB));
        assert!(!leaves_enough(2 * GB, 10 * GB, GB + 1));
        assert!(!leaves_enough(9 * GB, 200 * GB, 0), "a twentieth is ten");
        assert!(leaves_enough(10 * GB, 200 * GB, 0));
        assert!(!leaves_enough(0, 0, u64::MAX));
    }

    #[test]
    fn a_file_grows_at_its_end_and_nowhere_else() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path().join("uploads"));
        let id = FileId::fresh().unwrap();
        assert_eq!(folder.length(&id), Ok(0));
        assert_eq!(folder.append(&id, 3, b"x"), Err(Error::Conflict));
        assert_eq!(folder.append(&id, 0, b"abc"), Ok(3));
        assert_eq!(folder.append(&id, 0, b"abc"), Err(Error::Conflict));
        assert_eq!(folder.append(&id, 3, b"def"), Ok(6));
        assert_eq!(folder.read(&id, Piece::Whole, 2, 3).unwrap(), b"cde");
        assert_eq!(folder.read(&id, Piece::Whole, 5, 9).unwrap(), b"f");
        folder.put_small(&id, b"small").unwrap();
        assert_eq!(folder.size(&id, Piece::Small), Ok(5));
        assert_eq!(folder.belongs_to("one site"), Ok(true));
        assert_eq!(folder.belongs_to("one site"), Ok(true));
        assert_eq!(folder.belongs_to("another"), Ok(false));
        let mut found = 0;
        folder.resting(Duration::ZERO, |_| found += 1).unwrap();
        assert_eq!(found, 2);
        folder.delete(&id).unwrap();
        folder.delete(&id).unwrap();
        assert_eq!(folder.size(&id, Piece::Whole), Err(Error::NotFound));
        let left = fs::read_dir(place.path().join("uploads").join(&id.as_str()[..2]));
        assert_eq!(left.unwrap().count(), 0, "nothing is left behind");
    }
}
