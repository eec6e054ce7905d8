//! Every route and every frame of a room, as everyone who may stand to it in some way; in an open room and in a closed one.
//!
//! After each request everybody stands again where they stood, so that each line of the table is for itself.

mod answering;
mod frames;
mod reading;
mod sending;
mod taking_back;

use serde_json::{Value, json};

use self::answering::ANSWERING;
use self::frames::FRAMES;
use self::reading::READING;
use self::sending::SENDING;
use self::taking_back::TAKING_BACK;
use super::permission::beside;
use super::unharmed;
use crate::people::Person;
use crate::site::http::Browser;
use crate::site::{Database, Site};
use crate::socket::Upgrade;

whatever_the_database!(
    every_route_of_a_room_asks_how_somebody_stands_to_it,
    every_frame_asks_how_somebody_stands_to_the_room,
);

/// Whose columns the tables have.
const STANDINGS: [&str; 10] = [
    "nobody",
    "deactivated",
    "stranger",
    "left",
    "removed",
    "guest",
    "guest_member",
    "member",
    "owner",
    "administrator",
];

/// What is asked for, `{room}` being the room's slug, and the statuses in the order of [`STANDINGS`]: in an open room, in a
/// closed one.
type Line = (&'static str, &'static str, &'static str, [&'static str; 2]);

const PAGES: [Line; 8] = [
    (
        "GET",
        "/chat/{room}/",
        "",
        [
            "303 303 200 200 404 404 200 200 200 200",
            "303 303 404 404 404 404 200 200 200 404",
        ],
    ),
    (
        "FORM",
        "/chat/{room}/",
        "message=hi",
        [
            "401 401 303 303 404 404 303 303 303 303",
            "401 401 404 404 404 404 303 303 303 404",
        ],
    ),
    (
        "GET",
        "/chat/{room}/details",
        "",
        [
            "303 303 200 200 404 404 200 200 200 200",
            "303 303 404 404 404 404 200 200 200 404",
        ],
    ),
    (
        "FORM",
        "/chat/{room}/details",
        "do=change&name=Room&topic=",
        [
            "303 303 403 403 404 404 403 403 303 303",
            "303 303 404 404 404 404 403 403 303 404",
        ],
    ),
    (
        "FORM",
        "/chat/{room}/details",
        "do=switch&slow_mode=0&members_add=on",
        [
            "303 303 403 403 404 404 403 403 303 303",
            "303 303 404 404 404 404 403 403 303 404",
        ],
    ),
    (
        "FORM",
        "/chat/{room}/details",
        "do=join",
        [
            "303 303 303 303 404 404 303 303 303 303",
            "303 303 404 404 404 404 303 303 303 404",
        ],
    ),
    (
        "FORM",
        "/chat/{room}/details",
        "do=leave",
        [
            "303 303 403 403 404 404 303 303 303 403",
            "303 303 404 404 404 404 303 303 303 404",
        ],
    ),
    (
        "FORM",
        "/chat/{room}/details",
        "do=delete&confirm=another",
        [
            "303 303 403 403 404 404 403 403 403 422",
            "303 303 404 404 404 404 403 403 403 404",
        ],
    ),
];

const PROGRAMS: [Line; 13] = [
    (
        "GET",
        "/api/rooms/{room}",
        "",
        [
            "401 401 200 200 404 404 200 200 200 200",
            "401 401 404 404 404 404 200 200 200 404",
        ],
    ),
    (
        "GET",
        "/api/rooms/{room}/messages",
        "",
        [
            "401 401 200 200 404 404 200 200 200 200",
            "401 401 404 404 404 404 200 200 200 404",
        ],
    ),
    (
        "GET",
        "/api/rooms/{room}/changes?since=0",
        "",
        [
            "401 401 200 200 404 404 200 200 200 200",
            "401 401 404 404 404 404 200 200 200 404",
        ],
    ),
    (
        "POST",
        "/api/rooms/{room}/messages",
        r#"{"message":"hi"}"#,
        [
            "401 401 201 201 404 404 201 201 201 201",
            "401 401 404 404 404 404 201 201 201 404",
        ],
    ),
    (
        "PUT",
        "/api/rooms/{room}/read",
        r#"{"seq":0}"#,
        [
            "401 401 200 200 404 404 200 200 200 200",
            "401 401 404 404 404 404 200 200 200 404",
        ],
    ),
    (
        "GET",
        "/api/rooms/{room}/members",
        "",
        [
            "401 401 200 200 404 404 200 200 200 200",
            "401 401 404 404 404 404 200 200 200 404",
        ],
    ),
    (
        "PUT",
        "/api/rooms/{room}/members/spare",
        "{}",
        [
            "401 401 403 403 404 404 403 200 200 200",
            "401 401 404 404 404 404 403 200 200 404",
        ],
    ),
    (
        "PUT",
        "/api/rooms/{room}/members/removed",
        "{}",
        [
            "401 401 403 403 404 404 403 403 200 200",
            "401 401 404 404 404 404 403 403 200 404",
        ],
    ),
    (
        "PUT",
        "/api/rooms/{room}/members/member",
        r#"{"role":"owner"}"#,
        [
            "401 401 403 403 404 404 403 403 200 200",
            "401 401 404 404 404 404 403 403 200 404",
        ],
    ),
    (
        "DELETE",
        "/api/rooms/{room}/members/another",
        "{}",
        [
            "401 401 403 403 404 404 403 403 200 200",
            "401 401 404 404 404 404 403 403 200 404",
        ],
    ),
    (
        "PATCH",
        "/api/rooms/{room}",
        r#"{"name":"Room","role":"owner","joined":true}"#,
        [
            "401 401 403 403 404 404 403 403 200 200",
            "401 401 404 404 404 404 403 403 200 404",
        ],
    ),
    (
        "PATCH",
        "/api/rooms/{room}",
        r#"{"archived":false}"#,
        [
            "401 401 403 403 404 404 403 403 200 200",
            "401 401 404 404 404 404 403 403 200 404",
        ],
    ),
    (
        "DELETE",
        "/api/rooms/{room}",
        r#"{"name":"another"}"#,
        [
            "401 401 403 403 404 404 403 403 403 400",
            "401 401 404 404 404 404 403 403 403 404",
        ],
    ),
];

/// A site with an open room and a closed one, and a browser for each way to stand to both.
struct Scene {
    site: Site,
    rooms: [String; 2],
    browsers: Vec<Browser>,
}

impl Scene {
    async fn set(database: Database) -> Scene {
        let site = Site::unlimited(database);
        let administrator = site.person("administrator1").await;
        let owner = site.person("owner").await;
        let mut people: Vec<(&str, Person)> = Vec::new();
        for name in &STANDINGS[1..8] {
            people.push((name, site.person(name).await));
        }
        site.person("spare").await;
        let another = site.person("another").await;
        let rooms = [
            owner.makes_room("Room").await,
            owner.makes_closed_room("Room").await,
        ];
        for room in &rooms {
            let said = json!({"message": "the first word"});
            let path = format!("/api/rooms/{room}/messages");
            owner.posts(&path, &said).await.expect(201, "saying it");
            for member in [
                "deactivated",
                "left",
                "removed",
                "guest_member",
                "member",
                "another",
            ] {
                owner.adds(member, room).await;
            }
            owner.puts_out("removed", room).await.expect(200, "removed");
            let (_, left) = &people[2];
            left.puts_out("left", room).await.expect(200, "left");
        }
        drop(another);
        beside(
            &site,
            "UPDATE users SET deactivated_at = created_at WHERE username = 'deactivated'; \
             UPDATE users SET role = 'guest' WHERE username LIKE 'guest%'; \
             DELETE FROM memberships WHERE user_id IN (SELECT id FROM users WHERE username = 'guest'); \
             UPDATE users SET access_revision = access_revision + 1; \
             CREATE TABLE stood AS SELECT * FROM memberships",
        );
        let mut browsers = vec![site.browser()];
        browsers.extend(people.into_iter().map(|(_, person)| person.browser));
        browsers.push(owner.browser);
        browsers.push(administrator.browser);
        Scene {
            site,
            rooms,
            browsers,
        }
    }

    /// Everybody stands where they stood at first.
    fn set_back(&self) {
        beside(
            &self.site,
            "BEGIN IMMEDIATE; DELETE FROM memberships; INSERT INTO memberships SELECT * FROM stood; COMMIT",
        );
    }
}

async fn every_route_of_a_room_asks_how_somebody_stands_to_it(database: Database) {
    let scene = Scene::set(database).await;
    for (method, path, body, expected) in PAGES
        .iter()
        .chain(&PROGRAMS)
        .chain(&READING)
        .chain(&ANSWERING)
        .chain(&SENDING)
        .chain(&TAKING_BACK)
    {
        for (room, expected) in scene.rooms.iter().zip(expected) {
            let path = path.replace("{room}", room);
            for ((browser, who), expected) in scene
                .browsers
                .iter()
                .zip(STANDINGS)
                .zip(expected.split(' '))
            {
                let what = format!("{method} {path} {body} as {who}");
                let expected: u16 = expected.parse().expect(&what);
                let answer = match *method {
                    "GET" => browser.get(&path).await,
                    "FORM" => {
                        let fields: Vec<(&str, &str)> = body
                            .split('&')
                            .map(|field| field.split_once('=').expect(&what))
                            .collect();
                        browser.form(&path, &fields).await
                    }
                    method => {
                        let body: Value = serde_json::from_str(body).expect(&what);
                        browser.json(method, &path, &body).await
                    }
                };
                answer.expect(expected, &what);
                scene.set_back();
            }
        }
    }
    unharmed(&scene.site);
}

async fn every_frame_asks_how_somebody_stands_to_the_room(database: Database) {
    let scene = Scene::set(database).await;
    let enters = [
        "stranger left guest_member member owner administrator",
        "guest_member member owner",
    ];
    for (room, enters) in scene.rooms.iter().zip(enters) {
        let path = format!("/ws/chat/{room}/");
        for (browser, who) in scene.browsers.iter().zip(STANDINGS) {
            let what = format!("{path} as {who}");
            if !enters.split(' ').any(|one| one == who) {
                let refused = if matches!(who, "nobody" | "deactivated") {
                    401
                } else {
                    404
                };
                assert_eq!(
                    Upgrade::new(browser, &path).refusal().await,
                    refused,
                    "{what}"
                );
                continue;
            }
            for (frame, expected) in FRAMES {
                let mut socket = Upgrade::new(browser, &path).open().await;
                let mut frame: Value = serde_json::from_str(frame).expect(&what);
                frame["client_id"] = json!(crate::people::fresh_client_id());
                socket.send(&frame).await;
                let answer = socket
                    .awaits(&what, |heard| heard["client_id"] == frame["client_id"])
                    .await;
                let kind = if answer["type"] == "error" {
                    &answer["code"]
                } else {
                    &answer["type"]
                };
                assert_eq!(kind, expected, "{what}: {frame} {answer}");
                socket.close().await;
                scene.set_back();
            }
        }
    }
    unharmed(&scene.site);
}
