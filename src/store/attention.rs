//! What gets somebody's attention in every room, and when nothing does.

use std::collections::HashMap;

use diesel::prelude::*;
use serde::Serialize;

use super::UserId;
use super::connection::{Conn, MultiBackend};
use super::schema::{attention, users};
use super::time::Time;
use super::users::raise_access_revision;
use crate::error::{Error, Result};
use crate::keywords::Keyword;
use crate::quiet::{Clock, Hours, Zone};
use crate::telling::Quiet;

/// People in one query.
const CHUNK: usize = 500;

/// What somebody set for all of their rooms.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attention {
    /// Words that they want to be told of as if they named them.
    pub keywords: Vec<Keyword>,
    /// From when until when nothing disturbs them; it stays when it is over.
    pub undisturbed: Option<(Time, Time)>,
    /// When nothing disturbs them, every day.
    pub quiet_hours: Option<Hours>,
    /// The time zone that they named last.
    pub zone: Option<Zone>,
    /// How often their access had been changed then: this changes it too.
    pub revision: i64,
}

/// What somebody changes of it; what is `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// All of their words.
    pub keywords: Option<Vec<Keyword>>,
    /// Until when nothing disturbs them; nothing: that is over.
    pub undisturbed_until: Option<Option<Time>>,
    /// When nothing disturbs them, every day, or never.
    pub quiet_hours: Option<Option<Hours>>,
    /// The time zone they are in.
    pub zone: Option<Zone>,
}

/// The same as programs and its person read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shown {
    keywords: Vec<String>,
    do_not_disturb_until: Option<Time>,
    quiet_hours: Option<Hours>,
}

impl Attention {
    /// Why nothing disturbs them at a moment, where it is so.
    pub fn quiet_at(&self, moment: Time) -> Option<Quiet> {
        let is_undisturbed = |(since, until): (Time, Time)| since <= moment && moment < until;
        if self.undisturbed.is_some_and(is_undisturbed) {
            return Some(Quiet::DoNotDisturb);
        }
        let hours = self.quiet_hours.as_ref();
        let is_quiet = hours.is_some_and(|hours| hours.hold_at(moment.seconds()));
        is_quiet.then_some(Quiet::Hours)
    }

    /// Until when nothing disturbs them, where that is not over.
    pub fn undisturbed_until(&self) -> Option<Time> {
        let until = self.undisturbed.map(|(_, until)| until);
        until.filter(|until| *until > Time::now())
    }

    /// As it is read.
    pub fn shown(&self) -> Shown {
        let written = |keyword: &Keyword| keyword.as_str().to_owned();
        Shown {
            keywords: self.keywords.iter().map(written).collect(),
            do_not_disturb_until: self.undisturbed_until(),
            quiet_hours: self.quiet_hours.clone(),
        }
    }

    fn changed(mut self, changes: &Changes) -> Attention {
        let now = Time::now();
        if let Some(keywords) = &changes.keywords {
            self.keywords.clone_from(keywords);
        }
        if let Some(until) = changes.undisturbed_until {
            let is_on = self.undisturbed_until().is_some();
            let since = self.undisturbed.map(|(since, _)| since).filter(|_| is_on);
            self.undisturbed = match until {
                Some(until) => Some((since.unwrap_or(now), until)),
                // What it kept quiet so far stays explained.
                None => self
                    .undisturbed
                    .map(|(since, until)| (since, until.min(now))),
            };
        }
        if let Some(hours) = &changes.quiet_hours {
            self.quiet_hours.clone_from(hours);
        }
        let of_hours = self.quiet_hours.as_ref().map(|hours| hours.zone().clone());
        self.zone = changes.zone.clone().or(of_hours).or(self.zone);
        self
    }
}

/// What somebody set.
///
/// Errors: `NotFound` where there is nobody with that number.
pub fn of(conn: &mut Conn, user: UserId) -> Result<Attention> {
    of_people(conn, &[user])?
        .remove(&user)
        .ok_or(Error::NotFound)
}

/// What some people set.
pub fn of_people(conn: &mut Conn, people: &[UserId]) -> Result<HashMap<UserId, Attention>> {
    let mut found = HashMap::with_capacity(people.len());
    for people in people.chunks(CHUNK) {
        let rows: Vec<(UserId, i64, Option<Row>)> = users::table
            .left_join(attention::table)
            .filter(users::id.eq_any(people.to_vec()))
            .select((
                users::id,
                users::access_revision,
                Option::<Row>::as_select(),
            ))
            .load(conn)?;
        for (user, revision, row) in rows {
            let set = row.map(Attention::from).unwrap_or_default();
            found.insert(user, Attention { revision, ..set });
        }
    }
    Ok(found)
}

/// Changes what somebody set; every node looks at it again. Returns what is set now.
pub fn change(conn: &mut Conn, user: UserId, changes: &Changes) -> Result<Attention> {
    // It locks the person's row: of two changes at once the second builds on the first.
    raise_access_revision(conn, user)?;
    let changed = of(conn, user)?.changed(changes);
    let row = Row::new(user, &changed);
    diesel::delete(attention::table.find(user)).execute(conn)?;
    diesel::insert_into(attention::table)
        .values(row)
        .execute(conn)?;
    Ok(changed)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = attention, check_for_backend(MultiBackend))]
struct Row {
    user_id: UserId,
    keywords: String,
    undisturbed_since: Option<chrono::NaiveDateTime>,
    undisturbed_until: Option<chrono::NaiveDateTime>,
    quiet_from: Option<i32>,
    quiet_to: Option<i32>,
    time_zone: Option<String>,
}

impl Row {
    fn new(user: UserId, attention: &Attention) -> Row {
        let written: Vec<&str> = attention.keywords.iter().map(Keyword::as_str).collect();
        let hours = attention.quiet_hours.as_ref();
        Row {
            user_id: user,
            keywords: written.join("\n"),
            undisturbed_since: attention.undisturbed.map(|(since, _)| since.sql()),
            undisturbed_until: attention.undisturbed.map(|(_, until)| until.sql()),
            quiet_from: hours.map(|hours| hours.from().minute()),
            quiet_to: hours.map(|hours| hours.to().minute()),
            time_zone: attention.zone.as_ref().map(|zone| zone.name().to_owned()),
        }
    }
}

impl From<Row> for Attention {
    fn from(row: Row) -> Attention {
        let zone = row.time_zone.as_deref().and_then(Zone::parse);
        let clock = |minute: Option<i32>| minute.and_then(Clock::at_minute);
        let hours = match (clock(row.quiet_from), clock(row.quiet_to), &zone) {
            (Some(from), Some(to), Some(zone)) => Hours::new(from, to, zone.clone()),
            _ => None,
        };
        let undisturbed = row.undisturbed_since.zip(row.undisturbed_until);
        Attention {
            keywords: row.keywords.lines().filter_map(Keyword::parse).collect(),
            undisturbed: undisturbed
                .map(|(since, until)| (Time::from_sql(since), Time::from_sql(until))),
            quiet_hours: hours,
            zone,
            revision: 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Time {
        Time::parse(text).unwrap()
    }

    #[test]
    fn do_not_disturb_comes_before_quiet_hours_and_both_end() {
        let clock = |text| Clock::parse(text).unwrap();
        let zone = Zone::parse("UTC").unwrap();
        let attention = Attention {
            undisturbed: Some((time("2026-11-27T21:00:00Z"), time("2026-11-27T23:00:00Z"))),
            quiet_hours: Hours::new(clock("22:00"), clock("07:00"), zone),
            ..Attention::default()
        };
        for (moment, expected) in [
            ("2026-11-27T20:59:59Z", None),
            ("2026-11-27T21:00:00Z", Some(Quiet::DoNotDisturb)),
            ("2026-11-27T22:59:59Z", Some(Quiet::DoNotDisturb)),
            ("2026-11-27T23:00:00Z", Some(Quiet::Hours)),
            ("2026-11-28T07:00:00Z", None),
        ] {
            assert_eq!(attention.quiet_at(time(moment)), expected, "{moment}");
        }
        assert_eq!(Attention::default().quiet_at(Time::now()), None);
    }

    #[test]
    fn what_was_kept_quiet_stays_explained() {
        let until = |until| Changes {
            undisturbed_until: Some(until),
            ..Changes::default()
        };
        let now = Time::now();
        let (began, later) = (time("2020-01-01T00:00:00Z"), time("2099-01-01T00:00:00Z"));
        let attention = Attention {
            undisturbed: Some((began, later)),
            ..Attention::default()
        };
        let longer = attention
            .clone()
            .changed(&until(Some(time("2100-01-01T00:00:00Z"))));
        assert_eq!(longer.undisturbed.map(|(since, _)| since), Some(began));
        let over = attention.changed(&until(None));
        assert_eq!(over.undisturbed_until(), None);
        assert_eq!(
            over.quiet_at(time("2026-01-01T00:00:00Z")),
            Some(Quiet::DoNotDisturb)
        );
        let again = over.changed(&until(Some(later)));
        assert!(again.undisturbed.is_some_and(|(since, _)| since >= now));
        let never = Attention::default().changed(&until(None));
        assert_eq!(never, Attention::default());
    }
}
