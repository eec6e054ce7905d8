//! Which fault is made when, where and for how long: all of it follows from the seed.

use std::fmt;
use std::time::Duration;

use crate::settings::Settings;
use crate::site::chance::Chance;

/// What is done to the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Killed,
    Restarted,
    RollingRestart,
    Frozen,
    DatabaseCut,
    DatabaseSlow,
    DatabaseDark,
    DatabaseHeld,
    DatabaseConnectionsEnded,
    DatabaseCrashed,
    DatabaseFrozen,
    RedisKilled,
    RedisFrozen,
    RedisCut,
    RedisDark,
    RedisSlow,
    PubSubKilled,
    RelayedDropped,
    RelayedDoubled,
    RelayedSwapped,
    RelayedSpoilt,
    RelayedForged,
    PeopleReset,
    PeopleFlapping,
    PeopleSliced,
    PeopleSlow,
    PeopleDark,
    PeopleStalled,
    SignedOut,
}

/// What a fault touches: two at once never touch the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Processes and the database, without which none starts.
    Node,
    Redis,
    People,
}

/// One fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub kind: Kind,
    pub nodes: Vec<usize>,
    pub lasts: Duration,
    /// For whatever else is to be chosen.
    pub seed: u64,
}

/// At least and at most, in tenths of a second.
type Tenths = (u64, u64);
type Entry = (Kind, &'static str, Group, Tenths, Tenths);

/// Every kind, with its name, and how long it lasts: in short runs, and in long ones.
const KINDS: [Entry; 29] = {
    use Group::{Node, People, Redis};
    use Kind::*;
    [
        (
            Killed,
            "node killed (-9), started again",
            Node,
            (1, 10),
            (1, 30),
        ),
        (Restarted, "node restarted (SIGTERM)", Node, (1, 5), (1, 10)),
        (
            RollingRestart,
            "rolling restart of all nodes",
            Node,
            (1, 5),
            (5, 20),
        ),
        (Frozen, "node frozen, continued", Node, (15, 30), (50, 450)),
        (DatabaseCut, "PostgreSQL cut off", Node, (10, 20), (10, 100)),
        (DatabaseSlow, "PostgreSQL slow", Node, (10, 20), (20, 100)),
        (
            DatabaseDark,
            "PostgreSQL black-holed",
            Node,
            (10, 20),
            (20, 100),
        ),
        (DatabaseHeld, "PostgreSQL held up", Node, (10, 20), (10, 50)),
        (
            DatabaseConnectionsEnded,
            "PostgreSQL's connections ended",
            Node,
            (5, 10),
            (5, 20),
        ),
        (
            DatabaseCrashed,
            "PostgreSQL crashed, started again",
            Node,
            (5, 15),
            (5, 100),
        ),
        (
            DatabaseFrozen,
            "PostgreSQL frozen",
            Node,
            (10, 20),
            (10, 100),
        ),
        (
            RedisKilled,
            "Redis killed, started again",
            Redis,
            (10, 20),
            (10, 100),
        ),
        (RedisFrozen, "Redis frozen", Redis, (10, 20), (10, 100)),
        (RedisCut, "Redis cut off", Redis, (10, 20), (10, 100)),
        (RedisDark, "Redis black-holed", Redis, (10, 20), (20, 200)),
        (RedisSlow, "Redis slow", Redis, (10, 20), (20, 100)),
        (
            PubSubKilled,
            "Redis's subscribers killed every 2 s",
            Redis,
            (20, 40),
            (40, 120),
        ),
        (
            RelayedDropped,
            "relayed messages dropped",
            Redis,
            (10, 20),
            (20, 60),
        ),
        (
            RelayedDoubled,
            "relayed messages doubled",
            Redis,
            (10, 20),
            (20, 60),
        ),
        (
            RelayedSwapped,
            "relayed messages swapped",
            Redis,
            (10, 20),
            (20, 60),
        ),
        (
            RelayedSpoilt,
            "relayed messages spoilt",
            Redis,
            (10, 20),
            (20, 60),
        ),
        (
            RelayedForged,
            "junk and forgeries published",
            Redis,
            (10, 20),
            (20, 60),
        ),
        (
            PeopleReset,
            "all people of a node reset at once",
            People,
            (5, 10),
            (5, 20),
        ),
        (
            PeopleFlapping,
            "people's connections flapping",
            People,
            (30, 50),
            (50, 300),
        ),
        (
            PeopleSliced,
            "people's bytes sliced and delayed",
            People,
            (10, 20),
            (20, 100),
        ),
        (
            PeopleSlow,
            "people's connections slow",
            People,
            (10, 20),
            (20, 100),
        ),
        (
            PeopleDark,
            "people's connections black-holed",
            People,
            (10, 20),
            (20, 200),
        ),
        (
            PeopleStalled,
            "people who stop reading",
            People,
            (20, 30),
            (50, 300),
        ),
        (
            SignedOut,
            "people signed out on another node",
            People,
            (5, 10),
            (10, 30),
        ),
    ]
};

/// Deals steps without end: every kind once, in another order each time.
pub struct Plan {
    chance: Chance,
    deck: Vec<usize>,
    nodes: usize,
    long: bool,
}

impl Plan {
    pub fn new(settings: &Settings) -> Plan {
        Plan {
            chance: Chance::new(settings.seed),
            deck: Vec::new(),
            nodes: settings.nodes,
            long: settings.lasts.is_some(),
        }
    }

    /// How many steps make every kind once.
    pub fn round() -> usize {
        KINDS.len()
    }

    /// What is made next, one fault or two at once, and how long it stays calm afterwards.
    pub fn next(&mut self) -> (Vec<Step>, Duration) {
        let first = self.draw();
        let mut steps = vec![first];
        if self.long && self.chance.percent(30) {
            let second = self.draw();
            if second.kind.group() == steps[0].kind.group() {
                // Not to be lost: it comes next time.
                self.deck.push(second.kind.place());
            } else {
                steps.push(second);
            }
        }
        let (from, to) = if self.long {
            (1_000, 6_000)
        } else {
            (500, 1_500)
        };
        let calm = self
            .chance
            .between(Duration::from_millis(from), Duration::from_millis(to));
        (steps, calm)
    }

    fn draw(&mut self) -> Step {
        if self.deck.is_empty() {
            self.deck = (0..KINDS.len()).collect();
            for last in (1..self.deck.len()).rev() {
                let other = self.chance.below(last + 1);
                self.deck.swap(last, other);
            }
        }
        let place = self.deck.pop().unwrap_or_default();
        let (kind, _, _, short, long) = KINDS[place];
        let (from, to) = if self.long { long } else { short };
        let lasts = self.chance.between(
            Duration::from_millis(100 * from),
            Duration::from_millis(100 * to),
        );
        let nodes = match kind {
            _ if kind.concerns_all() => (0..self.nodes).collect(),
            _ if kind.may_concern_all() && self.chance.percent(25) => (0..self.nodes).collect(),
            _ => vec![self.chance.below(self.nodes)],
        };
        Step {
            kind,
            nodes,
            lasts,
            seed: self.chance.next(),
        }
    }
}

impl Kind {
    pub fn group(self) -> Group {
        KINDS[self.place()].2
    }

    /// Whether people may have to wait for its end: what Redis does never excuses more than the head check takes.
    pub fn excuses(self) -> bool {
        self.group() != Group::Redis && self != Kind::SignedOut
    }

    fn concerns_all(self) -> bool {
        use Kind::{DatabaseConnectionsEnded, DatabaseCrashed, DatabaseFrozen};
        use Kind::{PeopleStalled, RelayedForged, RollingRestart, SignedOut};
        use Kind::{PubSubKilled, RedisFrozen, RedisKilled};
        matches!(
            self,
            DatabaseConnectionsEnded
                | DatabaseCrashed
                | DatabaseFrozen
                | PubSubKilled
                | RedisFrozen
                | RedisKilled
                | PeopleStalled
                | RelayedForged
                | RollingRestart
                | SignedOut
        )
    }

    fn may_concern_all(self) -> bool {
        use Kind::{DatabaseCut, DatabaseHeld, DatabaseSlow, RedisCut, RedisDark, RedisSlow};
        matches!(
            self,
            DatabaseCut | DatabaseHeld | DatabaseSlow | RedisCut | RedisDark | RedisSlow
        )
    }

    fn place(self) -> usize {
        let place = KINDS.iter().position(|(kind, ..)| *kind == self);
        place.unwrap_or_default()
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(KINDS[self.place()].1)
    }
}
