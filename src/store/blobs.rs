//! Where the bytes of files lie: a folder, which several nodes may share. Nothing else knows of it, so that another place can take
//! its turn. Nothing is kept in memory: what is there is what the folder holds.

mod folder;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;

pub use folder::{Folder, Piece, Resting};

use crate::error::{Error, Result};

/// Threads that are in the folder at once; each holds a piece at most.
const THREADS_MAX: usize = 16;
/// How long a piece waits for its turn, and how long that may take.
const TURN_WITHIN: Duration = Duration::from_secs(10);
const DONE_WITHIN: Duration = Duration::from_secs(30);

/// The bytes of all files of a site. Clones share them.
#[derive(Clone)]
pub struct Blobs {
    folder: Arc<Folder>,
    turns: Arc<Semaphore>,
}

impl Blobs {
    /// Those in a folder; it need not be there before the first file is.
    pub fn new(folder: PathBuf) -> Blobs {
        Blobs {
            folder: Arc::new(Folder::new(folder)),
            turns: Arc::new(Semaphore::new(THREADS_MAX)),
        }
    }

    /// Works in the folder, on a thread that may block.
    ///
    /// Errors: what `work` returns; `Busy` where too many are at it, `Unavailable` where the disk does not answer.
    pub async fn run<T, W>(&self, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(&Folder) -> Result<T> + Send + 'static,
    {
        self.run_within(DONE_WITHIN, work).await
    }

    /// The same for what takes longer than a piece does.
    pub async fn run_within<T, W>(&self, span: Duration, work: W) -> Result<T>
    where
        T: Send + 'static,
        W: FnOnce(&Folder) -> Result<T> + Send + 'static,
    {
        let turn = tokio::time::timeout(TURN_WITHIN, self.turns.clone().acquire_owned()).await;
        let turn = turn.map_err(|_| Error::Busy)?.map_err(|_| Error::Busy)?;
        let folder = self.folder.clone();
        let working = tokio::task::spawn_blocking(move || {
            // Kept until the work is done, also where nobody waits for it any more.
            let _turn = turn;
            work(&folder)
        });
        let late = |_| Error::Unavailable("the folder of files did not answer".to_owned());
        tokio::time::timeout(span, working)
            .await
            .map_err(late)?
            .map_err(|cause| Error::Internal(format!("working on a file: {cause}")))?
    }
}
