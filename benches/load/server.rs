//! A running adda: started on its core, stopped by its process id.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::time::{Duration, Instant};

use crate::http;
use crate::machine;
use crate::{Failure, Result};

const START_MAX: Duration = Duration::from_secs(30);
/// adda promises to stop within 15 s.
const STOP_MAX: Duration = Duration::from_secs(20);
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// How much of a core a server may still use to count as at rest, and for how long at most that is waited for.
const REST_SHARE: f64 = 0.05;
const REST_MAX: Duration = Duration::from_secs(120);

/// The token with which the throw-away site is set up.
pub const SETUP_TOKEN: &str = "set-up-by-the-load-generator";

/// How to start a server.
#[derive(Clone)]
pub struct Launch {
    pub data: PathBuf,
    pub database: Option<String>,
    pub redis: Option<String>,
    /// Port 0 picks one that is free.
    pub bind: SocketAddr,
    pub core: Option<usize>,
}

/// A process that serves.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
    /// From the start of the process until `/readyz` answered 200.
    pub ready_after: Duration,
}

impl Server {
    /// Starts a server and waits until it takes traffic.
    pub fn start(launch: &Launch) -> Result<Server> {
        let binary = env!("CARGO_BIN_EXE_adda");
        let mut command = match launch.core {
            Some(core) => {
                let mut command = Command::new("taskset");
                command.args(["-c", &core.to_string(), binary]);
                command
            }
            None => Command::new(binary),
        };
        // What somebody has set for their own server is not to change what is measured.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ADDA_") {
                command.env_remove(name);
            }
        }
        command.env_remove("DATABASE_URL").env_remove("REDIS_URL");
        command
            .env("ADDA_BIND", launch.bind.to_string())
            .env("ADDA_DATA", &launch.data)
            .env("ADDA_SETUP_TOKEN", SETUP_TOKEN)
            .env("ADDA_SIGNUP", "open")
            .env("ADDA_MESSAGES_PER_SECOND", "0")
            .env("ADDA_SIGN_INS_PER_MINUTE", "0")
            .env("ADDA_UPLOAD_MAX", "1GB")
            .env("ADDA_UPLOAD_QUOTA", "0")
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        if let Some(database) = &launch.database {
            command.env("DATABASE_URL", database);
        }
        if let Some(redis) = &launch.redis {
            command.env("REDIS_URL", redis);
        }
        let begin = Instant::now();
        let mut process = command
            .spawn()
            .map_err(|cause| -> Failure { format!("cannot start {binary}: {cause}").into() })?;
        let lines = process.stdout.take().map(lines_of);
        // From here on a failure ends the process, by `Drop`.
        let mut server = Server {
            process,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            ready_after: Duration::ZERO,
        };
        let lines = lines.ok_or("the server has no standard output")?;
        let first = lines
            .recv_timeout(START_MAX)
            .map_err(|_| "the server did not say where it listens")?;
        let address = first
            .strip_prefix("adda is at http://")
            .map(|rest| rest.trim_end_matches('/'));
        server.address = address
            .and_then(|address| address.parse().ok())
            .ok_or_else(|| format!("the server said {first:?}"))?;
        let request = http::request("GET", "/readyz", server.address, &[], b"");
        while !http::once(server.address, &request).is_ok_and(|answer| answer.status == 200) {
            if begin.elapsed() > START_MAX {
                return Err("the server was not ready in 30 s".into());
            }
            std::thread::sleep(LOOK_EVERY);
        }
        server.ready_after = begin.elapsed();
        Ok(server)
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Waits until the server has done what it still had to do, such as saying goodbye to a crowd.
    pub fn rest(&self) -> Result<()> {
        const STEP: Duration = Duration::from_millis(200);
        let deadline = Instant::now() + REST_MAX;
        let mut before = machine::cpu_seconds(self.id())?;
        loop {
            std::thread::sleep(STEP);
            let now = machine::cpu_seconds(self.id())?;
            if now - before <= REST_SHARE * STEP.as_secs_f64() {
                return Ok(());
            }
            if Instant::now() > deadline {
                return Err(
                    format!("the server was still busy after {} s", REST_MAX.as_secs()).into(),
                );
            }
            before = now;
        }
    }

    /// Asks the server to stop, and sees to it that it does.
    pub fn stop(&mut self) -> Result<()> {
        if self.ended()?.is_some() {
            return Err("the server ended by itself".into());
        }
        self.ask_to_stop()?;
        let deadline = Instant::now() + STOP_MAX;
        while Instant::now() < deadline {
            if let Some(status) = self.ended()? {
                return if status.success() {
                    Ok(())
                } else {
                    Err(format!("the server stopped with {status}").into())
                };
            }
            std::thread::sleep(LOOK_EVERY);
        }
        Err(format!("the server did not stop in {} s", STOP_MAX.as_secs()).into())
    }

    /// Asks it to stop, and waits for nothing.
    pub fn ask_to_stop(&self) -> Result<()> {
        Command::new("kill")
            .args(["-TERM", &self.id().to_string()])
            .status()?;
        Ok(())
    }

    /// How it has ended; `None` while it runs.
    pub fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.process.try_wait()?)
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        // Both fail where it has ended already, which is what is wanted.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// What a process prints, line by line, read all the time so that its pipe does not fill.
fn lines_of(output: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output)
            .lines()
            .map_while(std::io::Result::ok)
        {
            // Only the first line has a listener.
            let _ = sender.send(line);
        }
    });
    receiver
}
