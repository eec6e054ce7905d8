//! Finding words among very many messages while people talk: how long that takes, what it does to those who talk, and how soon what
//! they say is found.

use std::fmt::{self, Display, Formatter};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::command::Plan;
use crate::histogram::Histogram;
use crate::outcome::Outcome;
use crate::plans::SearchPlan;
use crate::stage::Stage;
use crate::{Failure, Result, http, seeding, throughput};

/// Words, and in one of how many messages each is.
const WORDS: [(&str, u32); 4] = [
    ("amaranth", 100_000),
    ("begonia", 1_000),
    ("camellia", 100),
    ("dahlia", 10),
];
const ORDERS: [&str; 2] = ["newest", "best"];
/// What is found is to hold for words in up to one of so many messages.
const RARE_FROM: u32 = 100;
const P95_MAX_MS: f64 = 50.0;
const BEHIND_MAX: Duration = Duration::from_secs(1);
const INDEXED_WITHIN: Duration = Duration::from_secs(1_800);
const BETWEEN_SEARCHES: Duration = Duration::from_millis(50);
const BETWEEN_LOOKS: Duration = Duration::from_millis(20);
const BETWEEN_PROBES: Duration = Duration::from_millis(500);

/// What was measured.
pub struct Searched {
    messages: u32,
    per_second: f64,
    quiet: Outcome,
    searched: Outcome,
    /// By word and order.
    delays: Vec<(&'static str, u32, &'static str, Histogram)>,
    behind: Vec<Duration>,
}

impl Searched {
    /// Whether all that was said arrived, and rare words were found in time.
    pub fn is_clean(&self) -> bool {
        let is_soon = |(_, one_of, _, delays): &(_, u32, _, Histogram)| {
            *one_of < RARE_FROM || delays.quantile(0.95) <= P95_MAX_MS
        };
        let is_close = self.behind.iter().all(|behind| *behind <= BEHIND_MAX);
        self.quiet.is_clean()
            && self.searched.is_clean()
            && self.delays.iter().all(is_soon)
            && is_close
    }
}

impl Display for Searched {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        writeln!(to, "messages                     {}", self.messages)?;
        writeln!(
            to,
            "put into the index           {:.0} a second",
            self.per_second
        )?;
        for (word, one_of, order, delays) in &self.delays {
            writeln!(
                to,
                "{word}, in one of {one_of}, {order} first: p50 {:.1} ms, p95 {:.1} ms, longest {:.1} ms",
                delays.quantile(0.5),
                delays.quantile(0.95),
                delays.longest()
            )?;
        }
        let longest = self.behind.iter().max().copied().unwrap_or_default();
        writeln!(
            to,
            "found after it was said      {:.0} ms at the latest, of {} times",
            longest.as_secs_f64() * 1_000.0,
            self.behind.len()
        )?;
        writeln!(to, "send to seen, nobody searches: {}", self.quiet.seen)?;
        writeln!(to, "send to seen, while searched:  {}", self.searched.seen)
    }
}

/// Fills a room, waits until all of it is found, then has people talk in another: first alone, and then while somebody searches.
pub fn run(stage: &mut Stage, plan: &SearchPlan) -> Result<Searched> {
    let mut rooms = stage.rooms("search", 3)?;
    let probed = rooms.pop().ok_or("a room was made")?;
    let talked = vec![rooms.pop().ok_or("a room was made")?];
    let filled = rooms.pop().ok_or("a room was made")?;
    let words: Vec<String> = WORDS
        .iter()
        .map(|(word, one_of)| {
            format!(
                "CASE WHEN n % {one_of} = {} THEN ' {word}' ELSE '' END",
                one_of / 2
            )
        })
        .collect();
    let text = format!("{} || {}", seeding::SMALL_TALK, words.join(" || "));
    seeding::fill(stage, &filled, plan.messages, &text)?;
    let asker = Asker::of(stage);
    let began = Instant::now();
    // The newest is put in last.
    while !asker.is_complete(plan.messages)? {
        if began.elapsed() > INDEXED_WITHIN {
            return Err("the index was not made in half an hour".into());
        }
        thread::sleep(BETWEEN_LOOKS);
    }
    let per_second = f64::from(plan.messages) / began.elapsed().as_secs_f64();
    seeding::settle(stage)?;
    stage.rest()?;
    let talk = Plan {
        seconds: plan.seconds,
        ..Plan::of(1, 10, 5, plan.rate)
    };
    let quiet = throughput::run(stage, &talk, &talked)?;
    let over = AtomicBool::new(false);
    let (searched, delays, behind) = thread::scope(|scope| {
        let searching = scope.spawn(|| asker.search_until(&over));
        let probing = scope.spawn(|| asker.probe_until(&over, &probed));
        let searched = throughput::run(stage, &talk, &talked);
        over.store(true, Ordering::Relaxed);
        let ended = || Failure::from("a thread ended early");
        let delays = searching.join().map_err(|_| ended());
        let behind = probing.join().map_err(|_| ended());
        (searched, delays, behind)
    });
    Ok(Searched {
        messages: plan.messages,
        per_second,
        quiet,
        searched: searched?,
        delays: delays??,
        behind: behind??,
    })
}

/// Somebody who asks the first node.
struct Asker {
    address: SocketAddr,
    cookies: String,
}

impl Asker {
    fn of(stage: &Stage) -> Asker {
        Asker {
            address: stage.address(),
            cookies: stage.cookies_of(0).to_owned(),
        }
    }

    /// Whether everything was put in, up to the message of a number.
    fn is_complete(&self, last: u32) -> Result<bool> {
        let mut connection = http::Connection::open(self.address)?;
        let answer = self.ask(&mut connection, &format!("/api/search?q={last}"))?;
        let found: serde_json::Value = serde_json::from_slice(&answer)?;
        let hits = found["hits"].as_array();
        Ok(found["complete"] == true && hits.is_some_and(|hits| !hits.is_empty()))
    }

    fn search_until(
        &self,
        over: &AtomicBool,
    ) -> Result<Vec<(&'static str, u32, &'static str, Histogram)>> {
        let mut all: Vec<_> = WORDS
            .iter()
            .flat_map(|(word, one_of)| {
                ORDERS.map(|order| (*word, *one_of, order, Histogram::default()))
            })
            .collect();
        let mut connection = http::Connection::open(self.address)?;
        while !over.load(Ordering::Relaxed) {
            for (word, _, order, delays) in &mut all {
                let path = format!("/api/search?q={word}&order={order}");
                let begin = Instant::now();
                self.ask(&mut connection, &path)?;
                delays.add(begin.elapsed().as_micros() as u64);
                thread::sleep(BETWEEN_SEARCHES);
            }
        }
        Ok(all)
    }

    /// Says words that nobody said before, and waits for each until it is found.
    fn probe_until(&self, over: &AtomicBool, room: &str) -> Result<Vec<Duration>> {
        let mut connection = http::Connection::open(self.address)?;
        let mut behind = Vec::new();
        while !over.load(Ordering::Relaxed) {
            let word = format!("probe{}x{}", std::process::id(), behind.len());
            let body = serde_json::json!({ "message": word }).to_string();
            let path = format!("/api/rooms/{room}/messages");
            let headers = [
                ("Cookie", self.cookies.as_str()),
                ("Content-Type", "application/json"),
            ];
            let request = http::request("POST", &path, self.address, &headers, body.as_bytes());
            connection.ask(&request)?;
            let said = Instant::now();
            loop {
                let found = self.ask(&mut connection, &format!("/api/search?q={word}"))?;
                if memchr::memmem::find(&found, b"\"snippet\"").is_some() {
                    break;
                }
                if said.elapsed() > 10 * BEHIND_MAX {
                    return Err(format!("{word} was not found").into());
                }
                thread::sleep(BETWEEN_LOOKS);
            }
            behind.push(said.elapsed());
            thread::sleep(BETWEEN_PROBES);
        }
        Ok(behind)
    }

    fn ask(&self, connection: &mut http::Connection, path: &str) -> Result<Vec<u8>> {
        let headers = [("Cookie", self.cookies.as_str()), ("Accept", "*/*")];
        let request = http::request("GET", path, self.address, &headers, b"");
        let answer = connection.ask(&request)?;
        if answer.status != 200 {
            return Err(format!("{path} came with {}", answer.status).into());
        }
        Ok(answer.body)
    }
}
