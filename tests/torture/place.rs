//! Where it all happens: the nodes, what they need, and a wire on each way between.

use std::cell::RefCell;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard};
use std::time::{Duration, Instant};

use crate::checker::evidence::Footprint;
use crate::site::Site;
use crate::site::http::Browser;
use crate::site::nodes::{Backends, Nodes};
use crate::site::redis::Redis;
use crate::site::wire::Wire;

/// What no log of a good process holds, whatever happens to the database.
const NEVER_SAID: [&str; 3] = ["panicked", "internal:", "database is locked"];
/// The state of a connection that the other end has closed, in /proc/net/tcp.
const CLOSE_WAIT: &str = "08";

pub struct Place {
    pub nodes: Vec<Node>,
    pub redis: Mutex<Redis>,
    /// The database's address without a wire.
    pub database: String,
}

pub struct Node {
    site: Mutex<Site>,
    /// What its processes have logged until they ended.
    log: Mutex<String>,
    pub people: Wire,
    pub database: Wire,
    pub redis: Wire,
}

impl Place {
    pub fn build(count: usize) -> Place {
        let wires: RefCell<Vec<(Wire, Wire)>> = RefCell::default();
        let nodes = Nodes::behind(count, &[], |_, direct| {
            let (database, redis) = (address(&direct.database), address(&direct.redis));
            let wire = (Wire::to(database), Wire::to_redis(redis));
            let through = Backends {
                database: direct
                    .database
                    .replace(&database.to_string(), &wire.0.address().to_string()),
                redis: direct
                    .redis
                    .replace(&redis.to_string(), &wire.1.address().to_string()),
            };
            wires.borrow_mut().push(wire);
            through
        });
        let Nodes {
            sites,
            redis,
            database,
        } = nodes;
        let with_wires = sites.into_iter().zip(wires.into_inner());
        Place {
            nodes: with_wires
                .map(|(site, (database, redis))| Node {
                    people: Wire::to(site.address()),
                    site: Mutex::new(site),
                    log: Mutex::default(),
                    database,
                    redis,
                })
                .collect(),
            redis: Mutex::new(redis),
            database,
        }
    }

    /// A browser at each node, behind the wires, with one person's cookies.
    pub fn browsers(&self, first: &Browser) -> Vec<Browser> {
        let nodes = self.nodes.iter();
        nodes
            .map(|node| first.elsewhere(node.people.place()))
            .collect()
    }

    /// Ends all faults of wires and lets every process run.
    pub fn mend(&self) {
        self.redis.lock().unwrap().thaw();
        for node in &self.nodes {
            node.people.mend();
            node.database.mend();
            node.redis.mend();
            node.site().thaw();
        }
    }
}

impl Node {
    pub fn site(&self) -> MutexGuard<'_, Site> {
        self.site.lock().unwrap()
    }

    /// Ends the process at once.
    pub fn kill(&self) {
        let mut site = self.site();
        site.kill();
        self.keep_log(&site);
    }

    pub fn start_again(&self) {
        let mut site = self.site();
        site.start_again();
        self.people.leads_to(site.address());
    }

    /// Asks the process to stop, and waits until it has: after how long, and with what exit code.
    pub fn stop(&self) -> (Duration, Option<i32>) {
        let mut site = self.site();
        let began = Instant::now();
        site.terminate();
        let status = site.wait_for_end();
        self.keep_log(&site);
        (began.elapsed(), status.and_then(|status| status.code()))
    }

    /// Everything that its processes have logged, and the lines of it that should not be there.
    pub fn log(&self) -> (String, Vec<String>) {
        let all = self.log.lock().unwrap().clone() + &self.site().log();
        let bad = all
            .lines()
            .filter(|line| NEVER_SAID.iter().any(|words| line.contains(words)));
        let bad = bad.map(str::to_owned).collect();
        (all, bad)
    }

    fn keep_log(&self, site: &Site) {
        self.log.lock().unwrap().push_str(&site.log());
    }

    pub fn footprint(&self) -> Footprint {
        let site = self.site();
        Footprint {
            open_files: site.open_files(),
            half_closed: half_closed(site.address().port()),
            resident_kib: site.resident_kib(),
        }
    }
}

/// The host and port in a URL.
fn address(url: &str) -> SocketAddr {
    let host = url
        .split(['@', '/'])
        .find(|part| part.contains(':') && !part.ends_with(':'));
    host.unwrap().parse().unwrap()
}

/// Connections to a port that the other end has closed and this one has not.
fn half_closed(port: u16) -> usize {
    let table = std::fs::read_to_string("/proc/net/tcp").unwrap();
    let local = format!(":{port:04X}");
    table
        .lines()
        .filter(|line| {
            let mut words = line.split_whitespace().skip(1);
            words
                .next()
                .is_some_and(|address| address.ends_with(&local))
                && words.nth(1) == Some(CLOSE_WAIT)
        })
        .count()
}
