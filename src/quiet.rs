//! When nothing disturbs somebody: every day between two hours that the clock on their wall shows.

use std::fmt;
use std::sync::LazyLock;

use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use jiff::{Timestamp, ToSpan, Zoned};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

const MINUTES: u16 = 24 * 60;
const MORNING: i8 = 8;
const ZONE_CHARACTERS_MAX: usize = 64;
const DAY_CHARACTERS: usize = 10;

/// The zones that adda was built with, so that all nodes know the same.
static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// Where somebody's clock hangs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// A time zone by its name in the IANA's database; `None` where there is none.
    pub fn parse(name: &str) -> Option<Zone> {
        let is_name = !name.is_empty() && name.len() <= ZONE_CHARACTERS_MAX;
        let zone = is_name.then(|| ZONES.get(name).ok()).flatten()?;
        zone.iana_name().is_some().then_some(Zone(zone))
    }

    /// Where clocks show the world's own time.
    pub fn utc() -> Zone {
        Zone(TimeZone::UTC)
    }

    /// When a day written as `2026-11-22` begins there, in seconds since 1970; `None` where that is no day.
    pub fn day_begins(&self, day: &str) -> Option<i64> {
        let is_written_out = day.len() == DAY_CHARACTERS;
        let date: Date = is_written_out.then(|| day.parse().ok()).flatten()?;
        let begins = date.to_zoned(self.0.clone()).ok()?;
        Some(begins.timestamp().as_second())
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or_default()
    }

    /// What the clock shows at a moment, in seconds since 1970.
    fn at(&self, seconds: i64) -> Option<Zoned> {
        let moment = Timestamp::from_second(seconds).ok()?;
        Some(moment.to_zoned(self.0.clone()))
    }

    /// The day and what the clock shows at a moment, in seconds since 1970: `2026-11-28 08:00`.
    pub fn words(&self, seconds: i64) -> Option<String> {
        Some(self.at(seconds)?.strftime("%Y-%m-%d %H:%M").to_string())
    }

    /// When a day begins there, in seconds since 1970.
    pub fn beginning_of(&self, day: Date) -> Option<i64> {
        let midnight = day.to_zoned(self.0.clone()).ok()?;
        Some(midnight.timestamp().as_second())
    }

    /// Eight o'clock on the day after a moment's, both in seconds since 1970.
    pub fn next_morning(&self, seconds: i64) -> Option<i64> {
        let tomorrow = self.at(seconds)?.date().checked_add(1.day()).ok()?;
        let morning = tomorrow.at(MORNING, 0, 0, 0);
        Some(
            morning
                .to_zoned(self.0.clone())
                .ok()?
                .timestamp()
                .as_second(),
        )
    }
}

/// A time of day, in minutes after midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Clock(u16);

impl Clock {
    /// What is written as `22:30`; `None` for anything else.
    pub fn parse(text: &str) -> Option<Clock> {
        let (hours, minutes) = text.split_once(':')?;
        let number = |text: &str| {
            let is_written_out = text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
            is_written_out.then(|| text.parse::<u16>().ok()).flatten()
        };
        let (hours, minutes) = (number(hours)?, number(minutes)?);
        (hours < 24 && minutes < 60).then_some(Clock(hours * 60 + minutes))
    }

    /// So many minutes after midnight, within a day.
    pub fn at_minute(minute: i32) -> Option<Clock> {
        let minute = u16::try_from(minute).ok()?;
        (minute < MINUTES).then_some(Clock(minute))
    }

    /// Minutes after midnight.
    pub fn minute(self) -> i32 {
        i32::from(self.0)
    }
}

impl fmt::Display for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

/// The part of every day in which nothing disturbs, which may begin on the evening before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hours {
    from: Clock,
    to: Clock,
    zone: Zone,
}

impl Hours {
    /// From one time of day to another; `None` where they are the same.
    pub fn new(from: Clock, to: Clock, zone: Zone) -> Option<Hours> {
        (from != to).then_some(Hours { from, to, zone })
    }

    /// When they begin.
    pub fn from(&self) -> Clock {
        self.from
    }

    /// When they are over.
    pub fn to(&self) -> Clock {
        self.to
    }

    /// Where the clock hangs that shows it.
    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    /// Whether a moment, in seconds since 1970, is within them. An hour that the clock skips or shows twice is what it shows.
    pub fn hold_at(&self, seconds: i64) -> bool {
        let Some(there) = self.zone.at(seconds) else {
            return false;
        };
        let minute = Clock::at_minute(i32::from(there.hour()) * 60 + i32::from(there.minute()));
        minute.is_some_and(|minute| {
            if self.from < self.to {
                (self.from..self.to).contains(&minute)
            } else {
                minute >= self.from || minute < self.to
            }
        })
    }
}

impl Serialize for Hours {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut hours = serializer.serialize_struct("Hours", 3)?;
        hours.serialize_field("from", &self.from.to_string())?;
        hours.serialize_field("to", &self.to.to_string())?;
        hours.serialize_field("time_zone", self.zone.name())?;
        hours.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(moment: &str) -> i64 {
        moment.parse::<Timestamp>().unwrap().as_second()
    }

    fn hours(from: &str, to: &str, zone: &str) -> Hours {
        let clock = |text| Clock::parse(text).unwrap();
        Hours::new(clock(from), clock(to), Zone::parse(zone).unwrap()).unwrap()
    }

    #[test]
    fn a_day_begins_where_the_clock_hangs() {
        let begins = |zone: &str, day: &str| Zone::parse(zone).unwrap().day_begins(day);
        assert_eq!(Zone::utc().day_begins("1970-01-02"), Some(86_400));
        assert_eq!(begins("Asia/Kolkata", "1970-01-02"), Some(86_400 - 19_800));
        // The clock goes from midnight to one, and shows no midnight on that day.
        assert_eq!(
            begins("America/Sao_Paulo", "2018-11-04"),
            Some(1_541_300_400)
        );
        for day in [
            "",
            "2026-02-30",
            "2026-1-1",
            "20260101",
            "2026-W01-1",
            "-00001-01",
            "tomorrow!!",
        ] {
            assert_eq!(Zone::utc().day_begins(day), None, "{day:?}");
        }
    }

    #[test]
    fn quiet_hours_are_those_on_the_wall() {
        for (from, to, zone, moment, expected) in [
            ("12:00", "14:00", "UTC", "2026-11-27T11:59:59Z", false),
            ("12:00", "14:00", "UTC", "2026-11-27T12:00:00Z", true),
            ("12:00", "14:00", "UTC", "2026-11-27T13:59:59Z", true),
            ("12:00", "14:00", "UTC", "2026-11-27T14:00:00Z", false),
            // Across midnight.
            ("22:00", "07:00", "UTC", "2026-11-27T21:59:59Z", false),
            ("22:00", "07:00", "UTC", "2026-11-27T23:30:00Z", true),
            ("22:00", "07:00", "UTC", "2026-11-27T00:00:00Z", true),
            ("22:00", "07:00", "UTC", "2026-11-27T07:00:00Z", false),
            // In other places, one of them half an hour off.
            (
                "22:00",
                "07:00",
                "Asia/Kolkata",
                "2026-11-27T16:29:00Z",
                false,
            ),
            (
                "22:00",
                "07:00",
                "Asia/Kolkata",
                "2026-11-27T16:30:00Z",
                true,
            ),
            (
                "22:00",
                "07:00",
                "America/New_York",
                "2026-11-27T02:59:00Z",
                false,
            ),
            (
                "22:00",
                "07:00",
                "America/New_York",
                "2026-11-27T03:00:00Z",
                true,
            ),
            // The same hours in summer and in winter.
            (
                "22:00",
                "07:00",
                "Europe/Berlin",
                "2026-07-01T05:30:00Z",
                false,
            ),
            (
                "22:00",
                "07:00",
                "Europe/Berlin",
                "2026-12-01T05:30:00Z",
                true,
            ),
            // 02:30 is skipped on the one night, and comes twice on the other.
            (
                "02:30",
                "07:00",
                "Europe/Berlin",
                "2026-03-29T00:59:59Z",
                false,
            ),
            (
                "02:30",
                "07:00",
                "Europe/Berlin",
                "2026-03-29T01:00:00Z",
                true,
            ),
            (
                "22:00",
                "02:30",
                "Europe/Berlin",
                "2026-10-25T00:29:00Z",
                true,
            ),
            (
                "22:00",
                "02:30",
                "Europe/Berlin",
                "2026-10-25T00:30:00Z",
                false,
            ),
            (
                "22:00",
                "02:30",
                "Europe/Berlin",
                "2026-10-25T01:29:00Z",
                true,
            ),
        ] {
            let found = hours(from, to, zone).hold_at(seconds(moment));
            assert_eq!(found, expected, "{from} to {to} in {zone} at {moment}");
        }
    }

    #[test]
    fn tomorrow_morning_is_eight_o_clock_there() {
        for (zone, moment, expected) in [
            ("UTC", "2026-11-27T23:59:00Z", "2026-11-28T08:00:00Z"),
            ("UTC", "2026-11-27T00:00:00Z", "2026-11-28T08:00:00Z"),
            ("Asia/Tokyo", "2026-11-27T16:00:00Z", "2026-11-28T23:00:00Z"),
            (
                "Europe/Berlin",
                "2026-03-28T12:00:00Z",
                "2026-03-29T06:00:00Z",
            ),
            (
                "Europe/Berlin",
                "2026-10-24T12:00:00Z",
                "2026-10-25T07:00:00Z",
            ),
        ] {
            let morning = Zone::parse(zone).unwrap().next_morning(seconds(moment));
            assert_eq!(morning, Some(seconds(expected)), "{zone}, {moment}");
        }
    }

    #[test]
    fn clocks_and_zones_are_read_and_anything_else_refused() {
        for text in ["00:00", "09:05", "23:59"] {
            assert_eq!(Clock::parse(text).unwrap().to_string(), text);
        }
        for text in [
            "", "9:05", "24:00", "12:60", "12", "12:00:00", "+1:00", "1２:00",
        ] {
            assert_eq!(Clock::parse(text), None, "{text:?}");
        }
        assert_eq!(Clock::at_minute(1_440), None);
        assert_eq!(Clock::at_minute(-1), None);
        let berlin = Zone::parse("europe/berlin").unwrap();
        assert_eq!(berlin.name(), "Europe/Berlin");
        let long = "A".repeat(1_000);
        for name in [
            "",
            "Berlin",
            "../etc/passwd",
            "UTC+1",
            "Europe/Berlin\0",
            &long,
        ] {
            assert_eq!(Zone::parse(name), None, "{name:?}");
        }
        let noon = Clock::parse("12:00").unwrap();
        assert_eq!(Hours::new(noon, noon, berlin), None);
    }
}
