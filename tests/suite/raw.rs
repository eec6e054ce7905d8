//! Bytes of our own making on a connection: what no well-behaved client sends.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::site::DEADLINE;
use crate::site::http::Browser;

/// An upgraded connection on which frames are written byte by byte.
pub struct RawSocket {
    stream: TcpStream,
    received: Vec<u8>,
}

/// The bits and opcodes of RFC 6455.
pub const FINAL: u8 = 0x80;
pub const CONTINUATION: u8 = 0;
pub const TEXT: u8 = 1;
pub const BINARY: u8 = 2;
pub const CLOSE: u8 = 8;
pub const PING: u8 = 9;

impl RawSocket {
    /// Upgrades by hand, and reads past the server's answer.
    pub async fn open(browser: &Browser, path: &str) -> RawSocket {
        RawSocket::over(browser.connect().await, browser, path).await
    }

    /// The same with hardly any room for what was not read yet.
    pub async fn open_narrow(browser: &Browser, path: &str) -> RawSocket {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        RawSocket::over(
            socket
                .connect(browser.host().parse().unwrap())
                .await
                .unwrap(),
            browser,
            path,
        )
        .await
    }

    async fn over(mut stream: TcpStream, browser: &Browser, path: &str) -> RawSocket {
        let host = browser.host();
        let cookies = browser.cookie_header().unwrap_or_default();
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookies}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut socket = RawSocket {
            stream,
            received: Vec::new(),
        };
        loop {
            if let Some(end) = socket
                .received
                .windows(4)
                .position(|four| four == b"\r\n\r\n")
            {
                let head = String::from_utf8_lossy(&socket.received[..end]).into_owned();
                assert!(head.starts_with("HTTP/1.1 101"), "{head}");
                socket.received.drain(..end + 4);
                return socket;
            }
            assert!(
                socket.receive().await,
                "the connection closed before it was upgraded"
            );
        }
    }

    /// Writes bytes; whether the server still took them.
    pub async fn write(&mut self, bytes: &[u8]) -> bool {
        timeout(DEADLINE, self.stream.write_all(bytes))
            .await
            .is_ok_and(|written| written.is_ok())
    }

    /// Writes one masked frame.
    pub async fn write_frame(&mut self, first: u8, payload: &[u8]) -> bool {
        let mut bytes = header(first, payload.len() as u64);
        bytes.extend_from_slice(payload);
        self.write(&bytes).await
    }

    /// Waits for the server's close frame; its code, or `None` where the connection just ended.
    pub async fn close_code(&mut self) -> Option<u16> {
        loop {
            while let Some((first, payload)) = self.next_frame() {
                if first & 0x0f == CLOSE {
                    let code = payload
                        .get(..2)
                        .map(|code| u16::from_be_bytes([code[0], code[1]]));
                    return Some(code.unwrap_or(1005));
                }
            }
            if !self.receive().await {
                return None;
            }
        }
    }

    /// Reads a single byte, if there is one; false where the connection has ended.
    pub async fn sips(&mut self) -> bool {
        let mut byte = [0];
        let reading = timeout(Duration::from_millis(100), self.stream.read(&mut byte));
        !matches!(reading.await, Ok(Ok(0) | Err(_)))
    }

    /// Waits until the server has ended the connection.
    pub async fn ends(&mut self) {
        while self.receive().await {
            self.received.clear();
        }
    }

    /// The same where it may take long, without ever sending anything.
    pub async fn ends_within(&mut self, deadline: Duration) {
        let mut bytes = [0; 8192];
        let ending = async { while let Ok(1..) = self.stream.read(&mut bytes).await {} };
        let ended = timeout(deadline, ending).await;
        assert!(
            ended.is_ok(),
            "the server still held the connection after {deadline:?}"
        );
    }

    /// Waits for a text frame that holds some text.
    pub async fn sees(&mut self, text: &str) {
        loop {
            while let Some((_, payload)) = self.next_frame() {
                if String::from_utf8_lossy(&payload).contains(text) {
                    return;
                }
            }
            assert!(
                self.receive().await,
                "{text:?} was to come, and the connection ended"
            );
        }
    }

    async fn receive(&mut self) -> bool {
        let mut bytes = [0; 8192];
        let reading = timeout(DEADLINE, self.stream.read(&mut bytes)).await;
        match reading.expect("the server neither answered nor closed in time") {
            Ok(length @ 1..) => {
                self.received.extend_from_slice(&bytes[..length]);
                true
            }
            _ => false,
        }
    }

    fn next_frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let (first, second) = (*self.received.first()?, *self.received.get(1)?);
        let (length, begin) = match second & 0x7f {
            126 => (
                usize::from(u16::from_be_bytes(
                    self.received.get(2..4)?.try_into().ok()?,
                )),
                4,
            ),
            127 => (
                u64::from_be_bytes(self.received.get(2..10)?.try_into().ok()?) as usize,
                10,
            ),
            short => (usize::from(short), 2),
        };
        let payload = self.received.get(begin..begin + length)?.to_vec();
        self.received.drain(..begin + length);
        Some((first, payload))
    }
}

/// The header of a frame that announces so many bytes, with a mask that changes nothing.
pub fn header(first: u8, length: u64) -> Vec<u8> {
    let mut bytes = vec![first];
    match length {
        0..126 => bytes.push(0x80 | length as u8),
        126..0x1_0000 => {
            bytes.push(0x80 | 126);
            bytes.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend_from_slice(&length.to_be_bytes());
        }
    }
    bytes.extend_from_slice(&[0; 4]);
    bytes
}

/// Sends a whole HTTP request as bytes; the status of the answer, or `None` where there was none.
pub async fn status_of(browser: &Browser, request: &[u8]) -> Option<u16> {
    let mut stream = browser.connect().await;
    let _ = stream.write_all(request).await;
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let reading = timeout(2 * DEADLINE, stream.read(&mut part))
            .await
            .expect("neither an answer nor an end");
        match reading {
            Ok(length @ 1..) => bytes.extend_from_slice(&part[..length]),
            _ => break,
        }
        if bytes.windows(4).any(|four| four == b"\r\n\r\n") {
            break;
        }
    }
    crate::site::http::Answer::parse(&bytes).map(|answer| answer.status)
}
