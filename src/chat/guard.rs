//! Looks at every frame's header before the codec buffers the frame: the codec compares a length with its limit only when
//! the whole frame is there, so an announced 2^40 bytes would be collected.

use std::cell::Cell;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

use actix_web::error::PayloadError;
use bytes::Bytes;
use futures_util::Stream;

use super::closing::CloseReason;
use super::protocol::FRAME_BYTES_MAX;

/// Why the guard ended a stream; read by the session when its stream ends.
pub type Verdict = Rc<Cell<Option<CloseReason>>>;

const FIN: u8 = 0x80;
const RESERVED: u8 = 0x70;
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7F;
const CONTINUATION: u8 = 0x0;
const TEXT: u8 = 0x1;
const BINARY: u8 = 0x2;
const CONTROL: std::ops::RangeInclusive<u8> = 0x8..=0xA;
/// RFC 6455, section 5.5.
const CONTROL_BYTES_MAX: u64 = 125;
/// Two bytes, a length of eight, a mask of four.
const HEADER_BYTES_MAX: usize = 14;

/// The frames of one direction, seen by their headers alone.
#[derive(Default)]
pub struct Headers {
    header: [u8; HEADER_BYTES_MAX],
    have: usize,
    /// Bytes of the current frame's payload still to come.
    payload: u64,
    /// Bytes of the message in fragments so far; `None` outside of one.
    fragments: Option<u64>,
}

/// A frame that may not be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// How the client is to be closed.
    pub reason: CloseReason,
    /// Bytes that end the frames before it, of those that were followed when it was found.
    pub good: usize,
}

impl Headers {
    /// Follows the next bytes. Errors: the first frame that may not be.
    pub fn follow(&mut self, bytes: &[u8]) -> Result<(), Broken> {
        let (mut at, mut good) = (0, 0);
        while at < bytes.len() {
            if self.payload > 0 {
                let skipped = usize::try_from(self.payload)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len() - at);
                self.payload -= skipped as u64;
                at += skipped;
            } else {
                self.take(bytes[at])
                    .map_err(|reason| Broken { reason, good })?;
                at += 1;
            }
            if self.have == 0 && self.payload == 0 {
                good = at;
            }
        }
        Ok(())
    }

    /// Takes the next byte of a header, and judges it as soon as it tells enough.
    fn take(&mut self, byte: u8) -> Result<(), CloseReason> {
        let Some(slot) = self.header.get_mut(self.have) else {
            return Err(CloseReason::ProtocolError);
        };
        *slot = byte;
        self.have += 1;
        if self.have >= 2 && self.have == self.header_length() {
            self.payload = self.judge()?;
            self.have = 0;
        } else if self.have == 2 {
            self.judge_start()?;
        }
        Ok(())
    }

    fn header_length(&self) -> usize {
        let extended = match self.header[1] & LENGTH {
            127 => 8,
            126 => 2,
            _ => 0,
        };
        2 + extended + 4
    }

    /// What the first two bytes tell already, so that nothing more is awaited of a frame that is refused anyway.
    fn judge_start(&self) -> Result<(), CloseReason> {
        let (first, second) = (self.header[0], self.header[1]);
        let (opcode, last) = (first & 0x0F, first & FIN != 0);
        if first & RESERVED != 0 || second & MASKED == 0 {
            return Err(CloseReason::ProtocolError);
        }
        match opcode {
            CONTINUATION if self.fragments.is_none() => Err(CloseReason::ProtocolError),
            TEXT | BINARY if self.fragments.is_some() => Err(CloseReason::ProtocolError),
            BINARY => Err(CloseReason::NotText),
            CONTINUATION | TEXT => Ok(()),
            control if CONTROL.contains(&control) => {
                if last && u64::from(second & LENGTH) <= CONTROL_BYTES_MAX {
                    Ok(())
                } else {
                    Err(CloseReason::ProtocolError)
                }
            }
            _ => Err(CloseReason::ProtocolError),
        }
    }

    /// Judges a whole header; the payload's length.
    fn judge(&mut self) -> Result<u64, CloseReason> {
        self.judge_start()?;
        let extended = &self.header[2..];
        let length = match self.header[1] & LENGTH {
            127 => u64::from_be_bytes([
                extended[0],
                extended[1],
                extended[2],
                extended[3],
                extended[4],
                extended[5],
                extended[6],
                extended[7],
            ]),
            126 => u64::from(u16::from_be_bytes([extended[0], extended[1]])),
            short => u64::from(short),
        };
        let (opcode, last) = (self.header[0] & 0x0F, self.header[0] & FIN != 0);
        if matches!(opcode, CONTINUATION | TEXT) {
            let total = self.fragments.unwrap_or(0).saturating_add(length);
            if total > FRAME_BYTES_MAX as u64 {
                return Err(CloseReason::TooBig);
            }
            self.fragments = (!last).then_some(total);
        }
        Ok(length)
    }
}

/// The bytes of a socket, ended at the first header that may not be.
pub struct Guarded<S> {
    bytes: S,
    headers: Headers,
    verdict: Verdict,
    ended: bool,
}

impl<S> Guarded<S> {
    /// Guards a stream; the verdict is shared with the session.
    pub fn new(bytes: S, verdict: Verdict) -> Guarded<S> {
        Guarded {
            bytes,
            headers: Headers::default(),
            verdict,
            ended: false,
        }
    }
}

impl<S> Stream for Guarded<S>
where
    S: Stream<Item = Result<Bytes, PayloadError>> + Unpin,
{
    type Item = Result<Bytes, PayloadError>;

    fn poll_next(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        if self.ended {
            return Poll::Ready(None);
        }
        let polled = Pin::new(&mut self.bytes).poll_next(task);
        match &polled {
            Poll::Ready(Some(Ok(bytes))) => {
                let Err(Broken { reason, good }) = self.headers.follow(bytes) else {
                    return polled;
                };
                self.verdict.set(Some(reason));
                self.ended = true;
                // What came before it in the same segment is as good as if it had come in one of its own.
                Poll::Ready((good > 0).then(|| Ok(bytes.slice(..good))))
            }
            // The connection is gone. After a fault the frames that came last would be dropped, after an end they are read.
            Poll::Ready(Some(Err(_))) => {
                self.ended = true;
                Poll::Ready(None)
            }
            _ => polled,
        }
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    fn header(first: u8, length: u64) -> Vec<u8> {
        let mut bytes = vec![first];
        match length {
            0..126 => bytes.push(MASKED | length as u8),
            126..65_536 => {
                bytes.push(MASKED | 126);
                bytes.extend((length as u16).to_be_bytes());
            }
            _ => {
                bytes.push(MASKED | 127);
                bytes.extend(length.to_be_bytes());
            }
        }
        bytes.extend([1, 2, 3, 4]);
        bytes
    }

    fn frame(first: u8, length: usize) -> Vec<u8> {
        let mut bytes = header(first, length as u64);
        bytes.extend(vec![b'x'; length]);
        bytes
    }

    /// The same answer however the bytes are cut.
    fn verdict(bytes: &[u8]) -> Result<(), CloseReason> {
        let reason = |broken: Broken| broken.reason;
        let whole = Headers::default().follow(bytes).map_err(reason);
        let mut byte_by_byte = Headers::default();
        let dribbled = bytes
            .iter()
            .try_for_each(|byte| byte_by_byte.follow(&[*byte]).map_err(reason));
        assert_eq!(whole, dribbled);
        whole
    }

    #[test]
    fn frames_within_the_limit_pass() {
        for length in [0, 1, 125, 126, 65_535, 65_536, FRAME_BYTES_MAX] {
            let mut bytes = frame(FIN | TEXT, length);
            bytes.extend(frame(FIN | 0x9, 125));
            assert_eq!(verdict(&bytes), Ok(()), "{length}");
        }
        let fragments = [
            frame(TEXT, 10),
            frame(FIN | 0x9, 3),
            frame(CONTINUATION, 10),
            frame(FIN | CONTINUATION, 10),
        ];
        assert_eq!(verdict(&fragments.concat()), Ok(()));
    }

    #[test]
    fn a_length_is_judged_before_the_payload_comes() {
        assert_eq!(
            verdict(&header(FIN | TEXT, 1 << 40)),
            Err(CloseReason::TooBig)
        );
        assert_eq!(
            verdict(&header(FIN | TEXT, u64::MAX)),
            Err(CloseReason::TooBig)
        );
        assert_eq!(
            verdict(&header(FIN | TEXT, FRAME_BYTES_MAX as u64 + 1)),
            Err(CloseReason::TooBig)
        );
        let endless = frame(TEXT, FRAME_BYTES_MAX - 1);
        assert_eq!(
            verdict(&[endless, header(CONTINUATION, 2)].concat()),
            Err(CloseReason::TooBig)
        );
    }

    #[test]
    fn broken_framing_is_refused() {
        for bytes in [
            header(FIN | 0x40 | TEXT, 1),
            header(FIN | 0x3, 1),
            header(FIN | CONTINUATION, 1),
            header(0x9, 1),
            header(FIN | 0x9, 126),
            vec![FIN | TEXT, 5],
            [frame(TEXT, 1), frame(FIN | TEXT, 1)].concat(),
        ] {
            assert_eq!(
                verdict(&bytes),
                Err(CloseReason::ProtocolError),
                "{bytes:?}"
            );
        }
        assert_eq!(verdict(&header(FIN | BINARY, 1)), Err(CloseReason::NotText));
    }
}
