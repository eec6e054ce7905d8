//! All figures of docs/performance.md, each the median of several runs, as a table in Markdown.

use crate::command::{IdlePlan, PagePlan, Plan, Search, Setting, Thoroughness};
use crate::highest::{self, Found};
use crate::numbers::{median, thousands};
use crate::stage::Stage;
use crate::{Result, disk, idle, machine, page, start, throughput};

/// A crowd whose highest rate is wanted.
struct Crowding {
    work: &'static str,
    goal: f64,
    rooms: usize,
    people: usize,
    senders: usize,
}

const CROWDINGS: [Crowding; 3] = [
    Crowding {
        work: "1 room, 100 people, 10 sending",
        goal: 8_000.0,
        rooms: 1,
        people: 100,
        senders: 10,
    },
    Crowding {
        work: "1 room, 1,000 people, 5 sending",
        goal: 1_000.0,
        rooms: 1,
        people: 1_000,
        senders: 5,
    },
    Crowding {
        work: "100 rooms × 10 people, 2 sending in each",
        goal: 5_000.0,
        rooms: 100,
        people: 10,
        senders: 2,
    },
];

/// Measures everything. Returns whether all that was said arrived, once and in order.
pub fn run(setting: &Setting, thoroughness: &Thoroughness) -> Result<bool> {
    let mut report = Report {
        rows: Vec::new(),
        sound: true,
    };
    eprintln!("the disk");
    let disk = disk::run(&setting.folder)?;
    eprintln!("starting");
    let starts = repeated(thoroughness, || start::run(setting))?;
    report.add_starts(&starts);
    let mut stage = Stage::open(setting)?;
    let plan = |rooms, people, senders, rate| Plan {
        seconds: thoroughness.seconds,
        ..Plan::of(rooms, people, senders, rate)
    };
    // Before the crowds: whoever is in a hundred rooms full of what they have not read waits for all those counts.
    eprintln!("pages");
    let asking = PagePlan {
        seconds: thoroughness.seconds,
        connections: 8,
    };
    let pages = repeated(thoroughness, || page::run(&mut stage, &asking))?;
    let per_second = median(pages.iter().map(|pages| pages.per_second));
    report.add(
        "room page with 50 messages, signed in, 8 connections",
        "≥ 1,500 requests/s",
        format!("{} requests/s", thousands(per_second)),
    );
    for crowding in &CROWDINGS {
        eprintln!("{}", crowding.work);
        report.add_crowding(
            &mut stage,
            crowding,
            plan(crowding.rooms, crowding.people, crowding.senders, 0.0),
            thoroughness,
        )?;
    }
    eprintln!("latency");
    let rooms = stage.rooms("latency", 1)?;
    let quiet = plan(1, 100, 10, 100.0);
    let outcomes = repeated(thoroughness, || throughput::run(&stage, &quiet, &rooms))?;
    report.sound &= outcomes.iter().all(|outcome| outcome.is_clean());
    let (p50, p99) = (
        median(outcomes.iter().map(|outcome| outcome.seen.p50)),
        median(outcomes.iter().map(|outcome| outcome.seen.p99)),
    );
    report.add(
        "1 room, 100 people, 100 messages/s: send to seen",
        "p50 ≤ 2.5 ms, p99 ≤ 8 ms",
        format!("p50 {p50:.1} ms, p99 {p99:.1} ms"),
    );
    eprintln!("idle sockets");
    let waiting = IdlePlan {
        sockets: 10_000,
        rooms: 100,
        hold: 2.0,
    };
    let idle = repeated(thoroughness, || idle::run(&mut stage, &waiting))?;
    let each = median(idle.iter().map(idle::Idle::kib_each));
    report.add(
        "10,000 idle sockets",
        "≤ 24 KiB resident each",
        format!("{each:.1} KiB"),
    );
    stage.stop()?;
    report.print(setting, &disk);
    Ok(report.sound)
}

struct Report {
    rows: Vec<String>,
    sound: bool,
}

impl Report {
    fn add(&mut self, work: &str, goal: &str, measured: String) {
        self.rows.push(format!("| {work} | {goal} | {measured} |"));
    }

    fn add_starts(&mut self, starts: &[start::Start]) {
        let resident = median(starts.iter().map(|start| start.resident_mib));
        let ready = median(starts.iter().map(|start| start.ready_after.as_secs_f64()));
        self.add(
            "process after start",
            "≤ 30 MiB resident, ready in ≤ 1 s",
            format!("{resident:.1} MiB, {:.0} ms", ready * 1_000.0),
        );
    }

    fn add_crowding(
        &mut self,
        stage: &mut Stage,
        crowding: &Crowding,
        plan: Plan,
        thoroughness: &Thoroughness,
    ) -> Result<()> {
        let rooms = stage.rooms("crowd", crowding.rooms)?;
        let mut search = Search {
            plan,
            from: crowding.goal / 2.0,
            most: 128_000.0,
            p99: 100.0,
            precision: 0.05,
        };
        let found = repeated(thoroughness, || {
            let found = highest::find(stage, &search, &rooms)?;
            // The next search is over sooner when it begins near the answer.
            search.from = (found.rate() * 0.75).max(100.0);
            Ok(found)
        })?;
        self.sound &= found.iter().all(Found::is_sound);
        let rate = median(found.iter().map(Found::rate));
        let bytes = median(
            found
                .iter()
                .filter_map(|found| found.best.as_ref())
                .map(|best| best.bytes_per_delivery),
        );
        let deliveries = thousands(rate * crowding.people as f64);
        let goal = format!("≥ {} messages/s", thousands(crowding.goal));
        let measured = if rate == 0.0 {
            "no rate was kept".to_owned()
        } else {
            let rate = thousands(rate);
            format!("{rate} messages/s, {deliveries} deliveries/s of {bytes:.0} bytes")
        };
        self.add(
            &format!(
                "{}: highest rate with nothing missing and p99 ≤ 100 ms",
                crowding.work
            ),
            &goal,
            measured,
        );
        Ok(())
    }

    fn print(&self, setting: &Setting, disk: &disk::Disk) {
        println!(
            "{}; {}; {}. {disk}.\n",
            machine::describe(),
            setting.layout(),
            setting.database_name()
        );
        println!("| work | goal | measured |\n| --- | --- | --- |");
        for row in &self.rows {
            println!("{row}");
        }
    }
}

fn repeated<T>(
    thoroughness: &Thoroughness,
    mut measure: impl FnMut() -> Result<T>,
) -> Result<Vec<T>> {
    (0..thoroughness.repeat).map(|_| measure()).collect()
}
