//! Somebody with many busy rooms, whose page is in none of them: how often they are told of each.

use std::collections::HashMap;
use std::fmt::{self, Display, Formatter};
use std::time::{Duration, Instant};

use serde::Deserialize;

use crate::crowd::{Crowd, Place};
use crate::plans::ActivityPlan;
use crate::speech::compose;
use crate::stage::Stage;
use crate::tally::Tally;
use crate::token::Token;
use crate::{Failure, Result};

/// Characters in each message.
const SIZE: usize = 128;
/// Until everything that was said has been told.
const TOLD_WITHIN: Duration = Duration::from_secs(10);

/// What somebody was told.
pub struct Activity {
    rooms: usize,
    said: usize,
    over: Duration,
    frames: Tally<String>,
    bytes: u64,
    /// Rooms of which they do not know the newest in the end.
    behind: usize,
    refused: usize,
}

impl Activity {
    pub fn is_clean(&self) -> bool {
        self.behind == 0 && self.refused == 0
    }
}

impl Display for Activity {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let seconds = self.over.as_secs_f64();
        writeln!(
            to,
            "said              {} messages in {} rooms, {:.0} a second, {} refused",
            self.said,
            self.rooms,
            self.said as f64 / seconds,
            self.refused
        )?;
        writeln!(
            to,
            "frames            {:.2} a second for each room, {:.2} for the one with most, {} within a second at most; {:.0} a second in all",
            self.frames.all() as f64 / self.rooms as f64 / seconds,
            self.frames.highest_rate(self.over),
            self.frames.most_in_a_second(),
            self.frames.all() as f64 / seconds,
        )?;
        writeln!(
            to,
            "bytes             {:.0} a second",
            self.bytes as f64 / seconds
        )?;
        writeln!(
            to,
            "in the end        {} rooms of which the newest was not told",
            self.behind
        )
    }
}

#[derive(Deserialize)]
struct Told {
    slug: String,
    last_seq: u64,
}

/// What the one who watches has heard, and how often those who talk were refused.
struct Watch {
    watcher: usize,
    frames: Tally<String>,
    bytes: u64,
    newest: HashMap<String, u64>,
    refused: usize,
    unreadable: bool,
    ready: Vec<usize>,
}

impl Watch {
    fn listen(&mut self, crowd: &mut Crowd, until: Instant) -> Result<()> {
        let pause = until.saturating_duration_since(Instant::now());
        crowd.wait(pause.min(Duration::from_millis(20)), &mut self.ready)?;
        for member in std::mem::take(&mut self.ready) {
            crowd.read(member, &mut |heard| {
                self.refused += usize::from(heard.text.starts_with(br#"{"type":"error""#));
                if heard.receiver != self.watcher
                    || !heard.text.starts_with(br#"{"type":"activity""#)
                {
                    return;
                }
                let Ok(told) = serde_json::from_slice::<Told>(heard.text) else {
                    self.unreadable = true;
                    return;
                };
                self.bytes += heard.frame_bytes as u64;
                self.newest.insert(told.slug.clone(), told.last_seq);
                self.frames.add(told.slug, heard.at);
            });
        }
        if self.unreadable {
            return Err(Failure::from(
                "an activity frame without a slug or a number",
            ));
        }
        Ok(())
    }

    /// Rooms of which they do not know the newest of so many messages, which were said in turn.
    fn behind(&self, rooms: &[String], said: usize) -> usize {
        let knows = |(room, slug): (usize, &String)| {
            let in_room = said / rooms.len() + usize::from(room < said % rooms.len());
            self.newest.get(slug).copied().unwrap_or(0) >= in_room as u64
        };
        rooms
            .iter()
            .enumerate()
            .filter(|room| !knows(*room))
            .count()
    }
}

/// Has somebody talk in each of the rooms of the first person, and counts what that one is told in the lobby.
pub fn run(stage: &mut Stage, plan: &ActivityPlan) -> Result<Activity> {
    let rooms = stage.rooms("activity", usize::from(plan.rooms))?;
    let place = |room: usize, path: String, person: usize| Place {
        room,
        node: room % stage.nodes.len(),
        path,
        cookies: stage.cookies_of(person).to_owned(),
    };
    let speaker = |(room, slug): (usize, &String)| {
        // Whoever has made the rooms belongs to them all, and is the one who watches.
        place(
            room,
            format!("/ws/chat/{slug}/"),
            1 + room % (stage.people() - 1).max(1),
        )
    };
    let mut places: Vec<Place> = rooms.iter().enumerate().map(speaker).collect();
    places.push(place(rooms.len(), "/ws/".to_owned(), 0));
    let watcher = rooms.len();
    let mut crowd = Crowd::open(stage.addresses(), places, &mut |_| ())?;
    stage.rest()?;
    let begin = Instant::now();
    let mut watch = Watch {
        watcher,
        frames: Tally::from(begin),
        bytes: 0,
        newest: HashMap::new(),
        refused: 0,
        unreadable: false,
        ready: Vec::new(),
    };
    let over = Duration::from_secs_f64(plan.seconds.clamp(0.5, 3_600.0));
    let rate = plan.rate.clamp(0.1, 100_000.0);
    let (mut said, end, mut frame) = (0, begin + over, String::new());
    while Instant::now() < end {
        let next = begin + Duration::from_secs_f64(said as f64 / rate);
        if Instant::now() < next {
            watch.listen(&mut crowd, next.min(end))?;
            continue;
        }
        let room = said % rooms.len();
        let token = Token {
            run: 0,
            sender: room as u16,
            number: (said / rooms.len()) as u32,
            due: 0,
        };
        compose(&token, SIZE, &mut frame);
        crowd.say(room, frame.as_bytes());
        crowd.flush(room);
        said += 1;
    }
    let frames = std::mem::replace(&mut watch.frames, Tally::from(end));
    let bytes = watch.bytes;
    let deadline = Instant::now() + TOLD_WITHIN;
    while watch.behind(&rooms, said) > 0 && Instant::now() < deadline {
        watch.listen(&mut crowd, deadline)?;
    }
    let found = Activity {
        rooms: rooms.len(),
        said,
        over,
        frames,
        bytes,
        behind: watch.behind(&rooms, said),
        refused: watch.refused + crowd.closed(),
    };
    crowd.leave();
    Ok(found)
}
