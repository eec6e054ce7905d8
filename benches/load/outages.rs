//! Redis, or a node, is killed in the middle of a talk on several nodes.

use std::fmt::{self, Display, Formatter};
use std::time::{Duration, Instant};

use crate::Result;
use crate::command::{OutagePlan, Plan};
use crate::conversation::Conversation;
use crate::delays::Delays;
use crate::numbers::quantile;
use crate::stage::Stage;
use crate::verdict::Verdict;

const BACK_MAX: Duration = Duration::from_secs(30);
const SENDERS: usize = 10;

/// A talk while Redis was away.
pub struct RedisKilled {
    pub before: Delays,
    pub away: Delays,
    pub back: Delays,
    /// Connections that ended; none should.
    closed: usize,
    pub verdict: Verdict,
}

impl RedisKilled {
    pub fn is_clean(&self) -> bool {
        self.closed == 0 && self.verdict.refused == 0 && self.verdict.is_clean()
    }

    /// The longest that a message took to another node since Redis was killed, in milliseconds.
    pub fn longest(&self) -> f64 {
        self.away
            .other_node
            .longest()
            .max(self.back.other_node.longest())
    }
}

impl Display for RedisKilled {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(to, "{}", self.verdict)?;
        writeln!(to, "closed            {} connections", self.closed)?;
        let phases = [
            ("with Redis   ", &self.before),
            ("without Redis", &self.away),
            ("with it again", &self.back),
        ];
        for (name, delays) in phases {
            writeln!(
                to,
                "{name}     same node {}\n                  other node {}",
                delays.same_node.times(),
                delays.other_node.times()
            )?;
        }
        Ok(())
    }
}

/// Kills Redis, lets people talk without it, starts it again.
pub fn redis(stage: &mut Stage, plan: &OutagePlan) -> Result<RedisKilled> {
    let mut conversation = begin(stage, plan)?;
    conversation.go_on(plan.seconds)?;
    let before = conversation.take_delays();
    let redis = stage.backends.redis.as_mut();
    let redis =
        redis.ok_or("this kills the Redis, so it takes one of its own: leave out --redis")?;
    redis.kill();
    conversation.go_on(plan.seconds)?;
    let away = conversation.take_delays();
    redis.start_again()?;
    conversation.go_on(plan.seconds)?;
    let verdict = conversation.finish()?;
    let found = RedisKilled {
        before,
        away,
        back: conversation.take_delays(),
        closed: conversation.crowd.closed(),
        verdict,
    };
    conversation.crowd.leave();
    Ok(found)
}

/// A talk during which a node was killed.
pub struct NodeKilled {
    people: usize,
    returned: usize,
    resumed: usize,
    /// In seconds since the kill.
    pub p50: f64,
    pub p99: f64,
    pub longest: f64,
    before: Delays,
    after: Delays,
    pub verdict: Verdict,
}

impl NodeKilled {
    pub fn is_clean(&self) -> bool {
        self.resumed == self.people && self.verdict.is_clean()
    }
}

impl Display for NodeKilled {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let NodeKilled {
            people,
            returned,
            resumed,
            p50,
            p99,
            longest,
            before,
            after,
            verdict,
        } = self;
        write!(to, "{verdict}")?;
        writeln!(
            to,
            "lost their node   {people} people, {returned} came back, {resumed} resumed"
        )?;
        writeln!(
            to,
            "welcome elsewhere p50 {p50:.2} s, p99 {p99:.2} s, all in {longest:.2} s"
        )?;
        writeln!(to, "before            {}", before.all())?;
        writeln!(to, "since the kill    {}", after.all())
    }
}

/// Kills the last node; its people go to the next one as pages behind a balancer do.
pub fn node(stage: &mut Stage, plan: &OutagePlan) -> Result<NodeKilled> {
    let mut conversation = begin(stage, plan)?;
    conversation.go_on(plan.seconds)?;
    let before = conversation.take_delays();
    let last = stage.nodes.len() - 1;
    let crowd = &conversation.crowd;
    let people = (0..crowd.len()).filter(|member| crowd.node_of(*member) == last);
    let people = people.count();
    conversation.returning.node_died(last);
    let killed = Instant::now();
    stage.nodes[last].kill();
    // Their connections end a little later than the process.
    conversation.go_on_until(BACK_MAX, |conversation| {
        Ok(conversation.returning.returns.len() >= people)
    })?;
    conversation.go_on(plan.seconds)?;
    let verdict = conversation.finish()?;
    let after = conversation.take_delays();
    let returns = &conversation.returning.returns;
    let waits = || {
        returns
            .iter()
            .map(|back| back.at.saturating_duration_since(killed).as_secs_f64())
    };
    let found = NodeKilled {
        people,
        returned: returns.len(),
        resumed: returns.iter().filter(|back| back.resumed).count(),
        p50: quantile(waits(), 0.5),
        p99: quantile(waits(), 0.99),
        longest: quantile(waits(), 1.0),
        before,
        after,
        verdict,
    };
    conversation.crowd.leave();
    Ok(found)
}

fn begin(stage: &mut Stage, plan: &OutagePlan) -> Result<Conversation> {
    if stage.nodes.len() < 2 {
        return Err("this takes at least two nodes".into());
    }
    let rooms = stage.rooms("outage", 1)?;
    let crowd = Plan::of(1, plan.people, SENDERS.min(plan.people), plan.rate);
    Conversation::begin(stage, &crowd, &rooms)
}
