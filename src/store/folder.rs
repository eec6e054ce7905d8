//! The file that SQLite keeps everything in: served by one adda at a time, and known again when it is another.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::error::{Error, Result};

/// What is written to find out whether there is space: more than the database takes at once, less than anyone would miss.
static PROBE: [u8; 64 * 1024] = [0; 64 * 1024];

/// Held while a server runs on a SQLite file, so that a second one does not start on it.
pub(super) struct FolderLock {
    _file: File,
}

impl FolderLock {
    pub(super) fn take(database: &Path) -> Result<FolderLock> {
        let folder = match database.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let unavailable =
            |cause: io::Error| Error::Unavailable(format!("{}: {cause}", folder.display()));
        std::fs::create_dir_all(folder).map_err(unavailable)?;
        let path = database.with_extension("lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(path)
            .map_err(unavailable)?;
        file.try_lock().map_err(|_| {
            Error::Unavailable(format!(
                "another adda is already running on {}",
                database.display()
            ))
        })?;
        Ok(FolderLock { _file: file })
    }
}

/// What a file is known by: it changes when a copy is put in its place, not when it is written.
pub(super) fn identity(database: &Path) -> Result<String> {
    let about = std::fs::metadata(database)
        .map_err(|cause| Error::Unavailable(format!("{}: {cause}", database.display())))?;
    // Not every file system knows when a file was made.
    let born = about
        .created()
        .ok()
        .and_then(|born| born.duration_since(UNIX_EPOCH).ok())
        .map_or(0, |born| born.as_millis());
    Ok(format!("{}:{}:{born}", about.dev(), about.ino()))
}

/// Whether nothing more can be written, as far out as the database's files reach: for want of space, of quota, or by a limit
/// on the size of files.
pub(super) fn is_full(database: &Path) -> bool {
    let log = format!("{}-wal", database.display());
    let length = |path: &Path| std::fs::metadata(path).map_or(0, |about| about.len());
    let reach = length(database).max(length(Path::new(&log)));
    let path = database.with_extension("probe");
    let written = File::create(&path).and_then(|probe| {
        probe.write_all_at(&PROBE, reach)?;
        probe.sync_all()
    });
    let _ = std::fs::remove_file(&path);
    written.is_err_and(|cause| {
        matches!(
            cause.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_itself_after_writing_and_another_after_a_copy_took_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let (file, copy) = (folder.path().join("adda.db"), folder.path().join("copy"));
        std::fs::write(&file, "first").unwrap();
        let before = identity(&file).unwrap();
        std::fs::write(&file, "second").unwrap();
        assert_eq!(identity(&file).unwrap(), before);
        std::fs::copy(&file, &copy).unwrap();
        std::fs::rename(&copy, &file).unwrap();
        assert_ne!(identity(&file).unwrap(), before);
        assert!(!is_full(&file));
        assert_eq!(
            std::fs::read_dir(folder.path()).unwrap().count(),
            1,
            "nothing is left behind"
        );
    }
}
