//! Simulated people: each keeps to the protocol as a good client does, whatever happens, and writes down what it sees.

mod line;
mod outbox;
mod talk;

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicUsize, Ordering};
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::{mpsc, watch};

use crate::checker::evidence::{Seen, What, digest};
use crate::database::Sample;
use crate::record::Record;
use crate::site::PASSWORD;
use crate::site::chance::Chance;
use crate::site::http::Browser;
pub use line::ANSWER_WITHIN;
use line::Backoff;
use outbox::{Outbox, Wish};

/// Of what somebody said, so many of the newest are there to be edited or taken back.
const SAID_KEPT: usize = 16;

/// Of what was said in the room, so many of the newest are there to be reacted to.
const LATELY_KEPT: usize = 32;

/// What everybody does just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Talking,
    /// Nobody begins a message; what is under way is brought to its end.
    Settling,
    /// Everybody leaves.
    Over,
}

/// What one person is told to do.
#[derive(Debug, Clone, Copy)]
pub enum Order {
    /// Reads nothing and says nothing for a while, as a phone in a tunnel.
    Stall(Duration),
    /// Looks whether the connection is there, as a page does that becomes visible.
    Look,
}

/// How a person fares, for whoever watches the run.
#[derive(Debug, Default)]
pub struct Status {
    pub connected: AtomicBool,
    /// 0 until the first.
    pub connection: AtomicU32,
    pub revision: AtomicI64,
    pub waiting: AtomicUsize,
    pub sign_in: AtomicU32,
}

/// What all people share.
pub struct World {
    pub record: Arc<Record>,
    pub phase: watch::Receiver<Phase>,
    pub samples: SyncSender<Sample>,
    /// Between two messages of one person, on average.
    pub pause: Duration,
    /// Between two looks whether the connection is still there.
    pub ping_every: Duration,
}

pub struct Person {
    pub number: u32,
    pub room: u32,
    pub slug: String,
    /// One at each node, with the same cookies.
    pub browsers: Vec<Browser>,
    pub world: Arc<World>,
    pub status: Arc<Status>,
    pub orders: mpsc::UnboundedReceiver<Order>,
    state: State,
}

struct State {
    chance: Chance,
    outbox: Outbox,
    backoff: Backoff,
    node: usize,
    /// The revision and the epoch to go on from.
    place: Option<(i64, String)>,
    next_message: Instant,
    messages: u32,
    /// The numbers of what this person said last.
    said: VecDeque<i64>,
    /// The numbers of what anybody said last.
    lately: VecDeque<i64>,
    /// This person's reactions, as they know them.
    reactions: HashSet<(i64, &'static str)>,
}

/// How a time on a socket, or an attempt at one, ended.
enum Ending {
    Lost,
    /// Closed by this person, who comes back a little later.
    Left,
    /// The server said when to come back.
    Bye(Duration),
    SignedOut,
    Over,
}

impl Person {
    pub fn new(
        (number, room, slug): (u32, u32, String),
        browsers: Vec<Browser>,
        world: Arc<World>,
        orders: mpsc::UnboundedReceiver<Order>,
        mut chance: Chance,
    ) -> Person {
        let node = chance.below(browsers.len());
        // Spread over the first pause, so that not all begin at once.
        let next_message = Instant::now() + chance.between(Duration::ZERO, 2 * world.pause);
        Person {
            number,
            room,
            slug,
            browsers,
            world,
            status: Arc::default(),
            orders,
            state: State {
                chance,
                outbox: Outbox::default(),
                backoff: Backoff::default(),
                node,
                place: None,
                next_message,
                messages: 0,
                said: VecDeque::new(),
                lately: VecDeque::new(),
                reactions: HashSet::new(),
            },
        }
    }

    /// Comes, talks, loses the connection and comes back, until it is over.
    pub async fn lives(mut self) {
        while self.phase() != Phase::Over {
            let ending = match self.connects().await {
                Ok(line) => self.talks(line).await,
                Err(ending) => ending,
            };
            self.status.connected.store(false, Ordering::Relaxed);
            self.state.outbox.lose_connection();
            let wait = match ending {
                Ending::Over => return,
                Ending::SignedOut => {
                    self.signs_in().await;
                    Duration::ZERO
                }
                Ending::Bye(wait) => wait,
                Ending::Left => {
                    if self.state.chance.percent(50) {
                        self.state.place = None;
                    }
                    let (from, to) = (Duration::from_millis(500), Duration::from_secs(3));
                    self.state.chance.between(from, to)
                }
                Ending::Lost => self.state.backoff.next(&mut self.state.chance),
            };
            self.waits(wait).await;
        }
    }

    async fn waits(&mut self, wait: Duration) {
        let mut phase = self.world.phase.clone();
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            _ = self.orders.recv() => {}
            _ = phase.wait_for(|phase| *phase == Phase::Over) => {}
        }
    }

    /// The session was ended: makes a new one, at whichever node answers.
    async fn signs_in(&mut self) {
        let name = name_of(self.number);
        let fields = [("username", name.as_str()), ("password", PASSWORD)];
        while self.phase() != Phase::Over {
            let browser = self.state.chance.pick(&self.browsers).clone();
            let answer = browser.form("/login", &fields).attempt().await;
            if answer.is_ok_and(|answer| answer.status == 303) {
                self.status.sign_in.fetch_add(1, Ordering::Relaxed);
                return;
            }
            let wait = self.state.backoff.next(&mut self.state.chance);
            self.waits(wait).await;
        }
    }

    fn phase(&self) -> Phase {
        *self.world.phase.borrow()
    }

    fn browser(&self) -> &Browser {
        &self.browsers[self.state.node]
    }

    fn writes_down(&self, what: What) {
        self.world.record.add(self.number, what);
    }

    /// Where a message proves that one of this person's own is stored; and that it is there.
    fn notes(&mut self, message: &Seen) {
        if message.author == Some(self.number) {
            self.is_told(&message.id, (message.seq, message.revision));
        }
        let lately = &mut self.state.lately;
        if message.author.is_some() && !message.deleted && !lately.contains(&message.seq) {
            lately.truncate(LATELY_KEPT - 1);
            lately.push_front(message.seq);
        }
    }

    fn is_told(&mut self, id: &str, (seq, revision): (i64, i64)) {
        let room = self.room;
        match self.state.outbox.stored(id) {
            Some(Wish::Say(_)) => {
                self.state.said.truncate(SAID_KEPT - 1);
                self.state.said.push_front(seq);
                let id = id.to_owned();
                self.writes_down(What::Acknowledged { room, id, seq });
            }
            Some(Wish::Edit(seq, text)) => {
                self.state.said.push_front(seq);
                let text = digest(&text);
                self.writes_down(What::Edited { room, seq, text });
            }
            Some(Wish::TakeBack(seq)) => self.writes_down(What::TakenBack { room, seq }),
            Some(Wish::React(seq, kind, on)) => {
                if on {
                    self.state.reactions.insert((seq, kind));
                } else {
                    self.state.reactions.remove(&(seq, kind));
                }
                let kind = kind.to_owned();
                self.writes_down(What::Reacted {
                    room,
                    seq,
                    kind,
                    on,
                    revision,
                });
            }
            None => {}
        }
    }
}

/// The username of a person.
pub fn name_of(number: u32) -> String {
    format!("p{number:03}")
}

/// Whose username it is.
pub fn number_of(name: &str) -> Option<u32> {
    name.strip_prefix('p')?.parse().ok()
}

fn reactions(kinds: &Value) -> impl Iterator<Item = (String, u32)> {
    kinds.as_array().into_iter().flatten().flat_map(|kind| {
        let text = kind["text"].as_str().unwrap_or_default();
        let names = kind["usernames"].as_array().into_iter().flatten();
        let people = names.filter_map(|name| number_of(name.as_str()?));
        people.map(move |person| (text.to_owned(), person))
    })
}

/// A message as it came in a frame or an answer.
fn seen(message: &Value) -> Option<Seen> {
    Some(Seen {
        seq: message["seq"].as_i64()?,
        revision: message["revision"].as_i64()?,
        author: message["username"].as_str().and_then(number_of),
        id: message["client_id"].as_str().unwrap_or_default().to_owned(),
        text: digest(message["message"].as_str().unwrap_or_default()),
        deleted: message["deleted"] == true,
        reactions: reactions(&message["reactions"]).collect(),
    })
}
