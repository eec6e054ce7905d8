//! A WebSocket client that has nothing in common with the server's code.

use std::collections::VecDeque;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::{HeaderName, HeaderValue};
use tokio_tungstenite::tungstenite::{Error, Message};

use crate::site::DEADLINE;
use crate::site::http::Browser;

/// One open socket: what came and was not looked at yet, and how far it has got.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    unread: VecDeque<Value>,
    passed: Vec<Value>,
    closed: Option<Option<(u16, String)>>,
    /// The newest revision seen, which is where to resume from.
    pub revision: i64,
    /// The history that the revision belongs to.
    pub epoch: String,
    /// The first frame.
    pub welcome: Value,
}

/// A request for a socket, with the headers that a browser would send.
pub struct Upgrade {
    browser: Browser,
    path: String,
    headers: Vec<(String, String)>,
}

impl Upgrade {
    pub fn new(browser: &Browser, path: &str) -> Upgrade {
        let mut headers = vec![("origin".to_owned(), browser.origin())];
        headers.extend(
            browser
                .cookie_header()
                .map(|cookies| ("cookie".to_owned(), cookies)),
        );
        Upgrade {
            browser: browser.clone(),
            path: path.to_owned(),
            headers,
        }
    }

    pub fn with(mut self, name: &str, value: &str) -> Upgrade {
        self = self.without(name);
        self.also(name, value)
    }

    pub fn also(mut self, name: &str, value: &str) -> Upgrade {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn without(mut self, name: &str) -> Upgrade {
        self.headers.retain(|(known, _)| known != name);
        self
    }

    /// Opens it and waits for the welcome.
    pub async fn open(self) -> Socket {
        let path = self.path.clone();
        match self.attempt().await {
            Ok(socket) => socket,
            Err(status) => panic!("{path} was refused with {status}"),
        }
    }

    /// The status with which it is refused.
    pub async fn refusal(self) -> u16 {
        let path = self.path.clone();
        match self.attempt().await {
            Ok(socket) => panic!("{path} was to be refused, and said {}", socket.welcome),
            Err(status) => status,
        }
    }

    async fn attempt(self) -> Result<Socket, u16> {
        let stream = self.browser.connect().await;
        let mut request = format!("ws://{}{}", self.browser.host(), self.path)
            .into_client_request()
            .unwrap();
        for (name, value) in &self.headers {
            request.headers_mut().append(
                name.parse::<HeaderName>().unwrap(),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        let opening = timeout(DEADLINE, tokio_tungstenite::client_async(request, stream)).await;
        match opening.unwrap_or_else(|_| panic!("{} was not answered in time", self.path)) {
            Ok((stream, _)) => Ok(Socket::welcomed(stream).await),
            Err(Error::Http(answer)) => Err(answer.status().as_u16()),
            Err(failure) => panic!("{}: {failure}", self.path),
        }
    }
}

impl Socket {
    async fn welcomed(stream: WebSocketStream<TcpStream>) -> Socket {
        let mut socket = Socket {
            stream,
            unread: VecDeque::new(),
            passed: Vec::new(),
            closed: None,
            revision: 0,
            epoch: String::new(),
            welcome: Value::Null,
        };
        socket.arrive("a welcome").await;
        socket.welcome = socket.unread.pop_front().unwrap_or_default();
        assert_eq!(
            socket.welcome["type"], "welcome",
            "the first frame is the welcome"
        );
        socket.epoch = socket.welcome["epoch"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        if socket.welcome["resumed"] == false {
            socket.revision = socket.welcome["revision"].as_i64().unwrap_or_default();
        }
        socket
    }

    /// Sends one frame.
    pub async fn send(&mut self, frame: &Value) {
        self.send_text(&frame.to_string()).await;
    }

    /// Sends text that need not be JSON.
    pub async fn send_text(&mut self, text: &str) {
        self.send_message(Message::text(text)).await;
    }

    pub async fn send_message(&mut self, message: Message) {
        let sending = timeout(DEADLINE, self.stream.send(message)).await;
        sending
            .expect("the server did not take a frame in time")
            .expect("the socket is open");
    }

    /// Sends many frames in one go, without waiting for any answer.
    pub async fn send_all(&mut self, frames: impl IntoIterator<Item = Value>) {
        for frame in frames {
            let feeding =
                timeout(DEADLINE, self.stream.feed(Message::text(frame.to_string()))).await;
            feeding
                .expect("the server did not take a frame in time")
                .expect("the socket is open");
        }
        let flushing = timeout(DEADLINE, self.stream.flush()).await;
        flushing
            .expect("the server did not take the frames in time")
            .expect("the socket is open");
    }

    /// The same where the server may be gone; whether it was still there.
    pub async fn try_send_all(&mut self, frames: impl IntoIterator<Item = Value>) -> bool {
        for frame in frames {
            if !matches!(
                timeout(DEADLINE, self.stream.feed(Message::text(frame.to_string()))).await,
                Ok(Ok(()))
            ) {
                return false;
            }
        }
        matches!(timeout(DEADLINE, self.stream.flush()).await, Ok(Ok(())))
    }

    /// Waits until a message with that id came; false where the connection ended first.
    pub async fn heard_until(&mut self, client_id: &str) -> bool {
        loop {
            if self
                .unread
                .iter()
                .any(|frame| frame["type"] == "message" && frame["client_id"] == client_id)
            {
                return true;
            }
            if self.closed.is_some() {
                return false;
            }
            self.arrive(client_id).await;
        }
    }

    /// Every frame so far, looked at or not.
    pub fn all_that_came(&self) -> impl Iterator<Item = &Value> {
        self.passed.iter().chain(&self.unread)
    }

    /// Every message so far, looked at or not, in the order it came and as the API tells it.
    pub fn all_shown(&self) -> Vec<Value> {
        let messages = self
            .all_that_came()
            .filter(|frame| frame["type"] == "message");
        messages
            .map(|frame| {
                let mut message = frame.clone();
                message.as_object_mut().unwrap().remove("type");
                message
            })
            .collect()
    }

    /// Waits until so many messages came in all.
    pub async fn has_shown(&mut self, count: usize) {
        while self.all_shown().len() < count {
            assert!(
                self.closed.is_none(),
                "the socket was closed; {}",
                self.came()
            );
            self.arrive(&format!("message {count}")).await;
        }
    }

    /// Waits for a frame and reads on behind it: what came before it is passed over.
    pub async fn expect(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let place = self.find(what, is_it).await;
        self.passed.extend(self.unread.drain(..place));
        let frame = self.unread.pop_front().unwrap_or_default();
        self.passed.push(frame.clone());
        frame
    }

    /// Waits for a frame and leaves it, and all before it, to be read.
    pub async fn awaits(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> Value {
        let place = self.find(what, is_it).await;
        self.unread[place].clone()
    }

    pub async fn expect_type(&mut self, kind: &str) -> Value {
        self.expect(&format!("a frame of type {kind}"), |frame| {
            frame["type"] == kind
        })
        .await
    }

    /// Waits until somebody's words arrive.
    pub async fn sees(&mut self, text: &str) -> Value {
        let what = format!("the message {text:?}");
        self.expect(&what, |frame| {
            frame["type"] == "message" && frame["message"] == text
        })
        .await
    }

    /// The next so many messages, in the order they came.
    pub async fn next_messages(&mut self, count: usize) -> Vec<Value> {
        let mut messages = Vec::new();
        while messages.len() < count {
            let what = format!("message {} of {count}", messages.len() + 1);
            messages.push(self.expect(&what, |frame| frame["type"] == "message").await);
        }
        messages
    }

    /// What arrived until the server, asked now, has answered: everything it had queued for this socket.
    pub async fn everything(&mut self) -> Vec<Value> {
        self.send(&json!({"type": "ping"})).await;
        let place = self.find("a pong", |frame| frame["type"] == "pong").await;
        let frames: Vec<Value> = self.unread.drain(..place).collect();
        self.unread.pop_front();
        self.passed.extend(frames.iter().cloned());
        frames
    }

    /// That no message came but those looked at.
    pub async fn sees_nothing_more(&mut self) {
        let messages: Vec<Value> = self
            .everything()
            .await
            .into_iter()
            .filter(|frame| frame["type"] == "message")
            .collect();
        assert!(
            messages.is_empty(),
            "nothing more was to come: {messages:?}"
        );
    }

    /// Waits for the server to close; the code.
    pub async fn close_code(&mut self) -> u16 {
        while self.closed.is_none() {
            self.arrive("the server to close the socket").await;
        }
        match &self.closed {
            Some(Some((code, _))) => *code,
            _ => panic!(
                "the connection ended without a close frame; {}",
                self.came()
            ),
        }
    }

    /// Waits until the connection has ended, with a goodbye or without.
    pub async fn is_lost(&mut self) {
        while self.closed.is_none() {
            self.arrive("the end of the connection").await;
        }
    }

    /// Answers the server's pings, as every client does by itself, and never resolves.
    pub async fn idles(&mut self) {
        while let Some(Ok(_)) = self.stream.next().await {}
        panic!("the socket was closed");
    }

    /// Closes as a browser does that leaves the page.
    pub async fn close(mut self) {
        let _ = timeout(DEADLINE, self.stream.close(None)).await;
    }

    /// Frames that came and were not looked at.
    pub fn unread(&self) -> &VecDeque<Value> {
        &self.unread
    }

    async fn find(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) -> usize {
        let mut looked_at = 0;
        loop {
            if let Some(place) = self.unread.iter().skip(looked_at).position(&is_it) {
                return looked_at + place;
            }
            looked_at = self.unread.len();
            assert!(
                self.closed.is_none(),
                "{what} was to come, and the socket was closed; {}",
                self.came()
            );
            self.arrive(what).await;
        }
    }

    async fn arrive(&mut self, what: &str) {
        let next = timeout(DEADLINE, self.stream.next()).await;
        let Ok(next) = next else {
            panic!(
                "{what} did not come within {} s; {}",
                DEADLINE.as_secs(),
                self.came()
            );
        };
        match next {
            Some(Ok(Message::Text(text))) => self.take(serde_json::from_str(&text).unwrap()),
            Some(Ok(Message::Close(frame))) => {
                self.closed =
                    Some(frame.map(|frame| (u16::from(frame.code), frame.reason.to_string())));
            }
            Some(Ok(_)) => {}
            Some(Err(_)) | None => self.closed = Some(None),
        }
    }

    fn take(&mut self, frame: Value) {
        if frame["type"] == "message" {
            let revision = frame["revision"]
                .as_i64()
                .expect("a message has a revision");
            let before = self.revision;
            assert!(
                revision > before,
                "revisions only rise: {frame} after {before}; {}",
                self.came()
            );
            self.revision = revision;
        }
        self.unread.push_back(frame);
    }

    fn came(&self) -> String {
        let frames: Vec<String> = self
            .passed
            .iter()
            .chain(&self.unread)
            .map(Value::to_string)
            .collect();
        let last = &frames[frames.len().saturating_sub(12)..];
        format!(
            "closed: {:?}; the last of {} frames that came:\n{}",
            self.closed,
            frames.len(),
            last.join("\n")
        )
    }
}
