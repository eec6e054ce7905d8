//! People who talk at a set rate. Each message has a time at which it is to be sent, and its delay counts from then: a server
//! that stands still for a while cannot hide the wait by slowing the sender down.

use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};

use memchr::memmem;
use serde::Deserialize;

use crate::command::Plan;
use crate::crowd::Crowd;
use crate::delays::Delays;
use crate::histogram::Histogram;
use crate::ledger::Ledger;
use crate::member::Heard;
use crate::speech::compose;
use crate::token::{Reader, Token};
use crate::verdict::Verdict;

/// Between the begin of a run and its first message.
const LEAD: Duration = Duration::from_millis(20);
/// The kernel wakes a sleeper up to a millisecond late, so the last two before a message are spent looking.
const AWAKE: Duration = Duration::from_millis(2);
const SLEEP_MAX: Duration = Duration::from_millis(20);
/// Messages that are sent before what came is read, where this program is late.
const SEND_BETWEEN: usize = 256;

/// As many unanswered messages a page has at most, and how long it waits after a refusal that does not say.
const TOGETHER: u32 = 16;
const PATIENCE: Duration = Duration::from_secs(1);

/// Runs are numbered, so that what is left of one is not taken for another's.
static RUN: AtomicU16 = AtomicU16::new(1);

/// What is said in all rooms, and who has got what of it.
pub struct Talk {
    plan: Plan,
    run: u16,
    pub begin: Instant,
    /// How many messages there are in all, and how many were sent.
    total: u64,
    sent: u64,
    /// How many unanswered messages one sender has at most; `None`: whatever is due is sent, once.
    together: Option<u32>,
    senders: Vec<Sender>,
    /// Who may have something to send.
    eager: Vec<usize>,
    /// Who waits after a refusal, and until when.
    held: Vec<(Instant, usize)>,
    /// Those who are not to receive anything.
    excused: Vec<bool>,
    /// The node of each person.
    homes: Vec<usize>,
    reader: Reader,
    errors: memmem::Finder<'static>,
    ledger: Ledger,
    pub delays: Delays,
    pub lags: Histogram,
    pub arrived: u64,
    pub bytes: u64,
    refused: u64,
    astray: u64,
    pub last_heard: Instant,
    /// The frame that is being put together.
    frame: String,
}

/// How far somebody is with what they have to say, in messages of their own.
#[derive(Clone, Copy, Default)]
struct Sender {
    /// What was due so far.
    due: u32,
    /// What was sent.
    sent: u32,
    /// What has come back, and so is stored.
    stored: u32,
    is_held: bool,
}

/// A refusal, as far as it matters.
#[derive(Deserialize)]
struct Refusal {
    retry_after_ms: Option<u64>,
}

impl Talk {
    /// The same as `new`, of people who see to it that everything is stored in the end, as pages do: after a refusal or on a new
    /// connection they say again, in order, what has not come back to them.
    pub fn stubborn(plan: &Plan, crowd: &Crowd) -> Talk {
        Talk {
            together: Some(TOGETHER),
            ..Talk::new(plan, crowd)
        }
    }

    /// Begins shortly.
    pub fn new(plan: &Plan, crowd: &Crowd) -> Talk {
        let begin = Instant::now() + LEAD;
        Talk {
            plan: plan.clone(),
            run: RUN.fetch_add(1, Ordering::Relaxed),
            begin,
            total: ((plan.warm_up + plan.seconds) * plan.rate) as u64,
            sent: 0,
            together: None,
            senders: vec![Sender::default(); plan.rooms * plan.senders],
            eager: Vec::new(),
            held: Vec::new(),
            excused: vec![false; crowd.len()],
            homes: (0..crowd.len())
                .map(|member| crowd.node_of(member))
                .collect(),
            reader: Reader::new(),
            errors: memmem::Finder::new("\"type\":\"error\""),
            ledger: Ledger::new(crowd.len(), plan.senders),
            delays: Delays::default(),
            lags: Histogram::default(),
            arrived: 0,
            bytes: 0,
            refused: 0,
            astray: 0,
            last_heard: begin,
            frame: String::new(),
        }
    }

    /// Sends what should have been sent by now. Rooms take turns, then the people in them. Whoever has no connection, or no answer
    /// to what they said before, keeps it for later.
    pub fn send_due(&mut self, crowd: &mut Crowd, now: Instant) {
        let passed = now.saturating_duration_since(self.begin);
        let senders = &mut self.senders;
        let eager = &mut self.eager;
        self.held.retain(|(until, sender)| {
            if *until <= now {
                senders[*sender].is_held = false;
                eager.push(*sender);
            }
            *until > now
        });
        while self.sent < self.total
            && self.eager.len() < SEND_BETWEEN
            && self.due(self.sent) <= passed
        {
            let late = passed - self.due(self.sent);
            self.lags.add(late.as_micros() as u64);
            let sender = (self.sent % self.senders.len() as u64) as usize;
            self.senders[sender].due += 1;
            self.eager.push(sender);
            self.sent += 1;
        }
        let mut eager = std::mem::take(&mut self.eager);
        for sender in &eager {
            self.speak(crowd, *sender);
        }
        for sender in eager.drain(..) {
            crowd.flush(self.member_of(sender));
        }
        self.eager = eager;
    }

    /// Has somebody who is back say again what has not come back to them.
    pub fn repeat(&mut self, member: usize) {
        if let Some(number) = self.sender_of(member) {
            let sender = &mut self.senders[number];
            sender.sent = sender.stored;
            self.eager.push(number);
        }
    }

    /// Takes a frame that came in a room.
    #[inline]
    pub fn hear(&mut self, room: usize, heard: &Heard<'_>) {
        // `activity` frames quote messages too; only these are the messages themselves.
        let token = heard
            .text
            .starts_with(br#"{"type":"message""#)
            .then(|| self.reader.find(heard.text))
            .flatten();
        let Some(token) = token else {
            if self.errors.find(heard.text).is_some() {
                self.refused += 1;
                self.hold(heard);
            }
            return;
        };
        if token.run != self.run || self.excused[heard.receiver] {
            return;
        }
        let sender = usize::from(token.sender);
        let (origin, person) = (sender % self.plan.rooms, sender / self.plan.rooms);
        if origin != room || person >= self.plan.senders {
            self.astray += 1;
            return;
        }
        if !self.ledger.enter(heard.receiver, person, token.number) {
            return;
        }
        let from = room * self.plan.people + person;
        if from == heard.receiver {
            let progress = &mut self.senders[sender];
            progress.stored = progress.stored.max(token.number + 1);
            if self.together.is_some() && progress.sent < progress.due {
                self.eager.push(sender);
            }
        }
        self.arrived += 1;
        self.bytes += heard.frame_bytes as u64;
        self.last_heard = heard.at;
        if f64::from(token.due) >= self.plan.warm_up * 1e6 {
            let passed = heard.at.saturating_duration_since(self.begin).as_micros() as u64;
            let same_node = self.homes[from] == self.homes[heard.receiver];
            self.delays
                .add(same_node, passed.saturating_sub(u64::from(token.due)));
        }
    }

    /// Somebody is on another node from now on.
    pub fn moved(&mut self, member: usize, node: usize) {
        self.homes[member] = node;
    }

    /// Somebody is not to receive anything; to be said before the first message.
    pub fn excuse(&mut self, member: usize) {
        self.excused[member] = true;
    }

    /// Nobody says anything new from now on.
    pub fn hush(&mut self) {
        self.total = self.sent;
    }

    pub fn is_said(&self) -> bool {
        self.sent == self.total
    }

    /// Whether everything that was said has arrived everywhere, or was refused for good.
    pub fn is_settled(&self) -> bool {
        let refused = match self.together {
            Some(_) => 0,
            None => self.refused,
        };
        self.arrived + refused * self.plan.people as u64 >= self.expected()
    }

    /// How long there is nothing to do but listen.
    pub fn pause(&self, now: Instant) -> Duration {
        if self.is_said() {
            return SLEEP_MAX;
        }
        let next = (self.begin + self.due(self.sent)).saturating_duration_since(now);
        if next <= AWAKE {
            Duration::ZERO
        } else {
            (next - AWAKE).min(SLEEP_MAX)
        }
    }

    /// Looks at what everybody got.
    pub fn judge(&self) -> Verdict {
        let lacking = |member: usize| {
            let room = member / self.plan.people;
            self.ledger
                .missing(member, |person| self.said_by(person, room))
        };
        let missing: Vec<Option<u64>> = (0..self.excused.len())
            .map(|member| (!self.excused[member]).then(|| lacking(member)))
            .collect();
        let missing_in_all: u64 = missing.iter().flatten().sum();
        // Whoever lacks something has another digest anyway, so only the complete are compared.
        let disagreeing = |room: usize| {
            let members = room * self.plan.people..(room + 1) * self.plan.people;
            let mut complete = members.filter(|member| missing[*member] == Some(0));
            let first = complete.next();
            complete
                .filter(|member| first.is_some_and(|first| !self.ledger.agree(first, *member)))
                .count()
        };
        Verdict {
            sent: self.sent,
            expected: self.expected(),
            missing: missing_in_all,
            unexplained: missing_in_all.saturating_sub(self.refused * self.plan.people as u64),
            doubled: self.ledger.doubled,
            disordered: self.ledger.disordered,
            disagreeing: (0..self.plan.rooms).map(disagreeing).sum(),
            astray: self.astray,
            refused: self.refused,
        }
    }

    /// Puts behind what somebody's connection has to send what may be sent now.
    fn speak(&mut self, crowd: &mut Crowd, sender: usize) {
        let member = self.member_of(sender);
        let progress = self.senders[sender];
        if progress.is_held || !crowd.is_open(member) {
            return;
        }
        let most = match self.together {
            Some(together) => progress.due.min(progress.stored + together),
            None => progress.due,
        };
        for number in progress.sent..most {
            let message = u64::from(number) * self.senders.len() as u64 + sender as u64;
            let token = Token {
                run: self.run,
                sender: sender as u16,
                number,
                due: self.due(message).as_micros() as u32,
            };
            compose(&token, self.plan.size, &mut self.frame);
            crowd.say(member, self.frame.as_bytes());
        }
        self.senders[sender].sent = most.max(progress.sent);
    }

    /// Has whoever was refused something begin again there, a little later.
    fn hold(&mut self, heard: &Heard<'_>) {
        let Some(number) = self.sender_of(heard.receiver) else {
            return;
        };
        let sender = &mut self.senders[number];
        if self.together.is_none() || sender.is_held {
            return;
        }
        let told = serde_json::from_slice::<Refusal>(heard.text).ok();
        let told = told.and_then(|refusal| refusal.retry_after_ms);
        let wait = told.map_or(PATIENCE, Duration::from_millis);
        sender.sent = sender.stored;
        sender.is_held = true;
        self.held.push((heard.at + wait, number));
    }

    /// Senders are counted room by room, then person by person, as they take turns.
    fn member_of(&self, sender: usize) -> usize {
        (sender % self.plan.rooms) * self.plan.people + sender / self.plan.rooms
    }

    fn sender_of(&self, member: usize) -> Option<usize> {
        let (room, person) = (member / self.plan.people, member % self.plan.people);
        (person < self.plan.senders).then_some(person * self.plan.rooms + room)
    }

    /// When a message is to be sent, counted from the begin.
    fn due(&self, message: u64) -> Duration {
        Duration::from_secs_f64(message as f64 / self.plan.rate)
    }

    /// How many messages somebody had to send so far.
    fn said_by(&self, person: usize, room: usize) -> u32 {
        self.senders[person * self.plan.rooms + room].due
    }

    fn expected(&self) -> u64 {
        let in_room = |room: usize| -> u64 {
            let said = |person: usize| u64::from(self.said_by(person, room));
            let members = room * self.plan.people..(room + 1) * self.plan.people;
            let listening = members.filter(|member| !self.excused[*member]).count() as u64;
            (0..self.plan.senders).map(said).sum::<u64>() * listening
        };
        (0..self.plan.rooms).map(in_room).sum()
    }
}
