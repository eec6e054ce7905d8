//! What a client is told that asked for something that was not done.

use bytestring::ByteString;
use serde::Serialize;

use super::Frame;
use crate::error::Error;
use crate::view::texts;

/// The content of `error`.
#[derive(Serialize)]
pub struct Refusal<'a> {
    code: &'a str,
    message: String,
    client_id: Option<&'a str>,
    retry: bool,
    retry_after_ms: Option<u64>,
}

/// The frame for something that was refused.
pub fn refusal(error: &Error, client_id: Option<&str>) -> ByteString {
    let wait = error.retry_after();
    Frame::Error(Refusal {
        code: wire_code(error),
        message: texts::error(error),
        client_id,
        retry: wait.is_some(),
        // Rounded up: who comes back a moment early is refused again.
        retry_after_ms: wait.map(|wait| wait.as_millis() as u64 + 1),
    })
    .encode()
}

/// The socket knows nine codes; what cannot happen on it is told as the nearest.
fn wire_code(error: &Error) -> &'static str {
    match error.code() {
        "internal" => "unavailable",
        "signed_out" => "forbidden",
        code => code,
    }
}
