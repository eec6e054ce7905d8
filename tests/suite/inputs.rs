//! Whatever people and programs send: a clear refusal, and nothing of it stays behind. What other files try is not tried
//! again here: frames one by one (`conformance`, `frames`), foreign pages (`origins`), guessed passwords (`passwords`).

mod cost;
mod frames;
mod handshake;
mod json;
pub(crate) mod permission;
mod pictures;
mod signing_in;
mod standing;
mod text;
mod uploads;

pub(crate) use permission::beside;

use crate::limits::settled;
use crate::site::Site;

/// What the four reading connections to SQLite open: the file, its log and the index of that.
const CONNECTIONS_FILES: usize = 12;

/// What a site had open and in memory before somebody tried its patience.
struct Before {
    files: usize,
    kib: usize,
}

impl Before {
    async fn of(site: &Site) -> Before {
        Before {
            files: settled(site).await,
            kib: site.resident_kib(),
        }
    }

    /// That nothing panicked, nothing was the server's own fault, and at most so much of it stays.
    async fn is_as_after(&self, site: &Site, kib_more: usize) {
        unharmed(site);
        self.has_as_many_files(site).await;
        self.has_grown_by_less_than(site, kib_more);
    }

    /// That what was opened is closed again, but for connections to the database: where many ask at once, more are made and kept.
    async fn has_as_many_files(&self, site: &Site) {
        let files = settled(site).await;
        assert!(
            files <= self.files + CONNECTIONS_FILES,
            "open files: {} before, {files} after",
            self.files
        );
    }

    #[track_caller]
    fn has_grown_by_less_than(&self, site: &Site, kib_more: usize) {
        let grown = site.resident_kib().saturating_sub(self.kib);
        assert!(grown < kib_more, "{grown} KiB more than before");
    }
}

/// That nothing panicked and nothing was the server's own fault.
#[track_caller]
fn unharmed(site: &Site) {
    let log = site.log();
    assert!(
        !log.contains("panicked") && !log.contains(" ERROR "),
        "{log}"
    );
}
