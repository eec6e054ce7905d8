//! How long things took: messages in calm and under each fault, and people and sends until all was well again.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};

use super::evidence::{Disturbance, Event, Evidence, Moment, Seen, What};

/// Times in microseconds.
#[derive(Debug, Clone, Default)]
pub struct Times(Vec<Moment>);

impl Times {
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The time that so many in a hundred did not exceed, in milliseconds.
    pub fn percentile(&self, percent: usize) -> Option<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
        sorted.get(place).map(|time| *time as f64 / 1_000.0)
    }
}

/// What one kind of fault did.
#[derive(Debug, Clone, Default)]
pub struct Effect {
    /// How often it was made.
    pub times: usize,
    /// From losing a socket to the next welcome.
    pub back: Times,
    /// From when it was mended, or from sending where that was later, to the answer: 0 for what was answered during it.
    pub answered: Times,
    /// From sending to showing.
    pub shown: Times,
}

#[derive(Debug, Clone, Default)]
pub struct Measured {
    pub sent: usize,
    pub acknowledged: usize,
    pub edited: usize,
    pub taken_back: usize,
    pub reacted: usize,
    pub shown: usize,
    pub connections: usize,
    pub resumed: usize,
    pub calm_here: Times,
    pub calm_elsewhere: Times,
    /// From signing out to the end of a socket.
    pub removed: Times,
    pub effects: BTreeMap<String, Effect>,
}

/// Takes everything that can be measured from the evidence.
pub fn measure(evidence: &Evidence) -> Measured {
    let mut measuring = Measuring {
        faults: &evidence.disturbances,
        measured: Measured::default(),
        sendings: HashMap::new(),
        first: HashMap::new(),
        opened: HashMap::new(),
        lost: HashMap::new(),
        signed_out: HashMap::new(),
    };
    for fault in &evidence.disturbances {
        let kind = fault.kind.clone();
        measuring.measured.effects.entry(kind).or_default().times += 1;
    }
    for event in &evidence.events {
        measuring.enter(event);
    }
    measuring.measured
}

struct Measuring<'a> {
    faults: &'a [Disturbance],
    measured: Measured,
    sendings: HashMap<(u32, u32, &'a str), Sending>,
    /// The revision at which each message was shown first.
    first: HashMap<(u32, i64), i64>,
    /// When each connection was welcomed, for which room and where.
    opened: HashMap<u32, (Moment, u32, u32)>,
    lost: HashMap<u32, Moment>,
    signed_out: HashMap<u32, Moment>,
}

struct Sending {
    at: Moment,
    node: u32,
    text: u64,
    acknowledged: bool,
}

impl<'a> Measuring<'a> {
    fn enter(&mut self, Event { at, person, what }: &'a Event) {
        match what {
            What::Sent {
                room,
                node,
                id,
                text,
            } => {
                let first = Sending {
                    at: *at,
                    node: *node,
                    text: *text,
                    acknowledged: false,
                };
                if let Entry::Vacant(place) = self.sendings.entry((*room, *person, id)) {
                    place.insert(first);
                    self.measured.sent += 1;
                }
            }
            What::Edited { .. } => self.measured.edited += 1,
            What::TakenBack { .. } => self.measured.taken_back += 1,
            What::Reacted { .. } => self.measured.reacted += 1,
            What::Acknowledged { room, id, .. } => self.is_answered(*at, (*room, *person, id)),
            What::Opened {
                connection,
                room,
                node,
                resumed,
                ..
            } => {
                self.measured.connections += 1;
                self.measured.resumed += usize::from(*resumed);
                self.opened.insert(*connection, (*at, *room, *node));
                if let Some(since) = self.lost.remove(person) {
                    self.under(since, *at, |effect, _| effect.back.0.push(at - since));
                }
            }
            What::Shown {
                connection,
                message,
            } => self.is_shown(*at, *connection, message),
            What::SignedOut { .. } => {
                self.signed_out.insert(*person, *at);
            }
            What::Ended { code, .. } => {
                self.lost.remove(person);
                if matches!(code, None | Some(1012)) {
                    self.lost.insert(*person, *at);
                }
                if let (Some(4001), Some(since)) = (code, self.signed_out.remove(person)) {
                    self.measured.removed.0.push(at.saturating_sub(since));
                }
            }
            _ => {}
        }
    }

    fn is_answered(&mut self, at: Moment, name: (u32, u32, &'a str)) {
        let Some(sending) = self.sendings.get_mut(&name) else {
            return;
        };
        if std::mem::replace(&mut sending.acknowledged, true) {
            return;
        }
        let sent_at = sending.at;
        self.measured.acknowledged += 1;
        self.under(sent_at, at, |effect, fault| {
            let from = fault.ended.max(sent_at);
            effect.answered.0.push(at.saturating_sub(from));
        });
    }

    fn is_shown(&mut self, at: Moment, connection: u32, message: &'a Seen) {
        self.measured.shown += 1;
        if message.deleted {
            // It was sent long before it was taken back.
            return;
        }
        let (Some((since, room, node)), Some(author)) =
            (self.opened.get(&connection).copied(), message.author)
        else {
            return;
        };
        let Some(sending) = self.sendings.get(&(room, author, message.id.as_str())) else {
            return;
        };
        let first = self.first.entry((room, message.seq));
        if sending.text != message.text || *first.or_insert(message.revision) < message.revision {
            // It was edited since, or reacted to.
            return;
        }
        let (sent_at, here) = (sending.at, sending.node == node);
        // What came in a catch-up was late for other reasons.
        if sent_at < since {
            return;
        }
        let took = at - sent_at;
        let faults = self.under(sent_at, at, |effect, _| effect.shown.0.push(took));
        match (faults, here) {
            (Some(0), true) => self.measured.calm_here.0.push(took),
            (Some(0), false) => self.measured.calm_elsewhere.0.push(took),
            _ => {}
        }
    }

    /// Enters what began at one moment and ended at another under every fault of the first; how many those were.
    ///
    /// `None` where another fault began in between: nobody could say which of them took the time.
    fn under(
        &mut self,
        began: Moment,
        ended: Moment,
        enter: impl Fn(&mut Effect, &Disturbance),
    ) -> Option<usize> {
        let mut faults = self.faults.iter();
        if faults.any(|fault| began < fault.began && fault.began <= ended) {
            return None;
        }
        let mut count = 0;
        for fault in during(self.faults, began) {
            count += 1;
            let kind = fault.kind.clone();
            enter(self.measured.effects.entry(kind).or_default(), fault);
        }
        Some(count)
    }
}

/// The faults that were made then; else the last one, while it still counts.
fn during(faults: &[Disturbance], at: Moment) -> impl Iterator<Item = &Disturbance> {
    let present = faults
        .iter()
        .filter(move |fault| fault.began <= at && at <= fault.ended);
    let past = faults
        .iter()
        .filter(|fault| fault.ended < at && at <= fault.over)
        .max_by_key(|fault| fault.ended);
    let past = past.filter(|_| present.clone().next().is_none());
    present.chain(past)
}
