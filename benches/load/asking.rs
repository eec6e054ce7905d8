//! A page, asked for again and again over kept connections by people who are signed in.

use std::fmt::{self, Display, Formatter};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use crate::histogram::Histogram;
use crate::http;
use crate::stage::Stage;
use crate::{Failure, Result, machine};

/// Who asks for what, and for how long.
pub struct Asking<'a> {
    pub path: &'a str,
    pub seconds: f64,
    /// The first person asks over the first connection, and so on.
    pub connections: u16,
    /// What is in a page that came whole.
    pub holds: &'a [String],
}

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
            "{:.0} requests/s, p50 {:.2} ms, p99 {:.2} ms, {} bytes each, server {:.0} % of a core",
            self.per_second,
            self.p50,
            self.p99,
            self.bytes,
            self.server_cpu * 100.0,
        )
    }
}

/// Asks until the time is over.
pub fn ask(stage: &Stage, asking: &Asking) -> Result<Pages> {
    let address = stage.address();
    let before = machine::cpu_seconds(stage.nodes[0].id())?;
    let begin = Instant::now();
    let end = begin + Duration::from_secs_f64(asking.seconds.clamp(0.1, 3_600.0));
    let askers: Vec<Result<Asked>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..usize::from(asking.connections))
            .map(|number| {
                let headers = [
                    ("Cookie", stage.cookies_of(number)),
                    ("Accept", "text/html"),
                ];
                let request = http::request("GET", asking.path, address, &headers, b"");
                scope.spawn(move || ask_until(end, address, &request, asking.holds))
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

fn ask_until(end: Instant, address: SocketAddr, request: &[u8], holds: &[String]) -> Result<Asked> {
    let mut connection = http::Connection::open(address)?;
    let mut asked = Asked {
        delays: Vec::new(),
        bytes: 0,
    };
    while Instant::now() < end {
        let begin = Instant::now();
        let answer = connection.ask(request)?;
        asked.delays.push(begin.elapsed());
        let lacking = || {
            let mut texts = holds.iter();
            texts.find(|text| memchr::memmem::find(&answer.body, text.as_bytes()).is_none())
        };
        // Only the first page is looked through: that is the generator's time.
        let lacking = if asked.bytes == 0 { lacking() } else { None };
        if answer.status != 200 || lacking.is_some() {
            return Err(Failure::from(format!(
                "the page came with {} and without {lacking:?}",
                answer.status
            )));
        }
        asked.bytes = answer.body.len();
    }
    Ok(asked)
}
