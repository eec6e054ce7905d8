//! All figures of several nodes and of faults, as a table in Markdown.

use crate::command::{FaultsPlan, OutagePlan, Plan, Setting, StopPlan, StormPlan, StuckPlan};
use crate::numbers::thousands;
use crate::stage::Stage;
use crate::{Result, disk, machine, outages, stopping, storm, stuck, throughput};

/// Measures everything once. Returns whether all that was said arrived, once and in order.
pub fn run(setting: &Setting, plan: &FaultsPlan) -> Result<bool> {
    let mut report = Report {
        rows: Vec::new(),
        sound: true,
    };
    let several = setting.several();
    eprintln!("the disk");
    let disk = disk::run(&setting.folder)?;
    let mut stage = Stage::open(&several)?;
    report.add_speed(&mut stage, plan)?;
    report.add_outages(&mut stage, plan)?;
    drop(stage);
    let storm_plan = StormPlan {
        sockets: plan.sockets,
        rooms: 50,
        rate: 50.0,
    };
    for postgresql in [false, true] {
        let one = Setting {
            nodes: 1,
            postgresql: postgresql && setting.database.is_none(),
            database: setting.database.clone().filter(|_| postgresql),
            ..setting.clone()
        };
        let mut stage = Stage::open(&one)?;
        report.add_storm(&mut stage, &one, &storm_plan)?;
        report.add_stuck(&mut stage, &one, plan)?;
        report.add_stop(&mut stage, &one)?;
        stage.stop()?;
    }
    println!(
        "{}; {}; {}. The disk: {disk}.\n",
        machine::describe(),
        several.layout(),
        several.database_name()
    );
    println!("| work | goal | measured |\n| --- | --- | --- |");
    for row in &report.rows {
        println!("{row}");
    }
    Ok(report.sound)
}

struct Report {
    rows: Vec<String>,
    sound: bool,
}

impl Report {
    fn add(&mut self, work: &str, goal: &str, measured: &str, sound: bool) {
        let flaw = if sound {
            ""
        } else {
            "; **something was lost, doubled or out of order, or not everybody came back**"
        };
        self.rows
            .push(format!("| {work} | {goal} | {measured}{flaw} |"));
        self.sound &= sound;
    }

    fn add_speed(&mut self, stage: &mut Stage, plan: &FaultsPlan) -> Result<()> {
        let speeds = [
            (100.0, Some(1), "p50 ≤ 5 ms, p99 ≤ 30 ms"),
            (3_000.0, None, "p99 ≤ 100 ms"),
        ];
        for (rate, speaking_nodes, goal) in speeds {
            eprintln!("{rate} messages a second");
            let rooms = stage.rooms("nodes", 1)?;
            let talk = Plan {
                seconds: plan.seconds,
                speaking_nodes,
                ..Plan::of(1, 100 * stage.nodes.len(), 10, rate)
            };
            let outcome = throughput::run(stage, &talk, &rooms)?;
            eprint!("{outcome}");
            let (same, other) = outcome.by_node.ok_or("there are several nodes")?;
            let senders = speaking_nodes.map_or("senders on all", |_| "senders on the first");
            self.add(
                &format!(
                    "{} nodes, 100 people on each, {} messages/s, {senders}: send to seen on another node",
                    stage.nodes.len(),
                    thousands(rate)
                ),
                goal,
                &format!(
                    "p50 {:.1} ms, p99 {:.1} ms (same node: p50 {:.1} ms, p99 {:.1} ms)",
                    other.p50, other.p99, same.p50, same.p99
                ),
                outcome.is_clean(),
            );
        }
        Ok(())
    }

    fn add_outages(&mut self, stage: &mut Stage, plan: &FaultsPlan) -> Result<()> {
        let outage = OutagePlan {
            people: 100 * stage.nodes.len(),
            rate: 100.0,
            seconds: plan.seconds,
        };
        if stage.backends.redis.is_some() {
            eprintln!("Redis is killed");
            let killed = outages::redis(stage, &outage)?;
            eprint!("{killed}");
            self.add(
                "Redis killed under 100 messages/s, and back: sends refused, and the longest way between nodes",
                "0, ≤ 1 s",
                &format!(
                    "{}, {:.0} ms",
                    killed.verdict.refused,
                    killed.longest()
                ),
                killed.is_clean(),
            );
        }
        eprintln!("a node is killed");
        let killed = outages::node(stage, &outage)?;
        eprint!("{killed}");
        self.add(
            "node killed (-9) under 100 messages/s: its people are back on another",
            "p99 ≤ 3 s",
            &format!(
                "p50 {:.2} s, p99 {:.2} s, all in {:.2} s",
                killed.p50, killed.p99, killed.longest
            ),
            killed.is_clean(),
        );
        Ok(())
    }

    fn add_storm(&mut self, stage: &mut Stage, setting: &Setting, plan: &StormPlan) -> Result<()> {
        eprintln!("{} sockets are cut", plan.sockets);
        let storm = storm::run(stage, plan)?;
        eprint!("{storm}");
        self.add(
            &format!(
                "{} sockets cut at once, one node, {}: back",
                thousands(f64::from(plan.sockets)),
                setting.database_name()
            ),
            "99 % in ≤ 10 s",
            &format!(
                "50 % in {:.1} s, 99 % in {:.1} s, all in {:.1} s",
                storm.p50, storm.p99, storm.longest
            ),
            storm.is_clean(),
        );
        Ok(())
    }

    fn add_stuck(&mut self, stage: &mut Stage, setting: &Setting, plan: &FaultsPlan) -> Result<()> {
        eprintln!("20 of 100 stop reading");
        stage.restart()?;
        let stuck = stuck::run(
            stage,
            &StuckPlan {
                people: 100,
                stuck: 20,
                rate: 1_000.0,
                size: 1_000,
                seconds: plan.seconds,
            },
        )?;
        eprint!("{stuck}");
        let [before, peak, after] =
            [stuck.before_kib, stuck.peak_kib, stuck.after_kib].map(|kib| kib as f64 / 1_024.0);
        let gone = stuck
            .last_let_go
            .map_or_else(|| "never".to_owned(), |last| format!("{last:.1} s"));
        self.add(
            &format!(
                "20 of 100 readers stop reading at 1,000 messages/s of 1,000 bytes, {}",
                setting.database_name()
            ),
            "the others' p99 not doubled, memory flat, let go in ≤ 20 s",
            &format!(
                "p99 {:.1} ms before, {:.1} ms meanwhile; {before:.0} MiB before, {peak:.0} MiB at most, {after:.0} MiB after; all let go after {gone}",
                stuck.before.p99, stuck.meanwhile.p99
            ),
            stuck.is_clean(),
        );
        Ok(())
    }

    fn add_stop(&mut self, stage: &mut Stage, setting: &Setting) -> Result<()> {
        eprintln!("SIGTERM");
        let plan = StopPlan {
            people: 100,
            rate: 500.0,
        };
        let stopped = stopping::run(stage, &plan)?;
        eprint!("{stopped}");
        self.add(
            &format!(
                "SIGTERM under 500 messages/s, with a stuck client and half-sent requests, {}",
                setting.database_name()
            ),
            "exit code 0 in ≤ 15 s",
            &format!("{} after {:.1} s", stopped.exit(), stopped.seconds),
            stopped.is_clean(),
        );
        Ok(())
    }
}
