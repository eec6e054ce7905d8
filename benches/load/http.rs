//! As much of HTTP/1.1 as signing up and asking for pages takes: one request, one answer with a length.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use crate::Result;

const WAIT_MAX: Duration = Duration::from_secs(10);
const BODY_MAX: usize = 16 << 20;

/// What came back.
pub struct Answer {
    pub status: u16,
    /// The cookies that were set, ready to be sent: `name=value; name=value`.
    pub cookies: String,
    pub body: Vec<u8>,
}

/// A connection that is kept.
pub struct Connection {
    stream: BufReader<TcpStream>,
    line: String,
}

impl Connection {
    pub fn open(address: SocketAddr) -> Result<Connection> {
        let stream = TcpStream::connect_timeout(&address, WAIT_MAX)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(WAIT_MAX))?;
        stream.set_write_timeout(Some(WAIT_MAX))?;
        Ok(Connection {
            stream: BufReader::with_capacity(64 << 10, stream),
            line: String::new(),
        })
    }

    /// Sends a request and reads the answer.
    pub fn ask(&mut self, request: &[u8]) -> Result<Answer> {
        self.stream.get_mut().write_all(request)?;
        self.read_line()?;
        let status = self
            .line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| format!("no answer of HTTP: {:?}", self.line))?;
        let (mut length, mut cookies) = (None, String::new());
        loop {
            self.read_line()?;
            let Some((name, value)) = self.line.split_once(':') else {
                break;
            };
            let value = value.trim();
            if name.eq_ignore_ascii_case("content-length") {
                length = value.parse::<usize>().ok();
            } else if name.eq_ignore_ascii_case("set-cookie") {
                let separator = if cookies.is_empty() { "" } else { "; " };
                cookies = format!(
                    "{cookies}{separator}{}",
                    value.split(';').next().unwrap_or_default()
                );
            }
        }
        let length = length
            .filter(|length| *length <= BODY_MAX)
            .ok_or("an answer without a length, or too long")?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        Ok(Answer {
            status,
            cookies,
            body,
        })
    }

    fn read_line(&mut self) -> Result<()> {
        self.line.clear();
        if (&mut self.stream)
            .take(64 << 10)
            .read_line(&mut self.line)?
            == 0
        {
            return Err("the server closed the connection".into());
        }
        self.line.truncate(self.line.trim_end().len());
        Ok(())
    }
}

/// Asks over a connection of its own.
pub fn once(address: SocketAddr, request: &[u8]) -> Result<Answer> {
    Connection::open(address)?.ask(request)
}

/// Puts a request together. `Origin` is the site's own, as a browser sends it.
pub fn request(
    method: &str,
    path: &str,
    address: SocketAddr,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Vec<u8> {
    let mut head =
        format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    if method != "GET" {
        head.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    head.push_str("\r\n");
    let mut request = head.into_bytes();
    request.extend_from_slice(body);
    request
}
