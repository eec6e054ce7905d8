//! What came of messages at a set rate.

use std::fmt::{self, Display, Formatter};

/// Figures are of the measured time; what went wrong is of the whole run, times are in milliseconds.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Messages a second, as asked for.
    pub rate: f64,
    pub sent: u64,
    /// Deliveries: messages times people in their rooms.
    pub expected: u64,
    pub missing: u64,
    /// Those of them that no sender was told of: not even too much work excuses these, unless they were still under way.
    pub unexplained: u64,
    pub doubled: u64,
    pub disordered: u64,
    /// People who saw their room's messages in another order than the first there did.
    pub disagreeing: usize,
    /// Deliveries in a room that the message was not said in.
    pub astray: u64,
    /// Messages that the server answered with an error.
    pub refused: u64,
    /// Connections that the server closed, and why the first was.
    pub closed: usize,
    pub reason: Option<String>,
    pub deliveries_per_second: f64,
    pub p50: f64,
    pub p99: f64,
    pub longest: f64,
    pub bytes_per_delivery: f64,
    /// 1.0 is one core.
    pub server_cpu: f64,
    pub server_resident_kib: u64,
    /// How late this program sent.
    pub lag_p99: f64,
    pub lag_longest: f64,
    /// Near 1.0, and the server's share well below: this program is the limit, not the server.
    pub generator_busy: f64,
}

impl Outcome {
    /// Whether everybody got everything, once, in one order.
    pub fn is_clean(&self) -> bool {
        self.missing == 0 && self.closed == 0 && self.is_sound()
    }

    /// Whether nothing happened that not even too much work excuses.
    pub fn is_sound(&self) -> bool {
        self.doubled == 0 && self.disordered == 0 && self.disagreeing == 0 && self.astray == 0
    }

    /// One line, for a search.
    pub fn brief(&self) -> String {
        let Outcome {
            rate,
            p50,
            p99,
            missing,
            refused,
            closed,
            ..
        } = self;
        format!(
            "{rate:.0}/s: p50 {p50:.1} ms, p99 {p99:.1} ms, {missing} missing, {refused} refused, {closed} closed"
        )
    }
}

impl Display for Outcome {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let Outcome {
            sent,
            rate,
            expected,
            missing,
            unexplained,
            ..
        } = self;
        let Outcome {
            doubled,
            disordered,
            disagreeing,
            astray,
            refused,
            closed,
            ..
        } = self;
        let Outcome {
            p50,
            p99,
            longest,
            bytes_per_delivery,
            lag_p99,
            lag_longest,
            ..
        } = self;
        let (cpu, busy) = (self.server_cpu * 100.0, self.generator_busy * 100.0);
        let mebibytes = self.server_resident_kib as f64 / 1_024.0;
        let reason = self
            .reason
            .as_deref()
            .map(|reason| format!(": {reason}"))
            .unwrap_or_default();
        writeln!(to, "sent              {sent} ({rate:.0}/s)")?;
        writeln!(
            to,
            "deliveries        {:.0}/s, {expected} expected in all",
            self.deliveries_per_second
        )?;
        writeln!(
            to,
            "missing           {missing}, of these {unexplained} without an error for their sender"
        )?;
        writeln!(
            to,
            "doubled           {doubled}, out of order {disordered}, astray {astray}"
        )?;
        writeln!(to, "another order     {disagreeing} people")?;
        writeln!(
            to,
            "refused           {refused}, connections closed {closed}{reason}"
        )?;
        writeln!(
            to,
            "send to seen      p50 {p50:.2} ms, p99 {p99:.2} ms, max {longest:.2} ms"
        )?;
        writeln!(to, "per delivery      {bytes_per_delivery:.0} bytes")?;
        writeln!(
            to,
            "server            {cpu:.0} % of a core, {mebibytes:.1} MiB resident"
        )?;
        writeln!(
            to,
            "generator         {busy:.0} % busy, late by p99 {lag_p99:.2} ms, max {lag_longest:.2} ms"
        )
    }
}
