//! The highest rate that a server keeps: doubled until it does not, then narrowed down between the two.

use std::fmt::{self, Display, Formatter};

use crate::Result;
use crate::command::{Plan, Search};
use crate::outcome::Outcome;
use crate::stage::Stage;
use crate::throughput;

/// Where not even this share of the first rate is kept, there is nothing to be found.
const SHARE_MIN: f64 = 1.0 / 16.0;

/// What a search found.
pub struct Found {
    /// The run at the highest rate that was kept; `None` where none was.
    pub best: Option<Outcome>,
    /// Whether no run, kept or not, doubled or reordered anything.
    sound: bool,
    /// The limit on p99 in milliseconds.
    limit: f64,
}

impl Found {
    pub fn is_sound(&self) -> bool {
        self.sound && self.best.is_some()
    }

    pub fn rate(&self) -> f64 {
        self.best.as_ref().map_or(0.0, |best| best.rate)
    }
}

impl Display for Found {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let Some(best) = &self.best else {
            return writeln!(to, "no rate was kept with p99 ≤ {} ms", self.limit);
        };
        writeln!(
            to,
            "highest rate      {:.0} messages/s with nothing missing and p99 ≤ {} ms",
            best.rate, self.limit
        )?;
        best.fmt(to)
    }
}

/// Searches; every step brings new connections into the same rooms.
pub fn find(stage: &Stage, search: &Search, rooms: &[String]) -> Result<Found> {
    let mut found = Found {
        best: None,
        sound: true,
        limit: search.p99,
    };
    let mut too_high: Option<f64> = None;
    let mut rate = search.from.min(search.most);
    loop {
        let outcome = throughput::run(
            stage,
            &Plan {
                rate,
                ..search.plan.clone()
            },
            rooms,
        )?;
        found.sound &= outcome.verdict.is_sound();
        let kept = outcome.is_clean() && outcome.seen.p99 <= search.p99;
        eprintln!(
            "  {} {}",
            if kept { "kept    " } else { "not kept" },
            outcome.brief()
        );
        if kept {
            found.best = Some(outcome);
        } else {
            too_high = Some(rate);
        }
        let low = found.rate();
        rate = match too_high {
            None if low >= search.most => return Ok(found),
            None => (rate * 2.0).min(search.most),
            Some(high) if low == 0.0 => high / 2.0,
            Some(high) => (low + high) / 2.0,
        };
        let near = too_high.is_some_and(|high| high - low <= search.precision.max(0.001) * high);
        if near || rate < search.from * SHARE_MIN {
            return Ok(found);
        }
    }
}
