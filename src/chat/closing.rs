//! Every reason to end a socket: its word, its code, and whether to come back.

/// Why the server ends a socket: each with a word, a code, a sentence, and whether to come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CloseReason {
    /// The server stops; come back after a while.
    Restart,
    /// The sign-in ended.
    SignedOut,
    /// Its person may no longer be in the room.
    Removed,
    /// It reads too slowly.
    TooSlow,
    /// It sends too many frames.
    TooManyFrames,
    /// It was not heard for too long.
    Silent,
    /// The room cannot be opened just now.
    Unavailable,
    /// It broke RFC 6455.
    ProtocolError,
    /// It sent something else than text.
    NotText,
    /// It sent text that is not UTF-8.
    NotUtf8,
    /// It sent or announced more than may be sent.
    TooBig,
}

impl CloseReason {
    /// The code of the close frame.
    pub fn code(self) -> u16 {
        match self {
            CloseReason::Restart | CloseReason::Unavailable => 1012,
            CloseReason::SignedOut => 4001,
            CloseReason::Removed => 4003,
            CloseReason::TooSlow => 4008,
            CloseReason::TooManyFrames => 4029,
            CloseReason::Silent => 1001,
            CloseReason::ProtocolError => 1002,
            CloseReason::NotText => 1003,
            CloseReason::NotUtf8 => 1007,
            CloseReason::TooBig => 1009,
        }
    }

    /// The word in `bye` and in the close frame.
    pub fn word(self) -> &'static str {
        match self {
            CloseReason::Restart => "restart",
            CloseReason::SignedOut => "signed_out",
            CloseReason::Removed => "removed",
            CloseReason::TooSlow => "too_slow",
            CloseReason::TooManyFrames => "too_many_frames",
            CloseReason::Silent => "silent",
            CloseReason::Unavailable => "unavailable",
            CloseReason::ProtocolError => "protocol_error",
            CloseReason::NotText => "not_text",
            CloseReason::NotUtf8 => "not_utf8",
            CloseReason::TooBig => "too_big",
        }
    }

    /// When to come back, spread at random so that not all come at once; `None` where not to.
    pub fn reconnect_in_ms(self, chance: u16) -> Option<u64> {
        let spread =
            |from: u64, to: u64| Some(from + (to - from) * u64::from(chance) / u64::from(u16::MAX));
        match self {
            CloseReason::Restart => spread(200, 3_000),
            CloseReason::Unavailable | CloseReason::Silent => spread(500, 5_000),
            CloseReason::TooSlow => spread(200, 2_000),
            CloseReason::TooManyFrames => spread(10_000, 20_000),
            CloseReason::SignedOut | CloseReason::Removed => None,
            CloseReason::ProtocolError
            | CloseReason::NotText
            | CloseReason::NotUtf8
            | CloseReason::TooBig => spread(1_000, 5_000),
        }
    }

    /// Whether `bye` is said before: a client that broke the framing would not understand it.
    pub fn says_bye(self) -> bool {
        matches!(
            self,
            CloseReason::Restart
                | CloseReason::SignedOut
                | CloseReason::Removed
                | CloseReason::TooSlow
                | CloseReason::TooManyFrames
                | CloseReason::Unavailable
        )
    }
}
