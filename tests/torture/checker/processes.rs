//! What the nodes' processes leave behind.

use super::evidence::{Footprint, Process};
use super::{Findings, Kind, Limits};

/// Pools and timers open and close a few files of their own.
const FILES_MORE: usize = 16;

pub(super) fn check(processes: &[Process], limits: Limits, findings: &mut Findings) {
    for process in processes {
        match process {
            Process::Stopped { node, after, code } => {
                if *code != Some(0) || *after > limits.stopping.as_micros() as u64 {
                    findings.add(
                        Kind::Process,
                        format!(
                            "node {node} stopped with {code:?} {} ms after it was asked to",
                            after / 1_000
                        ),
                    );
                }
            }
            Process::Left {
                node,
                before,
                after,
            } => check_left(*node, before, after, limits, findings),
            Process::Said { node, line } => {
                findings.add(Kind::Process, format!("node {node} said: {line}"));
            }
        }
    }
}

fn check_left(
    node: u32,
    before: &Footprint,
    after: &Footprint,
    limits: Limits,
    findings: &mut Findings,
) {
    if after.open_files > before.open_files + FILES_MORE {
        findings.add(
            Kind::Leak,
            format!(
                "node {node} had {} open files before anyone came, and has {} when all have left",
                before.open_files, after.open_files
            ),
        );
    }
    if after.half_closed > 0 {
        findings.add(
            Kind::Leak,
            format!(
                "node {node} keeps {} connections that the other end has closed",
                after.half_closed
            ),
        );
    }
    if after.resident_kib > before.resident_kib + limits.growth_kib {
        findings.add(
            Kind::Leak,
            format!(
                "node {node} grew from {} to {} KiB",
                before.resident_kib, after.resident_kib
            ),
        );
    }
}
