//! What a file is, by its content: what its name or its sender says decides nothing.

use infer::MatcherType;

/// As much of a file's beginning as is looked at.
pub const HEAD_BYTES: usize = 64 * 1024;
/// What a file is that is nothing else.
pub const UNKNOWN: &str = "application/octet-stream";
/// What is shown as text is a download too: a page could be made of it.
const TEXT: &str = "text/plain";

/// How a file is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// As a picture.
    Image,
    /// In a player with a picture.
    Video,
    /// In a player without one.
    Audio,
    /// By its name, to be saved.
    Other,
}

impl Family {
    /// How a file of that type is shown.
    pub fn of(content_type: &str) -> Family {
        match content_type {
            "image/jpeg" | "image/png" | "image/gif" | "image/webp" => Family::Image,
            "video/mp4" | "video/webm" | "video/quicktime" => Family::Video,
            "audio/mpeg" | "audio/mp4" | "audio/ogg" | "audio/webm" | "audio/wav"
            | "audio/flac" | "audio/aac" => Family::Audio,
            _ => Family::Other,
        }
    }

    /// Its word, for pages.
    pub fn word(self) -> &'static str {
        match self {
            Family::Image => "image",
            Family::Video => "video",
            Family::Audio => "audio",
            Family::Other => "file",
        }
    }
}

/// The type of a file that begins so. What a browser could run as a page is never more than text.
pub fn content_type(head: &[u8]) -> &'static str {
    let Some(found) = infer::get(head) else {
        return if is_text(head) { TEXT } else { UNKNOWN };
    };
    match (found.matcher_type(), found.mime_type()) {
        (MatcherType::Text, _) => TEXT,
        (_, "audio/m4a") => "audio/mp4",
        (_, "video/mp4" | "video/x-m4v") if is_sound_alone(head, b"soun", b"vide") => "audio/mp4",
        (_, "video/x-m4v") => "video/mp4",
        (_, "video/webm") if is_sound_alone(head, b"A_", b"V_") => "audio/webm",
        (_, "audio/opus") => "audio/ogg",
        (_, "audio/x-wav") => "audio/wav",
        (_, "audio/x-flac") => "audio/flac",
        (_, known) => known,
    }
}

/// Whether a container names a track of sound at its beginning, and none of pictures.
fn is_sound_alone(head: &[u8], sound: &[u8], picture: &[u8]) -> bool {
    let holds = |word: &[u8]| head.windows(word.len()).any(|part| part == word);
    holds(sound) && !holds(picture)
}

fn is_text(head: &[u8]) -> bool {
    let text = match std::str::from_utf8(head) {
        Ok(text) => text,
        // The last character may be cut.
        Err(fault) if fault.error_len().is_none() => {
            std::str::from_utf8(&head[..fault.valid_up_to()]).unwrap_or_default()
        }
        Err(_) => return false,
    };
    let is_strange = |character: char| {
        character.is_control() && !matches!(character, '\n' | '\r' | '\t' | '\u{c}' | '\u{1b}')
    };
    !text.is_empty() && !text.contains(is_strange)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_page_is_text() {
        for head in [
            &b"<!doctype html><script>alert(1)</script>"[..],
            b"<html>",
            b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>",
            b"<?xml version=\"1.0\"?><svg/>",
            b"#!/bin/sh\n",
            "আড্ডা, all day".as_bytes(),
        ] {
            assert_eq!(content_type(head), TEXT, "{head:?}");
            assert_eq!(Family::of(content_type(head)), Family::Other);
        }
    }

    #[test]
    fn a_file_is_known_by_its_content() {
        for (head, is) in [
            (&b"\x89PNG\r\n\x1a\n\0\0"[..], "image/png"),
            (b"\xff\xd8\xff\xe0", "image/jpeg"),
            (b"GIF89a", "image/gif"),
            (b"%PDF-1.7", "application/pdf"),
            (b"OggS\0\0\0\0", "audio/ogg"),
            (b"PK\x03\x04\0\0", "application/zip"),
            (b"\0\x01\x02\x03", UNKNOWN),
            (b"", UNKNOWN),
        ] {
            assert_eq!(content_type(head), is, "{head:?}");
        }
    }

    #[test]
    fn a_container_without_pictures_is_sound() {
        let webm = |codec: &str| {
            let mut head = b"\x1a\x45\xdf\xa3\x9f\x42\x82\x84webm".to_vec();
            head.extend_from_slice(codec.as_bytes());
            head.resize(300, 0);
            head
        };
        assert_eq!(content_type(&webm("A_OPUS")), "audio/webm");
        assert_eq!(content_type(&webm("V_VP9 A_OPUS")), "video/webm");
        let mp4 = |handler: &str| {
            let mut head = b"\0\0\0\x20ftypisom\0\0\0\0".to_vec();
            head.extend_from_slice(handler.as_bytes());
            head
        };
        assert_eq!(content_type(&mp4("soun")), "audio/mp4");
        assert_eq!(content_type(&mp4("vide soun")), "video/mp4");
    }
}
