//! The page of a room, asked for again and again by people who are signed in.

use std::fmt::{self, Display, Formatter};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::command::PagePlan;
use crate::histogram::Histogram;
use crate::http;
use crate::stage::Stage;
use crate::{Failure, Result, machine};

/// As many as the page shows.
const MESSAGES: usize = 50;

/// How fast pages came.
pub struct Pages {
    pub per_second: f64,
    bytes: usize,
    p50: f64,
    p99: f64,
    server_cpu: f64,
}

impl Display for Pages {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(
            to,
            "room page: {:.0} requests/s, p50 {:.2} ms, p99 {:.2} ms, {} bytes each, server {:.0} % of a core",
            self.per_second,
            self.p50,
            self.p99,
            self.bytes,
            self.server_cpu * 100.0,
        )
    }
}

/// Has people talk a little, then asks for the page over kept connections.
pub fn run(stage: &mut Stage, plan: &PagePlan) -> Result<Pages> {
    let rooms = stage.rooms("page", 1)?;
    let room = rooms.first().ok_or("a room was made")?;
    for number in 1..=MESSAGES {
        // People say a few things in a row, then somebody else does.
        let text = format!(
            "This is what I wanted to say, number {number}: see you at https://example.org/ in the evening."
        );
        stage.say(room, number / 3, &text)?;
    }
    stage.rest()?;
    let (address, path) = (stage.address(), format!("/chat/{room}/"));
    let before = machine::cpu_seconds(stage.nodes[0].id())?;
    let begin = Instant::now();
    let end = begin + Duration::from_secs_f64(plan.seconds.clamp(0.1, 3_600.0));
    let askers: Vec<Result<Asked>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..usize::from(plan.connections))
            .map(|number| {
                let headers = [
                    ("Cookie", stage.cookies_of(number)),
                    ("Accept", "text/html"),
                ];
                let request = http::request("GET", &path, address, &headers, b"");
                scope.spawn(move || ask_until(end, address, &request))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| {
                thread
                    .join()
                    .unwrap_or_else(|_| Err("a thread ended early".into()))
            })
            .collect()
    });
    let seconds = begin.elapsed().as_secs_f64();
    let server_cpu = (machine::cpu_seconds(stage.nodes[0].id())? - before) / seconds;
    let (mut delays, mut count, mut bytes) = (Histogram::default(), 0, 0);
    for asked in askers {
        let asked = asked?;
        count += asked.delays.len();
        bytes = asked.bytes;
        asked
            .delays
            .iter()
            .for_each(|delay| delays.add(delay.as_micros() as u64));
    }
    Ok(Pages {
        per_second: count as f64 / seconds,
        bytes,
        p50: delays.quantile(0.5),
        p99: delays.quantile(0.99),
        server_cpu,
    })
}

struct Asked {
    delays: Vec<Duration>,
    bytes: usize,
}

fn ask_until(end: Instant, address: SocketAddr, request: &[u8]) -> Result<Asked> {
    let mut connection = http::Connection::open(address)?;
    let mut asked = Asked {
        delays: Vec::new(),
        bytes: 0,
    };
    while Instant::now() < end {
        let begin = Instant::now();
        let answer = connection.ask(request)?;
        asked.delays.push(begin.elapsed());
        let first_and_last = [1, MESSAGES].map(|number| format!("number {number}:"));
        let whole = asked.bytes > 0
            || first_and_last
                .iter()
                .all(|text| memchr::memmem::find(&answer.body, text.as_bytes()).is_some());
        if answer.status != 200 || !whole {
            return Err(Failure::from(format!(
                "the page came with {} and without its {MESSAGES} messages",
                answer.status
            )));
        }
        asked.bytes = answer.body.len();
    }
    Ok(asked)
}
