//! A throw-away PostgreSQL that keeps what it is given as carefully as one in earnest: a cluster of its own on a free port.

use std::os::unix::fs::{MetadataExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::kept::{Keeping, Kept, Owner};
use crate::{Failure, Result, machine};

const START_MAX: Duration = Duration::from_secs(30);
const REPORTED_WITHIN: Duration = Duration::from_secs(11);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// A running server.
pub struct Postgresql {
    port: u16,
    _server: Kept,
    // Deleted after the server has ended.
    _folder: TempDir,
}

impl Postgresql {
    /// Makes a cluster in a folder and waits until it takes connections.
    pub fn start(folder: &Path, core: Option<usize>) -> Result<Postgresql> {
        let programs = programs()?;
        let owner = other_user();
        let folder = tempfile::Builder::new()
            .prefix("adda-load-postgresql-")
            .tempdir_in(folder)?;
        if let Some(owner) = owner {
            chown(folder.path(), Some(owner.user), Some(owner.group))?;
        }
        let log = folder.path().join("log");
        let cluster = folder.path().join("cluster");
        let [cluster, initdb, postgres] =
            [cluster, programs.join("initdb"), programs.join("postgres")]
                .map(|path| path.to_string_lossy().into_owned());
        let mut making = command(Path::new(&initdb), owner);
        making
            .args(["--username=adda", "--auth=trust", "--locale=C"])
            .args(["--encoding=UTF8", "--pgdata", &cluster]);
        said(&mut making)?;
        let port = machine::free_port()?;
        let number = port.to_string();
        let server = Kept::start(
            &Keeping {
                signal: "INT",
                core,
                owner,
                log: &log,
            },
            &[
                &postgres,
                "-D",
                &cluster,
                "-h",
                "127.0.0.1",
                "-p",
                &number,
                "-k",
                "",
                "-c",
                "fsync=on",
                "-c",
                "synchronous_commit=on",
                "-c",
                "max_connections=200",
            ],
        )?;
        let begin = Instant::now();
        let mut looking = command(&programs.join("pg_isready"), owner);
        looking.args(["-h", "127.0.0.1", "-p", &number]);
        while said(&mut looking).is_err() {
            if begin.elapsed() > START_MAX {
                let words = std::fs::read_to_string(&log).unwrap_or_default();
                return Err(format!("PostgreSQL did not start: {words}").into());
            }
            std::thread::sleep(LOOK_EVERY);
        }
        Ok(Postgresql {
            port,
            _server: server,
            _folder: folder,
        })
    }

    pub fn url(&self) -> String {
        format!("postgres://adda@127.0.0.1:{}/postgres", self.port)
    }
}

/// Transactions of a database so far, single reads included, as its server counts them: some 10 s late where nothing happens.
pub fn transactions(url: &str) -> Result<u64> {
    let counted = "SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()";
    let programs = programs()?;
    let mut asking = Command::new(programs.join("psql"));
    let answer = said(asking.args([url, "-XAtc", counted]))?;
    Ok(answer.trim().parse()?)
}

/// Has a database perform statements.
pub fn perform(url: &str, statements: &str) -> Result<()> {
    let programs = programs()?;
    let mut performing = Command::new(programs.join("psql"));
    said(performing.args([url, "-Xqv", "ON_ERROR_STOP=1", "-c", statements]))?;
    Ok(())
}

/// The rows of each table and how often one was changed, as its server counts them: `name|rows|changes`, a line each.
pub fn rows(url: &str) -> Result<String> {
    let counted = "SELECT relname, n_tup_ins - n_tup_del, n_tup_upd FROM pg_stat_user_tables";
    // Its processes report what they did this much later.
    std::thread::sleep(REPORTED_WITHIN);
    let programs = programs()?;
    said(Command::new(programs.join("psql")).args([url, "-XAtc", counted]))
}

fn command(program: &Path, owner: Option<Owner>) -> Command {
    use std::os::unix::process::CommandExt;
    let mut command = Command::new(program);
    command.current_dir("/");
    if let Some(owner) = owner {
        command.uid(owner.user).gid(owner.group);
    }
    command
}

/// Runs a program to its end. Returns what it printed.
fn said(command: &mut Command) -> Result<String> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let program = command.get_program().to_string_lossy();
    Err(Failure::from(format!("{program}: {}", complaint.trim())))
}

/// Where the newest PostgreSQL keeps its programs.
fn programs() -> Result<PathBuf> {
    let told = said(Command::new("pg_config").arg("--bindir"));
    let mut packaged: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .map(|version| version.path().join("bin"))
        .collect();
    packaged.sort();
    let told = told.ok().map(|told| PathBuf::from(told.trim()));
    told.into_iter()
        .chain(packaged.into_iter().rev())
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
        .ok_or_else(|| {
            "there is no PostgreSQL server here: install one, or name one with --database".into()
        })
}

/// PostgreSQL refuses to run as root: its package's user, else the one that owns nothing.
fn other_user() -> Option<Owner> {
    if std::fs::metadata("/proc/self").ok()?.uid() != 0 {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").ok()?;
    ["postgres:", "nobody:"].iter().find_map(|name| {
        let account = accounts.lines().find(|line| line.starts_with(name))?;
        let mut numbers = account.split(':').skip(2).flat_map(str::parse);
        Some(Owner {
            user: numbers.next()?,
            group: numbers.next()?,
        })
    })
}
