//! From what is looked for to the messages that are found: the index names them, and each is read again.

use std::collections::HashMap;
use std::sync::Arc;

use jiff::civil::Date;

use super::audience;
use super::expression::Expression;
use super::{Candidate, Cursor, Found, Hit, Index, Order, Wanted, ids};
use crate::error::Result;
use crate::files::kind::Family;
use crate::quiet::Zone;
use crate::search::query::{Has, Span};
use crate::search::{document, matching, snippet, tokens};
use crate::store::connection::Conn;
use crate::store::messages::{self, Message};
use crate::store::muted::Muted;
use crate::store::rooms::{self, Room};
use crate::store::users::Viewer;
use crate::store::{RoomId, attention, muted};

/// Hits that are compared, by how each begins, where what fits best is to come first.
const RANKED_MAX: i64 = 10_000;
/// How often more is taken from the index for a page, where what it names is not what is looked for any more.
const ROUNDS_MAX: usize = 20;

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
    // One more than are shown says whether there is another page; some may not be what is looked for any more.
    let taken = limit as i64 + 1;
    for _ in 0..ROUNDS_MAX {
        if expressions.is_empty() || below <= from {
            return Ok((hits, None));
        }
        let (mut candidates, mut reached) = (Vec::new(), from);
        for expression in expressions {
            let (found, down_to) = index.newest(conn, expression, (from, below), taken)?;
            let is_all = (found.len() as i64) < taken;
            let last = found.last().map_or(down_to, |last| last.id);
            reached = reached.max(if is_all { down_to } else { last });
            candidates.extend(found);
        }
        candidates.retain(|candidate| candidate.id >= reached);
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.id));
        candidates.dedup_by_key(|candidate| candidate.id);
        candidates.truncate(taken as usize);
        let last = candidates.last().map_or(reached, |last| last.id);
        let is_end = reached == from && (candidates.len() as i64) < taken;
        for (candidate, hit) in judge.judged(conn, &candidates)? {
            if hits.len() == limit {
                return Ok((hits, Some(cursor(below))));
            }
            below = candidate.id;
            hits.push(hit);
        }
        if is_end {
            return Ok((hits, None));
        }
        below = last.min(below);
    }
    Ok((hits, Some(cursor(below))))
}

fn cursor(id: i64) -> Cursor {
    Cursor { score: 0, id }
}

fn best(
    conn: &mut Conn,
    index: &Index,
    expressions: &[Expression],
    between: (i64, i64),
    judge: &mut Judge,
) -> Result<Page> {
    let wanted = judge.wanted;
    let mut ranked = Vec::new();
    for expression in expressions {
        ranked.extend(index.newest_with_words(conn, expression, between, RANKED_MAX)?);
        if expressions.len() > 1 {
            ranked.sort_by_key(|row| std::cmp::Reverse(row.candidate.id));
            ranked.dedup_by_key(|row| row.candidate.id);
            ranked.truncate(RANKED_MAX as usize);
        }
    }
    let mut places: Vec<(Cursor, Candidate)> = ranked
        .iter()
        .map(|row| {
            let id = row.candidate.id;
            let score = matching::score(&wanted.query.terms, &row.line, ids::moment(id));
            (Cursor { score, id }, row.candidate)
        })
        .filter(|(place, _)| wanted.after.is_none_or(|after| *place < after))
        .collect();
    places.sort_by_key(|(place, _)| std::cmp::Reverse(*place));
    let mut hits = Vec::new();
    let mut last = None;
    for places in places.chunks(wanted.limit + 1).take(ROUNDS_MAX) {
        let candidates: Vec<Candidate> = places.iter().map(|(_, candidate)| *candidate).collect();
        for (candidate, hit) in judge.judged(conn, &candidates)? {
            if hits.len() == wanted.limit {
                return Ok((hits, last));
            }
            let place = places.iter().find(|(place, _)| place.id == candidate.id);
            last = place.map(|(place, _)| *place);
            hits.push(hit);
        }
    }
    Ok((hits, None))
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
        let names = message.attachments.iter().map(|file| file.name.as_str());
        let text = document::searched(&message.text, names);
        let places = matching::places(query, &tokens::tokens(&text))?;
        Some(Hit {
            room,
            snippet: snippet::snippet(&text, &places),
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
