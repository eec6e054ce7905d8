//! From what is looked for to the messages that are found: the index names them, and each is read again.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::audience;
use super::expression::Expression;
use super::{Candidate, Cursor, Found, Hit, Index, Order, Ranked, Wanted, ids};
use crate::error::Result;
use crate::files::kind::Family;
use crate::markup;
use crate::quiet::Zone;
use crate::search::query::{Has, Span};
use crate::search::{document, matching, snippet, tokens};
use crate::store::connection::Conn;
use crate::store::messages::{self, Message};
use crate::store::muted::Muted;
use crate::store::rooms::{self, Room};
use crate::store::time::Time;
use crate::store::users::Viewer;
use crate::store::{RoomId, attention, muted};

/// Hits that are compared, by how each begins, where what fits best is to come first.
const RANKED_MAX: i64 = 10_000;
/// How often more is taken from the index for a page, where what it names is not what is looked for any more.
const ROUNDS_MAX: usize = 20;
/// In milliseconds: so far back lies a page of what is looked for, most often.
const PAGE_WITHIN: i64 = 2 * 24 * 3_600_000;
/// How many times more are taken where those before were not enough to compare.
const TAKEN_MORE: i64 = 4;

/// Finds a page of what somebody looks for.
pub(super) fn find(
    conn: &mut Conn,
    index: &Index,
    viewer: &Viewer,
    wanted: &Wanted,
) -> Result<Found> {
    let complete = index.is_complete(conn)?;
    let expressions = audience::expressions(conn, viewer, wanted)?;
    let zone = attention::of(conn, viewer.id)?.zone;
    let span = |span: &Span| moments(*span, zone.as_ref());
    let mut between = (0, i64::MAX);
    for (first, end) in wanted.query.when.iter().map(span) {
        let (first, end) = (ids::first_at(first), ids::first_at(end));
        between = (between.0.max(first), between.1.min(end));
    }
    let mut judge = Judge {
        viewer,
        wanted,
        muted: if wanted.query.from.is_empty() && !wanted.only_open {
            muted::of(conn, viewer.id)?
        } else {
            Muted::new()
        },
        not_when: wanted.query.not_when.iter().map(span).collect(),
        rooms: HashMap::new(),
    };
    let (hits, next) = match wanted.order {
        Order::Newest => newest(conn, index, &expressions, between, &mut judge)?,
        Order::Best => best(conn, index, &expressions, between, &mut judge)?,
    };
    Ok(Found {
        hits,
        next,
        complete,
    })
}

type Page = (Vec<Hit>, Option<Cursor>);

fn newest(
    conn: &mut Conn,
    index: &Index,
    expressions: &[Expression],
    (from, end): (i64, i64),
    judge: &mut Judge,
) -> Result<Page> {
    let limit = judge.wanted.limit;
    let mut below = judge.wanted.after.map_or(end, |cursor| cursor.id.min(end));
    let mut hits = Vec::new();
    for _ in 0..ROUNDS_MAX {
        if below <= from {
            return Ok((hits, None));
        }
        // One more than are shown says whether there is another page; some may not be what is looked for any more.
        let taken = limit as i64 + 1;
        let (rows, reached) = take(conn, index, expressions, (from, below), taken, false)?;
        let candidates: Vec<Candidate> = rows.iter().map(|row| row.candidate).collect();
        for (candidate, hit) in judge.judged(conn, &candidates)? {
            if hits.len() == limit {
                return Ok((hits, Some(cursor(below))));
            }
            below = candidate.id;
            hits.push(hit);
        }
        below = reached;
    }
    Ok((hits, Some(cursor(below))))
}

fn cursor(id: i64) -> Cursor {
    Cursor { score: 0, id }
}

/// Time counts for what fits best, so that it is looked no further back than something could still come before what was found.
fn best(
    conn: &mut Conn,
    index: &Index,
    expressions: &[Expression],
    (from, end): (i64, i64),
    judge: &mut Judge,
) -> Result<Page> {
    let wanted = judge.wanted;
    let terms = &wanted.query.terms;
    let gain = matching::gain_max(terms);
    let (mut hits, mut last) = (Vec::new(), None);
    // What was found and not judged yet, the best first; all that there is from an id on, or the most that are compared.
    let mut places: Vec<(Cursor, Candidate)> = Vec::new();
    let (mut below, mut compared, mut taken) = (end, 0, wanted.limit as i64 + 1);
    // A page of what is usual, and all that could come before it.
    let lately = Time::now().milliseconds().min(ids::moment(end)) - gain - PAGE_WITHIN;
    for _ in 0..ROUNDS_MAX {
        let needed = wanted.limit + 1 - hits.len();
        let comes_first = |(place, _): &(Cursor, Candidate)| {
            below <= from || place.score >= ids::moment(below).saturating_add(gain)
        };
        let settled = places.partition_point(comes_first);
        if below > from && settled < needed {
            let left = RANKED_MAX - compared;
            let (down_to, most) = match places.get(needed - 1) {
                Some((place, _)) => (ids::first_at(place.score.saturating_sub(gain)), left),
                None if compared == 0 && below == end => (ids::first_at(lately), left),
                None => (from, taken.min(left)),
            };
            let down_to = down_to.clamp(from, below);
            let (rows, reached) = take(conn, index, expressions, (down_to, below), most, true)?;
            compared += rows.len() as i64;
            taken *= TAKEN_MORE;
            below = if compared < RANKED_MAX { reached } else { from };
            let place = |row: &Ranked| {
                let id = row.candidate.id;
                let score = matching::score(terms, &row.line, ids::moment(id));
                (Cursor { score, id }, row.candidate)
            };
            let is_wanted =
                |(place, _): &(Cursor, Candidate)| wanted.after.is_none_or(|after| *place < after);
            places.extend(rows.iter().map(place).filter(is_wanted));
            places.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
            continue;
        }
        if places.is_empty() {
            return Ok((hits, None));
        }
        let judged: Vec<_> = places.drain(..settled.min(wanted.limit + 1)).collect();
        let candidates: Vec<Candidate> = judged.iter().map(|(_, candidate)| *candidate).collect();
        for (candidate, hit) in judge.judged(conn, &candidates)? {
            if hits.len() == wanted.limit {
                return Ok((hits, last));
            }
            let place = judged.iter().find(|(place, _)| place.id == candidate.id);
            last = place.map(|(place, _)| *place);
            hits.push(hit);
        }
    }
    Ok((hits, last))
}

/// The newest that one of some expressions finds, each once, of those from one id on and below another; and down to which id that is
/// all of them.
fn take(
    conn: &mut Conn,
    index: &Index,
    expressions: &[Expression],
    (from, below): (i64, i64),
    limit: i64,
    with_words: bool,
) -> Result<(Vec<Ranked>, i64)> {
    let (mut all, mut reached) = (Vec::new(), from);
    for expression in expressions {
        let (found, down_to) = index.newest(conn, expression, (from, below), limit, with_words)?;
        all.extend(found);
        reached = reached.max(down_to);
    }
    if expressions.len() > 1 {
        all.retain(|row: &Ranked| row.candidate.id >= reached);
        all.sort_by_key(|row| std::cmp::Reverse(row.candidate.id));
        all.dedup_by_key(|row| row.candidate.id);
    }
    if let Some(last) = all.get(limit as usize - 1) {
        reached = last.candidate.id;
        all.truncate(limit as usize);
    }
    Ok((all, reached))
}

/// Reads again what the index named, and decides.
struct Judge<'a> {
    viewer: &'a Viewer,
    wanted: &'a Wanted,
    /// Whom they do not hear, unless they look for somebody by name.
    muted: Muted,
    not_when: Vec<(i64, i64)>,
    rooms: HashMap<RoomId, Option<Readable>>,
}

/// A room that may be read, from a message on.
#[derive(Clone)]
struct Readable {
    room: Arc<Room>,
    from_seq: i64,
}

impl Judge<'_> {
    /// Those of some candidates that are what is looked for, in the same order.
    fn judged(
        &mut self,
        conn: &mut Conn,
        candidates: &[Candidate],
    ) -> Result<Vec<(Candidate, Hit)>> {
        self.look_at_rooms(conn, candidates)?;
        let places: Vec<(RoomId, i64)> = candidates
            .iter()
            .filter(|candidate| matches!(self.rooms.get(&candidate.room_id), Some(Some(_))))
            .map(|candidate| (candidate.room_id, candidate.seq))
            .collect();
        let mut said = messages::at(conn, &places)?;
        let judged = candidates.iter().filter_map(|candidate| {
            let message = said.remove(&(candidate.room_id, candidate.seq))?;
            let Readable { room, from_seq } = self.rooms.get(&candidate.room_id)?.clone()?;
            let hit = (message.seq >= from_seq).then(|| self.hit(room, message))??;
            Some((*candidate, hit))
        });
        Ok(judged.collect())
    }

    fn look_at_rooms(&mut self, conn: &mut Conn, candidates: &[Candidate]) -> Result<()> {
        let mut new: Vec<RoomId> = candidates
            .iter()
            .map(|candidate| candidate.room_id)
            .collect();
        new.retain(|room| !self.rooms.contains_key(room));
        new.sort_unstable();
        new.dedup();
        if new.is_empty() {
            return Ok(());
        }
        let mut readable = rooms::readable(conn, self.viewer, Some(&new))?;
        let from = audience::history_from(conn, self.viewer.id, &new)?;
        for id in new {
            let room = readable
                .remove(&id)
                .filter(|room| !self.wanted.only_open || room.kind == "open");
            let room = room.map(|room| Readable {
                room: Arc::new(room),
                from_seq: from.get(&id).copied().unwrap_or(1),
            });
            self.rooms.insert(id, room);
        }
        Ok(())
    }

    /// What is shown of a message, where it is what is looked for.
    fn hit(&self, room: Arc<Room>, message: Message) -> Option<Hit> {
        if message.deleted || message.kind.is_some() || self.muted.contains_key(&message.author) {
            return None;
        }
        let moment = message.sent_at.milliseconds();
        let is_within = |(first, end): &(i64, i64)| (*first..*end).contains(&moment);
        if self.not_when.iter().any(is_within) {
            return None;
        }
        let query = &self.wanted.query;
        let has = |has: &Has| match has {
            Has::Link => document::has_link(&message.text),
            Has::File => !message.attachments.is_empty(),
            Has::Image => {
                let mut files = message.attachments.iter();
                files.any(|file| file.family() == Family::Image)
            }
        };
        if !query.has.iter().all(has) || query.has_not.iter().any(has) {
            return None;
        }
        let found = |text: &str| {
            let names = message.attachments.iter().map(|file| file.name.as_str());
            let text = document::searched(text, names);
            let places = matching::places(query, &tokens::tokens(&text))?;
            Some(snippet::snippet(&text, &places))
        };
        let typed = found(&message.text)?;
        // Where a link leads, say, is only there as it was typed.
        let read = message.html.as_deref();
        let read = read.and_then(|html| found(&markup::plain(&message.text, Some(html))));
        Some(Hit {
            snippet: read.unwrap_or(typed),
            room,
            message,
        })
    }
}

/// When some days begin and end where somebody is, in milliseconds since 1970.
fn moments(span: Span, zone: Option<&Zone>) -> (i64, i64) {
    let beginning = |day: Date| {
        let utc = || Zone::parse("UTC")?.beginning_of(day);
        let seconds = match zone {
            Some(zone) => zone.beginning_of(day),
            None => utc(),
        };
        seconds.unwrap_or_default().saturating_mul(1_000)
    };
    (
        span.first.map_or(0, beginning),
        span.end.map_or(i64::MAX, beginning),
    )
}
