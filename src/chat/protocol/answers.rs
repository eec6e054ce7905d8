//! What a client does to messages without words: signs and pins.

use super::{Incoming, Request};
use crate::error::{Error, Result};
use crate::names::ClientId;
use crate::reactions::Reacting;

/// A reaction that is to be there, or not.
pub(super) fn react(client_id: Option<ClientId>, incoming: &Incoming) -> Result<Request> {
    let reacting = Reacting::parse(
        incoming.seq.unwrap_or(0),
        incoming.text.as_deref(),
        incoming.on,
        incoming.username.clone(),
        incoming.all.unwrap_or(false),
    )?;
    Ok(Request::React {
        client_id,
        reacting,
    })
}

/// A pin likewise.
pub(super) fn pin(client_id: Option<ClientId>, incoming: &Incoming) -> Result<Request> {
    let seq = incoming.seq.filter(|seq| *seq > 0);
    Ok(Request::Pin {
        client_id,
        seq: seq.ok_or(Error::BadRequest("bad-seq"))?,
        on: incoming.on.ok_or(Error::BadRequest("bad-frame"))?,
    })
}
