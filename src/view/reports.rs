//! Reports of messages: the form, what came of one's own, and the queue of those who look after the site.

use serde::Serialize;

use super::administration::words_of;
use super::forms::Refusal;
use super::lobby::RoomLink;
use super::notices::{self, isolated};
use super::page::Template;
use super::person::Person;
use super::texts::{self, Arguments};
use crate::store::Time;
use crate::store::reports::queue::Report;
use crate::store::reports::{Copied, Mine};

/// The form with which a message is reported.
#[derive(Serialize)]
pub struct ReportPage {
    /// The room.
    pub room: RoomLink,
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// The message's number.
    pub seq: i64,
    /// Who said it.
    pub username: String,
    /// What they are called.
    pub name: String,
    /// What it says.
    pub text: String,
    /// Whether I said it.
    pub mine: bool,
    /// Why it can be reported.
    pub reasons: [&'static str; 6],
    /// What was typed.
    pub form: ReportForm,
    /// Whether it was just reported.
    pub done: bool,
    /// Why the form came back.
    pub refusal: Option<Refusal>,
}

/// The fields of [`ReportPage`].
#[derive(Serialize, Default)]
#[expect(missing_docs, reason = "named as the form's fields are")]
pub struct ReportForm {
    pub reason: String,
    pub words: String,
}

/// What came of a report of mine.
#[derive(Serialize)]
pub struct MineLine {
    /// When I made it.
    pub at: Time,
    /// The day of that in UTC, for whoever has no script.
    pub on: String,
    /// What was reported, and what came of it.
    pub words: String,
    /// What I am told of it; may be empty.
    pub note: String,
    /// Whether I have not seen it yet.
    pub is_news: bool,
}

impl From<Mine> for MineLine {
    fn from(mine: Mine) -> MineLine {
        let mut arguments = Arguments::new();
        arguments.set("who", isolated(&mine.name));
        arguments.set("outcome", outcome_words(&mine.outcome));
        MineLine {
            at: mine.reported_at,
            on: mine.reported_at.day(),
            words: texts::t("report-came-of", &arguments),
            note: mine.note,
            is_news: !mine.seen,
        }
    }
}

/// What was done, in words.
fn outcome_words(outcome: &[String]) -> String {
    let word = |done: &String| {
        texts::plain(match done.as_str() {
            "deleted" => "outcome-deleted",
            "suspended" => "outcome-suspended",
            "deactivated" => "outcome-deactivated",
            _ => "outcome-dismissed",
        })
    };
    if outcome.is_empty() {
        return texts::plain("outcome-open");
    }
    outcome.iter().map(word).collect::<Vec<_>>().join(", ")
}

/// A page of the queue.
#[derive(Serialize)]
pub struct Queue {
    /// The rooms I joined.
    pub rooms: Vec<RoomLink>,
    /// What was looked for.
    pub wanted: String,
    /// The same as a value in a query.
    pub query: String,
    /// Whether those are shown that wait.
    pub open: bool,
    /// The reports on this page.
    pub reports: Vec<ReportCard>,
    /// How many there are on all pages.
    pub all: i64,
    /// This page's number, from 1.
    pub number: i64,
    /// The last page's number.
    pub last: i64,
    /// For how many hours somebody can be suspended.
    pub suspension_hours: [u32; 3],
    /// Why the last form came back.
    pub refusal: Option<Refusal>,
}

/// A report.
#[derive(Serialize)]
pub struct ReportCard {
    /// Its number.
    pub id: i64,
    /// Where it was said, in words.
    pub place: String,
    /// Who said it.
    pub author: Person,
    /// Who reported it.
    pub reporter: Person,
    /// Why: a key's end.
    pub ground: String,
    /// The same in the reporter's words; may be empty.
    pub words: String,
    /// What the reporter saw, ascending.
    pub copy: Vec<CopiedLine>,
    /// When.
    pub at: Time,
    /// The day of that in UTC, for whoever has no script.
    pub on: String,
    /// What was done, in words.
    pub outcome: String,
    /// What its reporter is told of it; may be empty.
    pub note: String,
    /// Whether it waits.
    pub is_open: bool,
}

/// A message of the copy.
#[derive(Serialize)]
pub struct CopiedLine {
    /// What its author was called.
    pub name: String,
    /// Who they are.
    pub username: String,
    /// What it said, or what happened.
    pub text: String,
    /// When, in UTC.
    pub at: String,
    /// Whether it tells what happened to the room.
    pub is_notice: bool,
    /// Whether it was deleted already.
    pub deleted: bool,
    /// Whether it is the one that was reported.
    pub is_reported: bool,
}

impl From<Report> for ReportCard {
    fn from(report: Report) -> ReportCard {
        let seq = report.seq;
        let copy = report.copy.into_iter();
        let mut arguments = Arguments::new();
        arguments.set("room", isolated(&report.room_name));
        let place = match report.room_kind.as_str() {
            "open" => "report-in-open",
            "closed" => "report-in-closed",
            _ => "report-in-direct",
        };
        ReportCard {
            id: report.id,
            place: texts::t(place, &arguments),
            author: report.author.into(),
            reporter: report.reporter.into(),
            ground: report.ground,
            words: report.words,
            copy: copy.map(|copied| line(copied, seq)).collect(),
            at: report.reported_at,
            on: report.reported_at.day(),
            outcome: outcome_words(&report.outcome),
            note: report.note,
            is_open: report.closed_at.is_none(),
        }
    }
}

fn line(copied: Copied, reported: i64) -> CopiedLine {
    let happened = copied.event.as_ref();
    let text = match happened {
        Some(event) => notices::of_event(&copied.name, event),
        None => copied.text,
    };
    CopiedLine {
        at: Time::parse(&copied.sent_at)
            .map(words_of)
            .unwrap_or_default(),
        is_notice: happened.is_some(),
        is_reported: copied.seq == reported,
        deleted: copied.deleted,
        name: copied.name,
        username: copied.username,
        text,
    }
}

impl Template for ReportPage {
    const NAME: &'static str = "report.html";
    const KIND: &'static str = "settings";
}

impl Template for Queue {
    const NAME: &'static str = "admin-reports.html";
    const KIND: &'static str = "lobby";
}
