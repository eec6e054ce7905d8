//! One connection of a crowd: its way from upgrade to close, and the frames on it.

use std::io::{ErrorKind, Write};
use std::time::Instant;

use mio::net::TcpStream;

use crate::frames::{self, Parsed};

/// A text frame that came; the first on each connection is the server's welcome.
pub struct Heard<'a> {
    /// Which connection, in the order of the places.
    pub receiver: usize,
    pub text: &'a [u8],
    /// With its header.
    pub frame_bytes: usize,
    pub at: Instant,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Upgrading,
    /// Upgraded; the server speaks first.
    Greeting,
    Open,
    /// Connected, and never read again.
    Asleep,
    Closed,
}

/// A connection and what is half done on it.
pub struct Member {
    pub stream: Option<TcpStream>,
    pub state: State,
    /// The begin of a frame whose end has not come.
    pub partial: Vec<u8>,
    /// What the socket has not taken yet.
    pub outgoing: Vec<u8>,
    /// The other side has said its last: what is left of it is to be read to the end.
    pub ending: bool,
}

impl Member {
    /// Somebody who is not connected yet.
    pub fn absent() -> Member {
        Member {
            stream: None,
            state: State::Closed,
            partial: Vec::new(),
            outgoing: Vec::new(),
            ending: false,
        }
    }
}

/// Sends what waits, as far as the socket takes it.
pub fn send(member: &mut Member) {
    let Some(stream) = &mut member.stream else {
        return;
    };
    while !member.outgoing.is_empty() {
        match stream.write(&member.outgoing) {
            Ok(size) => drop(member.outgoing.drain(..size)),
            Err(cause) if cause.kind() == ErrorKind::Interrupted => {}
            // Full, or gone: the event to come tells which.
            Err(_) => return,
        }
    }
}

/// Takes the whole frames that the bytes begin with. Returns how many bytes those were.
#[inline]
pub fn take_frames(
    member: &mut Member,
    bytes: &[u8],
    receiver: usize,
    at: Instant,
    hear: &mut impl FnMut(Heard<'_>),
) -> std::result::Result<usize, String> {
    let mut taken = 0;
    if member.state == State::Upgrading {
        let Some(head) = bytes.windows(4).position(|end| end == b"\r\n\r\n") else {
            return Ok(0);
        };
        if !bytes.starts_with(b"HTTP/1.1 101 ") {
            return Err(String::from_utf8_lossy(&bytes[..bytes.len().min(400)]).into_owned());
        }
        member.state = State::Greeting;
        taken = head + 4;
    }
    loop {
        match frames::parse(&bytes[taken..]) {
            Parsed::Frame {
                opcode: frames::TEXT,
                payload,
                length,
            } => {
                taken += length;
                if member.state == State::Greeting {
                    member.state = State::Open;
                }
                hear(Heard {
                    receiver,
                    text: payload,
                    frame_bytes: length,
                    at,
                });
            }
            Parsed::Frame {
                opcode: frames::PING,
                payload,
                length,
            } => {
                taken += length;
                frames::write(frames::PONG, payload, 0, &mut member.outgoing);
                send(member);
            }
            Parsed::Frame {
                opcode: frames::CLOSE,
                payload,
                ..
            } => {
                let code = payload
                    .first_chunk()
                    .map_or(1005, |code| u16::from_be_bytes(*code));
                return Err(format!("closed with code {code}"));
            }
            Parsed::Frame { length, .. } => taken += length,
            Parsed::Partial => return Ok(taken),
            Parsed::Broken => return Err("a frame that is none of RFC 6455's".to_owned()),
        }
    }
}
