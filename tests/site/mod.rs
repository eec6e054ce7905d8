//! A real adda, started as anyone would start it, on a free port with a throw-away database.

pub mod http;
pub mod postgres;
pub mod wire;

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use http::Browser;
use tempfile::TempDir;

/// How long anything may take before a test fails, saying what it waited for.
pub const DEADLINE: Duration = Duration::from_secs(5);
/// A debug build on a busy machine, with a database to make.
const START_DEADLINE: Duration = Duration::from_secs(30);
/// The password of everyone who is not about passwords.
pub const PASSWORD: &str = "a long easy talk";

/// Where a site is; it changes with a restart, and everyone who holds it follows.
pub type Address = Arc<RwLock<SocketAddr>>;

/// What the messages are kept in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Database {
    /// A file in the data folder, the default.
    Sqlite,
    /// A database of its own in the cluster that the tests start.
    Postgresql,
}

/// One running adda, ended with the test.
pub struct Site {
    address: Address,
    setup_link: Mutex<Option<String>>,
    process: Process,
    variables: Vec<(String, String)>,
    data: TempDir,
}

impl Site {
    /// Starts a site that anyone may sign up to, else with the settings nobody touched.
    pub fn start(database: Database) -> Site {
        Site::with(database, &[])
    }

    /// The same without limits, for tests that say much at once.
    pub fn unlimited(database: Database) -> Site {
        Site::with(database, &[("ADDA_MESSAGES_PER_SECOND", "0")])
    }

    /// Starts a site with some settings.
    pub fn with(database: Database, settings: &[(&str, &str)]) -> Site {
        let data = tempfile::tempdir().unwrap();
        let mut variables = vec![
            ("ADDA_BIND".to_owned(), "127.0.0.1:0".to_owned()),
            (
                "ADDA_DATA".to_owned(),
                data.path().join("data").to_str().unwrap().to_owned(),
            ),
            ("ADDA_SIGNUP".to_owned(), "open".to_owned()),
            ("ADDA_WORKERS".to_owned(), "2".to_owned()),
        ];
        if database == Database::Postgresql {
            variables.push(("DATABASE_URL".to_owned(), postgres::new_database()));
        }
        variables.extend(
            settings
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        );
        let (process, address) = Process::serve(&variables);
        let setup_link = process.setup_link();
        Site {
            address: Arc::new(RwLock::new(address)),
            setup_link: Mutex::new(Some(setup_link)),
            process,
            variables,
            data,
        }
    }

    /// Where it listens now.
    pub fn address(&self) -> SocketAddr {
        *self.address.read().unwrap()
    }

    /// Its address as a browser writes it in `Origin`.
    pub fn origin(&self) -> String {
        format!("http://{}", self.address())
    }

    /// Its data folder.
    pub fn data(&self) -> std::path::PathBuf {
        self.data.path().join("data")
    }

    /// A browser that has never been here.
    pub fn browser(&self) -> Browser {
        Browser::new(Arc::clone(&self.address))
    }

    /// The path and token of the set-up link, good once.
    pub fn take_setup_token(&self) -> Option<String> {
        let link = self.setup_link.lock().unwrap().take()?;
        Some(link.split_once("token=").unwrap().1.to_owned())
    }

    /// A browser with a new account, the first of them the administrator's.
    pub async fn signed_up(&self, username: &str) -> Browser {
        let browser = self.browser();
        let answer = match self.take_setup_token() {
            Some(token) => {
                let fields = [
                    ("token", token.as_str()),
                    ("username", username),
                    ("password", PASSWORD),
                ];
                browser.form("/setup", &fields).await
            }
            None => {
                browser
                    .form("/signup", &[("username", username), ("password", PASSWORD)])
                    .await
            }
        };
        answer.expect(303, &format!("{username} makes an account"));
        browser
    }

    /// Ends the process as a power cut would (SIGKILL).
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Starts it again on the same data and, being on port 0, at a new address.
    pub fn start_again(&mut self) {
        self.process.kill();
        let (process, address) = Process::serve(&self.variables);
        *self.address.write().unwrap() = address;
        self.process = process;
    }

    /// Asks it to stop (SIGTERM).
    pub fn terminate(&self) {
        self.process.signal("TERM");
    }

    /// How it ended, at most 15 s after it was asked to.
    pub async fn ends(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.process.child.try_wait().unwrap() {
                return status;
            }
            assert!(
                began.elapsed() < Duration::from_secs(15),
                "adda did not end within 15 s of being asked to"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Runs another command of the binary with the settings of this site.
    pub fn command(&self, arguments: &[&str]) -> std::process::Output {
        binary()
            .envs(self.variables.iter().map(|(name, value)| (name, value)))
            .args(arguments)
            .output()
            .unwrap()
    }

    /// What it prints next, or `None` where it has ended.
    pub fn next_line(&self) -> Option<String> {
        self.process.lines.recv_timeout(START_DEADLINE).ok()
    }

    /// How many files and connections it has open.
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.process.child.id()))
            .unwrap()
            .count()
    }

    /// Its resident memory, in KiB.
    pub fn resident_kib(&self) -> usize {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.child.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// What it logged until now.
    pub fn log(&self) -> String {
        self.process.log.lock().unwrap().clone()
    }
}

/// The binary under test with nothing of this machine's settings.
pub fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_adda"));
    command.env_clear().stdin(Stdio::null());
    command
}

struct Process {
    child: Child,
    lines: Receiver<String>,
    log: Arc<Mutex<String>>,
}

impl Process {
    fn serve(variables: &[(String, String)]) -> (Process, SocketAddr) {
        let mut command = binary();
        command.envs(variables.iter().map(|(name, value)| (name, value)));
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

    fn setup_link(&self) -> String {
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

    fn signal(&self, name: &str) {
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -{name} {}", self.child.id())])
            .status()
            .unwrap();
        assert!(sent.success(), "adda was no longer there to be told {name}");
    }

    fn kill(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
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

/// A file of this repository.
pub fn repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
