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
/// Words in more than one of so many messages are common: they are to be found soon newest first, and only so.
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
    /// While common words are searched best first.
    ranked: Outcome,
    delays: Vec<Delays>,
    behind: Vec<Duration>,
}

/// How long searches of one kind took.
struct Delays {
    word: &'static str,
    one_of: u32,
    order: &'static str,
    times: Histogram,
}

impl Delays {
    fn of(words: &[(&'static str, u32)], orders: &[&'static str]) -> Vec<Delays> {
        let in_orders = words.iter().flat_map(|(word, one_of)| {
            orders.iter().map(|order| Delays {
                word,
                one_of: *one_of,
                order,
                times: Histogram::default(),
            })
        });
        in_orders.collect()
    }
}

impl Searched {
    /// Whether all that was said arrived, and rare words were found in time and at nobody's cost.
    pub fn is_clean(&self) -> bool {
        let is_soon = |search: &Delays| {
            search.one_of < RARE_FROM || search.times.quantile(0.95) <= P95_MAX_MS
        };
        [&self.quiet, &self.searched, &self.ranked]
            .iter()
            .all(|outcome| outcome.is_clean())
            && self.delays.iter().all(is_soon)
            && self.behind.iter().all(|behind| *behind <= BEHIND_MAX)
            && self.searched.seen.p99 <= 2.0 * self.quiet.seen.p99
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
        for search in &self.delays {
            writeln!(
                to,
                "{}, in one of {}, {} first: p50 {:.1} ms, p95 {:.1} ms, longest {:.1} ms",
                search.word,
                search.one_of,
                search.order,
                search.times.quantile(0.5),
                search.times.quantile(0.95),
                search.times.longest()
            )?;
        }
        let longest = self.behind.iter().max().copied().unwrap_or_default();
        writeln!(
            to,
            "found after it was said      {:.0} ms at the latest, of {} times",
            longest.as_secs_f64() * 1_000.0,
            self.behind.len()
        )?;
        writeln!(to, "send to seen, nobody searches:  {}", self.quiet.seen)?;
        writeln!(to, "send to seen, while searched:   {}", self.searched.seen)?;
        writeln!(to, "  for common words, best first: {}", self.ranked.seen)
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
    let is_rare = |(_, one_of): &(&str, u32)| *one_of >= RARE_FROM;
    let (rare, common): (Vec<_>, Vec<_>) = WORDS.iter().partition(|word| is_rare(word));
    let mut delays = Delays::of(&rare, &["newest", "best"]);
    delays.extend(Delays::of(&common, &["newest"]));
    let mut best = Delays::of(&common, &["best"]);
    let mut behind = Vec::new();
    let mut while_searched = |delays: &mut Vec<Delays>| {
        let over = AtomicBool::new(false);
        thread::scope(|scope| {
            let mut threads = Vec::new();
            let outcome = throughput::run_beside(stage, &talk, &talked, || {
                threads.push(scope.spawn(|| asker.search_until(&over, delays)));
                threads.push(scope.spawn(|| asker.probe_until(&over, &probed, &mut behind)));
            });
            over.store(true, Ordering::Relaxed);
            for thread in threads {
                thread
                    .join()
                    .map_err(|_| Failure::from("a thread ended early"))??;
            }
            outcome
        })
    };
    let searched = while_searched(&mut delays)?;
    let ranked = while_searched(&mut best)?;
    delays.extend(best);
    Ok(Searched {
        messages: plan.messages,
        per_second,
        quiet,
        searched,
        ranked,
        delays,
        behind,
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

    fn search_until(&self, over: &AtomicBool, searches: &mut [Delays]) -> Result<()> {
        let mut connection = http::Connection::open(self.address)?;
        while !over.load(Ordering::Relaxed) {
            for search in &mut *searches {
                let path = format!("/api/search?q={}&order={}", search.word, search.order);
                let begin = Instant::now();
                self.ask(&mut connection, &path)?;
                search.times.add(begin.elapsed().as_micros() as u64);
                thread::sleep(BETWEEN_SEARCHES);
            }
        }
        Ok(())
    }

    /// Says words that nobody said before, and waits for each until it is found: how long that took goes behind what is known.
    fn probe_until(&self, over: &AtomicBool, room: &str, behind: &mut Vec<Duration>) -> Result<()> {
        let mut connection = http::Connection::open(self.address)?;
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
        Ok(())
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
