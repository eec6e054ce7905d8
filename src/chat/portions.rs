//! What is written to a socket at once: little where little is written, so that no connection keeps a large buffer for the rest
//! of its life because somebody told it of many people once.
//!
//! The library copies what it is given into a buffer of 8 KiB, which grows to hold it and stays as large as that.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::Stream;

/// What may wait in the library's buffer when it asks for more: with a small portion behind it, it is not outgrown.
pub const WAITING_MAX: usize = 4 * 1024;
const SMALL: usize = 4 * 1024;
/// Where much is written, one large portion costs less than many small ones.
const LARGE: usize = 32 * 1024;
/// Written within a second in small portions.
const LITTLE: usize = 64 * 1024;
const SECOND: Duration = Duration::from_secs(1);

/// The bytes for a socket in portions.
pub struct Portions<S> {
    bytes: S,
    /// What is left of what came together.
    rest: Bytes,
    /// Written since the second began.
    written: usize,
    begun: Instant,
}

impl<S> Portions<S> {
    /// Nothing was written yet.
    pub fn new(bytes: S) -> Portions<S> {
        Portions {
            bytes,
            rest: Bytes::new(),
            written: 0,
            begun: Instant::now(),
        }
    }

    /// The next of what is left.
    fn portion(&mut self, now: Instant) -> Bytes {
        if now.saturating_duration_since(self.begun) >= SECOND {
            self.begun = now;
            self.written = 0;
        }
        let most = if self.written < LITTLE { SMALL } else { LARGE };
        let portion = self.rest.split_to(self.rest.len().min(most));
        self.written += portion.len();
        portion
    }
}

impl<S, E> Stream for Portions<S>
where
    S: Stream<Item = Result<Bytes, E>> + Unpin,
{
    type Item = Result<Bytes, E>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while self.rest.is_empty() {
            match Pin::new(&mut self.bytes).poll_next(task) {
                Poll::Ready(Some(Ok(bytes))) => self.rest = bytes,
                other => return other,
            }
        }
        Poll::Ready(Some(Ok(self.portion(Instant::now()))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::{StreamExt, stream};

    fn portions(sizes: &[usize]) -> Portions<impl Stream<Item = Result<Bytes, ()>> + Unpin> {
        let mut next = 0_u8;
        let pieces: Vec<Result<Bytes, ()>> = sizes
            .iter()
            .map(|size| {
                let piece = std::iter::repeat_with(|| {
                    next = next.wrapping_add(1);
                    next
                });
                Ok(piece.take(*size).collect())
            })
            .collect();
        Portions::new(stream::iter(pieces))
    }

    #[actix::test]
    async fn all_comes_in_its_order_and_little_at_once() {
        let mut all = portions(&[10, 0, 20_000, SMALL, 1]);
        let (mut came, mut bytes) = (Vec::new(), Vec::new());
        while let Some(Ok(portion)) = all.next().await {
            came.push(portion.len());
            bytes.extend_from_slice(&portion);
        }
        let whole = portions(&[20_000 + SMALL + 11]).bytes.next().await;
        assert_eq!(bytes, whole.unwrap().unwrap());
        assert_eq!(came, [10, SMALL, SMALL, SMALL, SMALL, 3_616, SMALL, 1]);
    }

    #[actix::test]
    async fn where_much_is_written_portions_are_large_until_it_is_little_again() {
        let mut much = portions(&[]);
        much.rest = vec![b'x'; 1024 * 1024].into();
        let now = Instant::now();
        much.begun = now;
        let small = std::iter::repeat_with(|| much.portion(now).len());
        assert!(small.take(LITTLE / SMALL).all(|length| length == SMALL));
        assert_eq!(much.portion(now).len(), LARGE);
        assert_eq!(much.portion(now + SECOND).len(), SMALL);
    }
}
