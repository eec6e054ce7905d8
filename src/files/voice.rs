//! Voice messages: how long one is, and how loud along the way. What a browser records says neither.

use serde::Deserialize;

use crate::error::{Error, Result};

/// Steps in which the loudness is told.
pub const PEAKS: usize = 64;
/// Seconds.
const DURATION_MAX: f64 = 600.0;
/// The least that a second of a voice takes in bytes, and the most: beyond these the length that was told is not true.
const BYTES_A_SECOND: std::ops::RangeInclusive<f64> = 300.0..=64_000.0;
/// What a container takes by itself.
const BYTES_BESIDE: f64 = 64.0 * 1024.0;

/// What somebody's page told of a recording.
#[derive(Deserialize)]
pub struct Told {
    duration: f64,
    peaks: Vec<u8>,
}

/// A recording, as far as it can be believed before it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voice {
    /// In milliseconds.
    pub duration_ms: i64,
    /// From 0 to 255 each.
    pub peaks: Vec<u8>,
}

impl Voice {
    /// Checks what was told.
    ///
    /// Errors: `BadRequest` where it is too long, or is not told in 64 steps.
    pub fn parse(told: Told) -> Result<Voice> {
        let Told { duration, peaks } = told;
        let duration_ms = (duration * 1_000.0).round();
        if !(1.0..=DURATION_MAX * 1_000.0).contains(&duration_ms) || peaks.len() != PEAKS {
            return Err(Error::BadRequest("bad-voice"));
        }
        Ok(Voice {
            duration_ms: duration_ms as i64,
            peaks,
        })
    }

    /// Whether a file of that type and size can be this recording.
    pub fn fits(&self, content_type: &str, size: u64) -> bool {
        let seconds = self.duration_ms as f64 / 1_000.0;
        let (least, most) = (BYTES_A_SECOND.start(), BYTES_A_SECOND.end());
        matches!(content_type, "audio/webm" | "audio/ogg" | "audio/mp4")
            && size as f64 >= seconds * least
            && size as f64 <= seconds * most + BYTES_BESIDE
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn voice(duration: f64, steps: usize) -> Result<Voice> {
        Voice::parse(Told {
            duration,
            peaks: vec![7; steps],
        })
    }

    #[test]
    fn a_voice_has_a_length_and_64_steps() {
        assert_eq!(voice(2.5, 64).unwrap().duration_ms, 2_500);
        assert!(voice(600.0, 64).is_ok());
        for (duration, steps) in [
            (0.0, 64),
            (-1.0, 64),
            (600.1, 64),
            (f64::NAN, 64),
            (f64::INFINITY, 64),
            (2.0, 63),
            (2.0, 65),
            (2.0, 0),
        ] {
            assert!(voice(duration, steps).is_err(), "{duration} {steps}");
        }
    }

    #[test]
    fn a_file_is_as_large_as_a_voice_of_that_length() {
        let minute = voice(60.0, 64).unwrap();
        assert!(minute.fits("audio/webm", 240_000));
        assert!(!minute.fits("audio/webm", 4_000), "too small");
        assert!(!minute.fits("audio/webm", 40_000_000), "too large");
        assert!(!minute.fits("video/mp4", 240_000), "no sound alone");
    }
}
