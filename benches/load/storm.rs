//! Many sockets that are cut at once, and come back as pages do.

use std::fmt::{self, Display, Formatter};
use std::time::{Duration, Instant};

use crate::command::{Plan, StormPlan};
use crate::conversation::Conversation;
use crate::numbers::quantile;
use crate::stage::Stage;
use crate::verdict::Verdict;
use crate::{Result, postgresql};

const BACK_MAX: Duration = Duration::from_secs(120);
/// Talk before the cut and after everybody is back.
const AROUND_SECONDS: f64 = 2.0;
/// PostgreSQL's processes report what they did this much later.
const COUNT_AFTER: f64 = 11.0;

/// How a crowd came back.
pub struct Storm {
    sockets: usize,
    /// In seconds since the cut.
    pub p50: f64,
    pub p99: f64,
    pub longest: f64,
    resumed: usize,
    back: usize,
    failed: usize,
    /// Of the database, from the cut until some seconds after everybody was back.
    transactions: Option<u64>,
    server_cpu_seconds: f64,
    before_kib: u64,
    after_kib: u64,
    pub verdict: Verdict,
}

impl Storm {
    pub fn is_clean(&self) -> bool {
        self.back == self.sockets && self.resumed == self.sockets && self.verdict.is_clean()
    }
}

impl Display for Storm {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let Storm {
            sockets,
            p50,
            p99,
            longest,
            resumed,
            back,
            failed,
            verdict,
            ..
        } = self;
        write!(to, "{verdict}")?;
        writeln!(
            to,
            "cut at once       {sockets} sockets, {back} came back, {resumed} of them resumed, {failed} attempts failed"
        )?;
        writeln!(
            to,
            "welcome again     50 % in {p50:.2} s, 99 % in {p99:.2} s, all in {longest:.2} s"
        )?;
        if let Some(transactions) = self.transactions {
            writeln!(
                to,
                "database          {transactions} transactions and reads in the {COUNT_AFTER} s and more from the cut"
            )?;
        }
        writeln!(
            to,
            "servers           {:.1} s of a core, {:.1} MiB resident before, {:.1} MiB after",
            self.server_cpu_seconds,
            self.before_kib as f64 / 1_024.0,
            self.after_kib as f64 / 1_024.0
        )
    }
}

/// Opens the sockets, has people talk a little, cuts everybody and waits until they are back.
pub fn run(stage: &mut Stage, storm: &StormPlan) -> Result<Storm> {
    let rooms = stage.rooms("storm", usize::from(storm.rooms))?;
    let people = usize::from(storm.sockets) / rooms.len();
    let mut conversation =
        Conversation::begin(stage, &Plan::of(rooms.len(), people, 1, storm.rate), &rooms)?;
    conversation.go_on(AROUND_SECONDS)?;
    let database = stage.backends.database.clone();
    let counted = || {
        database
            .as_deref()
            .map(postgresql::transactions)
            .transpose()
    };
    let (before_kib, cpu_before, count_before) =
        (stage.resident_kib()?, stage.cpu_seconds()?, counted()?);
    let cut = conversation.cut_all();
    conversation.go_on_until(BACK_MAX, |conversation| {
        Ok(conversation.returning.away() == 0)
    })?;
    let cpu_after = stage.cpu_seconds()?;
    conversation.go_on(AROUND_SECONDS)?;
    let verdict = conversation.finish()?;
    let after_kib = stage.resident_kib()?;
    if database.is_some() {
        conversation.go_on(COUNT_AFTER)?;
    }
    let returns = &conversation.returning.returns;
    let waits = || returns.iter().map(|back| seconds_since(cut, back.at));
    let found = Storm {
        sockets: conversation.crowd.len(),
        p50: quantile(waits(), 0.5),
        p99: quantile(waits(), 0.99),
        longest: quantile(waits(), 1.0),
        resumed: returns.iter().filter(|back| back.resumed).count(),
        back: returns.len(),
        failed: conversation.returning.failed,
        transactions: counted()?
            .zip(count_before)
            .map(|(after, before)| after.saturating_sub(before)),
        server_cpu_seconds: cpu_after - cpu_before,
        before_kib,
        after_kib,
        verdict,
    };
    conversation.crowd.leave();
    Ok(found)
}

fn seconds_since(begin: Instant, end: Instant) -> f64 {
    end.saturating_duration_since(begin).as_secs_f64()
}
