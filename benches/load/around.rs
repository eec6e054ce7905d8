//! Opening a room of very many messages around an old one, and on a day.

use std::fmt::{self, Display, Formatter};
use std::time::Instant;

use crate::histogram::Histogram;
use crate::http;
use crate::plans::AroundPlan;
use crate::seeding::{self, SMALL_TALK};
use crate::stage::Stage;
use crate::{Failure, Result};

/// Steps through all numbers in no order that a database could guess.
const STRIDE: u64 = 7_919_993;
/// What comes first finds nothing in memory, and is not counted.
const WARM_UP: u64 = 20;

/// How long each way of opening takes.
pub struct Around {
    messages: u32,
    program: Histogram,
    page: Histogram,
    day: Histogram,
}

impl Display for Around {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        writeln!(to, "messages in the room         {}", self.messages)?;
        for (what, delays) in [
            ("50 messages, by the API     ", &self.program),
            ("the page, signed in         ", &self.page),
            ("the first message of a day  ", &self.day),
        ] {
            writeln!(to, "{what} {}", delays.times())?;
        }
        Ok(())
    }
}

/// Fills a room, then opens it again and again somewhere else, one request after the other, as somebody who has read nothing of it.
pub fn run(stage: &mut Stage, plan: &AroundPlan) -> Result<Around> {
    let rooms = stage.rooms("around", 1)?;
    let room = rooms.first().ok_or("a room was made")?;
    stage.join(room, 1)?;
    seeding::fill(stage, room, plan.messages, SMALL_TALK)?;
    stage.rest()?;
    let numbers = || {
        let number = |turn: u64| turn.wrapping_mul(STRIDE) % u64::from(plan.messages) + 1;
        (0..WARM_UP + u64::from(plan.requests)).map(number)
    };
    let by_program = |number: u64| {
        let path = format!("/api/rooms/{room}/messages?around={number}");
        (path, format!("\"seq\":{number},"))
    };
    let by_page = |number: u64| {
        let path = format!("/chat/{room}/?at={number}");
        (path, format!("data-seq=\"{number}\""))
    };
    let program = opened(stage, numbers().map(by_program))?;
    let page = opened(stage, numbers().map(by_page))?;
    // Days back from today, and further than there are.
    let days = numbers().map(|number| {
        let time = format!(
            "20{:02}-{:02}-{:02}T00:00:00Z",
            20 + number % 10,
            1 + number % 12,
            1 + number % 28
        );
        let path = format!("/api/rooms/{room}/moment?time={time}");
        (path, "\"seq\":".to_owned())
    });
    let day = opened(stage, days)?;
    Ok(Around {
        messages: plan.messages,
        program,
        page,
        day,
    })
}

/// How long each of these takes, of which the answer holds what stands beside it.
fn opened(stage: &Stage, asked: impl Iterator<Item = (String, String)>) -> Result<Histogram> {
    let address = stage.address();
    let headers = [("Cookie", stage.cookies_of(1)), ("Accept", "*/*")];
    let mut connection = http::Connection::open(address)?;
    let mut delays = Histogram::default();
    for (turn, (path, holds)) in asked.enumerate() {
        let request = http::request("GET", &path, address, &headers, b"");
        let begin = Instant::now();
        let answer = connection.ask(&request)?;
        let delay = begin.elapsed();
        if answer.status != 200 || memchr::memmem::find(&answer.body, holds.as_bytes()).is_none() {
            return Err(Failure::from(format!(
                "{path} came with {} and without {holds}",
                answer.status
            )));
        }
        if turn as u64 >= WARM_UP {
            delays.add(delay.as_micros() as u64);
        }
    }
    Ok(delays)
}
