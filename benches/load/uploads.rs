//! Files: how fast one arrives, what memory it takes meanwhile, and how long a large picture takes.

use std::fmt;
use std::io::Cursor;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;
use crate::http::{self, Connection};
use crate::plans::UploadsPlan;
use crate::stage::Stage;

/// Pixels of a picture of 24 megapixels.
const SIDES: (u32, u32) = (6_000, 4_000);
/// How often memory is looked at while a file arrives.
const LOOKED_AT_EVERY: Duration = Duration::from_millis(5);

/// What was measured.
pub struct Uploads {
    /// Megabytes a second, of each file.
    rates: Vec<f64>,
    /// How much more memory the server held at most while one arrived, in KiB.
    grown_kib: u64,
    /// From the first byte of a picture to the answer, in milliseconds, of each.
    pictures: Vec<f64>,
    picture_bytes: usize,
}

/// Sends files of noise, then pictures, one after the other.
pub fn run(stage: &mut Stage, plan: &UploadsPlan) -> Result<Uploads> {
    let rooms = stage.rooms("uploads", 1)?;
    let room = rooms.first().ok_or("a room was made")?;
    let noise = noise(usize::from(plan.megabytes) * 1_000_000);
    send(stage, room, &noise[..1_000_000])?;
    stage.rest()?;
    let before = stage.resident_kib()?;
    let (most, done) = (AtomicU64::new(before), AtomicBool::new(false));
    let rates = thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                if let Ok(now) = stage.resident_kib() {
                    most.fetch_max(now, Ordering::Relaxed);
                }
                thread::sleep(LOOKED_AT_EVERY);
            }
        });
        let rates: Result<Vec<f64>> = (0..plan.times)
            .map(|_| {
                let took = send(stage, room, &noise)?;
                Ok(noise.len() as f64 / 1e6 / took.as_secs_f64())
            })
            .collect();
        done.store(true, Ordering::Relaxed);
        rates
    })?;
    let picture = picture()?;
    let pictures: Result<Vec<f64>> = (0..plan.times)
        .map(|_| Ok(send(stage, room, &picture)?.as_secs_f64() * 1e3))
        .collect();
    Ok(Uploads {
        rates,
        grown_kib: most.load(Ordering::Relaxed).saturating_sub(before),
        pictures: pictures?,
        picture_bytes: picture.len(),
    })
}

/// Sends one file, and takes it back; how long it took from the first byte to the answer.
fn send(stage: &Stage, room: &str, content: &[u8]) -> Result<Duration> {
    let mut body =
        b"--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"noise\"\r\n\r\n"
            .to_vec();
    body.extend_from_slice(content);
    body.extend_from_slice(b"\r\n--edge--\r\n");
    let path = format!("/api/rooms/{room}/uploads");
    let headers = [
        ("Cookie", stage.cookies_of(0)),
        ("Content-Type", "multipart/form-data; boundary=edge"),
    ];
    let request = http::request("POST", &path, stage.address(), &headers, &body);
    let mut connection = Connection::open(stage.address())?;
    let began = Instant::now();
    let answer = connection.ask(&request)?;
    let took = began.elapsed();
    if answer.status != 201 {
        return Err(format!("a file was answered with {}", answer.status).into());
    }
    let file: serde_json::Value = serde_json::from_slice(&answer.body)?;
    let id = file["id"].as_str().ok_or("a file without an id")?;
    let path = format!("{path}/parts/{id}");
    let request = http::request("DELETE", &path, stage.address(), &headers[..1], b"");
    match http::once(stage.address(), &request) {
        // An answer without content has no length.
        Ok(_) | Err(_) => Ok(took),
    }
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut noise = Vec::with_capacity(length + 8);
    while noise.len() < length {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        noise.extend_from_slice(&(state ^ (state >> 29)).to_le_bytes());
    }
    noise.truncate(length);
    noise
}

/// A photograph's kind of picture: shades with some noise on them.
fn picture() -> Result<Vec<u8>> {
    let (width, height) = SIDES;
    let noise = noise(4_096);
    let shade = |place: u32| (place / 24 % 200) as u8;
    let picture = image::RgbImage::from_fn(width, height, |x, y| {
        let grain = noise[(x as usize * 31 + y as usize * 17) % noise.len()] % 24;
        image::Rgb([shade(x) + grain, shade(y) + grain, shade(x + y) + grain])
    });
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Jpeg)?;
    Ok(file.into_inner())
}

impl fmt::Display for Uploads {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let middle = |values: &[f64]| {
            let mut sorted = values.to_vec();
            sorted.sort_by(f64::total_cmp);
            sorted.get(sorted.len() / 2).copied().unwrap_or_default()
        };
        writeln!(
            formatter,
            "files: {:.0} MB/s, {:.1} MiB more memory at most while one arrives",
            middle(&self.rates),
            self.grown_kib as f64 / 1024.0
        )?;
        write!(
            formatter,
            "pictures of 24 megapixels ({:.1} MB): {:.0} ms from the first byte to the answer",
            self.picture_bytes as f64 / 1e6,
            middle(&self.pictures)
        )
    }
}
