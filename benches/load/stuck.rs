//! People who stop reading in a busy room.

use std::fmt::{self, Display, Formatter};
use std::time::{Duration, Instant};

use crate::command::{Plan, StuckPlan};
use crate::conversation::Conversation;
use crate::histogram::Times;
use crate::stage::Stage;
use crate::verdict::Verdict;
use crate::{Result, machine};

const LET_GO_MAX: Duration = Duration::from_secs(90);
const LOOK_EVERY: Duration = Duration::from_millis(250);
const SENDERS: usize = 10;

/// What became of everyone.
pub struct Stuck {
    stuck: usize,
    /// How long the others' messages took while all were reading, while some were not, and after those had been let go.
    pub before: Times,
    pub meanwhile: Times,
    after: Times,
    /// In seconds since they stopped reading; `None` where that was not seen.
    pub first_let_go: Option<f64>,
    pub last_let_go: Option<f64>,
    /// Memory of the server.
    pub before_kib: u64,
    pub peak_kib: u64,
    pub after_kib: u64,
    /// How late this program sent, in milliseconds.
    lag_p99: f64,
    pub verdict: Verdict,
}

impl Stuck {
    pub fn is_clean(&self) -> bool {
        self.last_let_go.is_some() && self.verdict.is_clean()
    }

    /// How many times longer 99 of 100 deliveries to the others took.
    pub fn ratio(&self) -> f64 {
        self.meanwhile.p99 / self.before.p99
    }
}

impl Display for Stuck {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let Stuck {
            stuck,
            before,
            meanwhile,
            after,
            verdict,
            ..
        } = self;
        let [before_mib, peak_mib, after_mib] =
            [self.before_kib, self.peak_kib, self.after_kib].map(|kib| kib as f64 / 1_024.0);
        let seconds = |time: Option<f64>| {
            time.map_or_else(|| "never".to_owned(), |time| format!("{time:.1} s"))
        };
        write!(to, "{verdict}")?;
        writeln!(to, "all reading       {before}")?;
        writeln!(
            to,
            "{stuck:<3} not reading   {meanwhile} for the others, p99 {:.2} times as long",
            self.ratio()
        )?;
        writeln!(to, "these gone        {after}")?;
        writeln!(
            to,
            "let go            the first after {}, the last after {}",
            seconds(self.first_let_go),
            seconds(self.last_let_go)
        )?;
        writeln!(
            to,
            "server            {before_mib:.1} MiB before, {peak_mib:.1} MiB at most, {after_mib:.1} MiB after"
        )?;
        writeln!(to, "generator         late by p99 {:.2} ms", self.lag_p99)
    }
}

/// Has people talk, some of them stop reading, and watches the others, the memory and the connections.
pub fn run(stage: &mut Stage, plan: &StuckPlan) -> Result<Stuck> {
    if plan.people < plan.stuck + SENDERS {
        return Err(format!("{SENDERS} people talk, and at least these keep reading").into());
    }
    let rooms = stage.rooms("stuck", 1)?;
    let crowd = Plan {
        size: plan.size,
        ..Plan::of(1, plan.people, SENDERS, plan.rate)
    };
    let mut conversation = Conversation::begin(stage, &crowd, &rooms)?;
    let sleepers = plan.people - plan.stuck..plan.people;
    // They are not timed while they read either: the same people are compared.
    sleepers
        .clone()
        .for_each(|member| conversation.talk.excuse(member));
    conversation.go_on(plan.seconds)?;
    let before = conversation.take_delays().all();
    let before_kib = stage.resident_kib()?;

    let ports = sleepers
        .clone()
        .filter_map(|member| conversation.crowd.port_of(member));
    let ports: Vec<u16> = ports.collect();
    let asleep = Instant::now();
    sleepers.for_each(|member| conversation.fall_asleep(member));
    let mut watch = Watch {
        next: asleep,
        held: ports.len(),
        first_let_go: None,
        peak_kib: before_kib,
    };
    let server = stage.address().port();
    let all_gone = conversation.go_on_until(LET_GO_MAX, |_| {
        if Instant::now() >= watch.next {
            watch.next = Instant::now() + LOOK_EVERY;
            watch.peak_kib = watch.peak_kib.max(stage.resident_kib()?);
            watch.held = machine::held_connections(server, &ports)?;
            if watch.held < ports.len() && watch.first_let_go.is_none() {
                watch.first_let_go = Some(asleep.elapsed().as_secs_f64());
            }
        }
        Ok(watch.held == 0)
    })?;
    let last_let_go = all_gone.then(|| asleep.elapsed().as_secs_f64());
    let meanwhile = conversation.take_delays().all();
    conversation.go_on(plan.seconds)?;
    let after = conversation.take_delays().all();
    let verdict = conversation.finish()?;
    stage.rest()?;
    let after_kib = stage.resident_kib()?;
    let found = Stuck {
        stuck: plan.stuck,
        before,
        meanwhile,
        after,
        first_let_go: watch.first_let_go,
        last_let_go,
        before_kib,
        peak_kib: watch.peak_kib.max(after_kib),
        after_kib,
        lag_p99: conversation.talk.lags.quantile(0.99),
        verdict,
    };
    conversation.crowd.leave();
    Ok(found)
}

/// What is looked at while some do not read.
struct Watch {
    next: Instant,
    held: usize,
    first_let_go: Option<f64>,
    peak_kib: u64,
}
