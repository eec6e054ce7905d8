//! From the network to the disk, piece by piece: while one is written, the next arrives, and no more is held.

use std::time::Duration;

use actix_multipart::Field;
use actix_web::rt;
use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::files::FileId;
use crate::store::blobs::Blobs;
use crate::web::pictures::of_form;

/// Bytes that are written at once.
const PIECE: usize = 512 * 1024;
/// How long nothing may arrive.
const SILENCE_MAX: Duration = Duration::from_secs(20);
/// Bytes a second, at the least, once a file has been arriving for a while: whoever sends less keeps a place from others.
const PACE_MIN: u64 = 512;
const PACE_AFTER: Duration = Duration::from_secs(60);
/// Bytes of a field that nobody asked for.
const PASSED_OVER_MAX: usize = 64 * 1024;

/// A file that has arrived.
pub(super) struct Received {
    /// In bytes.
    pub(super) size: u64,
    /// Of what arrived.
    pub(super) sha256: Vec<u8>,
}

/// Takes in all that comes, up to so many bytes, into a file that begins with it.
///
/// Errors: `TooLarge`, as soon as that is known; `NoSpace`; `BadRequest` where it is cut off or stalls. What has arrived lies there then.
pub(super) async fn receive(
    blobs: &Blobs,
    id: &FileId,
    field: &mut Field,
    most: u64,
) -> Result<Received> {
    let mut writing = Writing::begin(blobs, id, 0, Some(Sha256::new()));
    writing.take_all(field, most, of_form).await?;
    writing.finish().await
}

/// A file's bytes on their way to the disk.
pub(super) struct Writing {
    blobs: Blobs,
    id: FileId,
    /// Up to here it is written, or is being written.
    at: u64,
    gathered: Vec<u8>,
    /// What is being written just now.
    under_way: Option<rt::task::JoinHandle<Result<Written>>>,
    spare: Vec<u8>,
    hash: Option<Sha256>,
}

/// A piece that was written: its memory can be used again.
struct Written {
    memory: Vec<u8>,
    hash: Option<Sha256>,
}

impl Writing {
    /// Goes on behind so many bytes.
    pub(super) fn begin(blobs: &Blobs, id: &FileId, at: u64, hash: Option<Sha256>) -> Writing {
        Writing {
            blobs: blobs.clone(),
            id: id.clone(),
            at,
            gathered: Vec::new(),
            under_way: None,
            spare: Vec::new(),
            hash,
        }
    }

    /// Takes in what a stream brings, at most so many bytes.
    pub(super) async fn take_all<E>(
        &mut self,
        stream: &mut (impl Stream<Item = std::result::Result<Bytes, E>> + Unpin),
        most: u64,
        fault: impl Fn(E) -> Error,
    ) -> Result<()> {
        let (began, mut arrived) = (std::time::Instant::now(), 0_u64);
        while let Some(piece) = in_time(stream.next()).await? {
            let piece = piece.map_err(&fault)?;
            arrived += piece.len() as u64;
            if arrived > most {
                return Err(Error::TooLarge);
            }
            let passed = began.elapsed();
            if passed > PACE_AFTER && arrived < passed.as_secs() * PACE_MIN {
                return Err(Error::Stalled("upload-stalled"));
            }
            self.add(&piece).await?;
        }
        Ok(())
    }

    async fn add(&mut self, mut bytes: &[u8]) -> Result<()> {
        while !bytes.is_empty() {
            if self.gathered.capacity() == 0 {
                self.gathered.reserve_exact(PIECE);
            }
            let (now, later) = bytes.split_at(bytes.len().min(PIECE - self.gathered.len()));
            self.gathered.extend_from_slice(now);
            bytes = later;
            if self.gathered.len() == PIECE {
                self.write().await?;
            }
        }
        Ok(())
    }

    /// Has what was gathered written, once the piece before it is.
    async fn write(&mut self) -> Result<()> {
        self.settle().await?;
        let memory = std::mem::replace(&mut self.gathered, std::mem::take(&mut self.spare));
        let (blobs, id, at) = (self.blobs.clone(), self.id.clone(), self.at);
        let mut hash = self.hash.take();
        self.at += memory.len() as u64;
        self.under_way = Some(rt::spawn(async move {
            let write = blobs.run(move |folder| {
                folder.has_room_for(memory.len() as u64)?;
                folder.append(&id, at, &memory)?;
                if let Some(hash) = &mut hash {
                    hash.update(&memory);
                }
                Ok(Written { memory, hash })
            });
            write.await
        }));
        Ok(())
    }

    async fn settle(&mut self) -> Result<()> {
        let Some(under_way) = self.under_way.take() else {
            return Ok(());
        };
        let written = under_way
            .await
            .map_err(|cause| Error::Internal(format!("writing a file: {cause}")))??;
        self.spare = written.memory;
        self.spare.clear();
        self.hash = written.hash;
        Ok(())
    }

    /// Has the rest written; how far the file has arrived, and its hash where one was wanted.
    pub(super) async fn finish(mut self) -> Result<Received> {
        if !self.gathered.is_empty() {
            self.write().await?;
        }
        self.settle().await?;
        Ok(Received {
            size: self.at,
            sha256: self
                .hash
                .map(|hash| hash.finalize().to_vec())
                .unwrap_or_default(),
        })
    }
}

/// What comes next, if it comes in time. Errors: `Stalled`.
pub(super) async fn in_time<T>(next: impl Future<Output = T>) -> Result<T> {
    tokio::time::timeout(SILENCE_MAX, next)
        .await
        .map_err(|_| Error::Stalled("upload-stalled"))
}

/// Reads what nobody asked for. Errors: `TooLarge`.
pub(super) async fn pass_over(field: &mut Field) -> Result<()> {
    text(field, PASSED_OVER_MAX).await.map(drop)
}

/// The bytes of a field that is no file, all of them in time. Errors: `TooLarge`, `BadRequest`.
pub(super) async fn text(field: &mut Field, most: usize) -> Result<Vec<u8>> {
    let all = async {
        let mut bytes = Vec::new();
        while let Some(piece) = field.next().await {
            let piece = piece.map_err(of_form)?;
            if bytes.len() + piece.len() > most {
                return Err(Error::TooLarge);
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    };
    in_time(all).await?
}

/// A file of which no row knows yet: its bytes go, unless it is finished, also where nobody waits for it any more.
pub(super) struct Unfinished(Option<(Blobs, FileId)>);

impl Unfinished {
    pub(super) fn new(blobs: &Blobs, id: &FileId) -> Unfinished {
        Unfinished(Some((blobs.clone(), id.clone())))
    }

    pub(super) fn finished(mut self) {
        self.0 = None;
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        let Some((blobs, id)) = self.0.take() else {
            return;
        };
        // Where the server ends at the same moment, the next start sweeps it away.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if let Err(fault) = blobs.run(move |folder| folder.delete(&id)).await {
                    log::warn!("what was left of a file is not deleted yet: {fault}");
                }
            });
        }
    }
}
