//! A file that has arrived: what it is, without what it tells beside it, drawn small where it is a picture, and kept.

use std::fs::File;
use std::io::{BufReader, Read, Seek};
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::receiving::Received;
use crate::error::{Error, Result};
use crate::files::kind::{self, Family};
use crate::files::measures::{self, Measures};
use crate::files::traces;
use crate::files::voice::Voice;
use crate::store::blobs::Folder;
use crate::store::uploads::{Attachment, Found, NewUpload, complete};
use crate::view::thumbnails::{self, Thumbnail};
use crate::web::refusals::Shared;

/// How long all of a file may take to be read and brought to the disk; most of it is the disk's.
const LOOKED_AT_WITHIN: Duration = Duration::from_secs(10 * 60);
/// How long a picture may wait for its turn, and how long that may be.
const TURN_WITHIN: Duration = Duration::from_secs(20);
const DRAWN_WITHIN: Duration = Duration::from_secs(20);
/// Bytes that are hashed at once.
const PIECE: usize = 256 * 1024;

/// What was found out by looking at a file.
struct Looked {
    size: u64,
    content_type: &'static str,
    sha256: Vec<u8>,
    measures: Measures,
    /// Pictures that follow each other in it; 0 where it is no picture, or a broken one.
    frames: u32,
}

/// Takes a file in that is all there.
///
/// Errors: `BadRequest` for a voice that cannot be this file; `Refused` beyond what its sender may keep; those of the store.
pub(super) async fn finish(
    services: &Shared,
    new: NewUpload,
    received: Option<Received>,
    in_parts: bool,
) -> Result<Attachment> {
    let (id, voice) = (new.id.clone(), new.voice.clone());
    let blobs = services.store.blobs();
    let looked = blobs.run_within(LOOKED_AT_WITHIN, move |folder| {
        let looked = look(&mut folder.arrived(&id)?, received, voice.as_ref())?;
        folder.keep(&id)?;
        Ok(looked)
    });
    let looked = looked.await?;
    let drawn = match Family::of(looked.content_type) {
        Family::Image if looked.frames > 0 => draw(services, &new, &looked).await?,
        _ => None,
    };
    let found = Found {
        size: looked.size,
        content_type: looked.content_type,
        sha256: looked.sha256,
        measures: match &drawn {
            Some(thumbnail) => Measures {
                sides: Some(thumbnail.sides),
                duration_ms: None,
            },
            None => looked.measures,
        },
        animated: drawn.is_some() && looked.frames > 1,
        thumbnail: drawn.map(|thumbnail| thumbnail.content_type),
    };
    let quota = super::quota(services);
    let write = services
        .store
        .write(move |conn| complete(conn, &new, &found, in_parts, quota));
    write.await
}

/// Looks at a file, and overwrites what it tells beside what it shows.
fn look(file: &mut File, received: Option<Received>, voice: Option<&Voice>) -> Result<Looked> {
    let broken = |cause: std::io::Error| Error::Unavailable(format!("a file: {cause}"));
    let mut head = Vec::new();
    file.rewind().map_err(broken)?;
    file.by_ref()
        .take(kind::HEAD_BYTES as u64)
        .read_to_end(&mut head)
        .map_err(broken)?;
    let content_type = kind::content_type(&head);
    let arrived = file.metadata().map_err(broken)?.len();
    if voice.is_some_and(|voice| !voice.fits(content_type, arrived)) {
        return Err(Error::BadRequest("bad-voice"));
    }
    // One that is broken is given back as what it is: a file that nothing shows.
    let left = traces::overwrite(file, content_type).unwrap_or(traces::Left {
        end: arrived,
        frames: 0,
    });
    if left.end < arrived {
        file.set_len(left.end).map_err(broken)?;
    }
    let is_as_it_came = matches!(Family::of(content_type), Family::Other | Family::Audio)
        && content_type != "audio/mp4";
    let sha256 = match received {
        Some(received) if is_as_it_came && left.end == received.size => received.sha256,
        _ => hashed(file).map_err(broken)?,
    };
    Ok(Looked {
        size: left.end,
        content_type,
        sha256,
        measures: measures::of(file, content_type),
        frames: left.frames,
    })
}

fn hashed(file: &mut File) -> std::io::Result<Vec<u8>> {
    file.rewind()?;
    let (mut hash, mut piece) = (Sha256::new(), vec![0; PIECE]);
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hash.finalize().to_vec()),
            Ok(count) => hash.update(&piece[..count]),
            Err(cause) if cause.kind() == std::io::ErrorKind::Interrupted => {}
            Err(cause) => return Err(cause),
        }
    }
}

/// Draws a picture small, in its turn; `None` where it cannot be.
async fn draw(services: &Shared, new: &NewUpload, looked: &Looked) -> Result<Option<Thumbnail>> {
    let turns = services.uploads.turns.clone();
    let turn = tokio::time::timeout(TURN_WITHIN, turns.acquire_owned()).await;
    let turn = turn.map_err(|_| Error::Busy)?.map_err(|_| Error::Busy)?;
    let (id, content_type, frames) = (new.id.clone(), looked.content_type, looked.frames);
    let drawing = services
        .store
        .blobs()
        .run_within(DRAWN_WITHIN, move |folder: &Folder| {
            // Kept until the work is done, also where nobody waits for it any more.
            let _turn = turn;
            let file = BufReader::with_capacity(PIECE, folder.arrived(&id)?);
            let drawn = thumbnails::draw(file, content_type, frames);
            if let Some(thumbnail) = &drawn {
                folder.put_small(&id, &thumbnail.bytes)?;
            }
            Ok(drawn)
        });
    drawing.await
}
