//! What can go wrong, in words. Each error has a code that programs and pages rely on, and, where there is one, a cause for the log.
//!
//! The sentence a person reads is not here: it is worded from the code where the answer is made.

use std::fmt;
use std::time::Duration;

/// The result of everything that can be refused.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The request is malformed; the text is a key of the texts file that says how.
    BadRequest(&'static str),
    /// Nobody is signed in, or no longer.
    SignedOut,
    /// Known, and not allowed.
    Forbidden,
    /// Known, and not allowed; the text is a key `refusal-…` of the texts file that says why.
    Refused(&'static str),
    /// A page of another site made this request.
    ForeignOrigin {
        /// The `Origin` or `Sec-Fetch-Site` that came.
        found: String,
        /// What this site would have accepted.
        expected: String,
    },
    /// There is no such thing, or none that this person may know of.
    NotFound,
    /// It exists already, with other content.
    Conflict,
    /// It is another than it was when whoever wants to change it saw it.
    Stale,
    /// There are as many as there may be; the text is a key `refusal-…` of the texts file that says of what.
    Full(&'static str),
    /// A message without anything in it.
    Empty,
    /// A text over its limit.
    TooLong,
    /// A body over its limit.
    TooLarge,
    /// A body of another type than the route takes.
    Unsupported,
    /// A form's field that cannot be taken as it is.
    Field {
        /// The field's name.
        field: &'static str,
        /// Which rule it breaks: a key `refusal-…` of the texts file.
        code: &'static str,
    },
    /// What was to come did not go on coming; the text is a key of the texts file that says what.
    Stalled(&'static str),
    /// Too often; come back after this long.
    RateLimited(Duration),
    /// Too much waits already.
    Busy,
    /// Not possible just now, the cause is for the log. What was sent may or may not be stored: a retry finds out.
    Unavailable(String),
    /// There is no space left for files; what is there can still be read.
    NoSpace,
    /// A mistake of ours, the cause is for the log.
    Internal(String),
}

impl Error {
    /// The code of the protocol.
    pub fn code(&self) -> &'static str {
        match self {
            Error::BadRequest(_) | Error::Field { .. } => "bad_request",
            Error::SignedOut => "signed_out",
            Error::Forbidden | Error::Refused(_) | Error::ForeignOrigin { .. } => "forbidden",
            Error::NotFound => "not_found",
            Error::Conflict | Error::Stale | Error::Full(_) => "conflict",
            Error::Empty => "empty",
            Error::TooLong => "too_long",
            Error::TooLarge => "too_large",
            Error::Unsupported => "unsupported",
            Error::Stalled(_) => "timeout",
            Error::RateLimited(_) => "rate_limited",
            Error::Busy => "busy",
            Error::Unavailable(_) | Error::NoSpace => "unavailable",
            Error::Internal(_) => "internal",
        }
    }

    /// How long to wait before the same may work; `None` where trying again cannot help.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Error::RateLimited(wait) => Some(*wait),
            Error::Busy | Error::Unavailable(_) => Some(Duration::from_secs(1)),
            Error::NoSpace => Some(Duration::from_secs(60)),
            _ => None,
        }
    }

    /// What the log should say and nobody else may see.
    pub fn cause(&self) -> Option<&str> {
        match self {
            Error::Unavailable(cause) | Error::Internal(cause) => Some(cause),
            _ => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::BadRequest(why) => write!(formatter, "bad request: {why}"),
            Error::Refused(why) => write!(formatter, "forbidden: {why}"),
            Error::Stalled(what) => write!(formatter, "timeout: {what}"),
            Error::Full(of) => write!(formatter, "conflict: {of}"),
            Error::Field { field, code } => write!(formatter, "{field}: {code}"),
            Error::ForeignOrigin { found, expected } => {
                write!(formatter, "came from {found}, expected {expected}")
            }
            Error::Unavailable(cause) => write!(formatter, "unavailable: {cause}"),
            Error::Internal(cause) => write!(formatter, "internal: {cause}"),
            other => formatter.write_str(other.code()),
        }
    }
}

impl std::error::Error for Error {}
