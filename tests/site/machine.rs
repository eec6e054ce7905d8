//! What a machine does to a process: it runs short of something, or its disk fails.

use std::process::Command;
use std::time::Duration;

use super::{Database, Site};

/// The kernel counts a process's time in hundredths of a second.
const TICK: Duration = Duration::from_millis(10);

impl Site {
    /// Starts a site whose calls to the kernel go wrong in the way that `strace` is told, such as `error=EIO:when=60+`,
    /// counted in each thread by itself.
    pub fn faulty(calls: &str, fault: &str, settings: &[(&str, &str)]) -> Site {
        // The tracer is a grandchild: the process keeps its own number and its own exit code.
        let (traced, injected) = (
            format!("-etrace={calls}"),
            format!("-einject={calls}:{fault}"),
        );
        let launcher = [
            "strace",
            "-D",
            "-f",
            "-qqq",
            "-o/dev/null",
            "-esignal=none",
            &traced,
            &injected,
        ];
        Site::under(&launcher, Database::Sqlite, settings)
    }

    /// Sets one of its limits, as `prlimit` names it, such as `nofile` or `fsize`; `unlimited` is as far as it goes.
    pub fn is_limited(&self, resource: &str, limit: &str) {
        let set = Command::new("prlimit")
            .arg(format!("--pid={}", self.process.id()))
            // The colon leaves the hard limit as it is, so that it can be raised again.
            .arg(format!("--{resource}={limit}:"))
            .output()
            .unwrap();
        assert!(set.status.success(), "{set:?}");
    }

    /// How long it has kept processors busy.
    pub fn busy(&self) -> Duration {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.process.id())).unwrap();
        // Behind the name, which may hold anything, fields 14 and 15 are the time in the program and in the kernel.
        let fields: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        let ticks: u32 = fields[11].parse::<u32>().unwrap() + fields[12].parse::<u32>().unwrap();
        ticks * TICK
    }

    /// Ends the faults that `strace` makes: it is killed, and lets go of the process.
    pub fn is_let_go_by_strace(&self) {
        let tracer = self.tracer();
        assert_ne!(tracer, 0, "strace holds the process");
        let killed = Command::new("sh")
            .args(["-c", &format!("kill -KILL {tracer}")])
            .status()
            .unwrap();
        assert!(killed.success());
        while self.tracer() != 0 {
            std::thread::yield_now();
        }
    }

    fn tracer(&self) -> u32 {
        let status =
            std::fs::read_to_string(format!("/proc/{}/status", self.process.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("TracerPid:"));
        line.unwrap()
            .split_whitespace()
            .nth(1)
            .unwrap()
            .parse()
            .unwrap()
    }
}
