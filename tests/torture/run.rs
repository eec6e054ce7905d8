//! One run from beginning to end: everyone comes, faults are made, all is mended, everyone settles and leaves.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use serde_json::json;
use tokio::runtime::{Builder, Handle};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinSet;

use crate::checker::evidence::{Evidence, Footprint, Process, What};
use crate::database::{Database, sampler};
use crate::faults::{Director, Puppet};
use crate::people::{Order, Person, Phase, World, name_of};
use crate::place::Place;
use crate::plan::Plan;
use crate::record::Record;
use crate::settings::Settings;
use crate::site::PASSWORD;
use crate::site::chance::Chance;
use crate::site::http::Browser;
use crate::site::postgres;

/// For everyone to be there before the first fault.
const COMING_MAX: Duration = Duration::from_secs(60);
/// Talk without any fault, so that calm is measured too.
const CALM_FIRST: Duration = Duration::from_secs(5);
/// For everyone to be back and to have everything after the last fault.
const SETTLING_MAX: Duration = Duration::from_secs(60);
const LEAVING_MAX: Duration = Duration::from_secs(30);
/// For processes to notice that all have left.
const CLEARING_MAX: Duration = Duration::from_secs(15);
/// A node that fell silent is forgotten after 45 s, and its people with it.
const FORGETTING_MAX: Duration = Duration::from_secs(50);

/// What is left of a run.
pub struct Outcome {
    pub evidence: Evidence,
    pub lasted: Duration,
    /// What each node has logged.
    pub logs: Vec<String>,
}

/// Runs it from beginning to end.
pub fn run(settings: &Settings) -> Outcome {
    let began = Instant::now();
    println!(
        "torture: seed {}, {}, {} nodes, {} people in {} rooms, {} messages a second",
        settings.seed,
        match settings.lasts {
            Some(lasts) => format!("{} s of faults", lasts.as_secs()),
            None => "every fault once and shortly".to_owned(),
        },
        settings.nodes,
        settings.people,
        settings.rooms,
        settings.rate,
    );
    if settings.lasts.is_some() {
        postgres::be_durable();
    }
    // People have a thread of their own: whoever makes the faults waits for processes to start and end.
    let runtime = || Builder::new_current_thread().enable_all().build().unwrap();
    let (theirs, (over, is_over)) = (runtime(), oneshot::channel::<()>());
    let crowd = theirs.handle().clone();
    let thread = std::thread::spawn(move || drop(theirs.block_on(is_over)));
    let (evidence, logs) = runtime().block_on(tortures(settings, &crowd));
    drop(over);
    thread.join().unwrap();
    Outcome {
        evidence,
        lasted: began.elapsed(),
        logs,
    }
}

async fn tortures(settings: &Settings, crowd: &Handle) -> (Evidence, Vec<String>) {
    let place = Place::build(settings.nodes);
    let (administrator, slugs, browsers) = prepare(&place, settings).await;
    let before: Vec<Footprint> = place.nodes.iter().map(|node| node.footprint()).collect();
    let record = Arc::new(Record::new());
    let (phase, phases) = watch::channel(Phase::Talking);
    let samples = sampler(Database::open(&place.database, &slugs), Arc::clone(&record));
    let world = Arc::new(World {
        record: Arc::clone(&record),
        phase: phases,
        samples,
        pause: Duration::from_secs(1) * settings.people as u32 / settings.rate as u32,
        ping_every: Duration::from_secs(if settings.lasts.is_some() { 25 } else { 5 }),
    });
    let mut database = Database::open(&place.database, &slugs);
    let mut tasks = JoinSet::new();
    let mut director = Director {
        place,
        record,
        people: Vec::new(),
    };
    let mut chance = Chance::new(settings.seed ^ u64::MAX);
    for (number, browser) in (0..).zip(&browsers) {
        let (orders, told) = mpsc::unbounded_channel();
        let room = number % settings.rooms as u32;
        let who = (number, room, slugs[room as usize].clone());
        let at_nodes = director.place.browsers(browser);
        let person = Person::new(who, at_nodes, Arc::clone(&world), told, chance.branch());
        director.people.push(Puppet {
            number,
            browser: browser.clone(),
            status: Arc::clone(&person.status),
            orders,
        });
        tasks.spawn_on(person.lives(), crowd);
    }
    drop(world);
    let everyone_came = || {
        let mut people = director.people.iter();
        people.all(|puppet| puppet.status.connection.load(Ordering::Relaxed) > 0)
    };
    until(COMING_MAX, everyone_came).await;
    assert!(everyone_came(), "not everybody could come");
    tokio::time::sleep(CALM_FIRST).await;
    let warm: Vec<Footprint> = director.footprints();
    director.makes_faults(settings).await;
    director.settles(&phase, &mut database).await;
    phase.send_replace(Phase::Over);
    let leaving = async { while tasks.join_next().await.is_some() {} };
    if tokio::time::timeout(LEAVING_MAX, leaving).await.is_err() {
        println!("some people could not leave in time");
    }
    director.looks_at_processes(&before, &warm).await;
    director.looks_for_ghosts(&administrator).await;
    director.checks_the_database();
    let recorded = director.record.take();
    let nodes = director.place.nodes.iter();
    let evidence = Evidence {
        events: recorded.events,
        rows: database.rows(),
        disturbances: recorded.disturbances,
        processes: recorded.processes,
    };
    (evidence, nodes.map(|node| node.log().0).collect())
}

/// Makes the rooms and everyone's accounts.
async fn prepare(place: &Place, settings: &Settings) -> (Browser, Vec<String>, Vec<Browser>) {
    let token = place.nodes[0].site().take_setup_token().unwrap();
    let administrator = Browser::new(place.nodes[0].people.place());
    let fields = [
        ("token", token.as_str()),
        ("username", "host"),
        ("password", PASSWORD),
    ];
    let answer = administrator.form("/setup", &fields).await;
    drop(answer.expect(303, "set-up"));
    let mut slugs = Vec::new();
    for number in 0..settings.rooms {
        let room = json!({"name": format!("table {number}"), "kind": "open"});
        let made = administrator.json("POST", "/api/rooms", &room).await;
        let slug = made.expect(201, "a room").value()["slug"].clone();
        slugs.push(slug.as_str().unwrap().to_owned());
    }
    let mut browsers = Vec::new();
    for number in 0..settings.people as u32 {
        let node = &place.nodes[number as usize % place.nodes.len()];
        let browser = Browser::new(node.people.place());
        let name = name_of(number);
        let fields = [("username", name.as_str()), ("password", PASSWORD)];
        let answer = browser.form("/signup", &fields).await;
        drop(answer.expect(303, "somebody makes an account"));
        browsers.push(browser);
    }
    (administrator, slugs, browsers)
}

impl Director {
    async fn makes_faults(&self, settings: &Settings) {
        let mut plan = Plan::new(settings);
        let began = Instant::now();
        let mut made = 0;
        // The short run makes every kind once.
        while match settings.lasts {
            Some(lasts) => began.elapsed() < lasts,
            None => made < Plan::round(),
        } {
            let (steps, calm) = plan.next();
            made += steps.len();
            for step in &steps {
                println!(
                    "{:7.1} s  {} (nodes {:?}, {:.1} s)",
                    self.record.now() as f64 / 1e6,
                    step.kind,
                    step.nodes,
                    step.lasts.as_secs_f64()
                );
            }
            match &steps[..] {
                [first, second] => drop(tokio::join!(self.makes(first), self.makes(second))),
                _ => self.makes(&steps[0]).await,
            }
            tokio::time::sleep(calm).await;
        }
    }

    /// Mends everything, and waits until everyone is back, has their answers, and has all that is stored.
    async fn settles(&self, phase: &watch::Sender<Phase>, database: &mut Database) {
        let began = Instant::now();
        self.place.mend();
        self.tells_everyone(Order::Look);
        phase.send_replace(Phase::Settling);
        until(SETTLING_MAX, || self.missing().is_empty()).await;
        for (number, why) in self.missing() {
            self.record.add(number, What::Stuck { why });
        }
        let heads = database.heads();
        let rooms = heads.len() as u32;
        let behind = || {
            self.people.iter().filter(|puppet| {
                let room = puppet.number % rooms;
                let revision = puppet.status.revision.load(Ordering::Relaxed);
                heads.get(&room).is_some_and(|head| revision < *head)
            })
        };
        until(SETTLING_MAX.saturating_sub(began.elapsed()), || {
            behind().next().is_none()
        })
        .await;
        for puppet in &self.people {
            if puppet.status.connected.load(Ordering::Relaxed) {
                let connection = puppet.status.connection.load(Ordering::Relaxed);
                self.record.add(puppet.number, What::Settled { connection });
            }
        }
        println!(
            "{:7.1} s  everything mended; settled after {:.1} s",
            self.record.now() as f64 / 1e6,
            began.elapsed().as_secs_f64()
        );
    }

    /// Who is not there or waits for an answer, and for what.
    fn missing(&self) -> Vec<(u32, String)> {
        let people = self.people.iter();
        people
            .filter_map(|puppet| {
                let waiting = puppet.status.waiting.load(Ordering::Relaxed);
                if !puppet.status.connected.load(Ordering::Relaxed) {
                    return Some((puppet.number, "is not connected".to_owned()));
                }
                (waiting > 0).then(|| {
                    (
                        puppet.number,
                        format!("{waiting} messages without an answer"),
                    )
                })
            })
            .collect()
    }

    fn footprints(&self) -> Vec<Footprint> {
        let nodes = self.place.nodes.iter();
        nodes.map(|node| node.footprint()).collect()
    }

    async fn looks_at_processes(&self, before: &[Footprint], warm: &[Footprint]) {
        until(CLEARING_MAX, || {
            let pairs = self.footprints().into_iter().zip(before);
            pairs
                .into_iter()
                .all(|(now, before)| now.half_closed == 0 && now.open_files <= before.open_files)
        })
        .await;
        for (number, after) in self.footprints().into_iter().enumerate() {
            let (_, never_to_be_said) = self.place.nodes[number].log();
            for line in never_to_be_said {
                let node = number as u32;
                self.record.add_process(Process::Said { node, line });
            }
            let before = Footprint {
                open_files: before[number].open_files,
                ..warm[number]
            };
            println!("node {number}: {before:?} before, {after:?} after");
            self.record.add_process(Process::Left {
                node: number as u32,
                before,
                after,
            });
        }
    }

    /// Nobody is online on any node when everybody has left.
    async fn looks_for_ghosts(&self, administrator: &Browser) {
        for (number, browser) in self.place.browsers(administrator).iter().enumerate() {
            let began = Instant::now();
            let mut ghosts = online(browser).await;
            while ghosts != Some(0) && began.elapsed() < FORGETTING_MAX {
                tokio::time::sleep(Duration::from_millis(500)).await;
                ghosts = online(browser).await;
            }
            if ghosts != Some(0) {
                let node = number as u32;
                let line = format!("{ghosts:?} people are online when everybody has left");
                self.record.add_process(Process::Said { node, line });
            }
        }
    }

    /// `adda check` on the same database, where this version has it.
    fn checks_the_database(&self) {
        let site = self.place.nodes[0].site();
        let help = site.command(&["--help"]);
        if !String::from_utf8_lossy(&help.stdout).contains("  check ") {
            println!("this version has no `adda check`");
            return;
        }
        let checked = site.command(&["check"]);
        let said = String::from_utf8_lossy(&checked.stdout).into_owned()
            + &String::from_utf8_lossy(&checked.stderr);
        println!("adda check: {}", said.trim());
        if !checked.status.success() {
            self.record.add_process(Process::Said {
                node: 0,
                line: format!("adda check: {said}"),
            });
        }
    }
}

/// How many people a node takes to be connected somewhere.
async fn online(browser: &Browser) -> Option<usize> {
    let answer = browser.get("/api/users").attempt().await.ok()?;
    let users = answer.value()["users"].as_array()?.clone();
    let online = users.iter().filter(|user| user["online"] == true);
    Some(online.count())
}

/// Waits until something is so that nobody announces, or the time is over.
async fn until(longest: Duration, is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() && began.elapsed() < longest {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
