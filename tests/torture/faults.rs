//! How each fault is made and mended.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use crate::checker::evidence::{Disturbance, Process, What};
use crate::people::{ANSWER_WITHIN, Order, Status};
use crate::place::{Node, Place};
use crate::plan::{Kind, Step};
use crate::record::Record;
use crate::site::chance::Chance;
use crate::site::http::Browser;
use crate::site::postgres;
use crate::site::redis::Reply;
use crate::site::wire::{Flow, Trick, Wire};

/// After a fault, what is late is still late because of it.
const AFTERMATH: Duration = Duration::from_secs(2);

/// Whoever makes the faults, and whom they meet.
pub struct Director {
    pub place: Place,
    pub record: Arc<Record>,
    pub people: Vec<Puppet>,
}

/// A person, as far as the director knows them.
pub struct Puppet {
    pub number: u32,
    /// At the first node, with the person's own cookies.
    pub browser: Browser,
    pub status: Arc<Status>,
    pub orders: mpsc::UnboundedSender<Order>,
}

impl Director {
    /// Makes one fault, waits as long as it lasts, and mends it.
    pub async fn makes(&self, step: &Step) {
        let began = self.record.now();
        match step.kind {
            Kind::Killed | Kind::Restarted | Kind::RollingRestart => self.ends_nodes(step).await,
            Kind::Frozen => self.freezes(step).await,
            Kind::DatabaseConnectionsEnded => {
                postgres::end_connections(&self.place.database);
                tokio::time::sleep(step.lasts).await;
            }
            Kind::DatabaseCrashed => {
                postgres::shared().stop();
                tokio::time::sleep(step.lasts).await;
                postgres::shared().start_again();
            }
            Kind::DatabaseFrozen => {
                postgres::shared().freeze();
                tokio::time::sleep(step.lasts).await;
                postgres::shared().thaw();
            }
            Kind::RedisKilled => {
                self.place.redis.lock().unwrap().kill();
                tokio::time::sleep(step.lasts).await;
                self.place.redis.lock().unwrap().start_again();
            }
            Kind::RedisFrozen => {
                self.place.redis.lock().unwrap().freeze();
                tokio::time::sleep(step.lasts).await;
                self.place.redis.lock().unwrap().thaw();
            }
            Kind::PubSubKilled => self.kills_subscribers(step).await,
            Kind::RelayedForged => self.forges(step).await,
            Kind::RelayedDropped
            | Kind::RelayedDoubled
            | Kind::RelayedSwapped
            | Kind::RelayedSpoilt => self.meddles(step).await,
            Kind::PeopleFlapping => self.flaps(step).await,
            Kind::PeopleStalled => {
                self.tells_some(step, 20, Order::Stall(step.lasts));
                tokio::time::sleep(step.lasts).await;
            }
            Kind::SignedOut => self.signs_out(step).await,
            _ => self.spoils_wires(step).await,
        }
        let ended = self.record.now();
        let mut aftermath = AFTERMATH;
        if step.kind == Kind::PeopleDark {
            // As pages do when their person looks at them again. It takes them so long to give up.
            self.tells_everyone(Order::Look);
            tokio::time::sleep(ANSWER_WITHIN).await;
            aftermath += ANSWER_WITHIN;
        }
        self.record.add_disturbance(Disturbance {
            kind: step.kind.to_string(),
            nodes: step.nodes.iter().map(|node| *node as u32).collect(),
            began,
            ended,
            over: ended + aftermath.as_micros() as u64,
            excuses: step.kind.excuses(),
        });
    }

    async fn ends_nodes(&self, step: &Step) {
        for number in &step.nodes {
            let node = &self.place.nodes[*number];
            if step.kind == Kind::Killed {
                node.kill();
            } else {
                let (after, code) = node.stop();
                self.record.add_process(Process::Stopped {
                    node: *number as u32,
                    after: after.as_micros() as u64,
                    code,
                });
            }
            tokio::time::sleep(step.lasts).await;
            node.start_again();
        }
    }

    async fn freezes(&self, step: &Step) {
        for node in self.nodes(step) {
            node.site().freeze();
        }
        tokio::time::sleep(step.lasts).await;
        for node in self.nodes(step) {
            node.site().thaw();
        }
    }

    async fn spoils_wires(&self, step: &Step) {
        let slow = |delay: u64, jitter: u64| Flow {
            delay: Duration::from_millis(delay),
            jitter: Duration::from_millis(jitter),
            ..Flow::default()
        };
        let spoil: &dyn Fn(&Wire) = match step.kind {
            Kind::DatabaseCut | Kind::RedisCut => &Wire::cut,
            Kind::DatabaseDark | Kind::RedisDark | Kind::PeopleDark => &Wire::black_hole,
            Kind::DatabaseHeld => &Wire::holds,
            Kind::DatabaseSlow => &|wire| wire.slows(slow(20, 80)),
            Kind::RedisSlow => &|wire| wire.slows(slow(200, 600)),
            Kind::PeopleSlow => &|wire| {
                wire.slows(Flow {
                    bytes_per_second: Some(4_000),
                    ..slow(50, 100)
                });
            },
            Kind::PeopleSliced => &|wire| {
                wire.slows(Flow {
                    slice: Some(13),
                    ..slow(5, 30)
                });
            },
            _ => &Wire::reset_connections,
        };
        for wire in self.wires(step) {
            spoil(wire);
        }
        tokio::time::sleep(step.lasts).await;
        for wire in self.wires(step) {
            wire.mend();
        }
    }

    async fn flaps(&self, step: &Step) {
        let mut chance = Chance::new(step.seed);
        let began = Instant::now();
        while began.elapsed() < step.lasts {
            for node in self.nodes(step) {
                node.people.reset_connections();
            }
            let (from, to) = (Duration::from_millis(500), Duration::from_secs(5));
            let pause = chance.between(from, to.min(step.lasts));
            tokio::time::sleep(pause).await;
        }
    }

    async fn kills_subscribers(&self, step: &Step) {
        let began = Instant::now();
        loop {
            self.asks_redis(&[b"CLIENT", b"KILL", b"TYPE", b"pubsub"]);
            if began.elapsed() >= step.lasts {
                return;
            }
            tokio::time::sleep(Duration::from_secs(2)).await;
        }
    }

    async fn meddles(&self, step: &Step) {
        let mut chance = Chance::new(step.seed);
        let (trick, times) = match step.kind {
            Kind::RelayedDropped => (Trick::Drop, 1 + chance.below(5)),
            Kind::RelayedDoubled => (Trick::Double, 20),
            Kind::RelayedSwapped => (Trick::Swap, 20),
            _ => (Trick::Spoil, 5),
        };
        for node in self.nodes(step) {
            node.redis.meddles(":room:", times, trick.clone());
        }
        tokio::time::sleep(step.lasts).await;
        for node in self.nodes(step) {
            node.redis.mend();
        }
    }

    /// Publishes what no node has signed on every channel that a node listens to.
    async fn forges(&self, step: &Step) {
        let channels = match self.asks_redis(&[b"PUBSUB", b"CHANNELS", b"adda:*"]) {
            Some(Reply::List(channels)) => channels,
            _ => Vec::new(),
        };
        let forged = r#"{"type":"message","seq":999999,"revision":999999,"username":"p000","message":"forged","client_id":"x"}"#;
        let signed = format!("adda1 someone\n{}\n{{}}\n{forged}", "07".repeat(32));
        for channel in &channels {
            let Reply::Text(channel) = channel else {
                continue;
            };
            let junk = [
                &b"\0\xff\xfe"[..],
                b"",
                forged.as_bytes(),
                signed.as_bytes(),
            ];
            for payload in junk {
                self.asks_redis(&[b"PUBLISH", channel.as_bytes(), payload]);
            }
        }
        tokio::time::sleep(step.lasts).await;
    }

    /// Ends the sessions of some people, each at another node than the one they are at.
    async fn signs_out(&self, step: &Step) {
        let mut chance = Chance::new(step.seed);
        for _ in 0..5 {
            let puppet = chance.pick(&self.people);
            let node = chance.pick(&self.place.nodes);
            let sign_in = puppet
                .status
                .sign_in
                .load(std::sync::atomic::Ordering::Relaxed);
            let Some(cookie) = puppet.browser.cookie("adda") else {
                continue;
            };
            let browser = Browser::new(node.site().place());
            browser.set_cookie("adda", &cookie);
            let answer = browser.form("/logout", &[]).attempt().await;
            if answer.is_ok_and(|answer| answer.status == 303) {
                self.record.add(puppet.number, What::SignedOut { sign_in });
            }
        }
        tokio::time::sleep(step.lasts).await;
    }

    fn tells_some(&self, step: &Step, percent: usize, order: Order) {
        let mut chance = Chance::new(step.seed);
        for puppet in &self.people {
            if chance.percent(percent) {
                // Whoever has left already hears nothing.
                let _ = puppet.orders.send(order);
            }
        }
    }

    pub fn tells_everyone(&self, order: Order) {
        for puppet in &self.people {
            let _ = puppet.orders.send(order);
        }
    }

    fn asks_redis(&self, words: &[&[u8]]) -> Option<Reply> {
        self.place.redis.lock().unwrap().try_command(words).ok()
    }

    fn nodes<'a>(&'a self, step: &'a Step) -> impl Iterator<Item = &'a Node> {
        step.nodes.iter().map(|number| &self.place.nodes[*number])
    }

    fn wires<'a>(&'a self, step: &'a Step) -> impl Iterator<Item = &'a Wire> {
        use Kind::{DatabaseCut, DatabaseDark, DatabaseHeld, DatabaseSlow};
        use Kind::{RedisCut, RedisDark, RedisSlow};
        self.nodes(step).map(|node| match step.kind {
            DatabaseCut | DatabaseDark | DatabaseHeld | DatabaseSlow => &node.database,
            RedisCut | RedisDark | RedisSlow => &node.redis,
            _ => &node.people,
        })
    }
}
