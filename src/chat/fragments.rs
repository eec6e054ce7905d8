//! A message in fragments, put together: what is no text is found when it comes, not when the message ends.

use super::closing::CloseReason;
use super::protocol::FRAME_BYTES_MAX;

/// The fragments of one message so far.
#[derive(Default)]
pub struct Fragments {
    bytes: Vec<u8>,
    /// Up to here they are known to be text.
    checked: usize,
}

impl Fragments {
    /// Adds the next fragment; the message where it was the last. Errors: how the client is to be closed.
    pub fn add(&mut self, fragment: &[u8], last: bool) -> Result<Option<String>, CloseReason> {
        if self.bytes.len() + fragment.len() > FRAME_BYTES_MAX {
            return Err(CloseReason::TooBig);
        }
        self.bytes.extend_from_slice(fragment);
        match std::str::from_utf8(&self.bytes[self.checked..]) {
            Ok(text) => self.checked += text.len(),
            // A character that the end of a fragment cuts goes on in the next one.
            Err(cut) if cut.error_len().is_none() && !last => self.checked += cut.valid_up_to(),
            Err(_) => return Err(CloseReason::NotUtf8),
        }
        if !last {
            return Ok(None);
        }
        self.checked = 0;
        let text = String::from_utf8(std::mem::take(&mut self.bytes));
        text.map(Some).map_err(|_| CloseReason::NotUtf8)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_may_be_cut_anywhere() {
        let text = "আড্ডা, 😀";
        for first in 0..=text.len() {
            for second in first..=text.len() {
                let mut fragments = Fragments::default();
                let bytes = text.as_bytes();
                assert_eq!(fragments.add(&bytes[..first], false), Ok(None));
                assert_eq!(fragments.add(&bytes[first..second], false), Ok(None));
                let whole = fragments.add(&bytes[second..], true);
                assert_eq!(whole.unwrap().as_deref(), Some(text));
                assert_eq!(fragments.add(b"next", true).unwrap().unwrap(), "next");
            }
        }
    }

    #[test]
    fn what_is_no_text_is_found_at_once() {
        for (pieces, found_in) in [
            (&[&b"a\xff"[..], b"b"][..], 0),
            (&[b"\xe0", b"\x80", b"\x80"], 1),
            (&[b"\xed", b"\xa0"], 1),
            (&[b"\xf4", b"\x90"], 1),
            (&[b"\xf0\x9f", b"", b"\x98", b"x"], 3),
        ] {
            let mut fragments = Fragments::default();
            let found = pieces
                .iter()
                .position(|piece| fragments.add(piece, false) == Err(CloseReason::NotUtf8));
            assert_eq!(found, Some(found_in), "{pieces:?}");
        }
        let mut cut = Fragments::default();
        assert_eq!(cut.add(b"\xe0\xa6", true), Err(CloseReason::NotUtf8));
    }

    #[test]
    fn no_more_is_kept_than_a_frame_may_hold() {
        let mut fragments = Fragments::default();
        let half = vec![b'x'; FRAME_BYTES_MAX / 2];
        assert_eq!(fragments.add(&half, false), Ok(None));
        assert_eq!(fragments.add(&half, false), Ok(None));
        assert_eq!(fragments.add(b"x", false), Err(CloseReason::TooBig));
    }
}
