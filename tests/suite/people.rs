//! People, who do what people do: enter a room, say something, see something, lose the connection, come back.

use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::site::Site;
use crate::site::http::{Answer, Browser, Request, encoded};
use crate::socket::{Socket, Upgrade};

/// Somebody with an account, a browser and, once they entered a room, a socket.
pub struct Person {
    pub browser: Browser,
    room: Option<Room>,
}

struct Room {
    slug: String,
    socket: Option<Socket>,
    /// Where to go on after the connection was lost.
    revision: i64,
    epoch: String,
}

impl Site {
    /// Somebody with a new account. The first of a site sets it up and is its administrator.
    pub async fn person(&self, username: &str) -> Person {
        Person {
            browser: self.signed_up(username).await,
            room: None,
        }
    }
}

impl Person {
    /// The same person at another device.
    pub fn at(browser: Browser) -> Person {
        Person {
            browser,
            room: None,
        }
    }

    /// The same person at a second page, which another node serves.
    pub fn on(&self, node: &Site) -> Person {
        Person::at(self.browser.elsewhere(node.place()))
    }

    /// From now on asks another node, and comes back to that one after the connection is lost.
    pub fn moves_to(&mut self, node: &Site) {
        self.browser = self.browser.elsewhere(node.place());
    }

    pub fn get(&self, path: &str) -> Request {
        self.browser.get(path)
    }

    /// An answer of the API that is expected to be one.
    pub async fn reads(&self, path: &str) -> Value {
        self.get(path).await.expect(200, path).value()
    }

    pub async fn posts(&self, path: &str, body: &Value) -> Answer {
        self.browser.json("POST", path, body).await
    }

    /// Makes a room; its slug.
    pub async fn makes_room(&self, name: &str) -> String {
        let room = self
            .posts("/api/rooms", &json!({"name": name, "kind": "open"}))
            .await
            .expect(201, name)
            .value();
        room["slug"].as_str().unwrap().to_owned()
    }

    /// Makes a room that only its members know of; its slug.
    pub async fn makes_closed_room(&self, name: &str) -> String {
        let room = self
            .posts("/api/rooms", &json!({"name": name, "kind": "closed"}))
            .await
            .expect(201, name)
            .value();
        room["slug"].as_str().unwrap().to_owned()
    }

    /// Changes a room, or a place in it.
    pub async fn asks(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.browser.json(method, path, body).await
    }

    /// Adds somebody to a room.
    pub async fn adds(&self, username: &str, slug: &str) {
        let path = format!("/api/rooms/{}/members/{username}", encoded(slug));
        self.asks("PUT", &path, &json!({})).await.expect(200, &path);
    }

    /// Puts somebody out of a room, or leaves it.
    pub async fn puts_out(&self, username: &str, slug: &str) -> Answer {
        let path = format!("/api/rooms/{}/members/{username}", encoded(slug));
        self.asks("DELETE", &path, &json!({})).await
    }

    /// A socket in a room beside the one this person talks through.
    pub async fn opens(&self, slug: &str) -> Socket {
        Upgrade::new(&self.browser, &format!("/ws/chat/{}/", encoded(slug)))
            .open()
            .await
    }

    /// The socket of a page that is in no room.
    pub async fn opens_lobby_page(&self) -> Socket {
        Upgrade::new(&self.browser, "/ws/").open().await
    }

    /// Becomes a member of an open room, by the form on its page.
    pub async fn joins(&self, slug: &str) {
        let details = format!("/chat/{}/details", encoded(slug));
        let joined = self.browser.form(&details, &[("do", "join")]).await;
        joined.expect(303, "joining");
    }

    /// Opens a room's page; from here on this person talks there.
    pub async fn enters(&mut self, slug: &str) {
        let socket = self.opens(slug).await;
        let (revision, epoch) = (socket.revision, socket.epoch.clone());
        self.room = Some(Room {
            slug: slug.to_owned(),
            socket: Some(socket),
            revision,
            epoch,
        });
    }

    /// Loses the connection without a goodbye.
    pub fn loses_the_connection(&mut self) {
        let room = self.room.as_mut().expect("somebody in a room");
        if let Some(socket) = room.socket.take() {
            room.revision = socket.revision;
            room.epoch.clone_from(&socket.epoch);
        }
    }

    /// Comes back, naming the last revision that arrived; whether the server went on from there.
    pub async fn comes_back(&mut self) -> bool {
        let room = self.room.as_mut().expect("somebody who was in a room");
        let path = format!(
            "/ws/chat/{}/?since={}&epoch={}",
            encoded(&room.slug),
            room.revision,
            room.epoch
        );
        let mut socket = Upgrade::new(&self.browser, &path).open().await;
        let resumed = socket.welcome["resumed"].as_bool().unwrap();
        if resumed {
            // What follows is checked to rise from where this person was.
            socket.revision = socket.revision.max(room.revision);
        }
        room.socket = Some(socket);
        resumed
    }

    /// The socket this person talks through.
    pub fn socket(&mut self) -> &mut Socket {
        self.room
            .as_mut()
            .and_then(|room| room.socket.as_mut())
            .expect("somebody in a room")
    }

    /// Says something and waits until it is stored; the message as everyone gets it.
    pub async fn says(&mut self, text: &str) -> Value {
        let client_id = fresh_client_id();
        self.sends(text, &client_id).await;
        self.is_told_of(&client_id).await
    }

    /// Sends something under an id of their own, and does not wait.
    pub async fn sends(&mut self, text: &str, client_id: &str) {
        self.socket()
            .send(&json!({"type": "message", "message": text, "client_id": client_id}))
            .await;
    }

    /// Waits for what answers an id: the message itself, `done` or an error. It stays to be read.
    pub async fn is_told_of(&mut self, client_id: &str) -> Value {
        let what = format!("an answer to {client_id}");
        self.socket()
            .awaits(&what, |frame| frame["client_id"] == client_id)
            .await
    }

    /// Waits until somebody's words arrive.
    pub async fn sees(&mut self, text: &str) -> Value {
        self.socket().sees(text).await
    }

    pub async fn sees_nothing_more(&mut self) {
        self.socket().sees_nothing_more().await;
    }

    /// All of a room's messages, oldest first, read page by page through the API.
    pub async fn history(&self, slug: &str) -> Vec<Value> {
        let mut messages: Vec<Value> = Vec::new();
        loop {
            let after = messages
                .last()
                .map_or(0, |message| message["seq"].as_i64().unwrap());
            let path = format!(
                "/api/rooms/{}/messages?limit=200&after={after}",
                encoded(slug)
            );
            let page = self.reads(&path).await;
            messages.extend(page["messages"].as_array().unwrap().iter().cloned());
            if page["more_after"] == false {
                return messages;
            }
        }
    }
}

/// An id as a client makes it, another one each time.
pub fn fresh_client_id() -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    format!("test-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// The texts of some messages.
pub fn texts(messages: &[Value]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message["message"].as_str().unwrap())
        .collect()
}

/// That numbers run from 1 without a hole.
#[track_caller]
pub fn assert_gapless(messages: &[Value]) {
    let seqs: Vec<i64> = messages
        .iter()
        .map(|message| message["seq"].as_i64().unwrap())
        .collect();
    let expected: Vec<i64> = (1..).take(seqs.len()).collect();
    assert_eq!(seqs, expected, "seq runs from 1 without a hole");
}
