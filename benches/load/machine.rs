//! The machine underneath: its cores, who runs on which, and what a process uses of it. Linux's /proc, where there is one.

use std::net::TcpListener;
use std::process::{Command, Stdio};

use crate::Result;

/// Linux reports processor time in hundredths of a second to programs, whatever the kernel counts in.
const TICKS_PER_SECOND: f64 = 100.0;

/// A core for each side.
#[derive(Clone, Copy, Debug)]
pub struct Cores {
    pub server: usize,
    pub generator: usize,
}

/// The first two cores that this process may use; `None` where there is one only, or no way to choose.
pub fn two_cores() -> Option<Cores> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let list = status
        .lines()
        .find_map(|line| line.strip_prefix("Cpus_allowed_list:"))?;
    let mut allowed = cores_in(list.trim()).into_iter();
    let (server, generator) = (allowed.next()?, allowed.next()?);
    let there = Command::new("taskset")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    there
        .is_ok_and(|status| status.success())
        .then_some(Cores { server, generator })
}

/// Reads a list such as `0-3,8`.
pub fn cores_in(list: &str) -> Vec<usize> {
    let mut cores = Vec::new();
    for part in list.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(first), Ok(last)) = (first.parse::<usize>(), last.parse::<usize>()) {
            cores.extend(first..=last);
        }
    }
    cores
}

/// Moves this process, which has one thread when this is called, to a core.
pub fn pin_this_process(core: usize) -> Result<()> {
    let done = Command::new("taskset")
        .args(["-cp", &core.to_string(), &std::process::id().to_string()])
        .stdout(Stdio::null())
        .status()?;
    if done.success() {
        Ok(())
    } else {
        Err(format!("taskset cannot move this program to core {core}").into())
    }
}

/// Processor time that a process has used, in seconds, to a hundredth.
pub fn cpu_seconds(process: u32) -> Result<f64> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name, in brackets, may hold anything; the numbers follow it, user and system time as the 12th and 13th.
    let numbers = stat.rsplit_once(')').map_or("", |(_, numbers)| numbers);
    let ticks: f64 = numbers
        .split_whitespace()
        .skip(11)
        .take(2)
        .filter_map(|number| number.parse::<f64>().ok())
        .sum();
    Ok(ticks / TICKS_PER_SECOND)
}

/// Time that a core has had nothing to do, in seconds, to a hundredth.
pub fn idle_seconds(core: usize) -> Result<f64> {
    let stat = std::fs::read_to_string("/proc/stat")?;
    let name = format!("cpu{core}");
    let mut words = stat
        .lines()
        .map(str::split_whitespace)
        .find_map(|mut words| (words.next() == Some(&name)).then_some(words))
        .ok_or_else(|| format!("the kernel does not say what core {core} does"))?;
    let ticks: f64 = words.nth(3).map_or(Ok(0.0), str::parse)?;
    Ok(ticks / TICKS_PER_SECOND)
}

/// How many of a server's connections from these ports it still holds.
pub fn held_connections(server: u16, ports: &[u16]) -> Result<usize> {
    let table = std::fs::read_to_string("/proc/net/tcp")?;
    Ok(connections_in(&table, server, ports))
}

/// Counts the established connections between a port and others in the kernel's table of IPv4.
pub fn connections_in(table: &str, server: u16, ports: &[u16]) -> usize {
    const ESTABLISHED: &str = "01";
    let port_of = |end: &str| u16::from_str_radix(end.rsplit_once(':')?.1, 16).ok();
    let is_one = |line: &&str| {
        let mut words = line.split_whitespace().skip(1);
        let (Some(own), Some(other), Some(state)) = (words.next(), words.next(), words.next())
        else {
            return false;
        };
        state == ESTABLISHED
            && port_of(own) == Some(server)
            && port_of(other).is_some_and(|port| ports.contains(&port))
    };
    table.lines().filter(is_one).count()
}

/// A port that nobody listens on.
pub fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Memory of a process that is in RAM, in KiB.
pub fn resident_kib(process: u32) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .ok_or_else(|| "the kernel does not say how much memory the server has".into())
}

/// The processor and the kernel, in a few words.
pub fn describe() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let info = read("/proc/cpuinfo");
    let model = info
        .lines()
        .find(|line| line.starts_with("model name"))
        .and_then(|line| line.split_once(':'));
    let model = model
        .map_or("unknown processor", |(_, model)| model.trim())
        .to_owned();
    let cores = std::fs::read_to_string("/proc/cpuinfo")
        .map_or(0, |info| info.matches("processor\t").count());
    let kernel = read("/proc/sys/kernel/osrelease");
    format!("{model}, {cores} cores, Linux {}", kernel.trim())
}
