//! A talk of people who come back when their connection ends: what faults are tried on.

use std::time::{Duration, Instant};

use crate::Result;
use crate::command::Plan;
use crate::crowd::Crowd;
use crate::delays::Delays;
use crate::member::Heard;
use crate::returning::{Returning, Step};
use crate::stage::Stage;
use crate::talk::Talk;
use crate::verdict::Verdict;

/// For everybody to be back, and everything to have arrived, after the last word.
const FINISH_MAX: Duration = Duration::from_secs(30);
/// Sockets that are read before it is looked whether a message is due.
const READ_BETWEEN: usize = 64;

/// People in rooms, who talk until they are told not to.
pub struct Conversation {
    pub crowd: Crowd,
    pub talk: Talk,
    pub returning: Returning,
    ready: Vec<usize>,
}

impl Conversation {
    /// Brings people into the rooms and has them begin.
    pub fn begin(stage: &Stage, plan: &Plan, rooms: &[String]) -> Result<Conversation> {
        let plan = plan.clone().endless();
        plan.check()?;
        let nodes = stage.nodes.len();
        let places = stage.places(rooms, &plan.homes(nodes));
        let homes = places.iter().map(|place| place.node).collect();
        let mut returning = Returning::new(homes, nodes);
        let mut hear = |heard: Heard<'_>| {
            returning.hear(heard.receiver, heard.text, heard.at);
        };
        let crowd = Crowd::open(stage.addresses(), places, &mut hear)?;
        stage.rest()?;
        Ok(Conversation {
            talk: Talk::stubborn(&plan, &crowd),
            crowd,
            returning,
            ready: Vec::new(),
        })
    }

    /// Lets them talk for a while.
    pub fn go_on(&mut self, seconds: f64) -> Result<()> {
        let end = Instant::now() + Duration::from_secs_f64(seconds);
        while Instant::now() < end {
            self.step()?;
        }
        Ok(())
    }

    /// Lets them talk until something is true. Returns whether it came to be in time.
    pub fn go_on_until(
        &mut self,
        most: Duration,
        mut is_true: impl FnMut(&Conversation) -> Result<bool>,
    ) -> Result<bool> {
        let end = Instant::now() + most;
        while !is_true(self)? {
            if Instant::now() > end {
                return Ok(false);
            }
            self.step()?;
        }
        Ok(true)
    }

    /// Times of the messages that have arrived since this was last asked.
    pub fn take_delays(&mut self) -> Delays {
        std::mem::take(&mut self.talk.delays)
    }

    /// Cuts everybody's connection. Returns when.
    pub fn cut_all(&mut self) -> Instant {
        let now = Instant::now();
        for member in 0..self.crowd.len() {
            self.crowd.cut(member);
            self.returning.lost(member, now);
        }
        now
    }

    /// Somebody stops reading, and is neither timed nor waited for.
    pub fn fall_asleep(&mut self, member: usize) {
        self.talk.excuse(member);
        self.crowd.fall_asleep(member);
    }

    /// Has nobody say anything new from now on.
    pub fn hush(&mut self) {
        self.talk.hush();
    }

    /// Has nobody say anything new, waits until all that was said has arrived, and judges.
    pub fn finish(&mut self) -> Result<Verdict> {
        self.hush();
        self.go_on_until(FINISH_MAX, |conversation| {
            Ok(conversation.returning.away() == 0 && conversation.talk.is_settled())
        })?;
        Ok(self.talk.judge())
    }

    fn step(&mut self) -> Result<()> {
        let now = Instant::now();
        self.talk.send_due(&mut self.crowd, now);
        while let Some(step) = self.returning.next_step(now) {
            match step {
                Step::Connect {
                    member,
                    node,
                    query,
                } => {
                    self.talk.moved(member, node);
                    self.crowd.come_back(member, node, &query);
                }
                Step::GiveUp(member) => {
                    self.crowd.cut(member);
                    self.returning.lost(member, now);
                }
            }
        }
        let pause = self.talk.pause(now).min(self.returning.pause(now));
        self.crowd.wait(pause, &mut self.ready)?;
        let Conversation {
            crowd,
            talk,
            returning,
            ready,
        } = self;
        for (count, member) in ready.drain(..).enumerate() {
            let room = crowd.room_of(member);
            crowd.read(member, &mut |heard: Heard<'_>| {
                if returning.hear(member, heard.text, heard.at) {
                    talk.repeat(member);
                }
                talk.hear(room, &heard);
            });
            if count % READ_BETWEEN == READ_BETWEEN - 1 {
                talk.send_due(crowd, Instant::now());
            }
        }
        let now = Instant::now();
        for member in crowd.lost.drain(..) {
            returning.lost(member, now);
        }
        Ok(())
    }
}
