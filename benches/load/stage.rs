//! A site to measure: a server with accounts and rooms, all made through the front door.

use std::net::SocketAddr;
use std::path::Path;

use tempfile::TempDir;

use crate::backends::Backends;
use crate::command::Setting;
use crate::crowd::Place;
use crate::http::{self, Answer};
use crate::server::{Launch, SETUP_TOKEN, Server};
use crate::{Failure, Result, machine};

const PASSWORD: &str = "a long easy talk among friends";

/// A running site with people.
pub struct Stage {
    /// One, where not more were asked for.
    pub nodes: Vec<Server>,
    // Ended after the nodes that use them.
    pub backends: Backends,
    launch: Launch,
    /// The cookies of each account; the first is the administrator's.
    cookies: Vec<String>,
    rooms_made: usize,
    // Dropped, and with it deleted, after the nodes that write to it.
    _folder: TempDir,
}

impl Stage {
    /// Starts the nodes in a new folder and signs everybody up.
    pub fn open(setting: &Setting) -> Result<Stage> {
        let folder = throw_away_folder(setting)?;
        let backends = Backends::gather(setting)?;
        let launch = launch(setting, &folder, &backends);
        let mut stage = Stage {
            nodes: Vec::new(),
            backends,
            launch,
            cookies: Vec::new(),
            rooms_made: 0,
            _folder: folder,
        };
        for _ in 0..setting.nodes {
            stage.nodes.push(Server::start(&stage.launch)?);
        }
        eprintln!("signing up {} people", setting.accounts);
        for number in 0..setting.accounts {
            let cookies = sign_up(stage.address(), number)?;
            stage.cookies.push(cookies);
        }
        Ok(stage)
    }

    /// Replaces the processes: the new ones have the same people and rooms, and memory that nothing has touched.
    pub fn restart(&mut self) -> Result<()> {
        for node in &mut self.nodes {
            node.stop()?;
            *node = Server::start(&self.launch)?;
        }
        Ok(())
    }

    /// Starts a node that has ended, where it was.
    pub fn start_again(&mut self, node: usize) -> Result<()> {
        let bind = self.nodes[node].address;
        self.nodes[node] = Server::start(&Launch {
            bind,
            ..self.launch.clone()
        })?;
        Ok(())
    }

    pub fn stop(&mut self) -> Result<()> {
        self.nodes.iter_mut().try_for_each(Server::stop)
    }

    /// How many people there are.
    pub fn people(&self) -> usize {
        self.cookies.len()
    }

    /// What somebody is called.
    pub fn username_of(&self, person: usize) -> String {
        format!("load-{}", person % self.cookies.len())
    }

    /// The folder that the nodes keep their data in.
    pub fn data(&self) -> &Path {
        &self.launch.data
    }

    /// Makes somebody a member of an open room.
    pub fn join(&self, room: &str, person: usize) -> Result<()> {
        let path = format!("/api/rooms/{room}/members/{}", self.username_of(person));
        let headers = [
            ("Content-Type", "application/json"),
            ("Cookie", self.cookies_of(person)),
        ];
        let request = http::request("PUT", &path, self.address(), &headers, b"{}");
        let answer = http::once(self.address(), &request)?;
        expect(&answer, 200, "joining a room")
    }

    /// Where the first node listens.
    pub fn address(&self) -> SocketAddr {
        self.nodes[0].address
    }

    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.nodes.iter().map(|node| node.address).collect()
    }

    /// The core that the nodes share, and what this program has started for them.
    pub fn core(&self) -> Option<usize> {
        self.launch.core
    }

    /// Waits until all nodes have done what they still had to do.
    pub fn rest(&self) -> Result<()> {
        self.nodes.iter().try_for_each(Server::rest)
    }

    /// Memory of all nodes.
    pub fn resident_kib(&self) -> Result<u64> {
        let each = self
            .nodes
            .iter()
            .map(|node| machine::resident_kib(node.id()));
        each.sum()
    }

    /// Processor time that all nodes have used, in seconds.
    pub fn cpu_seconds(&self) -> Result<f64> {
        let each = self
            .nodes
            .iter()
            .map(|node| machine::cpu_seconds(node.id()));
        each.sum()
    }

    /// Makes rooms. Returns their slugs.
    pub fn rooms(&mut self, purpose: &str, count: usize) -> Result<Vec<String>> {
        // A database that is used again has rooms of earlier runs; the process id tells them apart.
        let run = std::process::id();
        (0..count)
            .map(|_| {
                self.rooms_made += 1;
                let name = format!("{purpose} {run} {}", self.rooms_made);
                let body = serde_json::json!({ "name": name }).to_string();
                let answer = self.post("/api/rooms", "application/json", 0, body.as_bytes())?;
                expect(&answer, 201, "making a room")?;
                let room: serde_json::Value = serde_json::from_slice(&answer.body)?;
                Ok(room["slug"]
                    .as_str()
                    .ok_or("a room without a slug")?
                    .to_owned())
            })
            .collect()
    }

    /// Says something in a room over the API.
    pub fn say(&self, room: &str, person: usize, text: &str) -> Result<()> {
        let body = serde_json::json!({ "message": text }).to_string();
        let answer = self.post(
            &format!("/api/rooms/{room}/messages"),
            "application/json",
            person,
            body.as_bytes(),
        )?;
        expect(&answer, 201, "saying something")
    }

    /// The cookies of one person.
    pub fn cookies_of(&self, person: usize) -> &str {
        &self.cookies[person % self.cookies.len()]
    }

    /// A place for everybody in each room, room by room, where `homes` are the nodes of a room's people. Within a room each is a
    /// person of their own as long as there are accounts.
    pub fn places(&self, rooms: &[String], homes: &[usize]) -> Vec<Place> {
        let of_room = |(room, slug): (usize, &String)| {
            let path = format!("/ws/chat/{slug}/");
            let place = move |(person, node): (usize, &usize)| Place {
                room,
                node: *node,
                path: path.clone(),
                cookies: self.cookies_of(room * homes.len() + person).to_owned(),
            };
            homes.iter().enumerate().map(place).collect::<Vec<_>>()
        };
        rooms.iter().enumerate().flat_map(of_room).collect()
    }

    fn post(&self, path: &str, content_type: &str, person: usize, body: &[u8]) -> Result<Answer> {
        let headers = [
            ("Content-Type", content_type),
            ("Cookie", self.cookies_of(person)),
        ];
        let request = http::request("POST", path, self.address(), &headers, body);
        http::once(self.address(), &request)
    }
}

/// A folder on the disk that is to be measured.
pub fn throw_away_folder(setting: &Setting) -> Result<TempDir> {
    Ok(tempfile::Builder::new()
        .prefix("adda-load-")
        .tempdir_in(&setting.folder)?)
}

/// How to start a server in a folder.
pub fn launch(setting: &Setting, folder: &TempDir, backends: &Backends) -> Launch {
    Launch {
        data: folder.path().to_owned(),
        database: backends.database.clone(),
        redis: backends.redis_url.clone(),
        bind: SocketAddr::from(([127, 0, 0, 1], 0)),
        core: setting.cores.map(|cores| cores.server),
    }
}

/// Makes an account, the first by setting the site up; signs in to it where an earlier run has made it.
fn sign_up(address: SocketAddr, number: u16) -> Result<String> {
    let account = format!(
        "username=load-{number}&password={}",
        PASSWORD.replace(' ', "+")
    );
    let (path, form) = match number {
        0 => ("/setup", format!("{account}&token={SETUP_TOKEN}")),
        _ => ("/signup", account.clone()),
    };
    let submit = |path: &str, form: &str| {
        let headers = [("Content-Type", "application/x-www-form-urlencoded")];
        http::once(
            address,
            &http::request("POST", path, address, &headers, form.as_bytes()),
        )
    };
    let mut answer = submit(path, &form)?;
    if matches!(answer.status, 404 | 422) {
        answer = submit("/login", &account)?;
    }
    expect(&answer, 303, path)?;
    if answer.cookies.is_empty() {
        return Err(format!("{path} signed nobody in").into());
    }
    Ok(answer.cookies)
}

fn expect(answer: &Answer, status: u16, what: &str) -> Result<()> {
    if answer.status == status {
        return Ok(());
    }
    let body = String::from_utf8_lossy(&answer.body);
    let begin: String = body.chars().take(300).collect();
    Err(Failure::from(format!(
        "{what}: {} instead of {status}: {begin}",
        answer.status
    )))
}
