//! How large and how long a film or a sound is, as far as its container says so at little cost.

use std::io::{Read, Seek, SeekFrom};

use super::boxes::{self, Step};

/// Longer than any film; what says more is not believed.
const DURATION_MS_MAX: u64 = 30 * 24 * 60 * 60 * 1_000;
const SIDE_MAX: u32 = 16_384;
/// Bytes of a header that are looked at.
const HEADER_BYTES: usize = 128;

/// What is known of a file's extent; of a picture, as it is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Measures {
    /// Width and height in pixels.
    pub sides: Option<(u32, u32)>,
    /// In milliseconds.
    pub duration_ms: Option<i64>,
}

/// What a film or a sound says of itself. Nothing, where it is broken.
pub fn of(file: &mut (impl Read + Seek), content_type: &str) -> Measures {
    match content_type {
        "video/mp4" | "video/quicktime" | "audio/mp4" => of_boxes(file),
        "audio/wav" => of_wav(file),
        _ => Measures::default(),
    }
}

fn of_boxes(file: &mut (impl Read + Seek)) -> Measures {
    let mut measures = Measures::default();
    // What is read up to where it breaks is as good as the rest.
    let _ = boxes::walk(file, &mut |file, found| {
        match &found.kind {
            b"moov" | b"trak" => return Ok(Step::Into(0)),
            b"mvhd" => {
                measures.duration_ms = duration(&boxes::beginning(file, found, HEADER_BYTES)?)
            }
            b"tkhd" if measures.sides.is_none() => {
                measures.sides = sides(&boxes::beginning(file, found, HEADER_BYTES)?);
            }
            _ => {}
        }
        Ok(Step::Over)
    });
    measures
}

/// The duration of a film by its header: a count, and how many are a second.
fn duration(header: &[u8]) -> Option<i64> {
    let (scale, count) = match header.first()? {
        1 => (number(header, 20)?, long(header, 24)?),
        _ => (number(header, 12)?, u64::from(number(header, 16)?)),
    };
    let milliseconds = count.checked_mul(1_000)?.checked_div(u64::from(scale))?;
    (1..=DURATION_MS_MAX)
        .contains(&milliseconds)
        .then_some(milliseconds as i64)
}

/// The sides of a track by its header, as they are shown: phones turn what they film.
fn sides(header: &[u8]) -> Option<(u32, u32)> {
    let matrix = if *header.first()? == 1 { 52 } else { 40 };
    let (across, down) = (number(header, matrix)?, number(header, matrix + 4)?);
    let whole = |at| Some(number(header, at)? >> 16);
    let (width, height) = (whole(matrix + 36)?, whole(matrix + 40)?);
    let fits = |side| (1..=SIDE_MAX).contains(&side);
    if !fits(width) || !fits(height) {
        return None;
    }
    let lies = across == 0 && down != 0;
    Some(if lies {
        (height, width)
    } else {
        (width, height)
    })
}

fn of_wav(file: &mut (impl Read + Seek)) -> Measures {
    Measures {
        sides: None,
        duration_ms: wav_duration(file),
    }
}

/// A sound's length: its bytes, and how many are a second.
fn wav_duration(file: &mut (impl Read + Seek)) -> Option<i64> {
    let mut at = 12;
    let mut a_second = 0;
    // A handful of parts stand before the sound itself.
    for _ in 0..64 {
        let mut head = [0; 8];
        file.seek(SeekFrom::Start(at)).ok()?;
        file.read_exact(&mut head).ok()?;
        let size = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
        match &head[..4] {
            b"fmt " => {
                let mut format = [0; 16];
                file.read_exact(&mut format).ok()?;
                a_second = u32::from_le_bytes([format[8], format[9], format[10], format[11]]);
            }
            b"data" => {
                let milliseconds = u64::from(size) * 1_000 / u64::from(a_second.max(1));
                let is_true = a_second > 0 && (1..=DURATION_MS_MAX).contains(&milliseconds);
                return is_true.then_some(milliseconds as i64);
            }
            _ => {}
        }
        at += 8 + u64::from(size) + u64::from(size % 2);
    }
    None
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + 4)?;
    Some(u32::from_be_bytes(bytes.try_into().ok()?))
}

fn long(bytes: &[u8], at: usize) -> Option<u64> {
    let bytes = bytes.get(at..at + 8)?;
    Some(u64::from_be_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn atom(kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
        let mut atom = (content.len() as u32 + 8).to_be_bytes().to_vec();
        atom.extend_from_slice(kind);
        atom.extend_from_slice(content);
        atom
    }

    fn film(turned: bool) -> Vec<u8> {
        let mut movie = vec![0; 100];
        movie[12..16].copy_from_slice(&600_u32.to_be_bytes());
        movie[16..20].copy_from_slice(&1_500_u32.to_be_bytes());
        let mut track = vec![0; 84];
        let one = 0x10000_u32.to_be_bytes();
        track[if turned { 44..48 } else { 40..44 }].copy_from_slice(&one);
        track[76..80].copy_from_slice(&(1_920_u32 << 16).to_be_bytes());
        track[80..84].copy_from_slice(&(1_080_u32 << 16).to_be_bytes());
        let track = atom(b"trak", &atom(b"tkhd", &track));
        let movie = [atom(b"mvhd", &movie), track].concat();
        [
            atom(b"ftyp", b"isom\0\0\0\0"),
            atom(b"mdat", &[7; 999]),
            atom(b"moov", &movie),
        ]
        .concat()
    }

    #[test]
    fn a_film_says_how_long_and_how_large_it_is_shown() {
        let upright = of(&mut Cursor::new(film(false)), "video/mp4");
        assert_eq!(upright.duration_ms, Some(2_500));
        assert_eq!(upright.sides, Some((1_920, 1_080)));
        let turned = of(&mut Cursor::new(film(true)), "video/quicktime");
        assert_eq!(turned.sides, Some((1_080, 1_920)));
    }

    #[test]
    fn whatever_a_broken_film_says_is_left_out() {
        let whole = film(false);
        for end in 0..whole.len() {
            of(&mut Cursor::new(&whole[..end]), "video/mp4");
        }
        let noise: Vec<u8> = (0..4_000_u32)
            .map(|number| (number * 31 % 251) as u8)
            .collect();
        assert_eq!(of(&mut Cursor::new(noise), "video/mp4").sides, None);
    }

    #[test]
    fn a_sound_says_how_long_it_is() {
        let mut wav = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        wav.extend_from_slice(&8_000_u32.to_le_bytes());
        wav.extend_from_slice(&16_000_u32.to_le_bytes());
        wav.extend_from_slice(b"\x02\0\x10\0data");
        wav.extend_from_slice(&24_000_u32.to_le_bytes());
        let measures = of(&mut Cursor::new(wav), "audio/wav");
        assert_eq!(measures.duration_ms, Some(1_500));
    }
}
