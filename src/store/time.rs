//! Times as they are stored and written: UTC, to the millisecond.

use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDateTime, SubsecRound, TimeDelta, Utc};
use diesel::deserialize::{self, FromSql, Queryable};
use diesel::sql_types::Timestamp;
use serde::{Serialize, Serializer};

use super::connection::MultiBackend;

/// A moment in UTC, to the millisecond; written as RFC 3339.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Time(NaiveDateTime);

impl Time {
    /// This moment.
    pub fn now() -> Time {
        Time(Utc::now().naive_utc().trunc_subsecs(3))
    }

    /// So much later.
    pub fn after(self, span: Duration) -> Time {
        Time(self.0 + TimeDelta::from_std(span).unwrap_or(TimeDelta::MAX))
    }

    /// So much earlier.
    pub fn before(self, span: Duration) -> Time {
        Time(self.0 - TimeDelta::from_std(span).unwrap_or(TimeDelta::zero()))
    }

    /// How long from an earlier moment to this one; zero where that is later.
    pub fn since(self, earlier: Time) -> Duration {
        (self.0 - earlier.0).to_std().unwrap_or_default()
    }

    /// So many seconds after 1970; `None` where that cannot be stored.
    pub fn from_seconds(seconds: i64) -> Option<Time> {
        let time = DateTime::from_timestamp(seconds, 0)?.naive_utc();
        is_storable(time).then_some(Time(time))
    }

    /// Whole seconds since 1970.
    pub fn seconds(self) -> i64 {
        self.0.and_utc().timestamp()
    }

    /// Milliseconds since 1970.
    pub fn milliseconds(self) -> i64 {
        self.0.and_utc().timestamp_millis()
    }

    /// What is written as RFC 3339, to the millisecond; `None` for what is no time, or one beyond what can be stored.
    pub fn parse(text: &str) -> Option<Time> {
        let time = DateTime::parse_from_rfc3339(text).ok()?.naive_utc();
        is_storable(time).then(|| Time(time.trunc_subsecs(3)))
    }

    /// The day in UTC: `2026-11-22`.
    pub fn day(self) -> String {
        self.0.format("%Y-%m-%d").to_string()
    }

    /// The time of day in UTC: `18:42`.
    pub fn clock(self) -> String {
        self.0.format("%H:%M").to_string()
    }

    /// RFC 3339 with milliseconds: `2026-11-22T18:42:07.250Z`.
    pub fn rfc3339(self) -> String {
        DateTime::<Utc>::from_naive_utc_and_offset(self.0, Utc)
            .to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
    }

    pub(super) fn sql(self) -> NaiveDateTime {
        self.0
    }

    pub(super) fn from_sql(value: NaiveDateTime) -> Time {
        Time(value)
    }
}

fn is_storable(time: NaiveDateTime) -> bool {
    (1970..=9999).contains(&time.year())
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.rfc3339())
    }
}

impl Queryable<Timestamp, MultiBackend> for Time
where
    NaiveDateTime: FromSql<Timestamp, MultiBackend>,
{
    type Row = NaiveDateTime;

    fn build(row: NaiveDateTime) -> deserialize::Result<Self> {
        Ok(Time(row))
    }
}
