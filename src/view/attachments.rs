//! The files of a message, as its page draws them.

use serde::Serialize;

use super::texts;
use crate::store::uploads::Attachment;

/// A file, and how it is drawn.
#[derive(Serialize)]
pub struct Attached<'a> {
    /// The file.
    #[serde(flatten)]
    pub attachment: &'a Attachment,
    /// `image`, `video`, `audio` or `file`.
    pub family: &'static str,
    /// How many bytes it has, in words.
    pub size_words: String,
    /// How long it is, in words: `2:05`.
    pub duration_words: String,
}

/// The files of a message.
pub fn attached(attachments: &[Attachment]) -> Vec<Attached<'_>> {
    attachments.iter().map(Attached::from).collect()
}

impl<'a> From<&'a Attachment> for Attached<'a> {
    fn from(attachment: &'a Attachment) -> Attached<'a> {
        Attached {
            attachment,
            family: attachment.family().word(),
            size_words: size_words(u64::try_from(attachment.size).unwrap_or(0)),
            duration_words: attachment.duration.map(duration_words).unwrap_or_default(),
        }
    }
}

/// So many bytes, as people say it: `2.4 MB`.
pub fn size_words(bytes: u64) -> String {
    const UNITS: [(u64, &str); 3] = [
        (1_000_000_000, "size-gigabytes"),
        (1_000_000, "size-megabytes"),
        (1_000, "size-kilobytes"),
    ];
    let mut arguments = texts::Arguments::new();
    let Some((unit, key)) = UNITS.into_iter().find(|(unit, _)| bytes >= *unit) else {
        arguments.set("number", bytes);
        return texts::t("size-bytes", &arguments);
    };
    let tenths = bytes / (unit / 10);
    // Nobody wants to know the tenth of three hundred.
    let number = if tenths < 100 {
        format!("{}.{}", tenths / 10, tenths % 10)
    } else {
        (tenths / 10).to_string()
    };
    arguments.set("number", number);
    texts::t(key, &arguments)
}

fn duration_words(seconds: f64) -> String {
    let seconds = seconds.round() as u64;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_said_as_people_say_it() {
        assert_eq!(size_words(999), "999 bytes");
        assert_eq!(size_words(1), "1 byte");
        assert_eq!(size_words(2_450), "2.4 kB");
        assert_eq!(size_words(64_000_000), "64 MB");
        assert_eq!(size_words(5_000_000_000), "5.0 GB");
    }

    #[test]
    fn a_duration_is_said_as_players_do() {
        assert_eq!(duration_words(4.6), "0:05");
        assert_eq!(duration_words(125.0), "2:05");
        assert_eq!(duration_words(3_725.0), "1:02:05");
    }
}
