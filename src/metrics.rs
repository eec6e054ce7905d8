//! What is counted while adda runs, for whoever watches it: served in Prometheus' text format where `ADDA_METRICS` is set.

use std::fmt::Write;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

/// Something that only ever grows.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub fn one(&self) {
        self.add(1);
    }

    /// So many more.
    pub fn add(&self, count: usize) {
        self.0.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// How many until now.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Something that stands at a value.
#[derive(Debug, Default)]
pub struct Level(AtomicI64);

impl Level {
    /// Where it stands from now on.
    pub fn set(&self, value: i64) {
        self.0.store(value, Ordering::Relaxed);
    }

    /// Where it stands.
    pub fn get(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The node's counters; one for all its parts.
#[derive(Debug, Default)]
pub struct Metrics {
    /// Sockets that are open here.
    pub sockets: Level,
    /// Rooms that are open here.
    pub rooms: Level,
    /// Messages handed to Redis.
    pub relay_published: Counter,
    /// Messages heard from other nodes, and taken.
    pub relay_heard: Counter,
    /// Messages that were not signed with the site's key, or are no longer what was signed.
    pub relay_forged: Counter,
    /// Messages of another version of adda.
    pub relay_foreign: Counter,
    /// Messages that are signed and still cannot be read, or are too large.
    pub relay_malformed: Counter,
    /// Messages dropped because more waited for Redis than is kept.
    pub relay_unsent: Counter,
    /// Messages dropped because more came from Redis than was taken.
    pub relay_overrun: Counter,
    /// 1 while this node hears itself, and the others it knows of, through Redis.
    pub relay_well: Level,
    /// Times a room heard of a later change before an earlier one, and read what was between from the database.
    pub gaps: Counter,
    /// Comparisons of heads with the database.
    pub head_checks: Counter,
    /// Rooms that such a comparison found behind.
    pub heads_behind: Counter,
    /// How long the last full comparison took, in milliseconds.
    pub head_round_ms: Level,
}

impl Metrics {
    /// All of them, in Prometheus' text format, version 0.0.4.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (name, meaning, value) in [
            ("adda_sockets", "Open WebSockets", self.sockets.get()),
            ("adda_rooms", "Open rooms", self.rooms.get()),
            (
                "adda_relay_well",
                "1 while this node hears itself and the others through Redis",
                self.relay_well.get(),
            ),
            (
                "adda_head_round_milliseconds",
                "Duration of the last comparison of all heads with the database",
                self.head_round_ms.get(),
            ),
        ] {
            gauge(&mut text, name, meaning, value);
        }
        for (name, meaning, counter) in [
            (
                "adda_relay_published_total",
                "Messages handed to Redis",
                &self.relay_published,
            ),
            (
                "adda_relay_heard_total",
                "Messages of other nodes that were taken",
                &self.relay_heard,
            ),
            (
                "adda_relay_forged_total",
                "Messages dropped: not signed with the site's key",
                &self.relay_forged,
            ),
            (
                "adda_relay_foreign_total",
                "Messages dropped: of another version",
                &self.relay_foreign,
            ),
            (
                "adda_relay_malformed_total",
                "Messages dropped: unreadable or too large",
                &self.relay_malformed,
            ),
            (
                "adda_relay_unsent_total",
                "Messages dropped: Redis did not take them in time",
                &self.relay_unsent,
            ),
            (
                "adda_relay_overrun_total",
                "Messages dropped: more came than was taken",
                &self.relay_overrun,
            ),
            (
                "adda_gaps_total",
                "Gaps in what was heard, filled from the database",
                &self.gaps,
            ),
            (
                "adda_head_checks_total",
                "Comparisons of heads with the database",
                &self.head_checks,
            ),
            (
                "adda_heads_behind_total",
                "Rooms that such a comparison found behind",
                &self.heads_behind,
            ),
        ] {
            entry(
                &mut text,
                name,
                "counter",
                meaning,
                &counter.get().to_string(),
            );
        }
        text
    }
}

/// Adds a value that stands, with its name and meaning.
pub fn gauge(text: &mut String, name: &str, meaning: &str, value: i64) {
    entry(text, name, "gauge", meaning, &value.to_string());
}

fn entry(text: &mut String, name: &str, kind: &str, meaning: &str, value: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "# HELP {name} {meaning}\n# TYPE {name} {kind}\n{name} {value}"
    );
}
