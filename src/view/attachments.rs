//! The files of a message, as its page draws them.

use serde::Serialize;

use super::texts;
use crate::files::kind::Family;
use crate::store::uploads::Attachment;

/// In pixels: how large a picture is drawn at most.
const WIDEST: f64 = 480.0;
const HIGHEST: f64 = 320.0;
/// How large at least, so that it can be pointed at.
const LEAST: f64 = 48.0;
/// Of a film that does not say how large it is.
const FILM: (u32, u32) = (480, 270);
/// What stands behind the last dot of a name is its end where it is no longer than this, in bytes.
const ENDING_LONGEST: usize = 10;

/// A file, and how it is drawn.
#[derive(Serialize)]
pub struct Attached<'a> {
    /// The file.
    #[serde(flatten)]
    pub attachment: &'a Attachment,
    /// As what it is drawn: `picture`, `video`, `audio`, `voice` or `file`.
    pub drawn_as: &'static str,
    /// The room that is kept for it, in pixels.
    pub drawn_width: u32,
    /// The same.
    pub drawn_height: u32,
    /// What it is called without its end, which gives way where there is no room.
    pub name_start: &'a str,
    /// What its name ends in.
    pub name_end: &'a str,
    /// How many bytes it has, in words.
    pub size_words: String,
    /// How long it is, in words: `2:05`.
    pub duration_words: String,
    /// How loud a voice is along the way.
    pub loudness: String,
}

/// The files of a message.
pub fn attached(attachments: &[Attachment]) -> Vec<Attached<'_>> {
    attachments.iter().map(Attached::from).collect()
}

impl<'a> From<&'a Attachment> for Attached<'a> {
    fn from(attachment: &'a Attachment) -> Attached<'a> {
        let (name_start, name_end) = parts(&attachment.name);
        let (drawn_width, drawn_height) = match (attachment.width, attachment.height) {
            (Some(width), Some(height)) => drawn_size(width, height),
            _ => FILM,
        };
        let loudness: Vec<String> = attachment.peaks.iter().map(u8::to_string).collect();
        Attached {
            attachment,
            drawn_as: drawn_as(attachment),
            drawn_width,
            drawn_height,
            name_start,
            name_end,
            size_words: size_words(u64::try_from(attachment.size).unwrap_or(0)),
            duration_words: attachment.duration.map(duration_words).unwrap_or_default(),
            loudness: loudness.join(" "),
        }
    }
}

fn drawn_as(attachment: &Attachment) -> &'static str {
    match attachment.family() {
        _ if attachment.voice => "voice",
        Family::Image => "picture",
        Family::Video => "video",
        Family::Audio => "audio",
        Family::Other => "file",
    }
}

/// How large something of that many pixels is drawn: a page keeps the room for it, so that nothing moves when it comes.
fn drawn_size(width: i32, height: i32) -> (u32, u32) {
    let (width, height) = (f64::from(width.max(1)), f64::from(height.max(1)));
    let scale = (WIDEST / width).min(HIGHEST / height).min(1.0);
    let side = |side: f64| (side * scale).round().max(LEAST) as u32;
    (side(width), side(height))
}

/// A name without its end, and that.
fn parts(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if dot > 0 && name.len() - dot <= ENDING_LONGEST => name.split_at(dot),
        _ => (name, ""),
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

    #[test]
    fn room_is_kept_for_a_picture_in_its_own_proportions() {
        assert_eq!(drawn_size(4_000, 3_000), (427, 320));
        assert_eq!(drawn_size(4_000, 1_000), (480, 120));
        assert_eq!(drawn_size(100, 60), (100, 60));
        assert_eq!(drawn_size(10, 10), (48, 48));
        assert_eq!(drawn_size(100, 10_000), (48, 320));
    }

    #[test]
    fn what_a_name_ends_in_stays() {
        assert_eq!(parts("holiday.jpeg"), ("holiday", ".jpeg"));
        assert_eq!(parts(".profile"), (".profile", ""));
        assert_eq!(parts("আড্ডা"), ("আড্ডা", ""));
        assert_eq!(
            parts("v1.with a long remark"),
            ("v1.with a long remark", "")
        );
    }
}
