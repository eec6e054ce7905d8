//! A real adda, started as anyone would start it, on a free port with a throw-away database.

pub mod chance;
pub mod http;
mod machine;
pub mod nodes;
pub mod postgres;
mod process;
pub mod proxies;
pub mod redis;
pub mod wire;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, RwLock};
use std::time::{Duration, Instant};

use http::Browser;
use process::Process;
pub use process::binary;
use tempfile::TempDir;

/// How long anything may take before a test fails, saying what it waited for.
pub const DEADLINE: Duration = Duration::from_secs(5);
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
    variables: BTreeMap<String, String>,
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
        Site::under(&[], database, settings)
    }

    /// The same with the process started by another program, such as `strace`.
    pub fn under(launcher: &[&str], database: Database, settings: &[(&str, &str)]) -> Site {
        let mut variables = BTreeMap::from([
            ("ADDA_BIND".to_owned(), "127.0.0.1:0".to_owned()),
            ("ADDA_SIGNUP".to_owned(), "open".to_owned()),
            ("ADDA_WORKERS".to_owned(), "2".to_owned()),
        ]);
        let is_chosen = settings.iter().any(|(name, _)| *name == "DATABASE_URL");
        if database == Database::Postgresql && !is_chosen {
            variables.insert("DATABASE_URL".to_owned(), postgres::new_database());
        }
        let site = Site::run(launcher, variables, settings);
        let setup_link = site.process.setup_link();
        *site.setup_link.lock().unwrap() = Some(setup_link);
        site
    }

    /// Starts another node of this site: on the same database and with the same settings, but for those named.
    pub fn beside(&self, settings: &[(&str, &str)]) -> Site {
        Site::run(&[], self.variables.clone(), settings)
    }

    fn run(
        launcher: &[&str],
        mut variables: BTreeMap<String, String>,
        settings: &[(&str, &str)],
    ) -> Site {
        let data = tempfile::tempdir().unwrap();
        let folder = data.path().join("data").to_str().unwrap().to_owned();
        variables.insert("ADDA_DATA".to_owned(), folder);
        for (name, value) in settings {
            variables.insert((*name).to_owned(), (*value).to_owned());
        }
        let (process, address) = Process::serve(launcher, &variables);
        Site {
            address: Arc::new(RwLock::new(address)),
            setup_link: Mutex::default(),
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

    /// Where it is, for whoever follows it through restarts.
    pub fn place(&self) -> Address {
        Arc::clone(&self.address)
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
        self.signed_up_at(self.browser(), username).await
    }

    /// The same in a browser that reaches the site by a way of its own.
    pub async fn signed_up_at(&self, browser: Browser, username: &str) -> Browser {
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
        let (process, address) = Process::serve(&[], &self.variables);
        *self.address.write().unwrap() = address;
        self.process = process;
    }

    /// The same with another setting.
    pub fn restarts_with(&mut self, name: &str, value: &str) {
        self.variables.insert(name.to_owned(), value.to_owned());
        self.start_again();
    }

    /// Asks it to stop (SIGTERM).
    pub fn terminate(&self) {
        self.process.signal("TERM");
    }

    /// Holds it still (SIGSTOP): the kernel goes on taking connections and bytes for it.
    pub fn freeze(&self) {
        self.process.signal("STOP");
    }

    /// Lets it go on after that (SIGCONT).
    pub fn thaw(&self) {
        self.process.signal("CONT");
    }

    /// How it ended, at most 15 s after it was asked to.
    pub async fn ends(&mut self) -> ExitStatus {
        let began = Instant::now();
        loop {
            if let Some(status) = self.process.ended() {
                return status;
            }
            assert!(
                began.elapsed() < Duration::from_secs(15),
                "adda did not end within 15 s of being asked to"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The same without a runtime; `None` where it has not ended after twice that time.
    pub fn wait_for_end(&mut self) -> Option<ExitStatus> {
        let began = Instant::now();
        while began.elapsed() < Duration::from_secs(30) {
            if let Some(status) = self.process.ended() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        None
    }

    /// Runs another command of the binary with the settings of this site.
    pub fn command(&self, arguments: &[&str]) -> std::process::Output {
        binary()
            .envs(&self.variables)
            .args(arguments)
            .output()
            .unwrap()
    }

    /// What it prints next, or `None` where it has ended.
    pub fn next_line(&self) -> Option<String> {
        self.process.next_line()
    }

    /// How many files and connections it has open.
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.process.id()))
            .unwrap()
            .count()
    }

    /// Its resident memory, in KiB.
    pub fn resident_kib(&self) -> usize {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// What it logged until now.
    pub fn log(&self) -> String {
        self.process.log()
    }
}

/// A file of this repository.
pub fn repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
