//! What came of messages at a set rate.

use std::fmt::{self, Display, Formatter};

use crate::histogram::Times;
use crate::verdict::Verdict;

/// Figures are of the measured time; the verdict is of the whole run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Messages a second, as asked for.
    pub rate: f64,
    pub verdict: Verdict,
    /// Connections that the server closed, and why the first was.
    pub closed: usize,
    pub reason: Option<String>,
    pub deliveries_per_second: f64,
    /// From when a message was to be sent until it was seen.
    pub seen: Times,
    /// The same on the node where it was said, and on others; `None` where there is one node.
    pub by_node: Option<(Times, Times)>,
    pub bytes_per_delivery: f64,
    pub nodes: Vec<Usage>,
    /// How busy the core was that all nodes, and what this program started for them, share.
    pub core_busy: Option<f64>,
    /// How late this program sent.
    pub lag_p99: f64,
    pub lag_longest: f64,
    /// Near 1.0, and the server's share well below: this program is the limit, not the server.
    pub generator_busy: f64,
}

/// What a node took.
#[derive(Clone, Debug)]
pub struct Usage {
    /// 1.0 is one core.
    pub cpu: f64,
    pub resident_kib: u64,
}

impl Outcome {
    /// Whether everybody got everything, once, in one order, and nobody was put out.
    pub fn is_clean(&self) -> bool {
        self.closed == 0 && self.verdict.is_clean()
    }

    /// One line, for a search.
    pub fn brief(&self) -> String {
        let Times { p50, p99, .. } = self.seen;
        let (rate, closed) = (self.rate, self.closed);
        let Verdict {
            missing, refused, ..
        } = self.verdict;
        format!(
            "{rate:.0}/s: p50 {p50:.1} ms, p99 {p99:.1} ms, {missing} missing, {refused} refused, {closed} closed"
        )
    }
}

impl Display for Outcome {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let Outcome {
            rate,
            verdict,
            closed,
            seen,
            bytes_per_delivery,
            lag_p99,
            lag_longest,
            ..
        } = self;
        let reason = self
            .reason
            .as_deref()
            .map(|reason| format!(": {reason}"))
            .unwrap_or_default();
        write!(to, "{verdict}")?;
        writeln!(to, "closed            {closed} connections{reason}")?;
        writeln!(
            to,
            "rate              {rate:.0} messages/s, {:.0} deliveries/s of {bytes_per_delivery:.0} bytes",
            self.deliveries_per_second
        )?;
        writeln!(to, "send to seen      {seen}")?;
        if let Some((same, other)) = &self.by_node {
            writeln!(to, "on the same node  {same}\non other nodes    {other}")?;
        }
        for Usage { cpu, resident_kib } in &self.nodes {
            let mebibytes = *resident_kib as f64 / 1_024.0;
            writeln!(
                to,
                "server            {:.0} % of a core, {mebibytes:.1} MiB resident",
                cpu * 100.0
            )?;
        }
        if let Some(busy) = self.core_busy {
            writeln!(to, "their core        {:.0} % busy", busy * 100.0)?;
        }
        writeln!(
            to,
            "generator         {:.0} % busy, late by p99 {lag_p99:.2} ms, max {lag_longest:.2} ms",
            self.generator_busy * 100.0
        )
    }
}
