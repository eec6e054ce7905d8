//! People who come back as pages do when their connection ends: after a wait that grows, and from where they left off.
//!
//! Left out is the question that a page asks over HTTP when its socket closed before it was welcome (whether it is still
//! signed in).

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::{Duration, Instant};

use memchr::memmem;
use serde::Deserialize;

use crate::backoff::Backoff;
use crate::speech::scatter;

/// A page gives up an attempt after this.
const WELCOME_MAX: Duration = Duration::from_secs(10);
/// A page forgets its earlier attempts after this.
const STEADY_AFTER: Duration = Duration::from_secs(5);
const PAUSE_MAX: Duration = Duration::from_millis(20);

/// All people of a crowd, and where each stands.
pub struct Returning {
    people: Vec<Person>,
    /// When somebody is to be looked at; out of date where their own time is another.
    calendar: BinaryHeap<Reverse<(Instant, usize)>>,
    /// Which nodes a balancer would send people to.
    alive: Vec<bool>,
    epoch: String,
    revisions: memmem::Finder<'static>,
    drawn: u64,
    pub returns: Vec<Return>,
    /// Connections that ended before the welcome.
    pub failed: usize,
    away: usize,
}

/// Somebody was welcome again.
pub struct Return {
    pub at: Instant,
    /// Whether the server sent what they had missed; else a page loads everything anew.
    pub resumed: bool,
}

/// What is to be done for somebody.
pub enum Step {
    Connect {
        member: usize,
        node: usize,
        query: String,
    },
    GiveUp(usize),
}

struct Person {
    standing: Standing,
    has_been_here: bool,
    node: usize,
    revision: i64,
    backoff: Backoff,
    welcome_at: Instant,
    /// How long the server asked them to stay away.
    told_to_wait: Option<Duration>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Here,
    WaitingUntil(Instant),
    TryingUntil(Instant),
}

#[derive(Deserialize)]
struct Welcome {
    epoch: String,
    revision: i64,
    resumed: bool,
}

#[derive(Deserialize)]
struct Bye {
    reconnect_in_ms: Option<u64>,
}

impl Returning {
    /// Everybody of a crowd that is about to be opened, by their nodes.
    pub fn new(homes: Vec<usize>, nodes: usize) -> Returning {
        let person = |node| Person {
            standing: Standing::TryingUntil(Instant::now() + WELCOME_MAX),
            has_been_here: false,
            node,
            revision: 0,
            backoff: Backoff::default(),
            welcome_at: Instant::now(),
            told_to_wait: None,
        };
        Returning {
            away: homes.len(),
            people: homes.into_iter().map(person).collect(),
            calendar: BinaryHeap::new(),
            alive: vec![true; nodes],
            epoch: String::new(),
            revisions: memmem::Finder::new(r#""revision":"#),
            drawn: 0,
            returns: Vec::new(),
            failed: 0,
        }
    }

    /// How many are not connected.
    pub fn away(&self) -> usize {
        self.away
    }

    /// Nobody goes to this node any more.
    pub fn node_died(&mut self, node: usize) {
        self.alive[node] = false;
    }

    /// Reads what tells where somebody stands. Returns whether they are welcome from now on.
    pub fn hear(&mut self, member: usize, text: &[u8], at: Instant) -> bool {
        let person = &mut self.people[member];
        if text.starts_with(br#"{"type":"message""#) {
            if let Some(revision) = revision_in(&self.revisions, text) {
                person.revision = person.revision.max(revision);
            }
        } else if text.starts_with(br#"{"type":"bye""#) {
            let bye = serde_json::from_slice::<Bye>(text).ok();
            person.told_to_wait = bye
                .and_then(|bye| bye.reconnect_in_ms)
                .map(Duration::from_millis);
        } else if person.standing != Standing::Here
            && let Ok(welcome) = serde_json::from_slice::<Welcome>(text)
        {
            if !welcome.resumed {
                person.revision = welcome.revision;
            }
            let returned = person.has_been_here;
            person.has_been_here = true;
            person.standing = Standing::Here;
            person.welcome_at = at;
            person.told_to_wait = None;
            self.away -= 1;
            if returned {
                self.returns.push(Return {
                    at,
                    resumed: welcome.resumed,
                });
            }
            self.epoch = welcome.epoch;
            return returned;
        }
        false
    }

    /// Somebody's connection has ended.
    pub fn lost(&mut self, member: usize, now: Instant) {
        let share = self.share();
        let person = &mut self.people[member];
        if person.standing == Standing::Here {
            self.away += 1;
            if now.saturating_duration_since(person.welcome_at) > STEADY_AFTER {
                person.backoff.reset();
            }
        } else {
            self.failed += 1;
        }
        let wait = person.backoff.next(now, share);
        let until = now + person.told_to_wait.take().unwrap_or(wait);
        person.standing = Standing::WaitingUntil(until);
        self.calendar.push(Reverse((until, member)));
    }

    /// What is to be done now, if anything.
    pub fn next_step(&mut self, now: Instant) -> Option<Step> {
        loop {
            let Reverse((due, member)) = *self.calendar.peek()?;
            if due > now {
                return None;
            }
            self.calendar.pop();
            let person = &mut self.people[member];
            match person.standing {
                Standing::WaitingUntil(until) if until == due => {
                    let until = now + WELCOME_MAX;
                    person.standing = Standing::TryingUntil(until);
                    self.calendar.push(Reverse((until, member)));
                    person.node = nearest_alive(&self.alive, person.node);
                    let (node, revision) = (person.node, person.revision);
                    let query = format!("?since={revision}&epoch={}", self.epoch);
                    return Some(Step::Connect {
                        member,
                        node,
                        query,
                    });
                }
                Standing::TryingUntil(until) if until == due => {
                    return Some(Step::GiveUp(member));
                }
                _ => {}
            }
        }
    }

    /// How long there is nothing to do.
    pub fn pause(&self, now: Instant) -> Duration {
        self.calendar.peek().map_or(PAUSE_MAX, |Reverse((due, _))| {
            due.saturating_duration_since(now).min(PAUSE_MAX)
        })
    }

    /// A number between 0 and 1 that nobody can foresee and every run has alike.
    fn share(&mut self) -> f64 {
        self.drawn += 1;
        (scatter(self.drawn) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

/// The first revision that a frame names: its own.
pub fn revision_in(finder: &memmem::Finder<'_>, frame: &[u8]) -> Option<i64> {
    let digits = &frame[finder.find(frame)? + finder.needle().len()..];
    let length = digits
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    std::str::from_utf8(&digits[..length]).ok()?.parse().ok()
}

/// The node itself where it lives, else the next that does.
fn nearest_alive(alive: &[bool], node: usize) -> usize {
    (0..alive.len())
        .map(|step| (node + step) % alive.len())
        .find(|node| alive[*node])
        .unwrap_or(node)
}
