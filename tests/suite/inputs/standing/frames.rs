//! What frames are answered with, to whoever may enter the room.

/// A frame, and what answers it to whoever may enter: its type, or the code of an error.
pub(super) const FRAMES: [(&str, &str); 9] = [
    (r#"{"message":"hi"}"#, "message"),
    (r#"{"type":"read","seq":999999}"#, "bad_request"),
    (r#"{"type":"delete","seq":999999}"#, "not_found"),
    (r#"{"type":"edit","seq":999999,"message":"x"}"#, "not_found"),
    (r#"{"type":"react","seq":1,"on":true}"#, "bad_request"),
    (r#"{"type":"pin","seq":1}"#, "bad_request"),
    (r#"{"type":"focus"}"#, "bad_request"),
    (r#"{"type":"ping"}"#, "pong"),
    (r#"{"type":"promote","role":"owner"}"#, "bad_request"),
];
