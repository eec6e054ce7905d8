//! A throw-away PostgreSQL: one cluster for the whole run, on a free port, in a folder that goes with it; and more of them
//! for tests that hold or end theirs.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use super::DEADLINE;

/// Runs the server until standard input closes, which it does however the tests end, and does what is told there.
const KEEPER: &str = r#"trap '' INT TERM
start() {
    "$1"/postgres -D "$2"/cluster -h 127.0.0.1 -p "$3" -k '' -c fsync=$4 -c full_page_writes=$4 \
        -c max_connections=500 -c shared_buffers=32MB -c lc_messages=C &
    server=$!
}
everyone() {
    echo $server $(cat /proc/$server/task/$server/children)
}
start "$@"
while read -r order; do
    case $order in
    freeze) kill -STOP $(everyone) ;;
    thaw) kill -CONT $(everyone) ;;
    stop) kill -QUIT $server; wait $server ;;
    start) start "$@" ;;
    esac
    echo done
done
kill -CONT $(everyone) 2> /dev/null
kill -INT $server
wait $server
rm -rf "$2""#;

/// A server and the databases in it.
pub struct Cluster {
    programs: PathBuf,
    owner: Option<Owner>,
    port: u16,
    databases: AtomicUsize,
    /// It ends with its standard input, which ends with this process.
    keeper: Mutex<Keeper>,
}

struct Keeper {
    process: Child,
    answers: BufReader<ChildStdout>,
}

#[derive(Clone, Copy)]
struct Owner {
    user: u32,
    group: u32,
}

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static DURABLE: AtomicBool = AtomicBool::new(false);

/// Has the cluster, which is not to be started yet, wait for the disk as one that people use does.
pub fn be_durable() {
    assert!(CLUSTER.get().is_none(), "before the first database");
    DURABLE.store(true, Ordering::Relaxed);
}

/// The cluster that every test has its databases in, but for those that say otherwise.
pub fn shared() -> &'static Cluster {
    CLUSTER.get_or_init(Cluster::start)
}

/// The address of a new, empty database.
pub fn new_database() -> String {
    shared().new_database()
}

/// Ends every connection to a database, as its administrator can.
pub fn end_connections(url: &str) {
    asked(url, "SELECT pg_terminate_backend(pid)");
}

/// Sends a signal to every process that serves a connection to a database, such as `STOP`; those that come later are well.
pub struct Backends(Vec<String>);

impl Backends {
    pub fn of(url: &str) -> Backends {
        let numbers = asked(url, "SELECT pid");
        Backends(numbers.lines().map(str::to_owned).collect())
    }

    pub fn are_told(&self, signal: &str) {
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -{signal} {}", self.0.join(" "))])
            .status()
            .unwrap();
        assert!(sent.success(), "{signal} to {:?}", self.0);
    }
}

/// What is found for each connection to a database of the shared cluster.
fn asked(url: &str, what: &str) -> String {
    let cluster = CLUSTER.get().expect("a database of this cluster");
    let (server, name) = url.rsplit_once('/').unwrap();
    let query = format!("{what} FROM pg_stat_activity WHERE datname = '{name}'");
    let psql = cluster
        .program("psql")
        .args([
            &format!("{server}/postgres"),
            "--tuples-only",
            "--no-align",
            "--command",
            &query,
        ])
        .output()
        .unwrap();
    assert!(
        psql.status.success(),
        "psql: {}",
        String::from_utf8_lossy(&psql.stderr)
    );
    String::from_utf8(psql.stdout).unwrap()
}

impl Cluster {
    /// Starts one of a test's own, for what others would notice.
    pub fn start() -> Cluster {
        let programs = programs();
        let owner = other_user();
        let folder = tempfile::Builder::new()
            .prefix("adda-postgresql-")
            .tempdir()
            .unwrap()
            .keep();
        if let Some(owner) = owner {
            chown(&folder, Some(owner.user), Some(owner.group)).unwrap();
        }
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let data = folder.join("cluster");
        let made = command(&programs.join("initdb"), owner)
            .args([
                "--username=adda",
                "--auth=trust",
                "--no-sync",
                "--locale=C",
                "--encoding=UTF8",
                "--pgdata",
            ])
            .arg(&data)
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "initdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        let durability = match DURABLE.load(Ordering::Relaxed) {
            true => "on",
            false => "off",
        };
        let mut keeper = command(Path::new("sh"), owner)
            .args(["-c", KEEPER, "keeper"])
            .args([
                programs.as_os_str(),
                folder.as_os_str(),
                port.to_string().as_ref(),
                durability.as_ref(),
            ])
            .stdin(Stdio::piped())
            .stderr(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut log = BufReader::new(keeper.stderr.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let mut said = Vec::new();
        loop {
            let line = log
                .next()
                .unwrap_or_else(|| panic!("PostgreSQL did not start:\n{}", said.join("\n")));
            if line.contains("ready to accept connections") {
                break;
            }
            said.push(line);
        }
        // A full pipe would stop the server.
        std::thread::spawn(move || log.for_each(drop));
        let answers = BufReader::new(keeper.stdout.take().unwrap());
        Cluster {
            programs,
            owner,
            port,
            databases: AtomicUsize::new(0),
            keeper: Mutex::new(Keeper {
                process: keeper,
                answers,
            }),
        }
    }

    /// The address of a new, empty database.
    pub fn new_database(&self) -> String {
        let name = format!("site_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        let port = self.port.to_string();
        let made = self
            .program("createdb")
            .args(["-h", "127.0.0.1", "-p", &port, "-U", "adda", &name])
            .output()
            .unwrap();
        assert!(
            made.status.success(),
            "createdb: {}",
            String::from_utf8_lossy(&made.stderr)
        );
        format!("postgres://adda@127.0.0.1:{port}/{name}")
    }

    /// Holds the server and all its processes still: connections are taken by the kernel, and nothing is answered.
    pub fn freeze(&self) {
        self.order("freeze");
    }

    /// Lets them go on.
    pub fn thaw(&self) {
        self.order("thaw");
    }

    /// Ends it at once, without a goodbye to anyone, as a crash would.
    pub fn stop(&self) {
        self.order("stop");
    }

    /// Starts it again, and waits until it takes connections.
    pub fn start_again(&self) {
        self.order("start");
        let began = Instant::now();
        let port = self.port.to_string();
        let mut ready = self.program("pg_isready");
        ready.args(["-q", "-h", "127.0.0.1", "-p", &port]);
        while !ready.status().unwrap().success() {
            assert!(began.elapsed() < 2 * DEADLINE, "PostgreSQL did not start");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn order(&self, order: &str) {
        let mut keeper = self.keeper.lock().unwrap();
        writeln!(keeper.process.stdin.as_mut().unwrap(), "{order}").unwrap();
        let mut done = String::new();
        keeper.answers.read_line(&mut done).unwrap();
        assert_eq!(done, "done\n", "{order}");
    }

    fn program(&self, name: &str) -> Command {
        command(&self.programs.join(name), self.owner)
    }
}

fn command(program: &Path, owner: Option<Owner>) -> Command {
    let mut command = Command::new(program);
    command.current_dir("/");
    if let Some(owner) = owner {
        command.uid(owner.user).gid(owner.group);
    }
    command
}

fn programs() -> PathBuf {
    let told = Command::new("pg_config").arg("--bindir").output();
    let told = told
        .ok()
        .map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    let mut packaged: Vec<PathBuf> = std::fs::read_dir("/usr/lib/postgresql")
        .map(|folders| {
            folders
                .flatten()
                .map(|folder| folder.path().join("bin"))
                .collect()
        })
        .unwrap_or_default();
    packaged.sort();
    told.into_iter()
        .chain(packaged.into_iter().rev())
        .find(|folder| folder.join("initdb").exists() && folder.join("postgres").exists())
        .expect("these tests need the PostgreSQL server: run bin/test, which installs it")
}

/// PostgreSQL refuses to run as root: its package's user, else the one that owns nothing.
fn other_user() -> Option<Owner> {
    let me = std::fs::metadata("/proc/self").ok()?;
    if std::os::unix::fs::MetadataExt::uid(&me) != 0 {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").unwrap();
    ["postgres:", "nobody:"].iter().find_map(|name| {
        let line = accounts.lines().find(|line| line.starts_with(name))?;
        let mut numbers = line
            .split(':')
            .skip(2)
            .map(|number| number.parse().unwrap());
        Some(Owner {
            user: numbers.next()?,
            group: numbers.next()?,
        })
    })
}
