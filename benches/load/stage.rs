//! A site to measure: a server with accounts and rooms, all made through the front door.

use std::net::SocketAddr;

use tempfile::TempDir;

use crate::command::Setting;
use crate::crowd::Place;
use crate::http::{self, Answer};
use crate::server::{Launch, SETUP_TOKEN, Server};
use crate::{Failure, Result};

const PASSWORD: &str = "a long easy talk among friends";

/// A running site with people.
pub struct Stage {
    pub server: Server,
    launch: Launch,
    /// The cookies of each account; the first is the administrator's.
    cookies: Vec<String>,
    rooms_made: usize,
    // Dropped, and with it deleted, after the server that writes to it.
    _folder: TempDir,
}

impl Stage {
    /// Starts a server in a new folder and signs everybody up.
    pub fn open(setting: Setting) -> Result<Stage> {
        let folder = throw_away_folder(&setting)?;
        let launch = launch(&setting, &folder);
        let server = Server::start(&launch)?;
        let mut stage = Stage {
            server,
            launch,
            cookies: Vec::new(),
            rooms_made: 0,
            _folder: folder,
        };
        eprintln!("signing up {} people", setting.accounts);
        for number in 0..setting.accounts {
            let cookies = sign_up(stage.server.address, number)?;
            stage.cookies.push(cookies);
        }
        Ok(stage)
    }

    /// Replaces the process: the new one has the same people and rooms, and memory that nothing has touched.
    pub fn restart(&mut self) -> Result<()> {
        self.server.stop()?;
        self.server = Server::start(&self.launch)?;
        Ok(())
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

    /// A place for each of `people` in each room, room by room. Within a room each is a person of their own as long as there
    /// are accounts.
    pub fn places(&self, rooms: &[String], people: usize) -> Vec<Place> {
        let of_room = |(room, slug): (usize, &String)| {
            let path = format!("/ws/chat/{slug}/");
            let place = move |person| Place {
                room,
                path: path.clone(),
                cookies: self.cookies_of(room * people + person).to_owned(),
            };
            (0..people).map(place).collect::<Vec<_>>()
        };
        rooms.iter().enumerate().flat_map(of_room).collect()
    }

    fn post(&self, path: &str, content_type: &str, person: usize, body: &[u8]) -> Result<Answer> {
        let headers = [
            ("Content-Type", content_type),
            ("Cookie", self.cookies_of(person)),
        ];
        let request = http::request("POST", path, self.server.address, &headers, body);
        http::once(self.server.address, &request)
    }
}

/// A folder on the disk that is to be measured.
pub fn throw_away_folder(setting: &Setting) -> Result<TempDir> {
    Ok(tempfile::Builder::new()
        .prefix("adda-load-")
        .tempdir_in(&setting.folder)?)
}

/// How to start a server in a folder.
pub fn launch(setting: &Setting, folder: &TempDir) -> Launch {
    Launch {
        data: folder.path().to_owned(),
        database: setting.database.clone(),
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
