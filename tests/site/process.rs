//! The binary under test as a process: how it is started, what it prints, how it ends.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A debug build on a busy machine, with a database to make.
const START_DEADLINE: Duration = Duration::from_secs(30);

/// The binary under test with nothing of this machine's settings.
pub fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_adda"));
    command.env_clear().stdin(Stdio::null());
    command
}

fn launched(launcher: &[&str]) -> Command {
    let binary = binary();
    let Some((program, arguments)) = launcher.split_first() else {
        return binary;
    };
    let mut command = Command::new(program);
    command
        .args(arguments)
        .arg(binary.get_program())
        .env_clear()
        .stdin(Stdio::null());
    command
}

/// One running process, and what it says.
pub(super) struct Process {
    child: Child,
    lines: Receiver<String>,
    log: Arc<Mutex<String>>,
}

impl Process {
    /// Starts it, by another program where one is named, and waits until it says where it is.
    pub(super) fn serve(
        launcher: &[&str],
        variables: &BTreeMap<String, String>,
    ) -> (Process, SocketAddr) {
        let mut command = launched(launcher);
        command.envs(variables);
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        std::thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        let log = Arc::new(Mutex::new(String::new()));
        let stderr = child.stderr.take().unwrap();
        std::thread::spawn({
            let log = Arc::clone(&log);
            move || collect(stderr, &log)
        });
        let process = Process { child, lines, log };
        let first = process.line("adda is at http://");
        let address = first
            .trim_end_matches('/')
            .rsplit_once("http://")
            .unwrap()
            .1
            .parse();
        (
            process,
            address.unwrap_or_else(|_| panic!("an address was expected: {first}")),
        )
    }

    pub(super) fn setup_link(&self) -> String {
        self.line("set it up at http")
    }

    fn line(&self, beginning: &str) -> String {
        match self.lines.recv_timeout(START_DEADLINE) {
            Ok(line) if line.starts_with(beginning) => line,
            Ok(line) => panic!("adda was to print {beginning:?}…, and printed {line:?}"),
            Err(RecvTimeoutError::Timeout) => panic!(
                "adda did not print {beginning:?}… in time; {}",
                self.last_words()
            ),
            Err(RecvTimeoutError::Disconnected) => {
                panic!("adda ended early; {}", self.last_words())
            }
        }
    }

    pub(super) fn signal(&self, name: &str) {
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -{name} {}", self.child.id())])
            .status()
            .unwrap();
        assert!(sent.success(), "adda was no longer there to be told {name}");
    }

    pub(super) fn kill(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    pub(super) fn id(&self) -> u32 {
        self.child.id()
    }

    pub(super) fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    pub(super) fn next_line(&self) -> Option<String> {
        self.lines.recv_timeout(START_DEADLINE).ok()
    }

    pub(super) fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    fn last_words(&self) -> String {
        let log = self.log.lock().unwrap();
        let lines: Vec<&str> = log.lines().collect();
        format!(
            "the end of its log:\n{}",
            lines[lines.len().saturating_sub(20)..].join("\n")
        )
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!("{}", self.last_words());
        }
    }
}

fn collect(mut from: impl Read, log: &Mutex<String>) {
    let mut bytes = [0; 4096];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        log.lock()
            .unwrap()
            .push_str(&String::from_utf8_lossy(&bytes[..length]));
    }
}
