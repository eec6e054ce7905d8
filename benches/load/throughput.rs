//! Messages at a set rate. Each has a time at which it is to be sent, and its delay counts from then: a server that stands
//! still for a while cannot hide the wait by slowing the sender down.

use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use memchr::memmem;

use crate::command::Plan;
use crate::crowd::Crowd;
use crate::histogram::Histogram;
use crate::ledger::Ledger;
use crate::member::Heard;
use crate::outcome::Outcome;
use crate::speech::compose;
use crate::stage::Stage;
use crate::token::{Reader, Token};
use crate::{Result, machine};

/// Between the begin of a run and its first message.
const LEAD: Duration = Duration::from_millis(20);
/// For what is still under way after the last message was sent.
const DRAIN_MAX: Duration = Duration::from_secs(5);
const QUIET_MAX: Duration = Duration::from_secs(2);
/// The kernel wakes a sleeper up to a millisecond late, so the last two before a message are spent looking.
const AWAKE: Duration = Duration::from_millis(2);
const SLEEP_MAX: Duration = Duration::from_millis(20);
/// Sockets that are read before it is looked whether a message is due.
const READ_BETWEEN: usize = 64;
/// Messages that are sent before what came is read, where this program is late.
const SEND_BETWEEN: usize = 256;

/// Runs are numbered, so that what is left of one is not taken for another's.
static RUN: AtomicU16 = AtomicU16::new(1);

/// Brings people into the rooms, has them talk, and judges what they received.
pub fn run(stage: &Stage, plan: &Plan, rooms: &[String]) -> Result<Outcome> {
    plan.check()?;
    let mut crowd = Crowd::open(stage.server.address, &stage.places(rooms, plan.people))?;
    stage.server.rest()?;
    let mut talk = Talk::new(plan, crowd.len(), stage.server.id());
    let mut ready = Vec::new();
    while !talk.is_over(&crowd) {
        let now = Instant::now();
        talk.send_due(&mut crowd, now);
        talk.look_at_server(now)?;
        crowd.wait(talk.pause(now), &mut ready)?;
        if ready.is_empty() {
            talk.idle += now.elapsed();
        }
        for (count, member) in ready.drain(..).enumerate() {
            let room = crowd.room_of(member);
            crowd.read(member, &mut |heard| talk.hear(room, &heard));
            if count % READ_BETWEEN == READ_BETWEEN - 1 {
                talk.send_due(&mut crowd, Instant::now());
            }
        }
    }
    let outcome = talk.judge(&crowd)?;
    crowd.leave();
    Ok(outcome)
}

/// What the server had used and what had arrived when the measured time began and ended.
struct Sample {
    at: Instant,
    cpu_seconds: f64,
    arrived: u64,
}

struct Talk<'a> {
    plan: &'a Plan,
    server: u32,
    run: u16,
    begin: Instant,
    /// How many messages there are in all, and how many were sent.
    total: u64,
    sent: u64,
    reader: Reader,
    errors: memmem::Finder<'static>,
    ledger: Ledger,
    delays: Histogram,
    lags: Histogram,
    arrived: u64,
    bytes: u64,
    refused: u64,
    astray: u64,
    last_heard: Instant,
    idle: Duration,
    samples: Vec<Sample>,
    /// The frame that is being put together, and the connections that have one to send.
    frame: String,
    speaking: Vec<usize>,
}

impl Talk<'_> {
    fn new(plan: &Plan, receivers: usize, server: u32) -> Talk<'_> {
        let begin = Instant::now() + LEAD;
        Talk {
            plan,
            server,
            run: RUN.fetch_add(1, Ordering::Relaxed),
            begin,
            total: ((plan.warm_up + plan.seconds) * plan.rate) as u64,
            sent: 0,
            reader: Reader::new(),
            errors: memmem::Finder::new("\"type\":\"error\""),
            ledger: Ledger::new(receivers, plan.senders),
            delays: Histogram::new(),
            lags: Histogram::new(),
            arrived: 0,
            bytes: 0,
            refused: 0,
            astray: 0,
            last_heard: begin,
            idle: Duration::ZERO,
            samples: Vec::with_capacity(2),
            frame: String::new(),
            speaking: Vec::new(),
        }
    }

    fn senders(&self) -> u64 {
        (self.plan.rooms * self.plan.senders) as u64
    }

    /// When a message is to be sent, counted from the begin.
    fn due(&self, message: u64) -> Duration {
        Duration::from_secs_f64(message as f64 / self.plan.rate)
    }

    /// Sends what should have been sent by now. Rooms take turns, then the people in them.
    fn send_due(&mut self, crowd: &mut Crowd, now: Instant) {
        let passed = now.saturating_duration_since(self.begin);
        while self.sent < self.total
            && self.speaking.len() < SEND_BETWEEN
            && self.due(self.sent) <= passed
        {
            let due = self.due(self.sent);
            let sender = self.sent % self.senders();
            let token = Token {
                run: self.run,
                sender: sender as u16,
                number: (self.sent / self.senders()) as u32,
                due: due.as_micros() as u32,
            };
            compose(&token, self.plan.size, &mut self.frame);
            let (room, person) = (
                sender as usize % self.plan.rooms,
                sender as usize / self.plan.rooms,
            );
            let member = room * self.plan.people + person;
            crowd.say(member, self.frame.as_bytes());
            self.speaking.push(member);
            self.lags.add((passed - due).as_micros() as u64);
            self.sent += 1;
        }
        for member in self.speaking.drain(..) {
            crowd.flush(member);
        }
    }

    #[inline]
    fn hear(&mut self, room: usize, heard: &Heard<'_>) {
        // `activity` frames quote messages too; only these are the messages themselves.
        let token = heard
            .text
            .starts_with(br#"{"type":"message""#)
            .then(|| self.reader.find(heard.text))
            .flatten();
        let Some(token) = token else {
            self.refused += u64::from(self.errors.find(heard.text).is_some());
            return;
        };
        if token.run != self.run {
            return;
        }
        let sender = usize::from(token.sender);
        let (origin, person) = (sender % self.plan.rooms, sender / self.plan.rooms);
        if origin != room || person >= self.plan.senders {
            self.astray += 1;
            return;
        }
        if self.ledger.enter(heard.receiver, person, token.number) {
            self.arrived += 1;
            self.bytes += heard.frame_bytes as u64;
            self.last_heard = heard.at;
            let passed = heard.at.saturating_duration_since(self.begin).as_micros() as u64;
            if f64::from(token.due) >= self.plan.warm_up * 1e6 {
                self.delays.add(passed.saturating_sub(u64::from(token.due)));
            }
        }
    }

    /// Takes a sample when the measured time begins, and one when it ends.
    fn look_at_server(&mut self, now: Instant) -> Result<()> {
        let passed = now.saturating_duration_since(self.begin).as_secs_f64();
        let next = match self.samples.len() {
            0 => self.plan.warm_up,
            1 => self.plan.warm_up + self.plan.seconds,
            _ => return Ok(()),
        };
        if passed >= next {
            let cpu_seconds = machine::cpu_seconds(self.server)?;
            self.samples.push(Sample {
                at: now,
                cpu_seconds,
                arrived: self.arrived,
            });
        }
        Ok(())
    }

    fn pause(&self, now: Instant) -> Duration {
        if self.sent == self.total {
            return SLEEP_MAX;
        }
        let next = (self.begin + self.due(self.sent)).saturating_duration_since(now);
        if next <= AWAKE {
            Duration::ZERO
        } else {
            (next - AWAKE).min(SLEEP_MAX)
        }
    }

    fn expected(&self) -> u64 {
        self.sent * self.plan.people as u64
    }

    fn is_over(&self, crowd: &Crowd) -> bool {
        if self.sent < self.total || self.samples.len() < 2 {
            return crowd.closed() == crowd.len();
        }
        let settled = self.arrived + self.refused * self.plan.people as u64 >= self.expected();
        let end = self.begin + Duration::from_secs_f64(self.plan.warm_up + self.plan.seconds);
        settled || end.elapsed() > DRAIN_MAX || self.last_heard.max(end).elapsed() > QUIET_MAX
    }

    fn judge(self, crowd: &Crowd) -> Result<Outcome> {
        let [from, to] = self.samples.as_slice() else {
            return Err(format!(
                "every connection was closed: {}",
                crowd.reason.as_deref().unwrap_or("no reason")
            )
            .into());
        };
        let window = (to.at - from.at).as_secs_f64();
        let share_of = |sender: usize| {
            let (whole, rest) = (self.sent / self.senders(), self.sent % self.senders());
            whole as u32 + u32::from((sender as u64) < rest)
        };
        let missing = |member: usize| {
            let room = crowd.room_of(member);
            self.ledger
                .missing(member, |person| share_of(person * self.plan.rooms + room))
        };
        let missing: Vec<u64> = (0..crowd.len()).map(missing).collect();
        let missing_in_all: u64 = missing.iter().sum();
        // Whoever lacks something has another digest anyway, so only the complete are compared.
        let disagreeing = (0..crowd.len()).filter(|member| {
            let first = member - member % self.plan.people;
            missing[*member] == 0 && missing[first] == 0 && !self.ledger.agree(first, *member)
        });
        Ok(Outcome {
            rate: self.plan.rate,
            sent: self.sent,
            expected: self.expected(),
            missing: missing_in_all,
            unexplained: missing_in_all.saturating_sub(self.refused * self.plan.people as u64),
            doubled: self.ledger.doubled,
            disordered: self.ledger.disordered,
            disagreeing: disagreeing.count(),
            astray: self.astray,
            refused: self.refused,
            closed: crowd.closed(),
            reason: crowd.reason.clone(),
            deliveries_per_second: (to.arrived - from.arrived) as f64 / window,
            p50: self.delays.quantile(0.5),
            p99: self.delays.quantile(0.99),
            longest: self.delays.longest(),
            bytes_per_delivery: self.bytes as f64 / self.arrived.max(1) as f64,
            server_cpu: (to.cpu_seconds - from.cpu_seconds) / window,
            server_resident_kib: machine::resident_kib(self.server)?,
            lag_p99: self.lags.quantile(0.99),
            lag_longest: self.lags.longest(),
            generator_busy: 1.0 - self.idle.as_secs_f64() / self.begin.elapsed().as_secs_f64(),
        })
    }
}
