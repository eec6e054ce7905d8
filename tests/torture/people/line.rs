//! How a person gets a socket: at which node, from which place in the history, and when to try again.

use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::Value;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::{Error, Message};

use super::{Ending, Ordering, Person, seen};
use crate::checker::evidence::What;
use crate::site::chance::Chance;

/// As the pages do.
pub const ANSWER_WITHIN: Duration = Duration::from_secs(10);
const FIRST: Duration = Duration::from_millis(250);
const CAP_AT_FIRST: Duration = Duration::from_secs(5);
const CAP_LATER: Duration = Duration::from_secs(20);
const AT_FIRST: Duration = Duration::from_secs(120);
/// In a hundred times, the node is the one of before.
const FAITHFUL: usize = 70;

/// An open socket that was welcomed.
pub(super) struct Line {
    pub socket: WebSocketStream<TcpStream>,
    pub connection: u32,
    pub opened: Instant,
}

/// Anything up to a limit that doubles.
#[derive(Default)]
pub(super) struct Backoff {
    attempts: u32,
    since: Option<Instant>,
}

impl Backoff {
    pub fn next(&mut self, chance: &mut Chance) -> Duration {
        let since = *self.since.get_or_insert_with(Instant::now);
        let cap = if since.elapsed() < AT_FIRST {
            CAP_AT_FIRST
        } else {
            CAP_LATER
        };
        let limit = cap.min(FIRST * 2_u32.pow(self.attempts));
        self.attempts = (self.attempts + 1).min(16);
        chance.between(Duration::ZERO, limit)
    }

    pub fn reset(&mut self) {
        *self = Backoff::default();
    }
}

impl Person {
    /// One attempt, at the node of before or at another.
    pub(super) async fn connects(&mut self) -> Result<Line, Ending> {
        if self.state.backoff.since.is_some() || !self.state.chance.percent(FAITHFUL) {
            self.state.node = self.state.chance.below(self.browsers.len());
        }
        let opening = timeout(ANSWER_WITHIN, self.opens());
        let (socket, welcome) = opening.await.unwrap_or(Err(Ending::Lost))?;
        let resumed = welcome["resumed"] == true;
        let revision = welcome["revision"].as_i64().unwrap_or_default();
        let epoch = welcome["epoch"].as_str().unwrap_or_default().to_owned();
        let from = match &self.state.place {
            Some((since, _)) if resumed => *since,
            _ => revision,
        };
        let connection = self.world.record.connection();
        self.writes_down(What::Opened {
            connection,
            room: self.room,
            node: self.state.node as u32,
            from,
            resumed,
            sign_in: self.status.sign_in.load(Ordering::Relaxed),
        });
        self.state.place = Some((from, epoch));
        if !resumed && !self.reads_newest_page(from).await {
            self.state.place = None;
            self.writes_down(What::Ended {
                connection,
                code: Some(1000),
            });
            return Err(Ending::Lost);
        }
        self.status.revision.store(from, Ordering::Relaxed);
        self.status.connection.store(connection, Ordering::Relaxed);
        self.status.connected.store(true, Ordering::Relaxed);
        Ok(Line {
            socket,
            connection,
            opened: Instant::now(),
        })
    }

    async fn opens(&self) -> Result<(WebSocketStream<TcpStream>, Value), Ending> {
        let lost = |_| Ending::Lost;
        let host = self.browser().host();
        let resume = match &self.state.place {
            Some((revision, epoch)) => format!("?since={revision}&epoch={epoch}"),
            None => String::new(),
        };
        let mut request = format!("ws://{host}/ws/chat/{}/{resume}", self.slug)
            .into_client_request()
            .unwrap();
        let mut set = |name: &'static str, value: String| {
            request
                .headers_mut()
                .insert(name, HeaderValue::from_str(&value).unwrap());
        };
        set("origin", format!("http://{host}"));
        let Some(cookies) = self.browser().cookie_header() else {
            return Err(Ending::SignedOut);
        };
        set("cookie", cookies);
        let stream = TcpStream::connect(&host).await.map_err(lost)?;
        let (mut socket, _) = match tokio_tungstenite::client_async(request, stream).await {
            Err(Error::Http(answer)) if answer.status() == 401 => return Err(Ending::SignedOut),
            opened => opened.map_err(|_| Ending::Lost)?,
        };
        // Nothing but the welcome comes first, and a close where the server thinks better of it.
        match socket.next().await {
            Some(Ok(Message::Text(text))) => {
                let welcome = serde_json::from_str(&text).unwrap_or_default();
                Ok((socket, welcome))
            }
            Some(Ok(Message::Close(Some(frame)))) if u16::from(frame.code) == 4001 => {
                Err(Ending::SignedOut)
            }
            _ => Err(Ending::Lost),
        }
    }

    /// Whether the page came. What this person had before is dropped.
    pub(super) async fn reads_newest_page(&mut self, at_least: i64) -> bool {
        let path = format!("/api/rooms/{}/messages?limit=50", self.slug);
        let Ok(answer) = self.browser().get(&path).attempt().await else {
            return false;
        };
        if answer.status != 200 {
            return false;
        }
        let page = answer.value();
        let revision = page["revision"].as_i64().unwrap_or_default();
        let messages = page["messages"].as_array().into_iter().flatten();
        let messages: Vec<_> = messages.filter_map(seen).collect();
        for message in &messages {
            self.notes(message);
        }
        if revision < at_least {
            let why = format!(
                "the newest page goes up to revision {revision}, and {at_least} was known before"
            );
            self.writes_down(What::Stuck { why });
        }
        self.writes_down(What::Read {
            room: self.room,
            revision,
            messages,
        });
        true
    }
}
