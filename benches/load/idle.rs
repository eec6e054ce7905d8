//! Memory of sockets that only listen.

use std::fmt::{self, Display, Formatter};
use std::time::{Duration, Instant};

use crate::Result;
use crate::command::IdlePlan;
use crate::crowd::Crowd;
use crate::spread::over_nodes;
use crate::stage::Stage;

/// What sockets cost that nothing happens on.
pub struct Idle {
    sockets: usize,
    before_kib: u64,
    after_kib: u64,
    opened_in: Duration,
}

impl Idle {
    /// Growth of the process for each socket.
    pub fn kib_each(&self) -> f64 {
        self.after_kib.saturating_sub(self.before_kib) as f64 / self.sockets as f64
    }
}

impl Display for Idle {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        write!(
            to,
            "{} idle sockets: {:.1} KiB resident each ({:.1} MiB before, {:.1} MiB after), opened in {:.1} s",
            self.sockets,
            self.kib_each(),
            self.before_kib as f64 / 1_024.0,
            self.after_kib as f64 / 1_024.0,
            self.opened_in.as_secs_f64(),
        )
    }
}

/// Opens the sockets on a process that nothing else has happened in, waits, and looks.
pub fn run(stage: &mut Stage, plan: &IdlePlan) -> Result<Idle> {
    let rooms = stage.rooms("idle", usize::from(plan.rooms))?;
    let people = plan.sockets.div_ceil(rooms.len());
    let mut places = stage.places(&rooms, &over_nodes(people, 0, 1, stage.nodes.len()));
    places.truncate(plan.sockets);
    // Signing up and making rooms has left memory behind that sockets would use before any new is asked for.
    stage.restart()?;
    stage.rest()?;
    let before_kib = stage.resident_kib()?;
    let begin = Instant::now();
    let mut crowd = Crowd::open(stage.addresses(), places, &mut |_| ())?;
    let opened_in = begin.elapsed();
    let mut ready = Vec::new();
    let end = Instant::now() + Duration::from_secs_f64(plan.hold.clamp(0.0, 3_600.0));
    while Instant::now() < end {
        crowd.wait(Duration::from_millis(20), &mut ready)?;
        for member in ready.drain(..) {
            crowd.read(member, &mut |_| ());
        }
    }
    let after_kib = stage.resident_kib()?;
    if let Some(reason) = &crowd.reason {
        return Err(format!(
            "{} of {} sockets did not stay open: {reason}",
            crowd.closed(),
            crowd.len()
        )
        .into());
    }
    let sockets = crowd.len();
    crowd.leave();
    Ok(Idle {
        sockets,
        before_kib,
        after_kib,
        opened_in,
    })
}
