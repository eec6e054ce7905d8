//! How long things took: messages in calm and under each fault, and people and sends until all was well again.

use std::collections::{BTreeMap, HashMap};

use super::evidence::{Disturbance, Event, Evidence, Moment, What};

/// From when a fault is mended, what it delayed is still counted as its doing.
const AFTERMATH: Moment = 5_000_000;

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
    /// From when it was made to the answer, for what was sent before or during it, once it was mended (0: before that).
    pub answered: Times,
    /// From sending to showing, for what was sent during it.
    pub shown: Times,
}

#[derive(Debug, Clone, Default)]
pub struct Measured {
    pub sent: usize,
    pub acknowledged: usize,
    pub shown: usize,
    pub connections: usize,
    pub resumed: usize,
    pub calm_here: Times,
    pub calm_elsewhere: Times,
    pub effects: BTreeMap<String, Effect>,
}

struct Sending {
    at: Moment,
    node: u32,
    acknowledged: bool,
}

/// Takes everything that can be measured from the evidence.
pub fn measure(evidence: &Evidence) -> Measured {
    let mut measured = Measured::default();
    for fault in &evidence.disturbances {
        measured
            .effects
            .entry(fault.kind.clone())
            .or_default()
            .times += 1;
    }
    let mut sendings: HashMap<(u32, u32, &str), Sending> = HashMap::new();
    let mut opened: HashMap<u32, (Moment, u32, u32)> = HashMap::new();
    let mut lost: HashMap<u32, Moment> = HashMap::new();
    for Event { at, person, what } in &evidence.events {
        match what {
            What::Sent { room, node, id, .. } => {
                sendings.entry((*room, *person, id)).or_insert_with(|| {
                    measured.sent += 1;
                    Sending {
                        at: *at,
                        node: *node,
                        acknowledged: false,
                    }
                });
            }
            What::Acknowledged { room, id, .. } => {
                let Some(sending) = sendings.get_mut(&(*room, *person, id.as_str())) else {
                    continue;
                };
                if !std::mem::replace(&mut sending.acknowledged, true) {
                    measured.acknowledged += 1;
                    for fault in during(evidence, sending.at) {
                        let effect = measured.effects.entry(fault.kind.clone()).or_default();
                        effect.answered.0.push(at.saturating_sub(fault.ended));
                    }
                }
            }
            What::Opened {
                connection,
                room,
                node,
                resumed,
                ..
            } => {
                measured.connections += 1;
                measured.resumed += usize::from(*resumed);
                opened.insert(*connection, (*at, *room, *node));
                if let Some(since) = lost.remove(person) {
                    for fault in during(evidence, since) {
                        let effect = measured.effects.entry(fault.kind.clone()).or_default();
                        effect.back.0.push(at - since);
                    }
                }
            }
            What::Ended {
                code: None | Some(1012),
                ..
            } => {
                lost.insert(*person, *at);
            }
            What::Ended { .. } => {
                lost.remove(person);
            }
            What::Shown {
                connection,
                message,
            } => {
                measured.shown += 1;
                let (Some((since, room, node)), Some(author)) =
                    (opened.get(connection), message.author)
                else {
                    continue;
                };
                let Some(sending) = sendings.get(&(*room, author, message.id.as_str())) else {
                    continue;
                };
                // What came in a catch-up was late for other reasons.
                if sending.at < *since {
                    continue;
                }
                let took = at - sending.at;
                let mut calm = true;
                for fault in during(evidence, sending.at) {
                    calm = false;
                    let effect = measured.effects.entry(fault.kind.clone()).or_default();
                    effect.shown.0.push(took);
                }
                match (calm, sending.node == *node) {
                    (true, true) => measured.calm_here.0.push(took),
                    (true, false) => measured.calm_elsewhere.0.push(took),
                    (false, _) => {}
                }
            }
            _ => {}
        }
    }
    measured
}

fn during(evidence: &Evidence, at: Moment) -> impl Iterator<Item = &Disturbance> {
    evidence
        .disturbances
        .iter()
        .filter(move |fault| fault.began <= at && at <= fault.ended + AFTERMATH)
}
