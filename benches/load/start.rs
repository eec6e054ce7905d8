//! A process that has just started on an empty folder.

use std::fmt::{self, Display, Formatter};
use std::time::Duration;

use crate::backends::Backends;
use crate::command::Setting;
use crate::server::Server;
use crate::stage;
use crate::{Result, machine};

/// What a process needs before anybody comes.
pub struct Start {
    pub resident_mib: f64,
    pub ready_after: Duration,
}

impl Display for Start {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let milliseconds = self.ready_after.as_secs_f64() * 1_000.0;
        write!(
            to,
            "after start: {:.1} MiB resident, ready in {milliseconds:.0} ms",
            self.resident_mib
        )
    }
}

/// Starts a server, and looks at it once it has come to rest.
pub fn run(setting: &Setting) -> Result<Start> {
    let folder = stage::throw_away_folder(setting)?;
    let backends = Backends::gather(setting)?;
    let mut server = Server::start(&stage::launch(setting, &folder, &backends))?;
    server.rest()?;
    let resident_mib = machine::resident_kib(server.id())? as f64 / 1_024.0;
    let ready_after = server.ready_after;
    server.stop()?;
    Ok(Start {
        resident_mib,
        ready_after,
    })
}
