//! The mark that a message carries in its text, found again in what everyone receives.

use memchr::memmem::Finder;

/// What begins a token; nothing else in a frame of ours looks like it, and no markup means anything by it.
const MARK: &str = "^^";
/// Mark, run, sender, number, time: all hexadecimal and of fixed width.
pub const LENGTH: usize = MARK.len() + 4 + 4 + 6 + 8;

/// Which message this is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Token {
    /// Tells what is measured now from what was sent before.
    pub run: u16,
    /// Who sent it, counted over all rooms.
    pub sender: u16,
    /// The sender's how-manieth message, from 0; below 2^24.
    pub number: u32,
    /// When it was to be sent, in microseconds from the begin of the run.
    pub due: u32,
}

impl Token {
    pub fn write(&self, into: &mut String) {
        use std::fmt::Write;
        // Writing to a String cannot fail.
        let _ = write!(
            into,
            "{MARK}{:04x}{:04x}{:06x}{:08x}",
            self.run, self.sender, self.number, self.due
        );
    }
}

/// Finds tokens in frames.
pub struct Reader {
    mark: Finder<'static>,
}

impl Reader {
    pub fn new() -> Reader {
        Reader {
            mark: Finder::new(MARK),
        }
    }

    /// The first token in a frame: its text comes before the same drawn as HTML.
    #[inline]
    pub fn find(&self, frame: &[u8]) -> Option<Token> {
        let begin = self.mark.find(frame)? + MARK.len();
        let digits = frame.get(begin..begin + LENGTH - MARK.len())?;
        let (who, rest) = digits.split_at(8);
        let (number, due) = rest.split_at(6);
        let who = hexadecimal(who)?;
        Some(Token {
            run: (who >> 16) as u16,
            sender: who as u16,
            number: hexadecimal(number)?,
            due: hexadecimal(due)?,
        })
    }
}

#[inline]
fn hexadecimal(digits: &[u8]) -> Option<u32> {
    let mut number = 0;
    for digit in digits {
        let value = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        number = number << 4 | u32::from(value);
    }
    Some(number)
}
