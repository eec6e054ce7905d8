//! A server that is asked to stop in the middle of a talk, by SIGTERM, while one client is stuck and others are half done.

use std::fmt::{self, Display, Formatter};
use std::io::Write;
use std::net::TcpStream;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

use crate::command::{Plan, StopPlan};
use crate::conversation::Conversation;
use crate::stage::Stage;
use crate::verdict::Verdict;
use crate::{Result, http};

const EXIT_MAX: Duration = Duration::from_secs(60);
/// Until what the stuck client does not read fills every buffer between it and the server.
const STUCK_SECONDS: f64 = 6.0;
/// How long people go on talking to a server that stops.
const TALK_ON: Duration = Duration::from_millis(500);
const AFTER_SECONDS: f64 = 2.0;
const SIZE: usize = 1_000;
const SENDERS: usize = 10;

/// How it stopped.
pub struct Stopped {
    pub seconds: f64,
    /// `None`: it had to be killed.
    status: Option<ExitStatus>,
    people: usize,
    returned: usize,
    resumed: usize,
    pub verdict: Verdict,
}

impl Stopped {
    /// Whether it ended by itself and well, and everything that was said is with everybody after the restart.
    pub fn is_clean(&self) -> bool {
        self.status.is_some_and(|status| status.success())
            && self.resumed == self.people
            && self.verdict.is_clean()
    }

    pub fn exit(&self) -> String {
        let code = self.status.map(|status| status.code());
        match code {
            None => "never".to_owned(),
            Some(None) => "by a signal".to_owned(),
            Some(Some(code)) => format!("exit code {code}"),
        }
    }
}

impl Display for Stopped {
    fn fmt(&self, to: &mut Formatter<'_>) -> fmt::Result {
        let Stopped {
            seconds,
            people,
            returned,
            resumed,
            verdict,
            ..
        } = self;
        write!(to, "{verdict}")?;
        writeln!(
            to,
            "stopped           {seconds:.2} s after SIGTERM, {}",
            self.exit()
        )?;
        writeln!(
            to,
            "after the restart {returned} of {people} people came back, {resumed} resumed"
        )
    }
}

/// Has people talk, asks the server to stop, starts it again at the same address, and looks whether anything is missing.
pub fn run(stage: &mut Stage, plan: &StopPlan) -> Result<Stopped> {
    let rooms = stage.rooms("stop", 1)?;
    let crowd = Plan {
        size: SIZE,
        ..Plan::of(1, plan.people + 1, SENDERS.min(plan.people), plan.rate)
    };
    let mut conversation = Conversation::begin(stage, &crowd, &rooms)?;
    let stuck = plan.people;
    conversation.fall_asleep(stuck);
    conversation.go_on(STUCK_SECONDS)?;
    let half_done = half_sent_requests(stage)?;
    conversation.go_on(0.5)?;

    let asked = Instant::now();
    let node = &mut stage.nodes[0];
    node.ask_to_stop()?;
    let mut status = None;
    let mut has_ended = |_: &Conversation| -> Result<bool> {
        status = node.ended()?;
        Ok(status.is_some())
    };
    // More would be more than a page is sent when it comes back: it would load the newest page instead.
    if !conversation.go_on_until(TALK_ON, &mut has_ended)? {
        conversation.hush();
        conversation.go_on_until(EXIT_MAX, &mut has_ended)?;
    }
    let seconds = asked.elapsed().as_secs_f64();
    node.kill();
    drop(half_done);
    stage.start_again(0)?;
    conversation.go_on(AFTER_SECONDS)?;
    let verdict = conversation.finish()?;
    let returns = &conversation.returning.returns;
    let found = Stopped {
        seconds,
        status,
        people: plan.people,
        returned: returns.len(),
        resumed: returns.iter().filter(|back| back.resumed).count(),
        verdict,
    };
    conversation.crowd.leave();
    Ok(found)
}

/// A head without its end, and a form that promises more than comes.
fn half_sent_requests(stage: &Stage) -> Result<Vec<TcpStream>> {
    let address = stage.address();
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let whole = http::request("POST", "/login", address, &form, b"username=somebody");
    let head = b"GET / HTTP/1.1\r\nHost: ";
    let halves = [&head[..], &whole[..whole.len() - 8]];
    let send = |half: &[u8]| -> Result<TcpStream> {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(half)?;
        Ok(stream)
    };
    halves.into_iter().map(send).collect()
}
