//! Messages at a set rate, and what they cost.

use std::time::{Duration, Instant};

use crate::command::Plan;
use crate::crowd::Crowd;
use crate::outcome::{Outcome, Usage};
use crate::stage::Stage;
use crate::talk::Talk;
use crate::{Result, machine};

/// For what is still under way after the last message was sent.
const DRAIN_MAX: Duration = Duration::from_secs(5);
const QUIET_MAX: Duration = Duration::from_secs(2);
/// Sockets that are read before it is looked whether a message is due.
const READ_BETWEEN: usize = 64;

/// Brings people into the rooms, has them talk, and judges what they received.
pub fn run(stage: &Stage, plan: &Plan, rooms: &[String]) -> Result<Outcome> {
    run_beside(stage, plan, rooms, || ())
}

/// The same, and begins something else when they begin to talk.
pub fn run_beside(
    stage: &Stage,
    plan: &Plan,
    rooms: &[String],
    begin: impl FnOnce(),
) -> Result<Outcome> {
    plan.check()?;
    let places = stage.places(rooms, &plan.homes(stage.nodes.len()));
    let mut crowd = Crowd::open(stage.addresses(), places, &mut |_| ())?;
    stage.rest()?;
    begin();
    let mut talk = Talk::new(plan, &crowd);
    let mut window = Window::of(plan, stage, talk.begin);
    let (mut ready, mut idle) = (Vec::new(), Duration::ZERO);
    while !is_over(&talk, &window, &crowd) {
        let now = Instant::now();
        talk.send_due(&mut crowd, now);
        window.look(now, talk.arrived)?;
        crowd.wait(talk.pause(now), &mut ready)?;
        if ready.is_empty() {
            idle += now.elapsed();
        }
        for (count, member) in ready.drain(..).enumerate() {
            let room = crowd.room_of(member);
            crowd.read(member, &mut |heard| talk.hear(room, &heard));
            if count % READ_BETWEEN == READ_BETWEEN - 1 {
                talk.send_due(&mut crowd, Instant::now());
            }
        }
    }
    let outcome = sum_up(&talk, &window, &crowd, idle)?;
    crowd.leave();
    Ok(outcome)
}

fn is_over(talk: &Talk, window: &Window, crowd: &Crowd) -> bool {
    if !talk.is_said() || window.samples.len() < 2 {
        return crowd.closed() == crowd.len();
    }
    talk.is_settled()
        || window.ends.elapsed() > DRAIN_MAX
        || talk.last_heard.max(window.ends).elapsed() > QUIET_MAX
}

fn sum_up(talk: &Talk, window: &Window, crowd: &Crowd, idle: Duration) -> Result<Outcome> {
    let [from, to] = window.samples.as_slice() else {
        let reason = crowd.reason.as_deref().unwrap_or("no reason");
        return Err(format!("every connection was closed: {reason}").into());
    };
    let seconds = (to.at - from.at).as_secs_f64();
    let mut nodes = Vec::new();
    for ((process, before), after) in window.processes.iter().zip(&from.cpu).zip(&to.cpu) {
        nodes.push(Usage {
            cpu: (after - before) / seconds,
            resident_kib: machine::resident_kib(*process)?,
        });
    }
    let idle_core = from.core_idle.zip(to.core_idle);
    let by_node = (nodes.len() > 1).then(|| {
        (
            talk.delays.same_node.times(),
            talk.delays.other_node.times(),
        )
    });
    Ok(Outcome {
        rate: window.rate,
        verdict: talk.judge(),
        closed: crowd.closed(),
        reason: crowd.reason.clone(),
        deliveries_per_second: (to.arrived - from.arrived) as f64 / seconds,
        seen: talk.delays.all(),
        by_node,
        bytes_per_delivery: talk.bytes as f64 / talk.arrived.max(1) as f64,
        nodes,
        core_busy: idle_core.map(|(before, after)| 1.0 - (after - before) / seconds),
        lag_p99: talk.lags.quantile(0.99),
        lag_longest: talk.lags.longest(),
        generator_busy: 1.0 - idle.as_secs_f64() / talk.begin.elapsed().as_secs_f64(),
    })
}

/// The measured time, and what was found when it began and ended.
struct Window {
    rate: f64,
    begins: Instant,
    ends: Instant,
    processes: Vec<u32>,
    core: Option<usize>,
    samples: Vec<Sample>,
}

/// What the nodes had used and what had arrived at a moment.
struct Sample {
    at: Instant,
    cpu: Vec<f64>,
    core_idle: Option<f64>,
    arrived: u64,
}

impl Window {
    fn of(plan: &Plan, stage: &Stage, begin: Instant) -> Window {
        let begins = begin + Duration::from_secs_f64(plan.warm_up);
        Window {
            rate: plan.rate,
            begins,
            ends: begins + Duration::from_secs_f64(plan.seconds),
            processes: stage.nodes.iter().map(|node| node.id()).collect(),
            core: stage.core(),
            samples: Vec::with_capacity(2),
        }
    }

    fn look(&mut self, now: Instant, arrived: u64) -> Result<()> {
        let next = match self.samples.len() {
            0 => self.begins,
            1 => self.ends,
            _ => return Ok(()),
        };
        if now >= next {
            let cpu = self.processes.iter().copied().map(machine::cpu_seconds);
            self.samples.push(Sample {
                at: now,
                cpu: cpu.collect::<Result<_>>()?,
                core_idle: self.core.map(machine::idle_seconds).transpose()?,
                arrived,
            });
        }
        Ok(())
    }
}
