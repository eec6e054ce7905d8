//! Coming and going in a large room: what those who stay are told of it.

use std::fmt::{self, Display, Formatter};
use std::time::{Duration, Instant};

use crate::Result;
use crate::crowd::Crowd;
use crate::plans::PresencePlan;
use crate::sightings::Sightings;
use crate::spread::over_nodes;
use crate::stage::Stage;
use crate::tally::Tally;

/// Until what came of everybody's arrival has come.
const SETTLE: Duration = Duration::from_secs(3);
/// Until everybody knows that somebody is gone, whichever node they were on.
const KNOWN_WITHIN: Duration = Duration::from_secs(5);
/// Every so many of those who stay are asked in the end whom they believe to be there: to read every frame would take this
/// program's core.
const ASKED_EVERY: usize = 100;

/// What came of the coming and going.
pub struct Presence {
    people: usize,
    moves: usize,
    over: Duration,
    frames: Tally<usize>,
    bytes: u64,
    /// Those who were asked, and how many of their beliefs were wrong.
    asked: usize,
    wrong: usize,
    lost: usize,
    server_cpu: f64,
}

impl Presence {
    pub fn is_clean(&self) -> bool {
        self.wrong == 0 && self.lost == 0 && self.frames.keys() == self.people
    }
}

impl Display for Presence {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let seconds = self.over.as_secs_f64();
        let each = |count: u64| count as f64 / self.people as f64 / seconds;
        writeln!(
            to,
            "came and went     {:.1} a second, told to {} people",
            self.moves as f64 / seconds,
            self.people
        )?;
        writeln!(
            to,
            "frames            {:.2} a second for each person, {:.2} for the one who got most, {} within a second at most",
            each(self.frames.all()),
            self.frames.highest_rate(self.over),
            self.frames.most_in_a_second(),
        )?;
        writeln!(
            to,
            "bytes             {:.0} a second for each",
            each(self.bytes)
        )?;
        writeln!(
            to,
            "in the end        {} wrong beliefs of {} people about who is there, {} connections lost",
            self.wrong, self.asked, self.lost
        )?;
        writeln!(
            to,
            "server            {:.0} % of a core",
            self.server_cpu * 100.0
        )
    }
}

/// What comes to those who stay.
struct Listening {
    people: usize,
    ready: Vec<usize>,
    frames: Tally<usize>,
    bytes: u64,
    sightings: Vec<Sightings>,
    unreadable: usize,
}

impl Listening {
    fn to(&mut self, crowd: &mut Crowd, until: Instant) -> Result<()> {
        let pause = until.saturating_duration_since(Instant::now());
        crowd.wait(pause.min(Duration::from_millis(20)), &mut self.ready)?;
        for member in std::mem::take(&mut self.ready) {
            crowd.read(member, &mut |heard| {
                if heard.receiver >= self.people || heard.text.starts_with(br#"{"type":"welcome""#)
                {
                    return;
                }
                self.frames.add(heard.receiver, heard.at);
                self.bytes += heard.frame_bytes as u64;
                if heard.receiver.is_multiple_of(ASKED_EVERY) {
                    let sightings = &mut self.sightings[heard.receiver / ASKED_EVERY];
                    self.unreadable += usize::from(sightings.hear(heard.text).is_err());
                }
            });
        }
        Ok(())
    }

    fn all_until(&mut self, crowd: &mut Crowd, until: Instant) -> Result<()> {
        while Instant::now() < until {
            self.to(crowd, until)?;
        }
        Ok(())
    }
}

/// Brings everybody into a room, has some of them come and go, and counts what the others are told.
pub fn run(stage: &mut Stage, plan: &PresencePlan) -> Result<Presence> {
    let (people, moving) = (usize::from(plan.people), usize::from(plan.moving));
    let rooms = stage.rooms("presence", 1)?;
    let homes = over_nodes(people + moving, 0, 1, stage.nodes.len());
    let places = stage.places(&rooms, &homes);
    let mut crowd = Crowd::open(stage.addresses(), places, &mut |_| ())?;
    let now = Instant::now();
    let mut listening = Listening {
        people,
        ready: Vec::new(),
        frames: Tally::from(now),
        bytes: 0,
        sightings: (0..people.div_ceil(ASKED_EVERY))
            .map(|_| Sightings::default())
            .collect(),
        unreadable: 0,
    };
    listening.all_until(&mut crowd, now + SETTLE)?;

    let (begin, cpu_before) = (Instant::now(), stage.cpu_seconds()?);
    (listening.frames, listening.bytes) = (Tally::from(begin), 0);
    let over = Duration::from_secs_f64(plan.seconds.clamp(0.5, 3_600.0));
    let rate = plan.rate.clamp(0.1, 1_000.0);
    let (mut moves, end) = (0, begin + over);
    while Instant::now() < end {
        let next = begin + Duration::from_secs_f64(moves as f64 / rate);
        if Instant::now() < next {
            listening.to(&mut crowd, next.min(end))?;
            continue;
        }
        let member = people + moves % moving;
        if crowd.is_open(member) {
            crowd.cut(member);
        } else {
            crowd.come_back(member, homes[member], "");
        }
        moves += 1;
    }
    let server_cpu = (stage.cpu_seconds()? - cpu_before) / over.as_secs_f64();
    let frames = std::mem::replace(&mut listening.frames, Tally::from(end));
    let bytes = listening.bytes;

    // Those who were on their way in are let in, so that their going is one.
    listening.all_until(&mut crowd, Instant::now() + Duration::from_secs(1))?;
    for member in people..people + moving {
        crowd.cut(member);
    }
    listening.all_until(&mut crowd, Instant::now() + KNOWN_WITHIN)?;
    let moved = people..people + moves.min(moving);
    let is_wrong = |sightings: &Sightings, member: usize| {
        sightings.of(&stage.username_of(member)) != Some(false)
    };
    let wrong = |sightings: &Sightings| {
        moved
            .clone()
            .filter(|member| is_wrong(sightings, *member))
            .count()
    };
    let found = Presence {
        people,
        moves,
        over,
        frames,
        bytes,
        asked: listening.sightings.len(),
        wrong: listening.sightings.iter().map(wrong).sum::<usize>() + listening.unreadable,
        lost: crowd.closed(),
        server_cpu,
    };
    crowd.leave();
    Ok(found)
}
